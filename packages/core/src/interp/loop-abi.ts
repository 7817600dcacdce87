import type { ValueType } from '../ir/ops.ts';

/**
 * The function of the interpreter's loop: (block, limit, readTable, writeTable, stop, fuel) → RUN.
 *
 * With a limit it runs the operations of the block's record from the first to before that byte address,
 * through these translation tables, and nothing else. Without, it runs the block to its end, its terminal
 * and the count of instructions included, and goes on with the blocks behind it: until something is left
 * to the engine, `fuel` blocks are done, or pc is `stop`.
 */
export const LOOP_PARAMETERS: readonly ValueType[] = ['i32', 'i32', 'i32', 'i32', 'i32', 'i32'];
export const LOOP_LOCALS: readonly ValueType[] = ['i32', 'i32', 'i32', 'i32', 'i32', 'i32', 'i32', 'v128'];
export const BLOCK = 0;
export const LIMIT = 1;
export const READ_TABLE = 2;
export const WRITE_TABLE = 3;
export const STOP = 4;
export const FUEL = 5;
/** The operation at hand, and where to end. */
export const IP = 6;
export const END = 7;
export const ADDRESS = 8;
export const WORD = 9;
export const PC = 10;
/** Where the present block has its link to the next; 0 if it can have none. */
export const LINK = 11;
export const OTHER = 12;
export const VECTOR = 13;

/** Why the loop came back. The block it ran last is at BLOCK_ADDRESS. */
export const RUN = {
  /** With a limit: all done. Otherwise state, pc and clock are those of a block's begin: the engine looks what is next. */
  look: 0,
  /** The trapIf at TRAP_ADDRESS was taken; nothing of the block is counted. */
  trap: 1,
  /** A store hit code: the block is left before its end, and not counted. */
  left: 2,
  /** The operations of the block are done; it is not counted, and its terminal is the engine's. */
  terminal: 3,
  /** The budget is too short for the block; nothing of it is done. */
  short: 4,
  /** The block has run as often as it says in `due`; nothing of it is done. */
  hot: 5,
  /** An access raised a page fault (Interpreter.takeFault): nothing of its instruction is done, and nothing of the block counted. */
  fault: 6,
} as const;
