/** SSE and SSE2 floating-point arithmetic, compares and conversions: helpers on vectors in the scratch words. */
import type { I32, I64, V128 } from '@kml/core';
import { SSE_APPROXIMATE, SSE_COMPARE, SSE_OPERATE } from '../fp/sse-arithmetic.ts';
import { SSE_CONVERT_FLOAT, SSE_FROM_INTEGER, SSE_TO_INTEGER } from '../fp/sse-convert.ts';
import { CMP } from '../fp/sse-operations.ts';
import { GP, XM } from '../vectors.ts';
import { askedPacked, askedScalar, canAsk } from './asked.ts';
import { forgetControl, isAsked, isNative, MXCSR_AT } from './fp-mode.ts';
import type { Insn } from './insn.ts';
import { lowOnly } from './mmx.ts';
import {
  beginMmx,
  beginSse,
  enterMmx,
  getMmx,
  getXmm,
  mmxSource,
  setMmx,
  setXmm,
  source,
  source32,
  source64,
} from './simd-operands.ts';
import {
  nativeChopSingles,
  nativeFromDoublewords,
  nativePacked,
  nativePackedPredicate,
  nativeWiden,
} from './sse-packed.ts';
import {
  nativeCompare,
  nativeConvert,
  nativeFromGeneral,
  nativePredicate,
  nativeScalar,
  nativeToGeneral,
} from './sse-scalar.ts';
import { SCRATCH_AT } from './x87-common.ts';

type Handler = (x: Insn) => void;

/** Forms of the operations: packed or scalar, of singles or doubles. */
export type Shape = 'ps' | 'pd' | 'ss' | 'sd';

const LANE_BYTES = { ps: 4, pd: 8, ss: 4, sd: 8 } as const;
const LANE_COUNT = { ps: 4, pd: 2, ss: 1, sd: 1 } as const;

/** The operand in rm, of a shape: 16 aligned bytes, 8 or 4. */
function shapedSource(x: Insn, shape: Shape): V128 {
  return shape === 'sd' ? source64(x) : shape === 'ss' ? source32(x) : source(x);
}

/** Puts the low 64 bits (or all, `whole`) of a vector into the scratch words at `offset`. */
function putVector(x: Insn, value: V128, offset: number, whole: boolean): void {
  const b = x.b;
  b.poke64(b.const(0), b.lane64(value, 0), SCRATCH_AT + offset);
  if (whole) b.poke64(b.const(0), b.lane64(value, 1), SCRATCH_AT + offset + 8);
}

function result64(x: Insn, offset = 0): I64 {
  return x.b.peek64(x.b.const(0), SCRATCH_AT + offset);
}

function result128(x: Insn): V128 {
  const low = x.b.splat64(result64(x));
  return x.b.withLane64(low, result64(x, 8), 1);
}

/** Runs a helper on the scratch words; #XM if it says so. */
function run(x: Insn, helper: number, a: number, b: number, c: number): void {
  x.trapIf(x.b.helper(x.const(a), x.const(b), x.const(c), helper), XM);
}

/** Writes the scratch words' result to the destination: all of it, or the lowest lane. */
function setResult(x: Insn, shape: Shape): void {
  const b = x.b;
  if (shape === 'ps' || shape === 'pd') setXmm(x, x.reg, result128(x));
  else if (shape === 'sd') setXmm(x, x.reg, b.withLane64(getXmm(x, x.reg), result64(x), 0));
  else setXmm(x, x.reg, b.withLane32(getXmm(x, x.reg), b.peek32(b.const(0), SCRATCH_AT), 0));
}

function operateWith(x: Insn, op: number, shape: Shape): void {
  const s = shapedSource(x, shape);
  const whole = shape === 'ps' || shape === 'pd';
  putVector(x, getXmm(x, x.reg), 0, whole);
  putVector(x, s, 16, whole);
  run(x, SSE_OPERATE, op, LANE_BYTES[shape], LANE_COUNT[shape]);
  setResult(x, shape);
}

/** ADDPS and its kin, SQRTPS, MINPS, MAXPS. */
export function operate(op: number, shape: Shape): Handler {
  return (x) => {
    if (!beginSse(x)) return;
    if (!isNative(x)) {
      if (!isAsked(x) || !canAsk(op, shape)) operateWith(x, op, shape);
      else if (shape === 'sd') askedScalar(x, op);
      else askedPacked(x, op);
    } else if (shape === 'ss' || shape === 'sd') nativeScalar(x, op, shape);
    else nativePacked(x, op, shape);
  };
}

/** CMPPS and its kin: predicate in the immediate, of which three bits count. */
export function comparePredicate(shape: Shape): Handler {
  return (x) => {
    if (!beginSse(x)) return;
    if (!isNative(x)) operateWith(x, CMP + (x.imm & 7), shape);
    else if (shape === 'ss' || shape === 'sd') nativePredicate(x, x.imm & 7, shape);
    else nativePackedPredicate(x, x.imm & 7, shape);
  };
}

/** RCPPS, RSQRTPS, RCPSS, RSQRTSS. */
export function approximate(root: 0 | 1, shape: 'ps' | 'ss'): Handler {
  return (x) => {
    if (!beginSse(x)) return;
    putVector(x, shapedSource(x, shape), 16, shape === 'ps');
    x.b.helper(x.const(root), x.const(0), x.const(LANE_COUNT[shape]), SSE_APPROXIMATE);
    setResult(x, shape);
  };
}

/** COMISS, UCOMISS, COMISD, UCOMISD. */
export function compareFlags(shape: 'ss' | 'sd', signals: 0 | 1): Handler {
  return (x) => {
    if (!beginSse(x)) return;
    if (isNative(x)) {
      nativeCompare(x, shape);
      return;
    }
    const b = x.b;
    const s = shapedSource(x, shape);
    putVector(x, getXmm(x, x.reg), 0, false);
    putVector(x, s, 16, false);
    const word = b.helper(b.const(LANE_BYTES[shape]), b.const(signals), b.const(0), SSE_COMPARE);
    x.trapIf(b.ltS(word, b.const(0)), XM);
    const bit = (shift: number): I32 => b.and(b.shrU(word, b.const(shift)), b.const(1));
    x.flags.setCompare(bit(6), bit(2), bit(0));
  };
}

// ---- conversions

/** CVTPS2PD, CVTPD2PS: 8 bytes of singles to doubles, or two doubles to singles with zeros above. */
export function convertPacked(from: 'ps' | 'pd'): Handler {
  return (x) => {
    if (!beginSse(x)) return;
    if (from === 'ps' && isNative(x)) {
      nativeWiden(x, source64(x));
      return;
    }
    putVector(x, from === 'ps' ? source64(x) : source(x), 16, from === 'pd');
    run(x, SSE_CONVERT_FLOAT, LANE_BYTES[from], 2, 0);
    setXmm(x, x.reg, from === 'ps' ? result128(x) : lowOnly(x, result64(x)));
  };
}

/** CVTSS2SD, CVTSD2SS. */
export function convertScalar(from: 'ss' | 'sd'): Handler {
  return (x) => {
    if (!beginSse(x)) return;
    if (isNative(x)) {
      nativeConvert(x, from);
      return;
    }
    putVector(x, shapedSource(x, from), 16, false);
    run(x, SSE_CONVERT_FLOAT, LANE_BYTES[from], 1, 0);
    setResult(x, from === 'ss' ? 'sd' : 'ss');
  };
}

/** CVTPS2DQ, CVTTPS2DQ, CVTPD2DQ, CVTTPD2DQ. */
export function toDoublewords(from: 'ps' | 'pd', chop: 0 | 1): Handler {
  return (x) => {
    if (!beginSse(x)) return;
    if (from === 'ps' && chop === 1 && isNative(x)) {
      nativeChopSingles(x);
      return;
    }
    putVector(x, source(x), 16, true);
    run(x, SSE_TO_INTEGER, LANE_BYTES[from], LANE_COUNT[from], chop);
    setXmm(x, x.reg, from === 'ps' ? result128(x) : lowOnly(x, result64(x)));
  };
}

/** CVTDQ2PS, CVTDQ2PD. */
export function fromDoublewords(to: 'ps' | 'pd'): Handler {
  return (x) => {
    if (!beginSse(x)) return;
    if (to === 'pd') {
      // Exact.
      setXmm(x, x.reg, x.b.f64x2FromI32x4S(source64(x)));
      return;
    }
    if (isNative(x)) {
      nativeFromDoublewords(x);
      return;
    }
    putVector(x, source(x), 16, true);
    run(x, SSE_FROM_INTEGER, LANE_BYTES[to], LANE_COUNT[to], 0);
    setXmm(x, x.reg, result128(x));
  };
}

/** CVTSS2SI, CVTTSS2SI, CVTSD2SI, CVTTSD2SI Gd,W. */
export function toGeneral(from: 'ss' | 'sd', chop: 0 | 1): Handler {
  return (x) => {
    if (!beginSse(x)) return;
    if (isNative(x)) {
      nativeToGeneral(x, from, chop);
      return;
    }
    putVector(x, shapedSource(x, from), 16, false);
    run(x, SSE_TO_INTEGER, LANE_BYTES[from], 1, chop);
    x.set32(x.reg, x.b.peek32(x.const(0), SCRATCH_AT));
  };
}

/** CVTSI2SS, CVTSI2SD V,Ed. */
export function fromGeneral(to: 'ss' | 'sd'): Handler {
  return (x) => {
    if (!beginSse(x)) return;
    // A double of it is exact.
    if (to === 'sd' || isNative(x)) {
      nativeFromGeneral(x, to);
      return;
    }
    x.b.poke32(x.const(0), x.read(1), SCRATCH_AT + 16);
    run(x, SSE_FROM_INTEGER, LANE_BYTES[to], 1, 0);
    setResult(x, to);
  };
}

/** CVTPS2PI, CVTTPS2PI, CVTPD2PI, CVTTPD2PI Pq,W. */
export function toMmx(from: 'ps' | 'pd', chop: 0 | 1): Handler {
  return (x) => {
    if (!beginMmx(x)) return;
    putVector(x, from === 'ps' ? source64(x) : source(x), 16, from === 'pd');
    // As the processors do, before #XM may be raised.
    enterMmx(x);
    run(x, SSE_TO_INTEGER, LANE_BYTES[from], 2, chop);
    setMmx(x, x.reg, result64(x));
  };
}

/** CVTPI2PS, CVTPI2PD V,Qq. With a memory operand they leave the x87 state alone. */
export function fromMmx(to: 'ps' | 'pd'): Handler {
  return (x) => {
    const touches = !x.isMemory;
    if (!(touches ? beginMmx(x) : beginSse(x))) return;
    const b = x.b;
    const value = x.isMemory ? mmxSource(x) : getMmx(x, x.rm);
    b.poke64(b.const(0), value, SCRATCH_AT + 16);
    if (touches) enterMmx(x);
    run(x, SSE_FROM_INTEGER, LANE_BYTES[to], 2, 0);
    if (to === 'ps') setXmm(x, x.reg, b.withLane64(getXmm(x, x.reg), result64(x), 0));
    else setXmm(x, x.reg, result128(x));
  };
}

/** LDMXCSR: reserved bits are #GP(0). */
export function loadControl(x: Insn): void {
  if (!beginSse(x)) return;
  const b = x.b;
  const value = b.load32(x.mem(4));
  x.trapIf(b.and(value, b.const(~0xffff)), GP);
  b.poke32(b.const(0), value, MXCSR_AT);
  forgetControl(x);
}

/** STMXCSR. */
export function storeControl(x: Insn): void {
  if (!beginSse(x)) return;
  x.b.store32(x.mem(4, true), x.b.peek32(x.const(0), MXCSR_AT));
}
