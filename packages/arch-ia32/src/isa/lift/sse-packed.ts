/** Native packed SSE and SSE2: as sse-scalar.ts, all lanes at once. */
import type { BlockBuilder, I32, V128 } from '@kml/core';
import { ADD, DIV, MUL, SUB } from '@kml/core/softfloat';
import { MIN, SQRT } from '../fp/sse-arithmetic.ts';
import { againIf, knowledge, type VectorShape } from './fp-mode.ts';
import type { Insn } from './insn.ts';
import { getXmm, setXmm, source } from './simd-operands.ts';
import { DENORMAL, lacks, TINY } from './sse-scalar.ts';

type Binary = (b: BlockBuilder, x: V128, y: V128) => V128;

/** IR operations on one shape's vectors, and constants in all lanes. */
interface VectorOps {
  readonly add: Binary;
  readonly sub: Binary;
  readonly mul: Binary;
  readonly div: Binary;
  sqrt(b: BlockBuilder, x: V128): V128;
  readonly eq: Binary;
  readonly ne: Binary;
  readonly lt: Binary;
  readonly le: Binary;
  readonly gt: Binary;
  readonly ge: Binary;
  /** All bits but the signs; the least normal number; infinity. */
  readonly unsigned: readonly [number, number, number, number];
  readonly least: readonly [number, number, number, number];
  readonly infinity: readonly [number, number, number, number];
}

const SINGLES: VectorOps = {
  add: (b, x, y) => b.addF32x4(x, y),
  sub: (b, x, y) => b.subF32x4(x, y),
  mul: (b, x, y) => b.mulF32x4(x, y),
  div: (b, x, y) => b.divF32x4(x, y),
  sqrt: (b, x) => b.sqrtF32x4(x),
  eq: (b, x, y) => b.eqF32x4(x, y),
  ne: (b, x, y) => b.neF32x4(x, y),
  lt: (b, x, y) => b.ltF32x4(x, y),
  le: (b, x, y) => b.leF32x4(x, y),
  gt: (b, x, y) => b.gtF32x4(x, y),
  ge: (b, x, y) => b.geF32x4(x, y),
  unsigned: [0x7fff_ffff, 0x7fff_ffff, 0x7fff_ffff, 0x7fff_ffff],
  least: [0x80_0000, 0x80_0000, 0x80_0000, 0x80_0000],
  infinity: [0x7f80_0000, 0x7f80_0000, 0x7f80_0000, 0x7f80_0000],
};

const DOUBLES: VectorOps = {
  add: (b, x, y) => b.addF64x2(x, y),
  sub: (b, x, y) => b.subF64x2(x, y),
  mul: (b, x, y) => b.mulF64x2(x, y),
  div: (b, x, y) => b.divF64x2(x, y),
  sqrt: (b, x) => b.sqrtF64x2(x),
  eq: (b, x, y) => b.eqF64x2(x, y),
  ne: (b, x, y) => b.neF64x2(x, y),
  lt: (b, x, y) => b.ltF64x2(x, y),
  le: (b, x, y) => b.leF64x2(x, y),
  gt: (b, x, y) => b.gtF64x2(x, y),
  ge: (b, x, y) => b.geF64x2(x, y),
  unsigned: [-1, 0x7fff_ffff, -1, 0x7fff_ffff],
  least: [0, 0x10_0000, 0, 0x10_0000],
  infinity: [0, 0x7ff0_0000, 0, 0x7ff0_0000],
};

const opsOf = (shape: VectorShape): VectorOps => (shape === 'ps' ? SINGLES : DOUBLES);

function size(x: Insn, f: VectorOps, v: V128): V128 {
  return x.b.andV(v, x.constV(f.unsigned));
}

const zeros = (x: Insn): V128 => x.constV([0, 0, 0, 0]);

function needNormal(x: Insn, f: VectorOps, v: V128): void {
  const { b } = x;
  const { normal } = knowledge(x);
  const known = f === SINGLES ? normal.singles : normal.doubles;
  if (known.has(v)) return;
  known.add(v);
  const small = f.lt(b, size(x, f, v), x.constV(f.least));
  const denormal = b.andV(small, f.ne(b, v, zeros(x)));
  againIf(x, b.andThen(b.anyV(small), b.and(b.anyV(denormal), lacks(x, DENORMAL))));
}

/** All lanes of a result are finite; others are done again. */
function needFinite(x: Insn, f: VectorOps, result: V128): void {
  const { b } = x;
  const finite = f.lt(b, size(x, f, result), x.constV(f.infinity));
  againIf(x, b.anyV(b.xorV(finite, x.constV([-1, -1, -1, -1]))));
}

/** No lane of a result is tiny, but those where `exact` has ones. */
function needLarge(x: Insn, f: VectorOps, result: V128, exact: V128): void {
  const { b } = x;
  const tiny = f.le(b, size(x, f, result), x.constV(f.least));
  againIf(x, b.andThen(b.anyV(tiny), b.and(b.anyV(b.andnotV(tiny, exact)), lacks(x, TINY))));
  const { normal } = knowledge(x);
  (f === SINGLES ? normal.singles : normal.doubles).add(result);
}

function needOrdered(x: Insn, f: VectorOps, first: V128, second: V128): void {
  const { b } = x;
  againIf(x, b.anyV(b.orV(f.ne(b, first, first), f.ne(b, second, second))));
}

function arithmetic(x: Insn, f: VectorOps, op: number, first: V128, second: V128): V128 {
  const { b } = x;
  const isZero = (v: V128): V128 => f.eq(b, v, zeros(x));
  switch (op) {
    case ADD:
    case SUB: {
      const result = op === ADD ? f.add(b, first, second) : f.sub(b, first, second);
      needFinite(x, f, result);
      return result;
    }
    case MUL: {
      const result = f.mul(b, first, second);
      needFinite(x, f, result);
      needLarge(x, f, result, b.orV(isZero(first), isZero(second)));
      return result;
    }
    case DIV: {
      const result = f.div(b, first, second);
      needFinite(x, f, result);
      needLarge(x, f, result, isZero(first));
      return result;
    }
    default: {
      needOrdered(x, f, first, second);
      const keep = op === MIN ? f.lt(b, first, second) : f.gt(b, first, second);
      return b.bitselectV(first, second, keep);
    }
  }
}

/** ADDPS to SQRTPS, MINPS, MAXPS and their like in doubles. isNative holds. */
export function nativePacked(x: Insn, op: number, shape: VectorShape): void {
  const f = opsOf(shape);
  const second = source(x);
  needNormal(x, f, second);
  if (op === SQRT) {
    const result = f.sqrt(x.b, second);
    needFinite(x, f, result);
    setXmm(x, x.reg, result);
    return;
  }
  const first = getXmm(x, x.reg);
  needNormal(x, f, first);
  setXmm(x, x.reg, arithmetic(x, f, op, first, second));
}

/** Predicates of CMPPS by number: of ordered operands. */
const PREDICATES = ['eq', 'lt', 'le', undefined, 'ne', 'ge', 'gt', undefined] as const;

/** CMPPS, CMPPD. */
export function nativePackedPredicate(x: Insn, predicate: number, shape: VectorShape): void {
  const f = opsOf(shape);
  const second = source(x);
  const first = getXmm(x, x.reg);
  needNormal(x, f, second);
  needNormal(x, f, first);
  needOrdered(x, f, first, second);
  const name = PREDICATES[predicate];
  const whole = predicate === 7 ? -1 : 0;
  setXmm(x, x.reg, name === undefined ? x.constV([whole, whole, whole, whole]) : f[name](x.b, first, second));
}

/** CVTDQ2PS: inexact at most. */
export function nativeFromDoublewords(x: Insn): void {
  setXmm(x, x.reg, x.b.f32x4FromI32x4S(source(x)));
}

/** CVTTPS2DQ: singles below 2^31. */
export function nativeChopSingles(x: Insn): void {
  const { b } = x;
  const s = source(x);
  const bound = 0x4f00_0000;
  const fits = b.ltF32x4(size(x, SINGLES, s), x.constV([bound, bound, bound, bound]));
  againIf(x, b.anyV(b.xorV(fits, x.constV([-1, -1, -1, -1]))));
  setXmm(x, x.reg, b.i32x4FromF32x4SatS(s));
}

/** Whether a condition holds in any of the two lowest lanes of four. */
function anyLow(x: Insn, mask: V128): I32 {
  return x.b.eqz(x.b.eqz64(x.b.lane64(mask, 0)));
}

/** CVTPS2PD: of two singles `v`, the lowest. */
export function nativeWiden(x: Insn, v: V128): void {
  const { b } = x;
  const small = b.ltF32x4(size(x, SINGLES, v), x.constV(SINGLES.least));
  const denormal = b.andV(small, b.neF32x4(v, zeros(x)));
  againIf(x, b.andThen(anyLow(x, small), b.and(anyLow(x, denormal), lacks(x, DENORMAL))));
  againIf(x, anyLow(x, b.neF32x4(v, v)));
  setXmm(x, x.reg, b.promoteLowF32x4(v));
}
