import type { Slot } from '../cpu/layout.ts';
import type { SteadyCall } from '../engine/engine-types.ts';
import type { ValueType } from './ops.ts';

/** A value of a block: its number, typed. */
export type Value<T extends ValueType = ValueType> = number & { readonly __valueType: T };
export type I32 = Value<'i32'>;
export type I64 = Value<'i64'>;
export type F32 = Value<'f32'>;
export type F64 = Value<'f64'>;
export type V128 = Value<'v128'>;

/**
 * How a block ends. Program counters are guest virtual addresses as int32.
 * For every kind but `jump` after a full block, the terminal belongs to the block's last instruction.
 *
 * `inPlace`, the address behind the instruction, is the translator's own mark: the engine is to do it
 * within translated code's call (wasm/in-place.ts). So is `steady` of a kernel call: the last answer is given again
 * where it holds, and state stays where it is (wasm/steady-call.ts).
 */
export type Terminal =
  /** To a known address. */
  | { readonly kind: 'jump'; readonly target: number }
  /** Conditional: `cond` non-zero goes to `taken`, else `next`. */
  | { readonly kind: 'branch'; readonly cond: I32; readonly taken: number; readonly next: number }
  /** A subroutine call to a known address; the lift has stored the return address already. */
  | { readonly kind: 'call'; readonly target: number; readonly returnTo: number }
  /** A subroutine call to a computed address. */
  | { readonly kind: 'callIndirect'; readonly target: I32; readonly returnTo: number }
  /** A subroutine return. */
  | { readonly kind: 'return'; readonly target: I32 }
  /** Any other computed jump. */
  | { readonly kind: 'jumpIndirect'; readonly target: I32 }
  /** Raises trap `vector` (ISA's own numbering) with this error code, PC at this instruction. The instruction counts as not executed unless `completes`. */
  | {
      readonly kind: 'trap';
      readonly vector: number;
      readonly error: I32;
      readonly completes: boolean;
      readonly inPlace?: number;
    }
  /**
   * Runs the ISA's system routine `routine` on the whole CPU state (all slots in memory, pc at this
   * instruction); the routine sets pc (and perhaps mode, address space, …) and the engine looks afresh.
   * Counts as executed before it runs, unless it raises a fault. One that never raises any (`faults`
   * false) may follow slot writes of its own instruction.
   */
  | {
      readonly kind: 'system';
      readonly routine: number;
      readonly args: readonly I32[];
      readonly next: number;
      readonly faults?: false;
      readonly inPlace?: number;
    }
  /**
   * Goes on at a computed address under a computed mode word: a trap of vector `trap` that the lift has
   * done but for this (whatever the CPU notes and masks are slot writes), or, without one, a return from
   * a trap. Counts as executed, and is followed by the look at interrupts that follows a trap or system routine.
   * `comesBack`: code within the kernel that changes its mode and will come back to the one it has, as from a trap;
   * so translated code keeps it on its stack. Of no effect otherwise.
   */
  | {
      readonly kind: 'switchMode';
      readonly target: I32;
      readonly mode: I32;
      readonly next: number;
      readonly trap?: number | undefined;
      readonly comesBack?: true | undefined;
      readonly inPlace?: number;
    }
  /** The kernel call: runs the kernel in place. pc slot is `next` when it runs; counts as executed before it runs. */
  | { readonly kind: 'kernelCall'; readonly number: number; readonly next: number; readonly steady?: SteadyCall };

/** Words of one encoded operation in `IrBlock.code`. */
export const OP_STRIDE = 6;
/** Places within an encoded operation: operation number, result value (-1: none), arguments, immediate. */
export const OP_NUM = 0;
export const OP_DST = 1;
export const OP_A = 2;
export const OP_B = 3;
export const OP_C = 4;
export const OP_IMM = 5;

/** A straight-line piece of guest code, lifted. Values do not outlive their block; only slots do. */
export interface IrBlock {
  /** Address of the first instruction, and the mode word it was lifted under. */
  readonly pc: number;
  readonly mode: number;
  /** Address behind the last instruction. */
  readonly endPc: number;
  /** Guest instructions in the block; the three arrays have one element for each. */
  readonly count: number;
  readonly insnPc: readonly number[];
  /** Index (in operations) of the instruction's first operation; the last element + 1 is the number of operations. */
  readonly insnFirstOp: readonly number[];
  readonly insnCycles: readonly number[];
  /** Mode word under which each instruction is resumed where the block is left at it; undefined if it is `mode` for all. */
  readonly insnMode?: readonly number[] | undefined;
  /** Mode word behind the block. */
  readonly endMode: number;
  /** Sum of insnCycles. */
  readonly cycles: number;
  /** Operations, OP_STRIDE words each. Slot immediates hold the slot's byte offset in the state. */
  readonly code: readonly number[];
  readonly valueTypes: readonly ValueType[];
  /** Constant pool of const64, constV and shuffleV. */
  readonly constants: readonly Int32Array[];
  readonly terminal: Terminal;
  /** The translator's own mark: the instructions with which further blocks begin that were made one with this (wasm/join-blocks.ts). */
  readonly joins?: readonly number[];
}

/** A slot of a given type, for the builder's typed accessors. */
export type SlotOf<T extends ValueType> = Slot & { readonly type: T };
