import { assemble } from '../asm/assembler.ts';
import { KERNEL_TEXT } from '../layout.ts';
import { ENTRY_CONSTANTS } from './constants.ts';
import { DIRECT_CALL } from './direct-call.ts';
import { EXIT } from './exit.ts';
import { REWRITTEN } from './rewritten.ts';
import { SYSTEM_CALL_STUBS } from './stubs.ts';
import { SYSTEM_CALL } from './system-call.ts';
import { TRAPS } from './traps.ts';
import { VECTORS } from './vectors.ts';

/** The kernel's text on MIPS: the same for every machine, so assembled once. */
export const KERNEL_CODE = assemble(
  [VECTORS, SYSTEM_CALL, EXIT, DIRECT_CALL, REWRITTEN, TRAPS, SYSTEM_CALL_STUBS].join('\n  .align 16\n'),
  KERNEL_TEXT,
  ENTRY_CONSTANTS,
);

/** Address of a label of the entry code. Throws RangeError if there is none. */
export function entryLabel(name: string): number {
  const address = KERNEL_CODE.labels.get(name);
  if (address === undefined) throw new RangeError(`the entry code has no label '${name}'`);
  return address;
}

/** Instructions of kernel text in which a fault is expected, and where it goes on then. Linux 6.1 arch/mips/mm/extable.c */
const FIXUPS: ReadonlyMap<number, number> = new Map(
  [4, 5, 6, 7].map((n) => [entryLabel(`load_a${n}`), entryLabel(`bad_stack_a${n}`)]),
);

/** Where to go on after a fault at `pc`, or undefined where none is expected. */
export function fixupFor(pc: number): number | undefined {
  return FIXUPS.get(pc >>> 0);
}
