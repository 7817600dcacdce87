import type { LiftedBlock } from '../engine/translator-port.ts';
import type { IrBlock } from '../ir/block.ts';

/**
 * A block in the form the interpreter runs: operations of FLAT_STRIDE words (flat operation number,
 * then places of result and arguments as word indices into the memory, then the immediate), constants
 * already in the pool, slots and values resolved to absolute places.
 */
export interface FlatBlock extends LiftedBlock {
  readonly ir: IrBlock;
  readonly pc: number;
  readonly mode: number;
  readonly count: number;
  readonly cycles: number;
  /** The operations begin at `base` of `code`, which many blocks share. */
  readonly code: Int32Array;
  readonly base: number;
  /** The operations alone, but memory operations go through the observer; made when first wanted. */
  observed: Int32Array | undefined;
  /** Made once the block has run a few times. */
  fast: FastCode | undefined;
  /** Place of each instruction's first operation, relative to `base`; one more element: the end. */
  readonly starts: Int32Array;
  /** Cycles of the instructions before each; one more element: all. */
  readonly cyclesBefore: Int32Array;
  readonly supervisor: boolean;
  /** The terminal, resolved: its kind (TERMINAL), the place of its value, its addresses. */
  readonly terminal: number;
  readonly value: number;
  readonly target: number;
  readonly next: number;
  /** Places of a system routine's arguments. */
  readonly args: readonly number[];
  /** Executions since it was lifted. */
  runs: number;
  /** Executions since lifted, or since the translator was last asked. */
  heat: number;
}

/**
 * A block's code without the slot writes that later instructions of the block overwrite (flags, most
 * of them), and without moves between slots and values where one place can serve for both. It is for
 * whole runs of the block; where one is left early, the writes left out are made up for: first the
 * deferred operations of the instructions done, then the slot writes that would still show.
 */
export interface FastCode {
  readonly code: Int32Array;
  readonly base: number;
  readonly starts: Int32Array;
  readonly deferredBase: number;
  readonly deferredStarts: Int32Array;
  /** Five words each: instruction, next instruction that writes the slot, place of the slot, place of the value, words. */
  readonly sets: Int32Array;
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
  trap: 3,
  system: 4,
  kernelCall: 5,
} as const;
