/**
 * A block in the form the interpreter runs: operations of FLAT_STRIDE words (flat operation number,
 * then places of result and arguments as word indices into the memory, then the immediate), constants
 * already in the pool, slots and values resolved to absolute places.
 *
 * All of it lies in `code`, a chunk that many blocks share: a large program has a hundred thousand
 * blocks, so a block is this object and its part of a chunk, and the IR is lifted again where wanted.
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
  readonly code: Int32Array;
  /** Where in `code` the operations begin. */
  readonly base: number;
  /** Where in `code`: place of each instruction's first operation relative to `base`, and the end. */
  readonly starts: number;
  /** Where in `code`: address of each instruction, and the end. */
  readonly pcs: number;
  /** Where in `code`: mode of each instruction, and the one behind the block; -1 if all are the block's. */
  readonly modes: number;
  /** Where in `code`: cycles of the instructions before each, and all. */
  readonly cyclesBefore: number;
  /** Constants of const64, constV and shuffleV. */
  readonly constants: readonly Int32Array[];
  /** The terminal, resolved: its kind (TERMINAL), the place of its value, its addresses. */
  readonly terminal: number;
  readonly value: number;
  readonly target: number;
  readonly next: number;
  /** Places of a system routine's arguments. */
  readonly args: readonly number[];
  /** The operations alone, but memory operations go through the observer; made when first wanted. */
  observed: Int32Array | undefined;
  /** Made once the block has run a few times. */
  fast: FastCode | undefined;
  /** Executions since it was lifted; and since the translator was last asked. */
  runs: number;
  heat: number;
  /** Cleared when any byte it was lifted from is overwritten. */
  valid: boolean;
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
  readonly starts: number;
  readonly deferredBase: number;
  readonly deferredStarts: number;
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
  /** A trap whose instruction does not count; one whose does is TRAP_COMPLETES. */
  trap: 3,
  system: 4,
  kernelCall: 5,
} as const;

export const TRAP_COMPLETES = 6;
