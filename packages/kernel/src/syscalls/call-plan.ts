/** How the arguments of a system call are read, told once from its row's signature. */
import type { NumberKind, NumberTable } from '../abi/numbers.ts';
import type { Kernel } from '../kernel.ts';
import type { LinuxAbi } from '../linux-abi.ts';
import { type ArgType, argumentPlaces, type SyscallDef } from './define.ts';

export interface CallPlan {
  readonly row: SyscallDef;
  /** Argument words. */
  readonly words: number;
  /** Where each argument's first word is, by argument; undefined where each has one word. */
  readonly places: readonly number[] | undefined;
  /** A bit for each word that is signed. */
  readonly signed: number;
  /** By word: how its number becomes the kernel's; undefined where none is translated. */
  readonly tables: readonly (NumberTable | undefined)[] | undefined;
}

/** Whether a word of this type is signed. */
function isSigned(type: ArgType): boolean {
  return type === 'int' || type === 'long' || type === 'fd' || type === 'pid';
}

/** The plan of system call `number`, made when it is first called; undefined where there is no such call. */
export function callPlan(kernel: Kernel, number: number): CallPlan | undefined {
  const known = kernel.plans[number];
  if (known !== undefined) return known;
  const row = kernel.syscalls[number];
  if (row === undefined) return undefined;
  const plan = planOf(row, kernel.abi);
  kernel.plans[number] = plan;
  return plan;
}

function planOf(row: SyscallDef, abi: LinuxAbi): CallPlan {
  const { places, words } = argumentPlaces(row.args, abi.alignsPairs);
  const tables: (NumberTable | undefined)[] = [];
  let signed = 0;
  row.args.forEach((type, index) => {
    const place = places[index]!;
    if (isSigned(type)) signed |= 1 << place;
    tables[place] = abi.numbers?.[type as NumberKind];
  });
  return {
    row,
    words,
    places: row.args.includes('u64') ? places : undefined,
    signed,
    tables: tables.some((table) => table !== undefined) ? tables : undefined,
  };
}
