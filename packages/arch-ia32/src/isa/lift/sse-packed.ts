/** Native packed SSE and SSE2: one operation of the host's where MXCSR is ordinary (fp-mode.ts), with the checks of float-check.ts. */
import type { I32, V128 } from '@kml/core';
import { ADD, DIV, MUL, SUB } from '@kml/core/softfloat';
import { MIN, SQRT } from '../fp/sse-operations.ts';
import { FloatCheck } from './float-check.ts';
import { usesRanges } from './float-range.ts';
import { AGAIN_SSE, againIf, knowledge } from './fp-mode.ts';
import type { Insn } from './insn.ts';
import { rangedArithmetic } from './packed-range.ts';
import { getXmm, setXmm, source } from './simd-operands.ts';
import { DOUBLES, SINGLES, type VectorOps, type VectorShape } from './vector-format.ts';

const opsOf = (shape: VectorShape): VectorOps => (shape === 'ps' ? SINGLES : DOUBLES);

const zeros = (x: Insn): V128 => x.b.constantV([0, 0, 0, 0]);

function knownNormal(x: Insn, f: VectorOps): Set<V128> {
  const { normal } = knowledge(x);
  return f === SINGLES ? normal.singles : normal.doubles;
}

function checkOperand(x: Insn, f: VectorOps, check: FloatCheck, v: V128): void {
  const { b } = x;
  const known = knownNormal(x, f);
  if (known.has(v)) return;
  known.add(v);
  const small = f.lt(b, check.size(v), b.constantV(f.least));
  const denormal = b.anyV(b.andV(small, f.ne(b, v, zeros(x))));
  check.operand(v, denormal, b.anyV(f.ne(b, v, v)));
}

/** Infinities are left to the exact code, whatever the operands. */
function checkFinite(x: Insn, f: VectorOps, check: FloatCheck, v: V128): void {
  const { b } = x;
  const finite = f.lt(b, check.size(v), b.constantV(f.infinity));
  check.finite(v, b.anyV(b.xorV(finite, b.constantV([-1, -1, -1, -1]))));
}

/** No lane is tiny, but those where `exact` has ones. */
function checkLarge(x: Insn, f: VectorOps, check: FloatCheck, v: V128, exact: V128): void {
  const { b } = x;
  const tiny = f.le(b, check.size(v), b.constantV(f.least));
  check.large(v, b.anyV(b.andnotV(tiny, exact)));
  knownNormal(x, f).add(v);
}

function arithmetic(x: Insn, f: VectorOps, check: FloatCheck, op: number, first: V128, second: V128): V128 {
  const { b } = x;
  const isZero = (v: V128): V128 => f.eq(b, v, zeros(x));
  switch (op) {
    case ADD:
    case SUB: {
      const result = op === ADD ? f.add(b, first, second) : f.sub(b, first, second);
      checkFinite(x, f, check, result);
      return result;
    }
    case MUL: {
      const result = f.mul(b, first, second);
      checkFinite(x, f, check, result);
      checkLarge(x, f, check, result, b.orV(isZero(first), isZero(second)));
      return result;
    }
    case DIV: {
      const result = f.div(b, first, second);
      checkFinite(x, f, check, result);
      checkLarge(x, f, check, result, isZero(first));
      return result;
    }
    default: {
      const keep = op === MIN ? f.lt(b, first, second) : f.gt(b, first, second);
      return b.bitselectV(first, second, keep);
    }
  }
}

/** ADDPS to SQRTPS, MINPS, MAXPS and their like in doubles. isNative holds. */
export function nativePacked(x: Insn, op: number, shape: VectorShape): void {
  const f = opsOf(shape);
  const check = new FloatCheck(x, f);
  const second = source(x);
  if (usesRanges(x) && (op === ADD || op === SUB || op === MUL || op === DIV)) {
    setXmm(x, x.reg, rangedArithmetic(x, f, op, getXmm(x, x.reg), second));
    return;
  }
  checkOperand(x, f, check, second);
  if (op === SQRT) {
    const result = f.sqrt(x.b, second);
    checkFinite(x, f, check, result);
    check.settle();
    setXmm(x, x.reg, result);
    return;
  }
  const first = getXmm(x, x.reg);
  checkOperand(x, f, check, first);
  const result = arithmetic(x, f, check, op, first, second);
  check.settle();
  setXmm(x, x.reg, result);
}

/** Predicates of CMPPS by number: of ordered operands. */
const PREDICATES = ['eq', 'lt', 'le', undefined, 'ne', 'ge', 'gt', undefined] as const;

/** CMPPS, CMPPD. */
export function nativePackedPredicate(x: Insn, predicate: number, shape: VectorShape): void {
  const f = opsOf(shape);
  const check = new FloatCheck(x, f);
  const second = source(x);
  const first = getXmm(x, x.reg);
  checkOperand(x, f, check, second);
  checkOperand(x, f, check, first);
  check.settle();
  const name = PREDICATES[predicate];
  const whole = predicate === 7 ? -1 : 0;
  setXmm(x, x.reg, name === undefined ? x.b.constantV([whole, whole, whole, whole]) : f[name](x.b, first, second));
}

/** CVTDQ2PS: inexact at most. */
export function nativeFromDoublewords(x: Insn): void {
  setXmm(x, x.reg, x.b.f32x4FromI32x4S(source(x)));
}

function size(x: Insn, v: V128): V128 {
  return x.b.andV(v, x.b.constantV(SINGLES.unsigned));
}

/** CVTTPS2DQ: singles below 2^31. */
export function nativeChopSingles(x: Insn): void {
  const { b } = x;
  const s = source(x);
  const bound = 0x4f00_0000;
  const fits = b.ltF32x4(size(x, s), b.constantV([bound, bound, bound, bound]));
  againIf(x, b.ne(b.bitmask32x4(fits), b.const(15)), AGAIN_SSE);
  setXmm(x, x.reg, b.i32x4FromF32x4SatS(s));
}

/** Whether a condition holds in any of the two lowest lanes of four. */
function anyLow(x: Insn, mask: V128): I32 {
  return x.b.ne(x.b.and(x.b.bitmask32x4(mask), x.b.const(3)), x.b.const(0));
}

/** CVTPS2PD, of the two lowest singles of `v`. Denormals are left to the exact code. */
export function nativeWiden(x: Insn, v: V128): void {
  const { b } = x;
  const small = b.ltF32x4(size(x, v), b.constantV(SINGLES.least));
  againIf(x, b.andThen(anyLow(x, small), anyLow(x, b.andV(small, b.neF32x4(v, zeros(x))))), AGAIN_SSE);
  againIf(x, anyLow(x, b.neF32x4(v, v)), AGAIN_SSE);
  setXmm(x, x.reg, b.promoteLowF32x4(v));
}
