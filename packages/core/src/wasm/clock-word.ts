import { CLOCK_ADDRESS, ENTRY_CYCLES_ADDRESS } from '../memory/memory-map.ts';
import { type CodeWriter, OPCODE } from './encoder.ts';

/** Gives the clock in a local to memory, where the host sees it. */
export function storeClockWord(code: CodeWriter, local: number): CodeWriter {
  return code.i32Const(0).get(local).memory(OPCODE.i64Store, 3, CLOCK_ADDRESS);
}

/** Pushes the clock as it is in memory. */
export function pushClockWord(code: CodeWriter): CodeWriter {
  return code.i32Const(0).memory(OPCODE.i64Load, 3, CLOCK_ADDRESS);
}

/** Counts cycles of the kernel's entry code. */
export function countEntry(code: CodeWriter, cycles: number): void {
  if (cycles === 0) return;
  code
    .i32Const(0)
    .i32Const(0)
    .memory(OPCODE.i64Load, 3, ENTRY_CYCLES_ADDRESS)
    .i64Const(cycles, cycles >> 31)
    .op(0x7c)
    .memory(OPCODE.i64Store, 3, ENTRY_CYCLES_ADDRESS);
}
