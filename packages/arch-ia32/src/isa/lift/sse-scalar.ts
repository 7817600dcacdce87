/**
 * Native scalar SSE and SSE2: one operation of the host's where MXCSR is ordinary (fp-mode.ts), with
 * checks for what raises a flag other than PE or is a NaN; these are done again by the exact code.
 * SDM vol. 1, 11.5; tininess is detected after rounding (4.9.1.5), so that a result equal to the
 * least normal number may have been tiny.
 */
import type { I32, V128 } from '@kml/core';
import { ADD, DIV, MUL, SUB } from '@kml/core/softfloat';
import { MAX, MIN, SQRT } from '../fp/sse-arithmetic.ts';
import { DOUBLE_OPS, type Float, formatOf, type ScalarOps, SINGLE_OPS } from './float-format.ts';
import { againIf, knowledge } from './fp-mode.ts';
import type { Insn } from './insn.ts';
import { getXmm, setXmm } from './simd-operands.ts';

/** MXCSR's denormal flag, and that with the underflow flag: once they are set, tiny numbers raise nothing new. */
export const DENORMAL = 0x02;
export const TINY = 0x12;

/** Lowest lane of a vector. */
export function lowLane(x: Insn, f: ScalarOps, vector: V128): Float {
  const lanes: Map<V128, Float> = f.bytes === 4 ? knowledge(x).singles : knowledge(x).doubles;
  let value = lanes.get(vector);
  if (value === undefined) {
    value = f.lane(x.b, vector);
    lanes.set(vector, value);
  }
  return value;
}

/** A vector with its lowest lane replaced; remembers what that is. */
export function withLow(x: Insn, f: ScalarOps, vector: V128, value: Float): V128 {
  const result = f.withLane(x.b, vector, value);
  const lanes: Map<V128, Float> = f.bytes === 4 ? knowledge(x).singles : knowledge(x).doubles;
  lanes.set(result, value);
  return result;
}

/** The operand in rm: memory or a register's lowest lane. */
export function scalarSource(x: Insn, f: ScalarOps): Float {
  return x.isMemory ? f.load(x.b, x.mem(f.bytes)) : lowLane(x, f, getXmm(x, x.rm));
}

/** Writes the lowest lane of the register in reg. */
export function setLow(x: Insn, f: ScalarOps, value: Float): void {
  setXmm(x, x.reg, withLow(x, f, getXmm(x, x.reg), value));
}

/** Whether MXCSR lacks some of these flags. */
export function lacks(x: Insn, flags: number): I32 {
  const { b } = x;
  return b.ne(b.and(knowledge(x).mxcsr!, b.const(flags)), b.const(flags));
}

/** Sees to it that an operand is no denormal (or that the flag is set already). */
function needNormal(x: Insn, f: ScalarOps, value: Float): void {
  const { b } = x;
  const { values: normal } = knowledge(x).normal;
  if (normal.has(value)) return;
  normal.add(value);
  const small = f.lt(b, f.abs(b, value), f.constant(b, f.least));
  againIf(x, b.andThen(small, b.and(f.ne(b, value, f.constant(b, 0)), lacks(x, DENORMAL))));
}

const isInfinite = (x: Insn, f: ScalarOps, value: Float): I32 =>
  f.eq(x.b, f.abs(x.b, value), f.constant(x.b, Number.POSITIVE_INFINITY));

/** Sees to it that a result is finite, or infinite because an operand of these is. */
function needFinite(x: Insn, f: ScalarOps, result: Float, operands: readonly Float[]): void {
  const { b } = x;
  const infinite = b.eqz(f.lt(b, f.abs(b, result), f.constant(b, Number.POSITIVE_INFINITY)));
  const [first, ...others] = operands.map((operand) => isInfinite(x, f, operand));
  const anyInfinite = others.reduce((all, other) => b.or(all, other), first!);
  againIf(x, b.andThen(infinite, b.eqz(b.and(anyInfinite, f.eq(b, result, result)))));
}

/** Sees to it that a result is not tiny unless `exact` (where the flags are set already, it may be). */
function needLarge(x: Insn, f: ScalarOps, result: Float, exact: I32): void {
  const { b } = x;
  const tiny = f.le(b, f.abs(b, result), f.constant(b, f.least));
  againIf(x, b.andThen(tiny, b.and(b.eqz(exact), lacks(x, TINY))));
  knowledge(x).normal.values.add(result);
}

const isZero = (x: Insn, f: ScalarOps, value: Float): I32 => f.eq(x.b, value, f.constant(x.b, 0));

/** Sum or difference: a tiny one is exact. */
function sum(x: Insn, f: ScalarOps, op: 'add' | 'sub', first: Float, second: Float): Float {
  const result = f[op](x.b, first, second);
  needFinite(x, f, result, [first, second]);
  return result;
}

function product(x: Insn, f: ScalarOps, first: Float, second: Float): Float {
  const result = f.mul(x.b, first, second);
  needFinite(x, f, result, [first, second]);
  needLarge(x, f, result, x.b.or(isZero(x, f, first), isZero(x, f, second)));
  return result;
}

function quotient(x: Insn, f: ScalarOps, first: Float, second: Float): Float {
  const result = f.div(x.b, first, second);
  needFinite(x, f, result, [first]);
  needLarge(x, f, result, x.b.or(isZero(x, f, first), isInfinite(x, f, second)));
  return result;
}

function root(x: Insn, f: ScalarOps, value: Float): Float {
  const result = f.sqrt(x.b, value);
  needFinite(x, f, result, [value]);
  knowledge(x).normal.values.add(result);
  return result;
}

/** Sees to it that neither is a NaN. */
function needOrdered(x: Insn, f: ScalarOps, first: Float, second: Float): void {
  const { b } = x;
  const unordered = first === second ? f.ne(b, first, first) : b.or(f.ne(b, first, first), f.ne(b, second, second));
  againIf(x, unordered);
}

/** MINSS and its kin: the second operand unless the first is less (greater). */
function extreme(x: Insn, f: ScalarOps, op: number, first: Float, second: Float): void {
  const { b } = x;
  needOrdered(x, f, first, second);
  const keep = op === MIN ? f.lt(b, first, second) : f.gt(b, first, second);
  const vector = getXmm(x, x.reg);
  setXmm(x, x.reg, b.selectV(vector, withLow(x, f, vector, second), keep));
}

/** ADDSS to SQRTSD, MINSS, MAXSS and their like in doubles. isNative holds. */
export function nativeScalar(x: Insn, op: number, shape: 'ss' | 'sd'): void {
  const f = formatOf(shape);
  const second = scalarSource(x, f);
  needNormal(x, f, second);
  if (op === SQRT) {
    setLow(x, f, root(x, f, second));
    return;
  }
  const first = lowLane(x, f, getXmm(x, x.reg));
  needNormal(x, f, first);
  switch (op) {
    case ADD:
      setLow(x, f, sum(x, f, 'add', first, second));
      return;
    case SUB:
      setLow(x, f, sum(x, f, 'sub', first, second));
      return;
    case MUL:
      setLow(x, f, product(x, f, first, second));
      return;
    case DIV:
      setLow(x, f, quotient(x, f, first, second));
      return;
    case MIN:
    case MAX:
      extreme(x, f, op, first, second);
      return;
    default:
      throw new TypeError(`no native SSE operation ${op}`);
  }
}

/** Predicates of CMPSS by number: of ordered operands. */
const PREDICATES = ['eq', 'lt', 'le', undefined, 'ne', 'ge', 'gt', undefined] as const;

/** CMPSS, CMPSD. */
export function nativePredicate(x: Insn, predicate: number, shape: 'ss' | 'sd'): void {
  const { b } = x;
  const f = formatOf(shape);
  const second = scalarSource(x, f);
  const first = lowLane(x, f, getXmm(x, x.reg));
  needNormal(x, f, second);
  needNormal(x, f, first);
  needOrdered(x, f, first, second);
  const name = PREDICATES[predicate];
  const holds = name === undefined ? b.const(predicate === 7 ? 1 : 0) : f[name](b, first, second);
  const mask = b.sub(b.const(0), holds);
  const vector = getXmm(x, x.reg);
  const result = shape === 'ss' ? b.withLane32(vector, mask, 0) : b.withLane64(vector, b.extendS(mask), 0);
  setXmm(x, x.reg, result);
}

/** COMISS, UCOMISS, COMISD, UCOMISD. */
export function nativeCompare(x: Insn, shape: 'ss' | 'sd'): void {
  const { b } = x;
  const f = formatOf(shape);
  const second = scalarSource(x, f);
  const first = lowLane(x, f, getXmm(x, x.reg));
  needNormal(x, f, second);
  needNormal(x, f, first);
  needOrdered(x, f, first, second);
  x.flags.setOrderedCompare(f.eq(b, first, second), f.lt(b, first, second), f, first, second);
}

/** CVTSS2SD, CVTSD2SS. */
export function nativeConvert(x: Insn, from: 'ss' | 'sd'): void {
  const { b } = x;
  const value = scalarSource(x, formatOf(from));
  needNormal(x, formatOf(from), value);
  if (from === 'ss') {
    const single = value as ReturnType<typeof b.loadF32>;
    againIf(x, b.neF32(single, single));
    const result = b.promote(single);
    knowledge(x).normal.values.add(result);
    setLow(x, DOUBLE_OPS, result);
    return;
  }
  const double = value as ReturnType<typeof b.loadF64>;
  const result = b.demote(double);
  const size = b.absF32(result);
  const infinite = b.eqz(SINGLE_OPS.lt(b, size, SINGLE_OPS.constant(b, Number.POSITIVE_INFINITY)));
  againIf(x, b.andThen(infinite, b.eqz(isInfinite(x, DOUBLE_OPS, double))));
  needLarge(x, SINGLE_OPS, result, isZero(x, DOUBLE_OPS, double));
  setLow(x, SINGLE_OPS, result);
}

/** CVTSS2SI, CVTTSS2SI, CVTSD2SI, CVTTSD2SI Gd,W: what does not surely fit is done again. */
export function nativeToGeneral(x: Insn, from: 'ss' | 'sd', chop: 0 | 1): void {
  const { b } = x;
  const f = formatOf(from);
  const value = scalarSource(x, f);
  const limit = chop || from === 'ss' ? 2 ** 31 : 2 ** 31 - 1;
  againIf(x, b.eqz(f.lt(b, f.abs(b, value), f.constant(b, limit))));
  x.set32(x.reg, f.toInt32(b, chop ? value : f.nearest(b, value)));
}

/** CVTSI2SS, CVTSI2SD V,Ed. */
export function nativeFromGeneral(x: Insn, to: 'ss' | 'sd'): void {
  const f = formatOf(to);
  const result = f.fromInt32(x.b, x.read(1));
  knowledge(x).normal.values.add(result);
  setLow(x, f, result);
}
