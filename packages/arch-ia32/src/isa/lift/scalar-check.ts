/**
 * The checks around a native scalar SSE operation. Each is a branch of its own that is rarely taken: a cheap
 * test that says all is well, and only where it does not (a zero is enough) what exactly is wrong. SDM
 * vol. 1, 11.5; tininess is detected after rounding (4.9.1.5), so that a result equal to the least normal
 * number may have been tiny.
 */
import type { I32 } from '@kml/core';
import type { Float, ScalarOps } from './float-format.ts';
import { AGAIN_SSE, againIf, knowledge } from './fp-mode.ts';
import type { Insn } from './insn.ts';

/** MXCSR's denormal flag, and that with the underflow flag: once they are set, tiny numbers raise nothing new. */
const DENORMAL = 0x02;
const TINY = 0x12;

/** Whether MXCSR lacks some of these flags. */
function lacks(x: Insn, flags: number): I32 {
  const { b } = x;
  return b.ne(b.and(knowledge(x).mxcsr!, b.const(flags)), b.const(flags));
}

export const isZero = (x: Insn, f: ScalarOps, value: Float): I32 => f.eq(x.b, value, f.constant(x.b, 0));

export const isInfinite = (x: Insn, f: ScalarOps, value: Float): I32 =>
  f.eq(x.b, f.abs(x.b, value), f.constant(x.b, Number.POSITIVE_INFINITY));

/** Whether one of some conditions, at least one, holds. */
const either = (x: Insn, conditions: readonly I32[]): I32 => conditions.reduce((all, other) => x.b.or(all, other));

/** An operand is no denormal, unless that was raised before. */
export function needNormal(x: Insn, f: ScalarOps, value: Float): void {
  const { b } = x;
  const { normal } = knowledge(x);
  if (normal.values.has(value)) return;
  normal.values.add(value);
  const small = f.lt(b, f.abs(b, value), f.constant(b, f.least));
  againIf(x, b.andThen(small, b.and(f.ne(b, value, f.constant(b, 0)), lacks(x, DENORMAL))), AGAIN_SSE);
}

/** Neither of two operands (or the one) is a NaN. Infinities of both signs are taken for one. */
export function needNumbers(x: Insn, f: ScalarOps, first: Float, second = first): void {
  const { b } = x;
  const { numbers } = knowledge(x);
  const open = [first, second].filter((value) => !numbers.has(value));
  if (open.length === 0) return;
  const probe = open.length === 2 && first !== second ? f.add(b, first, second) : open[0]!;
  numbers.add(first).add(second);
  againIf(x, f.ne(b, probe, probe), AGAIN_SSE);
}

/** A result that is infinite or no number is wrong unless it is infinite and one of these (that an operand is) holds. */
function wrongSpecial(x: Insn, f: ScalarOps, result: Float, infinites: readonly I32[]): I32 {
  const { b } = x;
  return b.eqz(b.and(isInfinite(x, f, result), either(x, infinites)));
}

/** A sum or root is finite, or infinite because one of these operands is. Sums that are tiny are exact, roots are not tiny. */
export function checkFinite(x: Insn, f: ScalarOps, result: Float, operands: readonly Float[]): void {
  const { b } = x;
  const infinites = operands.map((operand) => isInfinite(x, f, operand));
  // Infinity less itself is no number.
  const nothing = f.sub(b, result, result);
  againIf(x, b.andThen(f.ne(b, nothing, nothing), wrongSpecial(x, f, result, infinites)), AGAIN_SSE);
  knowledge(x).numbers.add(result);
}

/**
 * A product, quotient or narrower number: as checkFinite, and not tiny either (unless that was raised before),
 * but where `exact`, of which one is enough, says that it is a true zero.
 */
export function checkRange(
  x: Insn,
  f: ScalarOps,
  result: Float,
  infinites: readonly I32[],
  exact: readonly I32[],
): void {
  const { b } = x;
  const size = f.abs(b, result);
  const isTiny = f.le(b, size, f.constant(b, f.least));
  const wrongTiny = b.and(isTiny, b.and(b.eqz(either(x, exact)), lacks(x, TINY)));
  const finite = f.lt(b, size, f.constant(b, Number.POSITIVE_INFINITY));
  const wrong = b.or(wrongTiny, b.and(b.eqz(finite), wrongSpecial(x, f, result, infinites)));
  againIf(x, b.andThen(f.isExtreme(b, result), wrong), AGAIN_SSE);
  const { normal, numbers } = knowledge(x);
  normal.values.add(result);
  numbers.add(result);
}
