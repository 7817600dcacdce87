import type { BlockTally } from '../engine/mix-counter.ts';

/**
 * A block in the form the interpreter runs: operations of FLAT_STRIDE words (flat operation number,
 * then places of result and arguments as byte addresses in the memory, then the immediate), constants
 * already in the pool, slots and values resolved to absolute places.
 *
 * All of it lies in the memory (CODE_BASE): a large program has a hundred thousand blocks, so a block
 * is this object and its part of that, and the IR is lifted again where wanted. What lies where is
 * given as word indices.
 */
export interface FlatBlock {
  readonly pc: number;
  readonly mode: number;
  readonly endPc: number;
  /** Instructions, and their cycles. */
  readonly count: number;
  readonly cycles: number;
  /** Frame of the first page; frame of the second page if the last instruction straddles the boundary, else -1. */
  readonly frame: number;
  readonly secondFrame: number;
  readonly supervisor: boolean;
  /** Where all of it begins: constants of constV and shuffleV, four words each. It ends behind `starts`. */
  readonly first: number;
  /** Where the operations begin. */
  readonly base: number;
  /** Where: place of each instruction's first operation relative to `base`, and the end. */
  readonly starts: number;
  /** Where: address of each instruction, and the end. */
  readonly pcs: number;
  /** Where: mode of each instruction, and the one behind the block; -1 if all are the block's. */
  readonly modes: number;
  /** Where: cycles of the instructions before each, and all. */
  readonly cyclesBefore: number;
  /** The terminal, resolved: its kind (TERMINAL), the place of its value, its addresses. */
  readonly terminal: number;
  readonly value: number;
  readonly target: number;
  readonly next: number;
  /** Places of a system routine's arguments. */
  readonly args: readonly number[];
  /** Executions since it was lifted; and since the translator was last asked. */
  runs: number;
  heat: number;
  /** Where instructions are counted by class: what the counter keeps of it. */
  tally: BlockTally | undefined;
  /** Cleared when any byte it was lifted from is overwritten. */
  valid: boolean;
}

export const FLAT_STRIDE = 6;

/** Terminal kinds as numbers, for the engine's switch. */
export const TERMINAL = {
  jump: 0,
  branch: 1,
  call: 0,
  callIndirect: 2,
  return: 2,
  jumpIndirect: 2,
  /** A trap whose instruction does not count; one whose does is TRAP_COMPLETES. */
  trap: 3,
  system: 4,
  kernelCall: 5,
} as const;

export const TRAP_COMPLETES = 6;
