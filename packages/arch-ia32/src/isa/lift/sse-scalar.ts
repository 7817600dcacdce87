/** Native scalar SSE and SSE2: one operation of the host's where MXCSR is ordinary (fp-mode.ts), with the checks of float-check.ts. */
import type { I32, V128 } from '@kml/core';
import { ADD, DIV, MUL, SUB } from '@kml/core/softfloat';
import { MIN, SQRT } from '../fp/sse-operations.ts';
import { FloatCheck } from './float-check.ts';
import { DOUBLE_OPS, type Float, formatOf, type ScalarOps, SINGLE_OPS } from './float-format.ts';
import { AGAIN_SSE, againIf, knowledge } from './fp-mode.ts';
import type { Insn } from './insn.ts';
import { getXmm, setXmm } from './simd-operands.ts';
import { DOUBLES, SINGLES, type VectorOps } from './vector-format.ts';

const vectorsOf = (f: ScalarOps): VectorOps => (f.bytes === 4 ? SINGLES : DOUBLES);

/** Lowest lane of a vector. */
export function lowLane(x: Insn, f: ScalarOps, vector: V128): Float {
  const { lanes, vectors } = knowledge(x);
  const of: Map<V128, Float> = f.bytes === 4 ? lanes.singles : lanes.doubles;
  let value = of.get(vector);
  if (value === undefined) {
    value = f.lane(x.b, vector);
    of.set(vector, value);
    vectors.set(value, vector);
  }
  return value;
}

/** A vector with its lowest lane replaced; remembers what that is. */
export function withLow(x: Insn, f: ScalarOps, vector: V128, value: Float): V128 {
  const { lanes, vectors } = knowledge(x);
  const result = f.withLane(x.b, vector, value);
  const of: Map<V128, Float> = f.bytes === 4 ? lanes.singles : lanes.doubles;
  of.set(result, value);
  if (!vectors.has(value)) vectors.set(value, result);
  return result;
}

/** Some vector that has the value in its lowest lane. */
function vectorOf(x: Insn, f: ScalarOps, value: Float): V128 {
  const { vectors } = knowledge(x);
  let vector = vectors.get(value);
  if (vector === undefined) {
    vector = f.splat(x.b, value);
    vectors.set(value, vector);
  }
  return vector;
}

/** The operand in rm: memory or a register's lowest lane. */
export function scalarSource(x: Insn, f: ScalarOps): Float {
  return x.isMemory ? f.load(x.b, x.mem(f.bytes)) : lowLane(x, f, getXmm(x, x.rm));
}

/** The lowest lane of the register in reg replaced: what setXmm is to write. */
function replaced(x: Insn, f: ScalarOps, value: Float): V128 {
  return withLow(x, f, getXmm(x, x.reg), value);
}

/** Writes the lowest lane of the register in reg. */
export function setLow(x: Insn, f: ScalarOps, value: Float): void {
  setXmm(x, x.reg, replaced(x, f, value));
}

/** Looks at an operand, unless it is known to be no denormal and no NaN. */
function checkOperand(x: Insn, f: ScalarOps, check: FloatCheck, value: Float): void {
  const { b } = x;
  const { values } = knowledge(x).normal;
  if (values.has(value)) return;
  values.add(value);
  const small = f.lt(b, f.abs(b, value), f.constant(b, f.least));
  const denormal = b.and(small, f.ne(b, value, f.constant(b, 0)));
  check.operand(vectorOf(x, f, value), denormal, f.ne(b, value, value));
}

const isInfinite = (x: Insn, f: ScalarOps, value: Float): I32 =>
  f.eq(x.b, f.abs(x.b, value), f.constant(x.b, Number.POSITIVE_INFINITY));

const isZero = (x: Insn, f: ScalarOps, value: Float): I32 => f.eq(x.b, value, f.constant(x.b, 0));

/** A result is finite, or infinite because an operand of these is. */
function checkFinite(x: Insn, f: ScalarOps, check: FloatCheck, result: Float, operands: readonly Float[]): void {
  const { b } = x;
  const infinite = b.eqz(f.lt(b, f.abs(b, result), f.constant(b, Number.POSITIVE_INFINITY)));
  const [first, ...others] = operands.map((operand) => isInfinite(x, f, operand));
  const anyInfinite = others.reduce((all, other) => b.or(all, other), first!);
  check.finite(vectorOf(x, f, result), b.and(infinite, b.eqz(b.and(anyInfinite, f.eq(b, result, result)))));
}

/** A result is not tiny unless `exact`. */
function checkLarge(x: Insn, f: ScalarOps, check: FloatCheck, result: Float, exact: I32): void {
  const { b } = x;
  const tiny = f.le(b, f.abs(b, result), f.constant(b, f.least));
  check.large(vectorOf(x, f, result), b.and(tiny, b.eqz(exact)));
  knowledge(x).normal.values.add(result);
}

/** The result of an operation, and what is to be checked of it. */
function compute(x: Insn, f: ScalarOps, op: number, first: Float, second: Float): Float {
  const { b } = x;
  switch (op) {
    case ADD:
      return f.add(b, first, second);
    case SUB:
      return f.sub(b, first, second);
    case MUL:
      return f.mul(b, first, second);
    default:
      return f.div(b, first, second);
  }
}

function checkResult(x: Insn, f: ScalarOps, check: FloatCheck, op: number, r: Float, first: Float, second: Float) {
  // A tiny sum is exact.
  checkFinite(x, f, check, r, op === DIV ? [first] : [first, second]);
  if (op === MUL) checkLarge(x, f, check, r, x.b.or(isZero(x, f, first), isZero(x, f, second)));
  else if (op === DIV) checkLarge(x, f, check, r, x.b.or(isZero(x, f, first), isInfinite(x, f, second)));
}

/** MINSS and its kin: the second operand unless the first is less (greater). */
function extreme(x: Insn, f: ScalarOps, op: number, first: Float, second: Float): void {
  const { b } = x;
  const keep = op === MIN ? f.lt(b, first, second) : f.gt(b, first, second);
  const vector = getXmm(x, x.reg);
  setXmm(x, x.reg, b.selectV(vector, withLow(x, f, vector, second), keep));
}

/** ADDSS to SQRTSD, MINSS, MAXSS and their like in doubles. isNative holds. */
export function nativeScalar(x: Insn, op: number, shape: 'ss' | 'sd'): void {
  const f = formatOf(shape);
  const check = new FloatCheck(x, vectorsOf(f), true);
  const second = scalarSource(x, f);
  checkOperand(x, f, check, second);
  if (op === SQRT) {
    const result = f.sqrt(x.b, second);
    const vector = replaced(x, f, result);
    checkFinite(x, f, check, result, [second]);
    knowledge(x).normal.values.add(result);
    check.settle();
    setXmm(x, x.reg, vector);
    return;
  }
  const first = lowLane(x, f, getXmm(x, x.reg));
  checkOperand(x, f, check, first);
  if (op !== ADD && op !== SUB && op !== MUL && op !== DIV) {
    check.settle();
    extreme(x, f, op, first, second);
    return;
  }
  const result = compute(x, f, op, first, second);
  const vector = replaced(x, f, result);
  checkResult(x, f, check, op, result, first, second);
  check.settle();
  setXmm(x, x.reg, vector);
}

/** The operands of a comparison, checked: neither is a NaN. */
function comparands(x: Insn, f: ScalarOps): [first: Float, second: Float] {
  const check = new FloatCheck(x, vectorsOf(f), true);
  const second = scalarSource(x, f);
  const first = lowLane(x, f, getXmm(x, x.reg));
  checkOperand(x, f, check, second);
  checkOperand(x, f, check, first);
  check.settle();
  return [first, second];
}

/** Predicates of CMPSS by number: of ordered operands. */
const PREDICATES = ['eq', 'lt', 'le', undefined, 'ne', 'ge', 'gt', undefined] as const;

/** CMPSS, CMPSD. */
export function nativePredicate(x: Insn, predicate: number, shape: 'ss' | 'sd'): void {
  const { b } = x;
  const f = formatOf(shape);
  const [first, second] = comparands(x, f);
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
  const [first, second] = comparands(x, f);
  x.flags.setOrderedCompare(f.eq(b, first, second), f.lt(b, first, second), f, first, second);
}

/** CVTSS2SD: exact. */
function widen(x: Insn): void {
  const { b } = x;
  const value = scalarSource(x, SINGLE_OPS) as ReturnType<typeof b.loadF32>;
  const check = new FloatCheck(x, SINGLES, true);
  checkOperand(x, SINGLE_OPS, check, value);
  check.settle();
  const result = b.promote(value);
  knowledge(x).normal.values.add(result);
  setLow(x, DOUBLE_OPS, result);
}

/** CVTSD2SS. */
function narrow(x: Insn): void {
  const { b } = x;
  const value = scalarSource(x, DOUBLE_OPS) as ReturnType<typeof b.loadF64>;
  const operand = new FloatCheck(x, DOUBLES, true);
  checkOperand(x, DOUBLE_OPS, operand, value);
  operand.settle();
  const result = b.demote(value);
  const vector = replaced(x, SINGLE_OPS, result);
  const check = new FloatCheck(x, SINGLES, true);
  const infinite = b.eqz(SINGLE_OPS.lt(b, b.absF32(result), SINGLE_OPS.constant(b, Number.POSITIVE_INFINITY)));
  check.finite(vectorOf(x, SINGLE_OPS, result), b.and(infinite, b.eqz(isInfinite(x, DOUBLE_OPS, value))));
  checkLarge(x, SINGLE_OPS, check, result, isZero(x, DOUBLE_OPS, value));
  check.settle();
  setXmm(x, x.reg, vector);
}

/** CVTSS2SD, CVTSD2SS. */
export function nativeConvert(x: Insn, from: 'ss' | 'sd'): void {
  if (from === 'ss') widen(x);
  else narrow(x);
}

/** CVTSS2SI, CVTTSS2SI, CVTSD2SI, CVTTSD2SI Gd,W: what does not surely fit is done again. */
export function nativeToGeneral(x: Insn, from: 'ss' | 'sd', chop: 0 | 1): void {
  const { b } = x;
  const f = formatOf(from);
  const value = scalarSource(x, f);
  const limit = chop || from === 'ss' ? 2 ** 31 : 2 ** 31 - 1;
  againIf(x, b.eqz(f.lt(b, f.abs(b, value), f.constant(b, limit))), AGAIN_SSE);
  x.set32(x.reg, f.toInt32(b, chop ? value : f.nearest(b, value)));
}

/** CVTSI2SS, CVTSI2SD V,Ed. */
export function nativeFromGeneral(x: Insn, to: 'ss' | 'sd'): void {
  const f = formatOf(to);
  const result = f.fromInt32(x.b, x.read(1));
  knowledge(x).normal.values.add(result);
  setLow(x, f, result);
}
