/**
 * Where things lie in the one WebAssembly memory: control area (CPU state, engine words, the
 * interpreter's values), translation tables and look-up caches, page frames.
 */
export const PAGE_SHIFT = 12;
export const PAGE_SIZE = 1 << PAGE_SHIFT;
export const PAGE_MASK = PAGE_SIZE - 1;

/** CPU state (StateLayout), 7 KiB at most. */
export const STATE_BASE = 0x400;
/** Engine words. */
export const CONTROL_BASE = 0x2000;
/** i64: cycles used in this run << 32 | instructions left in the budget. */
export const CLOCK_ADDRESS = CONTROL_BASE;
/** i32: byte address of the current translation-table set. */
export const TABLES_ADDRESS = CONTROL_BASE + 8;
/** i32: byte address of the current look-up cache. */
export const LOOKUP_ADDRESS = CONTROL_BASE + 12;
/** i32: site number of the last exit from translated code. */
export const SITE_ADDRESS = CONTROL_BASE + 16;
/** i32: non-zero asks translated code to leave at its next check point. */
export const LEAVE_ADDRESS = CONTROL_BASE + 20;
/** u64: cycles since boot up to the start of this run, and those added since; the `cycles` operation adds CLOCK's upper half. */
export const CYCLES_BASE_ADDRESS = CONTROL_BASE + 24;
/** i32: the interrupt request lines that are up, a bit each. */
export const INTERRUPTS_ADDRESS = CONTROL_BASE + 32;
/** u64: cycles since boot of instructions in kernel text, and of the traps that led there. */
export const ENTRY_CYCLES_ADDRESS = CONTROL_BASE + 40;
/** Free for the engine up to CONTROL_END. */
export const CONTROL_END = 0x4000;
/** The interpreter's values, 16 bytes each. */
export const VALUES_BASE = 0x10000;
export const VALUES_COUNT = 0x4000;
export const VALUE_BYTES = 16;
/** The interpreter's pool of 32-bit constants, derived from the blocks it has. */
export const CONSTANTS_BASE = VALUES_BASE + VALUES_COUNT * VALUE_BYTES;
export const CONSTANTS_END = 1 << 20;
/** The interpreter's code, derived from the blocks it has. */
export const CODE_BASE = 1 << 20;
export const CODE_END = CODE_BASE + (64 << 20);
/** A translation table that stays empty: with it every access takes the slow path. */
export const EMPTY_TABLE = CODE_END;

/** One translation table: a word per virtual page. */
export const TABLE_BYTES = 1 << 22;
/** A set holds four tables: user read, user write, supervisor read, supervisor write. */
export const SET_BYTES = 4 * TABLE_BYTES;
export const TABLE_WRITE = TABLE_BYTES;
export const TABLE_SUPERVISOR = 2 * TABLE_BYTES;
/** A set's look-up cache. */
export const LOOKUP_BYTES = 1 << 16;
export const SETS_BASE = EMPTY_TABLE + TABLE_BYTES;

/** How many table sets go with that many frames: more memory, more address spaces resident at once. */
export function setCountFor(frameCount: number): number {
  return Math.max(4, Math.min(48, frameCount >> 11));
}
