/**
 * As float-range.ts, of packed SSE operations: operands are checked once for size, all lanes at a time, and a
 * product or quotient that is of middling size says that an operand is no denormal if the other one is
 * of middling size, too. Sizes are asked by one bit: with a constant added, bit 62 (30 of singles) of half of
 * all exponents is set.
 */
import type { V128 } from '@kml/core';
import { ADD, DIV, MUL, SUB } from '@kml/core/softfloat';
import { compute } from './arithmetic.ts';
import { isOrdinaryRange, type Range, resultRange } from './float-range.ts';
import { AGAIN_RANGE, againIf, knowledge } from './fp-mode.ts';
import type { Insn } from './insn.ts';
import type { Bounds, VectorOps } from './vector-format.ts';

function rangesOf(x: Insn, f: VectorOps): Map<V128, Range> {
  const { vectors } = knowledge(x);
  return f.lanes === 4 ? vectors.singles : vectors.doubles;
}

/** Notes what a vector's lanes are: no denormals, no NaNs. */
function noteRange(x: Insn, f: VectorOps, v: V128, range: Range): void {
  const { normal } = knowledge(x);
  rangesOf(x, f).set(v, range);
  (f.lanes === 4 ? normal.singles : normal.doubles).add(v);
}

/** The check of one instruction. */
class RangeCheck {
  private readonly x: Insn;
  private readonly f: VectorOps;
  /** Bits of which the uppermost but one is set in every lane where all is well. */
  private fine: V128 | undefined;
  /** Lanes that are right, asked where that is not so. */
  private right: V128 | undefined;

  constructor(x: Insn, f: VectorOps) {
    this.x = x;
    this.f = f;
  }

  isZero(v: V128): V128 {
    return this.f.eq(this.x.b, v, this.x.b.constantV([0, 0, 0, 0]));
  }

  private size(v: V128): V128 {
    return this.x.b.andV(v, this.x.b.constantV(this.f.unsigned));
  }

  /** Lanes that are no denormals, and no NaNs. */
  isNormal(v: V128): V128 {
    const { x, f } = this;
    return x.b.orV(this.isZero(v), f.ge(x.b, this.size(v), x.b.constantV(f.least)));
  }

  /** A vector is within bounds, or `exempt`. */
  add(v: V128, bounds: Bounds, exempt: V128): void {
    const { x, f } = this;
    const { b } = x;
    const place = f.addBits(b, v, b.constantV(bounds.toUpperHalf));
    const above = f.ge(b, this.size(v), b.constantV(bounds.from));
    const within = b.andV(above, f.lt(b, this.size(v), b.constantV(bounds.below)));
    const right = b.orV(within, exempt);
    this.fine = this.fine === undefined ? place : b.andV(this.fine, place);
    this.right = this.right === undefined ? right : b.andV(this.right, right);
  }

  /** An operand is zero or of middling size. */
  operand(v: V128): Range {
    this.add(v, this.f.middling, this.isZero(v));
    noteRange(this.x, this.f, v, this.f.middling.range);
    return this.f.middling.range;
  }

  settle(): void {
    const { x, f, fine, right } = this;
    if (fine === undefined || right === undefined) return;
    const { b } = x;
    const all = b.const((1 << f.lanes) - 1);
    const doubtful = b.ne(f.bitmask(b, f.addBits(b, fine, fine)), all);
    againIf(x, b.andThen(doubtful, b.ne(f.bitmask(b, right), all)), AGAIN_RANGE);
  }
}

/** The sum or difference: with an operand checked where its sizes say too little. */
function sumRange(x: Insn, f: VectorOps, check: RangeCheck, op: number, first: V128, second: V128): Range {
  const known = rangesOf(x, f);
  const range = (v: V128): Range => known.get(v) ?? check.operand(v);
  const sum = resultRange(f.scalar, op, range(first), range(second));
  if (isOrdinaryRange(f.scalar, sum)) return sum;
  const again = (v: V128): Range => (known.get(v) === f.middling.range ? f.middling.range : check.operand(v));
  return resultRange(f.scalar, op, again(first), again(second));
}

/** A product is of middling size, or a zero because an operand is one. */
function checkProduct(x: Insn, f: VectorOps, check: RangeCheck, result: V128, first: V128, second: V128): void {
  const { b } = x;
  const known = rangesOf(x, f);
  const says = (v: V128): boolean => (known.get(v)?.limit ?? Number.POSITIVE_INFINITY) <= f.middling.range.limit + 1;
  if (first !== second && !says(first) && !says(second)) check.operand(second);
  const zero = b.andV(check.isZero(result), b.orV(check.isZero(first), check.isZero(second)));
  check.add(result, f.results, b.andV(zero, b.andV(check.isNormal(first), check.isNormal(second))));
}

/** A quotient is of middling size, or a zero because the dividend is. The divisor may be zero: then it is neither. */
function checkQuotient(x: Insn, f: VectorOps, check: RangeCheck, result: V128, first: V128, second: V128): void {
  const { b } = x;
  const least = rangesOf(x, f).get(second)?.least ?? Number.NEGATIVE_INFINITY;
  if (least < f.middling.range.least) check.operand(second);
  check.add(result, f.results, b.andV(check.isZero(result), check.isZero(first)));
}

/** The range of a product, if its operands' say that it needs no check. */
function knownProduct(x: Insn, f: VectorOps, first: V128, second: V128): Range | undefined {
  const known = rangesOf(x, f);
  const a = known.get(first);
  const c = known.get(second);
  if (a === undefined || c === undefined) return undefined;
  const range = resultRange(f.scalar, MUL, a, c);
  return isOrdinaryRange(f.scalar, range) ? range : undefined;
}

/** ADDPS, SUBPS, MULPS, DIVPS and their like in doubles, checked. */
export function rangedArithmetic(x: Insn, f: VectorOps, op: number, first: V128, second: V128): V128 {
  const check = new RangeCheck(x, f);
  let range: Range | undefined;
  if (op === ADD || op === SUB) range = sumRange(x, f, check, op, first, second);
  else if (op === MUL) range = knownProduct(x, f, first, second);
  const result = compute(x.b, f, op, first, second);
  if (range === undefined) {
    (op === DIV ? checkQuotient : checkProduct)(x, f, check, result, first, second);
    range = f.results.range;
  }
  check.settle();
  noteRange(x, f, result, range);
  return result;
}
