/**
 * What sizes the scalars of a block have, so that most SSE operations need no check at all. Numbers that come
 * from outside the block (memory, registers) are checked once: zero, or of middling size, far from overflow
 * and underflow. What sums, products, quotients and roots of those can be is told when they are lifted: as
 * long as it stays a zero or a normal number, nothing but the inexact flag can be raised, and that one is
 * set. Where a chain of operations gets too long for that, an operand within it is checked likewise.
 *
 * A number that fails such a check is done again under MODE_FP_WIDE, where each operation is checked by
 * itself (scalar-check.ts).
 */
import { ADD, MUL, SUB } from '@kml/core/softfloat';
import { MODE_FP_WIDE } from '../state.ts';
import type { Float, ScalarOps } from './float-format.ts';
import { AGAIN_RANGE, AGAIN_SSE, againIf, knowledge } from './fp-mode.ts';
import type { Insn } from './insn.ts';

/** Sizes of a number that may be zero, as powers of two. */
export interface Range {
  /** It is a multiple of 2^grain. */
  readonly grain: number;
  /** If not zero it is at least 2^least. */
  readonly least: number;
  /** It is at most 2^limit. */
  readonly limit: number;
}

/** What a converted integer of 32 bits is. */
const INTEGER: Range = { grain: 0, least: 0, limit: 31 };

/** Whether operations go by ranges, under this mode word. */
export function usesRanges(x: Insn): boolean {
  return x.context.optimisations.floatRanges && (x.mode & MODE_FP_WIDE) === 0;
}

/** Notes what a value is: no denormal, no NaN. */
export function noteRange(x: Insn, value: Float, range: Range): void {
  const { ranges, normal, numbers } = knowledge(x);
  ranges.set(value, range);
  normal.values.add(value);
  numbers.add(value);
}

/** A 32-bit integer converted, rounded or not. */
export function noteInteger(x: Insn, value: Float): void {
  noteRange(x, value, INTEGER);
}

/** Asks whether a value is zero or of the format's middling size: what it then is. */
export function check(x: Insn, f: ScalarOps, value: Float): Range {
  const { b } = x;
  const { nonzero } = knowledge(x);
  const outside = f.isOutside(b, value);
  againIf(x, nonzero.has(value) ? outside : b.andThen(outside, f.ne(b, value, f.constant(b, 0))), AGAIN_RANGE);
  noteRange(x, value, f.middling);
  return f.middling;
}

/** The range of an operand, which is checked if nothing is known of it. */
export function rangeOf(x: Insn, f: ScalarOps, value: Float): Range {
  return knowledge(x).ranges.get(value) ?? check(x, f, value);
}

/** The range of a divisor, which must not be zero. */
function divisorRange(x: Insn, f: ScalarOps, value: Float): Range {
  const { nonzero, ranges } = knowledge(x);
  const known = ranges.get(value);
  if (known !== undefined && nonzero.has(value)) return known;
  nonzero.add(value);
  return check(x, f, value);
}

const spread = (range: Range): number => range.limit - range.least;

/** A number that has been rounded to the format's precision. */
function rounded(f: ScalarOps, grain: number, least: number, limit: number): Range {
  return { grain: Math.max(grain, least - f.precision + 1), least, limit };
}

export function resultRange(f: ScalarOps, op: number, first: Range, second: Range): Range {
  if (op === ADD || op === SUB) {
    const grain = Math.min(first.grain, second.grain);
    return { grain, least: grain, limit: Math.max(first.limit, second.limit) + 1 };
  }
  if (op === MUL) {
    return rounded(f, first.grain + second.grain, first.least + second.least, first.limit + second.limit);
  }
  const least = first.least - second.limit;
  return rounded(f, Number.NEGATIVE_INFINITY, least, first.limit - second.least);
}

/** Neither tiny nor an overflow: normal numbers and zero. */
export function isOrdinaryRange(f: ScalarOps, range: Range): boolean {
  return range.least >= f.leastExponent && range.limit <= f.mostExponent;
}

/** Sees to an operation's operands: what the result will be. ADD, SUB, MUL, DIV. */
export function operationRange(x: Insn, f: ScalarOps, op: number, first: Float, second: Float): Range {
  const isQuotient = op !== ADD && op !== SUB && op !== MUL;
  let a = rangeOf(x, f, first);
  let c = isQuotient ? divisorRange(x, f, second) : rangeOf(x, f, second);
  if (first === second) a = c;
  let result = resultRange(f, op, a, c);
  // What is known less is checked first; with both of middling size it surely will do.
  while (!isOrdinaryRange(f, result)) {
    if (a !== f.middling && (c === f.middling || spread(a) >= spread(c))) a = check(x, f, first);
    else c = check(x, f, second);
    if (first === second) a = c = knowledge(x).ranges.get(first)!;
    result = resultRange(f, op, a, c);
  }
  return result;
}

/** What a double of a range is as a single; undefined if it may be too large or small. */
export function narrowRange(f: ScalarOps, range: Range): Range | undefined {
  return isOrdinaryRange(f, range) ? rounded(f, range.grain, range.least, range.limit) : undefined;
}

/** Sees to the operand of a square root, which must not be negative: what the root will be. */
export function rootRange(x: Insn, f: ScalarOps, operand: Float): Range {
  const { b } = x;
  const { least, limit } = rangeOf(x, f, operand);
  againIf(x, f.lt(b, operand, f.constant(b, 0)), AGAIN_SSE);
  return rounded(f, Number.NEGATIVE_INFINITY, Math.floor(least / 2), Math.ceil(limit / 2));
}
