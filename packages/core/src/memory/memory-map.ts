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
export const CONTROL_BASE = 0x2540;
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
/** i32: byte address of the record of the block that the interpreter is running. */
export const BLOCK_ADDRESS = CONTROL_BASE + 48;
/** i32: byte address of the current address space's fetch table. */
export const FETCH_ADDRESS = CONTROL_BASE + 52;
/** i32: byte address of the trapIf that the interpreter took. */
export const TRAP_ADDRESS = CONTROL_BASE + 56;
/**
 * i32: a bit for each steady call whose answer is known (engine/steady-answers.ts); the answers follow
 * (answerOffset): of each the value, and how often translated code gave it.
 */
export const ANSWERED_ADDRESS = CONTROL_BASE + 0x800;
export const MAX_STEADY_CALLS = 32;
/** Byte address of the answer with this index. */
export function answerOffset(index: number): number {
  return ANSWERED_ADDRESS + 8 + 8 * index;
}
/** Free for the engine up to CONTROL_END. */
export const CONTROL_END = 0x4000;
/**
 * The interpreter's values, 16 bytes each, and behind them its pool of 32-bit constants, derived from
 * the blocks it has. All that lies up to the pool's end can be an operand's place: its number, in words of the memory,
 * takes 16 bits.
 */
export const VALUES_BASE = CONTROL_END;
export const VALUES_COUNT = 0x1000;
export const VALUE_BYTES = 16;
export const CONSTANTS_BASE = VALUES_BASE + VALUES_COUNT * VALUE_BYTES;
export const CONSTANTS_END = 4 * 0x10000;
/** Records of blocks by a hash of their address: byte addresses, 0 for none. */
export const BLOCK_TABLE_BASE = CONSTANTS_END;
export const BLOCK_TABLE_ENTRIES = 0x10000;
/** A byte for each hash of an address: whether translated code may begin there. */
export const ENTRY_FILTER_BASE = BLOCK_TABLE_BASE + 4 * BLOCK_TABLE_ENTRIES;
export const ENTRY_FILTER_BYTES = 0x10000;
/**
 * A fetch table says from which frame an address space executes a page: entries of two words, direct-mapped
 * by page; the first is `page << 1 | supervisor`, plus 1, the second the frame.
 */
export const FETCH_TABLES_BASE = ENTRY_FILTER_BASE + ENTRY_FILTER_BYTES;
export const FETCH_ENTRIES = 256;
export const FETCH_TABLE_BYTES = 8 * FETCH_ENTRIES;
export const FETCH_TABLES_COUNT = 48;
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
/**
 * Sets begin off a page's start: what the kernel touches with every entry (engine words, its first data, a task's
 * thread_info) lies at pages' starts, and so would the words of its pages. The host's caches keep few lines with equal low bits.
 */
export const SETS_BASE = EMPTY_TABLE + TABLE_BYTES + 0x9c0;

/** How many table sets go with that many frames: more memory, more address spaces resident at once. */
export function setCountFor(frameCount: number): number {
  return Math.max(4, Math.min(48, frameCount >> 11));
}

/** Entry of the block table for an address. */
export function blockTableIndex(pc: number): number {
  return (pc ^ (pc >>> 14)) & (BLOCK_TABLE_ENTRIES - 1);
}

/** Byte of the entry filter for an address. */
export function entryFilterIndex(pc: number): number {
  return (pc ^ (pc >>> 16)) & (ENTRY_FILTER_BYTES - 1);
}
