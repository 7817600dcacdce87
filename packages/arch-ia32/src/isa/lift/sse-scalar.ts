/** Native scalar SSE and SSE2: one operation of the host's where MXCSR is ordinary (fp-mode.ts), with the checks of scalar-check.ts. */
import type { V128 } from '@kml/core';
import { ADD, DIV, MUL, SUB } from '@kml/core/softfloat';
import { MIN, SQRT } from '../fp/sse-operations.ts';
import { compute } from './arithmetic.ts';
import { DOUBLE_OPS, type Float, formatOf, type ScalarOps, SINGLE_OPS } from './float-format.ts';
import { narrowRange, noteInteger, noteRange, operationRange, rangeOf, rootRange, usesRanges } from './float-range.ts';
import { AGAIN_SSE, againIf, knowledge } from './fp-mode.ts';
import type { Insn } from './insn.ts';
import { checkFinite, checkRange, isInfinite, isZero, needNormal, needNumbers } from './scalar-check.ts';
import { getXmm, setXmm } from './simd-operands.ts';

/** Lowest lane of a vector. */
export function lowLane(x: Insn, f: ScalarOps, vector: V128): Float {
  const { lanes, vectors } = knowledge(x);
  const of: Map<V128, Float> = f.bytes === 4 ? lanes.singles : lanes.doubles;
  let value = of.get(vector);
  if (value === undefined) {
    value = f.lane(x.b, vector);
    of.set(vector, value);
    const range = (f.bytes === 4 ? vectors.singles : vectors.doubles).get(vector);
    if (range !== undefined) noteRange(x, value, range);
  }
  return value;
}

/** A vector with its lowest lane replaced; remembers what that is. */
export function withLow(x: Insn, f: ScalarOps, vector: V128, value: Float): V128 {
  const { lanes } = knowledge(x);
  const result = f.withLane(x.b, vector, value);
  const of: Map<V128, Float> = f.bytes === 4 ? lanes.singles : lanes.doubles;
  of.set(result, value);
  return result;
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

function checkResult(x: Insn, f: ScalarOps, op: number, r: Float, first: Float, second: Float): void {
  if (op === MUL) {
    const both = [first, second];
    checkRange(
      x,
      f,
      r,
      both.map((value) => isInfinite(x, f, value)),
      both.map((value) => isZero(x, f, value)),
    );
  } else if (op === DIV) {
    checkRange(x, f, r, [isInfinite(x, f, first)], [isZero(x, f, first), isInfinite(x, f, second)]);
  } else checkFinite(x, f, r, [first, second]);
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
  if (op === SQRT) {
    root(x, f);
    return;
  }
  if (op !== ADD && op !== SUB && op !== MUL && op !== DIV) {
    extreme(x, f, op, ...comparands(x, f));
    return;
  }
  const second = scalarSource(x, f);
  const first = lowLane(x, f, getXmm(x, x.reg));
  if (usesRanges(x)) {
    const range = operationRange(x, f, op, first, second);
    const result = compute(x.b, f, op, first, second);
    noteRange(x, result, range);
    setLow(x, f, result);
    return;
  }
  needNormal(x, f, second);
  needNormal(x, f, first);
  const result = compute(x.b, f, op, first, second);
  const vector = replaced(x, f, result);
  checkResult(x, f, op, result, first, second);
  setXmm(x, x.reg, vector);
}

function root(x: Insn, f: ScalarOps): void {
  const operand = scalarSource(x, f);
  if (usesRanges(x)) {
    const range = rootRange(x, f, operand);
    const result = f.sqrt(x.b, operand);
    noteRange(x, result, range);
    setLow(x, f, result);
    return;
  }
  needNormal(x, f, operand);
  const result = f.sqrt(x.b, operand);
  const vector = replaced(x, f, result);
  checkFinite(x, f, result, [operand]);
  knowledge(x).normal.values.add(result);
  setXmm(x, x.reg, vector);
}

/** The operands of a comparison, checked: neither is a NaN. */
function comparands(x: Insn, f: ScalarOps): [first: Float, second: Float] {
  const second = scalarSource(x, f);
  const first = lowLane(x, f, getXmm(x, x.reg));
  needNormal(x, f, second);
  needNormal(x, f, first);
  needNumbers(x, f, first, second);
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
  if (usesRanges(x)) {
    const range = rangeOf(x, SINGLE_OPS, value);
    const same = b.promote(value);
    noteRange(x, same, range);
    setLow(x, DOUBLE_OPS, same);
    return;
  }
  needNormal(x, SINGLE_OPS, value);
  needNumbers(x, SINGLE_OPS, value);
  const result = b.promote(value);
  const { normal, numbers } = knowledge(x);
  normal.values.add(result);
  numbers.add(result);
  setLow(x, DOUBLE_OPS, result);
}

/** CVTSD2SS. */
function narrow(x: Insn): void {
  const { b } = x;
  const value = scalarSource(x, DOUBLE_OPS) as ReturnType<typeof b.loadF64>;
  const range = usesRanges(x) ? narrowRange(SINGLE_OPS, rangeOf(x, DOUBLE_OPS, value)) : undefined;
  if (range !== undefined) {
    const nearest = b.demote(value);
    noteRange(x, nearest, range);
    setLow(x, SINGLE_OPS, nearest);
    return;
  }
  needNormal(x, DOUBLE_OPS, value);
  const result = b.demote(value);
  const vector = replaced(x, SINGLE_OPS, result);
  checkRange(x, SINGLE_OPS, result, [isInfinite(x, DOUBLE_OPS, value)], [isZero(x, DOUBLE_OPS, value)]);
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
  noteInteger(x, result);
  setLow(x, f, result);
}
