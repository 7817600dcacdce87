import type { StackWalk } from '@kml/kernel';
import { unwind, unwindInstructions } from './unwind-table.ts';

const LR = 14;
const PT_ARM_EXIDX = 0x7000_0001;

/** DWARF columns of ARM (DWARF for the ARM architecture, 4.1); files have the table of EHABI32 in place of .eh_frame. */
export const stackWalk: StackWalk = {
  columns: new Map(Array.from({ length: 15 }, (_, n): [number, string] => [n, `r${n}`])),
  stackPointer: 13,
  link: LR,
  tableSegment: PT_ARM_EXIDX,

  outer(registers, { pc, start, table, read }) {
    if (table === undefined) return undefined;
    const instructions = unwindInstructions(table, pc, read);
    // The table holds behind a function's prologue; before its first instruction nothing is saved yet.
    if (instructions === undefined || (pc === start && registers.has(LR))) return undefined;
    return unwind(instructions, registers, read);
  },
};
