/** How the arguments of a system call are read, told once from its row's signature. */
import type { AbiNumbers, NumberKind, NumberTable } from '../abi/numbers.ts';
import type { Kernel } from '../kernel.ts';
import type { ArgType, SyscallDef } from './define.ts';

export interface CallPlan {
  readonly row: SyscallDef;
  /** Arguments, where each is one word; -1 where one takes two. */
  readonly words: number;
  /** A bit for each argument that is signed. */
  readonly signed: number;
  /** By argument: how its number becomes the kernel's; undefined where none is translated. */
  readonly tables: readonly (NumberTable | undefined)[] | undefined;
}

/** Whether a word of this type is signed. */
export function isSigned(type: ArgType): boolean {
  return type === 'int' || type === 'long' || type === 'fd' || type === 'pid';
}

/** The plan of system call `number`, made when it is first called; undefined where there is no such call. */
export function callPlan(kernel: Kernel, number: number): CallPlan | undefined {
  const known = kernel.plans[number];
  if (known !== undefined) return known;
  const row = kernel.syscalls[number];
  if (row === undefined) return undefined;
  const plan = planOf(row, kernel.abi.numbers);
  kernel.plans[number] = plan;
  return plan;
}

function planOf(row: SyscallDef, numbers: AbiNumbers | undefined): CallPlan {
  const { args } = row;
  const tables = args.map((type) => numbers?.[type as NumberKind]);
  let signed = 0;
  args.forEach((type, index) => {
    if (isSigned(type)) signed |= 1 << index;
  });
  const words = args.includes('u64') ? -1 : args.length;
  return { row, words, signed, tables: tables.some((table) => table !== undefined) ? tables : undefined };
}
