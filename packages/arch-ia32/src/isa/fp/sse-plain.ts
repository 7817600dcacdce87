/**
 * SSE arithmetic on plain numbers, by the host's: zeros and normal numbers with a normal result, round to
 * nearest, everything masked. The inexact flag need not be set: an error-free transformation tells whether
 * a result is exact. Programs that begin with exact numbers (integers, fractions of powers of two) go this
 * way until something is rounded for the first time. Anything else answers false and goes the general way
 * (sse-arithmetic.ts), which gives the same results. Source of the transformations: T. J. Dekker, "A
 * floating-point technique for extending the available precision", 1971.
 */
import type { Cpu } from '@kml/core';
import { ADD, DIV, EQUAL, GREATER, LESS, MUL, PE, SUB } from '@kml/core/softfloat';
import { SQRT } from './sse-operations.ts';
import { ORDINARY, ORDINARY_MASK, raised } from './sse-state.ts';

const MIN_DOUBLE = 2.2250738585072014e-308;
const MIN_SINGLE = 1.1754943508222875e-38;
const SPLITTER = 2 ** 27 + 1;
/** Doubles within these bounds have products whose errors are doubles too, and can be split. */
const PRODUCT_LEAST = 2 ** -480;
const PRODUCT_MOST = 2 ** 480;

/** Whether a value is a normal number, one above `least` (the least may have been rounded up to). */
function isLarge(value: number, least: number): boolean {
  const size = Math.abs(value);
  return size > least && size <= Number.MAX_VALUE;
}

/** Whether a value is 0 or a normal number from `least` up. */
function isPlain(value: number, least: number): boolean {
  const size = Math.abs(value);
  return size === 0 || (size >= least && size <= Number.MAX_VALUE);
}

function isSplittable(value: number): boolean {
  const size = Math.abs(value);
  return size >= PRODUCT_LEAST && size <= PRODUCT_MOST;
}

/** Whether x + y is exactly `sum`, which is x + y rounded. */
function isExactSum(x: number, y: number, sum: number): boolean {
  const partial = sum - x;
  return x - (sum - partial) + (y - partial) === 0;
}

/** Whether x * y is exactly `product`, which is x * y rounded. All are splittable. */
function isExactProduct(x: number, y: number, product: number): boolean {
  const xScaled = SPLITTER * x;
  const xHigh = xScaled - (xScaled - x);
  const xLow = x - xHigh;
  const yScaled = SPLITTER * y;
  const yHigh = yScaled - (yScaled - y);
  const yLow = y - yHigh;
  return xHigh * yHigh - product + xHigh * yLow + xLow * yHigh + xLow * yLow === 0;
}

/** The result of an operation on doubles as the host rounds it. */
function compute(op: number, x: number, y: number): number {
  switch (op) {
    case ADD:
      return x + y;
    case SUB:
      return x - y;
    case MUL:
      return x * y;
    case DIV:
      return x / y;
    default:
      return Math.sqrt(y);
  }
}

/** What of a double operation is exact: 1 or 0, and -1 where it is not to be told. `z` is the result, not 0. */
function exactness(op: number, x: number, y: number, z: number): number {
  if (op === ADD) return isExactSum(x, y, z) ? 1 : 0;
  if (op === SUB) return isExactSum(x, -y, z) ? 1 : 0;
  if (!isSplittable(y) || !isSplittable(z)) return -1;
  if (op === MUL) return isSplittable(x) ? (isExactProduct(x, y, z) ? 1 : 0) : -1;
  if (op === SQRT) return z * z === y && isExactProduct(z, z, y) ? 1 : 0;
  if (!isSplittable(x)) return -1;
  return z * y === x && isExactProduct(z, y, x) ? 1 : 0;
}

/**
 * plainDouble of sums and products of two numbers with a result that are all well within the range: the same in one
 * piece, for this runs before the host's compiler has made one of it.
 */
function commonDouble(cpu: Cpu, op: number, at: number, isInexact: boolean): boolean {
  const { view } = cpu;
  const x = view.getFloat64(at, true);
  const y = view.getFloat64(at + 16, true);
  const z = op === ADD ? x + y : x * y;
  const xSize = Math.abs(x);
  const ySize = Math.abs(y);
  const zSize = Math.abs(z);
  if (!(xSize >= PRODUCT_LEAST && ySize >= PRODUCT_LEAST && zSize >= PRODUCT_LEAST)) return false;
  if (!(xSize <= PRODUCT_MOST && ySize <= PRODUCT_MOST && zSize <= PRODUCT_MOST)) return false;
  if (!isInexact) {
    if (op === ADD) {
      const partial = z - x;
      if (x - (z - partial) + (y - partial) !== 0) raised.after |= PE;
    } else if (!isExactProduct(x, y, z)) raised.after |= PE;
  }
  view.setFloat64(at, z, true);
  return true;
}

function plainDouble(cpu: Cpu, op: number, at: number, isInexact: boolean): boolean {
  if ((op === ADD || op === MUL) && commonDouble(cpu, op, at, isInexact)) return true;
  const x = op === SQRT ? 0 : cpu.view.getFloat64(at, true);
  const y = cpu.view.getFloat64(at + 16, true);
  if (!isPlain(x, MIN_DOUBLE) || !isPlain(y, MIN_DOUBLE)) return false;
  const z = compute(op, x, y);
  // 0 may have underflowed. NaN and infinity may be invalid or overflow.
  if (z === 0 ? !isExactZero(op, x, y) : !isLarge(z, MIN_DOUBLE)) return false;
  if (!isInexact && z !== 0) {
    const exact = exactness(op, x, y, z);
    if (exact < 0) return false;
    if (exact === 0) raised.after |= PE;
  }
  cpu.view.setFloat64(at, z, true);
  return true;
}

/** Whether a result of 0 is exact: a product, quotient or root is 0 because an operand is; sums always are. */
function isExactZero(op: number, x: number, y: number): boolean {
  if (op === ADD || op === SUB) return true;
  if (op === MUL) return x === 0 || y === 0;
  return op === DIV ? x === 0 : y === 0;
}

/** Of singles: whether `z`, the double result `wide` rounded again, is exact. */
function isExactSingle(op: number, x: number, y: number, wide: number, z: number): boolean {
  if (wide !== z) return false;
  if (op === ADD) return isExactSum(x, y, wide);
  if (op === SUB) return isExactSum(x, -y, wide);
  // Products of singles are exact in doubles.
  if (op === MUL) return true;
  return op === DIV ? z * y === x : z * z === y;
}

function plainSingle(cpu: Cpu, op: number, at: number, isInexact: boolean): boolean {
  const x = op === SQRT ? 0 : cpu.view.getFloat32(at, true);
  const y = cpu.view.getFloat32(at + 16, true);
  if (!isPlain(x, MIN_SINGLE) || !isPlain(y, MIN_SINGLE)) return false;
  const wide = compute(op, x, y);
  // Rounding a double result of singles again gives the single's rounding: 53 >= 2 * 24 + 2.
  const z = Math.fround(wide);
  if (z === 0 ? !isExactZero(op, x, y) : !isLarge(z, MIN_SINGLE)) return false;
  if (!isInexact && z !== 0 && !isExactSingle(op, x, y, wide, z)) raised.after |= PE;
  cpu.view.setFloat32(at, z, true);
  return true;
}

/** Whether MXCSR is such that plain lanes may be done here: ordinary but, perhaps, for the inexact flag. */
export function isPlainControl(control: number): boolean {
  return ((control | PE) & ORDINARY_MASK) === ORDINARY;
}

/** ADDPS to SQRTSD on one lane of the scratch words, under isPlainControl; false, with nothing changed, where it is not plain. */
export function plainLane(cpu: Cpu, op: number, at: number, bytes: 4 | 8, control: number): boolean {
  const isInexact = (control & PE) !== 0;
  return bytes === 8 ? plainDouble(cpu, op, at, isInexact) : plainSingle(cpu, op, at, isInexact);
}

/** LESS, EQUAL or GREATER of two lanes that are plain, under any MXCSR; -1 where they are not. */
export function comparePlain(cpu: Cpu, at: number, bytes: 4 | 8): number {
  const x = bytes === 8 ? cpu.view.getFloat64(at, true) : cpu.view.getFloat32(at, true);
  const y = bytes === 8 ? cpu.view.getFloat64(at + 16, true) : cpu.view.getFloat32(at + 16, true);
  const least = bytes === 8 ? MIN_DOUBLE : MIN_SINGLE;
  if (!isPlain(x, least) || !isPlain(y, least)) return -1;
  return x < y ? LESS : x > y ? GREATER : EQUAL;
}
