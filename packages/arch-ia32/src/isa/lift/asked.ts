/**
 * Sums and products of doubles before anything was inexact (MODE_FP_ASKED): done by the host's operations, and
 * asked whether they are exact. Those that are raise nothing; one that is not is done again by the exact code,
 * which sets the flag that ends this mode. Whole matrices of small integers need no more.
 *
 * The errors of sums (Knuth) and products (Dekker, Veltkamp's splitting) are exact for operands whose sizes are
 * as needed here: T. J. Dekker, A floating-point technique for extending the available precision, 1971.
 */
import type { BlockBuilder, V128 } from '@kml/core';
import { ADD, MUL, SUB } from '@kml/core/softfloat';
import { type Arithmetic, compute } from './arithmetic.ts';
import { DOUBLE_OPS, type Float } from './float-format.ts';
import { check, noteRange, type Range, resultRange } from './float-range.ts';
import { AGAIN_RANGE, AGAIN_SSE, againIf, knowledge } from './fp-mode.ts';
import type { Insn } from './insn.ts';
import { getXmm, setXmm, source } from './simd-operands.ts';
import { lowLane, scalarSource, setLow } from './sse-scalar.ts';
import { DOUBLES } from './vector-format.ts';

/** 2^27 + 1 splits a double. */
const SPLITTER = 2 ** 27 + 1;

/** Whether this mode has the operation. */
export function canAsk(op: number, shape: 'ps' | 'pd' | 'ss' | 'sd'): boolean {
  return (op === ADD || op === SUB || op === MUL) && (shape === 'pd' || shape === 'sd');
}

/** What a sum or difference lacks. */
function sumError<T>(b: BlockBuilder, f: Arithmetic<T>, op: number, first: T, second: T, result: T): T {
  const part = f.sub(b, result, first);
  const ofFirst = f.sub(b, first, f.sub(b, result, part));
  return op === ADD ? f.add(b, ofFirst, f.sub(b, second, part)) : f.sub(b, ofFirst, f.add(b, second, part));
}

function split<T>(b: BlockBuilder, f: Arithmetic<T>, value: T, splitter: T): [upper: T, lower: T] {
  const large = f.mul(b, value, splitter);
  const upper = f.sub(b, large, f.sub(b, large, value));
  return [upper, f.sub(b, value, upper)];
}

/** What a product lacks. */
function productError<T>(b: BlockBuilder, f: Arithmetic<T>, first: T, second: T, result: T, splitter: T): T {
  const [upper, lower] = split(b, f, first, splitter);
  const [otherUpper, otherLower] = split(b, f, second, splitter);
  const most = f.sub(b, f.mul(b, upper, otherUpper), result);
  const more = f.add(b, f.add(b, most, f.mul(b, upper, otherLower)), f.mul(b, lower, otherUpper));
  return f.add(b, more, f.mul(b, lower, otherLower));
}

/** Products of such numbers, of their parts and of the splitter neither overflow nor lose bits below. */
const isSmall = (range: Range | undefined): boolean => range !== undefined && range.grain >= -511 && range.limit <= 511;

function scalarRange(x: Insn, value: Float): Range {
  const known = knowledge(x).ranges.get(value);
  return isSmall(known) ? known! : check(x, DOUBLE_OPS, value);
}

/** ADDSD, SUBSD, MULSD. */
export function askedScalar(x: Insn, op: number): void {
  const { b } = x;
  const f = DOUBLE_OPS;
  const second = scalarSource(x, f);
  const first = lowLane(x, f, getXmm(x, x.reg));
  const a = scalarRange(x, first);
  const c = scalarRange(x, second);
  const result = compute(b, f, op, first, second);
  const error =
    op === MUL
      ? productError(b, f, first, second, result, f.constant(b, SPLITTER))
      : sumError(b, f, op, first, second, result);
  againIf(x, f.ne(b, error, f.constant(b, 0)), AGAIN_SSE);
  noteRange(x, result, resultRange(f, op, a, c));
  setLow(x, f, result);
}

/** A double in both lanes. */
function words(value: number): [number, number, number, number] {
  const [low, high] = new Int32Array(new Float64Array([value]).buffer);
  return [low!, high!, low!, high!];
}

function vectorRange(x: Insn, v: V128): Range {
  const { b } = x;
  const f = DOUBLES;
  const ranges = knowledge(x).vectors.doubles;
  const known = ranges.get(v);
  if (isSmall(known)) return known!;
  const { middling } = DOUBLE_OPS;
  const size = b.andV(v, b.constantV(f.unsigned));
  const above = f.ge(b, size, b.constantV(words(2 ** middling.least)));
  const within = b.andV(above, f.lt(b, size, b.constantV(words(2 ** middling.limit))));
  const right = b.orV(within, f.eq(b, v, b.constantV([0, 0, 0, 0])));
  againIf(x, b.ne(f.bitmask(b, right), b.const(3)), AGAIN_RANGE);
  ranges.set(v, middling);
  return middling;
}

/** ADDPD, SUBPD, MULPD. */
export function askedPacked(x: Insn, op: number): void {
  const { b } = x;
  const f = DOUBLES;
  const second = source(x);
  const first = getXmm(x, x.reg);
  const a = vectorRange(x, first);
  const c = vectorRange(x, second);
  const result = compute(b, f, op, first, second);
  const error =
    op === MUL
      ? productError(b, f, first, second, result, b.constantV(words(SPLITTER)))
      : sumError(b, f, op, first, second, result);
  againIf(x, f.bitmask(b, f.ne(b, error, b.constantV([0, 0, 0, 0]))), AGAIN_SSE);
  knowledge(x).vectors.doubles.set(result, resultRange(DOUBLE_OPS, op, a, c));
  setXmm(x, x.reg, result);
}
