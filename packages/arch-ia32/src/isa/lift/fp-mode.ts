/**
 * Where floating point is native: SSE arithmetic is lifted to the host's, on the assumption that MXCSR
 * is ordinary and the operands and results are too. What turns out otherwise is done again (FP_AGAIN)
 * under a mode word that says how: one instruction by the exact code (MODE_FP_ONCE), or all of them
 * (MODE_FP_EXACT) until MXCSR is ordinary again; or with a check of each operation (MODE_FP_WIDE), until the
 * next trap, where operands were too large or too small for float-range.ts.
 */

import type { BlockBuilder, Cpu, F32, F64, I32, V128 } from '@kml/core';
import { isOrdinary, isUnrounded, ORDINARY, ORDINARY_MASK, UNROUNDED } from '../fp/sse-state.ts';
import {
  layout,
  MODE_FP_ASKED,
  MODE_FP_EXACT,
  MODE_FP_ONCE,
  MODE_FP_WIDE,
  MODE_X87_EXACT,
  SSE_STATE,
} from '../state.ts';
import { FP_AGAIN } from '../vectors.ts';
import type { Range } from './float-range.ts';
import type { Insn } from './insn.ts';

export const MXCSR_AT = layout.array('sse').offset + SSE_STATE.mxcsr;

/** Why an instruction is done again: of SSE, what an operand, result or MXCSR is, or an operand's size; of the x87, a value, or the control word. */
export const AGAIN_SSE = 0;
export const AGAIN_VALUE = 1;
export const AGAIN_CONTROL = 2;
export const AGAIN_RANGE = 3;
/** MXCSR is not the ordinary one; where only nothing was inexact yet, MODE_FP_ASKED will do. */
export const AGAIN_ASKED = 4;

/** IsaBackend.deliverTrap for FP_AGAIN: the mode word the instruction is done under. */
export function chooseFpMode(cpu: Cpu, why: number): void {
  if (why === AGAIN_CONTROL) cpu.mode ^= MODE_X87_EXACT;
  else if (why === AGAIN_VALUE) cpu.mode |= MODE_FP_ONCE;
  else if (why === AGAIN_RANGE) cpu.mode |= MODE_FP_WIDE;
  else {
    const now = cpu.mode & (MODE_FP_EXACT | MODE_FP_ASKED);
    const mode = modeByControl(cpu, why === AGAIN_ASKED || (now & MODE_FP_ASKED) !== 0);
    // Where MXCSR is as it was taken to be, it is something else that needs the exact code.
    if (mode === now) cpu.mode |= MODE_FP_ONCE;
    else cpu.mode = (cpu.mode & ~now) | mode;
  }
}

/** How SSE is lifted by what MXCSR is; `asks` if that may be MODE_FP_ASKED. */
function modeByControl(cpu: Cpu, asks: boolean): number {
  if (isOrdinary(cpu)) return 0;
  return asks && isUnrounded(cpu) ? MODE_FP_ASKED : MODE_FP_EXACT;
}

/** Does the instruction again if `cond` is non-zero. */
export function againIf(x: Insn, cond: I32, why: number): void {
  x.b.trapIf(cond, x.const(why), FP_AGAIN);
}

/** What the block being lifted knows of SSE values. */
class Known {
  /** MXCSR, where the block has found it ordinary. */
  mxcsr: I32 | undefined;
  /** Values that are no denormals (or the flag is set already): scalars, and vectors of either format, which are no NaNs either. */
  readonly normal = { values: new Set<number>(), singles: new Set<V128>(), doubles: new Set<V128>() };
  /** Scalars that are no NaNs. */
  readonly numbers = new Set<F32 | F64>();
  /** What sizes scalars have, zero aside. */
  readonly ranges = new Map<F32 | F64, Range>();
  /** The same of vectors of either format, all lanes. */
  readonly vectors = { singles: new Map<V128, Range>(), doubles: new Map<V128, Range>() };
  /** Scalars that are not zero. */
  readonly nonzero = new Set<F32 | F64>();
  /** Lowest lanes of vectors. */
  readonly lanes = { singles: new Map<V128, F32>(), doubles: new Map<V128, F64>() };
}

let known = new Known();
let knownOf: BlockBuilder | undefined;

export function knowledge(x: Insn): Known {
  if (knownOf !== x.b) {
    knownOf = x.b;
    known = new Known();
  }
  return known;
}

/** MXCSR may have been written. */
export function forgetControl(x: Insn): void {
  knowledge(x).mxcsr = undefined;
}

/** Whether floating point may be native at all, and for this one instruction. */
export function mayBeNative(x: Insn): boolean {
  return x.context.optimisations.nativeFp && (x.mode & MODE_FP_ONCE) === 0;
}

/** Whether the instruction is to be lifted to native arithmetic; has then seen to MXCSR. */
export function isNative(x: Insn): boolean {
  if (!mayBeNative(x)) return false;
  const { b } = x;
  const facts = knowledge(x);
  if (x.mode & MODE_FP_EXACT) {
    const control = b.and(b.peek32(b.const(0), MXCSR_AT), b.const(ORDINARY_MASK));
    againIf(x, b.eq(control, b.const(ORDINARY)), AGAIN_SSE);
    return false;
  }
  const asks = (x.mode & MODE_FP_ASKED) !== 0;
  if (facts.mxcsr === undefined) {
    facts.mxcsr = b.peek32(b.const(0), MXCSR_AT);
    const wanted = b.const(asks ? UNROUNDED : ORDINARY);
    const why = asks || !x.context.optimisations.floatRanges ? AGAIN_SSE : AGAIN_ASKED;
    againIf(x, b.ne(b.and(facts.mxcsr, b.const(ORDINARY_MASK)), wanted), why);
  }
  return !asks;
}

/** Whether an instruction for which isNative does not hold may be asked if it is exact. */
export function isAsked(x: Insn): boolean {
  return mayBeNative(x) && (x.mode & (MODE_FP_ASKED | MODE_FP_WIDE | MODE_FP_EXACT)) === MODE_FP_ASKED;
}
