/**
 * sin, cos, tan, atan2, 2^x - 1 and the logarithms of finite numbers, computed far beyond 64 bits
 * and left to be rounded once. Angles are reduced with pi of 66 bits, as the processors do.
 */

import { FINITE, setZero, type Unpacked } from '@kml/core/softfloat';
import {
  bitLength,
  cosine,
  exponentialMinus1,
  inverseTangent,
  inverseTanh,
  ln2Bits,
  piBits,
  sine,
} from './fixed-point.ts';

/** pi to 66 significant bits, with 64 fraction bits. SDM vol. 1, 8.3.8. */
const PI_66 = 0x3243f6a8885a308d3n;
/** Working fraction bits, beside what a small operand needs. */
const FRACTION = 256;
/** Below 2^-TINY the first term of the series is the result. */
const TINY = 70;

function significand(u: Unpacked): bigint {
  return (BigInt(u.high >>> 0) << 32n) | BigInt(u.low >>> 0);
}

/** r = value * 2^-fraction, with the lowest bit set if more follows (or `inexact`). */
function fromBig(r: Unpacked, value: bigint, fraction: number, inexact: boolean): void {
  const sign = value < 0n ? 1 : 0;
  const magnitude = sign !== 0 ? -value : value;
  if (magnitude === 0n) {
    setZero(r, 0);
    return;
  }
  const length = bitLength(magnitude);
  const shift = length - 96;
  const words = shift >= 0 ? magnitude >> BigInt(shift) : magnitude << BigInt(-shift);
  const rest = shift > 0 && words << BigInt(shift) !== magnitude;
  r.kind = FINITE;
  r.sign = sign;
  r.exponent = length - 1 - fraction;
  r.high = Number(words >> 64n) | 0;
  r.low = Number((words >> 32n) & 0xffffffffn) | 0;
  r.extra = Number(words & 0xffffffffn) | (rest || inexact ? 1 : 0) | 0;
}

/** The number as fixed point; exact if there are enough fraction bits. */
function toFixed(u: Unpacked, fraction: number): bigint {
  const shift = fraction - 63 + u.exponent;
  const magnitude = shift >= 0 ? significand(u) << BigInt(shift) : significand(u) >> BigInt(-shift);
  return u.sign !== 0 ? -magnitude : magnitude;
}

/** Angle modulo pi/2, and the quadrant; set by reduce. */
let angle = 0n;
let quadrant = 0;

function reduce(x: Unpacked, fraction: number): void {
  const half = PI_66 << BigInt(fraction - 65);
  const value = toFixed(x, fraction);
  const magnitude = value < 0n ? -value : value;
  const turns = (magnitude + (half >> 1n)) / half;
  angle = magnitude - turns * half;
  quadrant = Number(turns & 3n);
  if (value < 0n) {
    angle = -angle;
    quadrant = -quadrant & 3;
  }
}

function fractionFor(x: Unpacked): number {
  return x.exponent < 0 ? FRACTION - x.exponent : FRACTION;
}

/** Leaves a number as it is but for "a little nearer to 0". */
function justBelow(r: Unpacked, from: Unpacked): void {
  r.kind = FINITE;
  r.sign = from.sign;
  r.exponent = from.exponent;
  r.extra = -1;
  r.low = (from.low - 1) | 0;
  r.high = (from.high - (from.low === 0 ? 1 : 0)) | 0;
  if (r.high >= 0) {
    // Only 1.000…: all ones at the next exponent.
    r.high = -1;
    r.exponent--;
  }
}

/** sin x and cos x into s and c (which may be left out); |x| < 2^63. */
export function sinCos(s: Unpacked | undefined, c: Unpacked | undefined, x: Unpacked): void {
  if (x.exponent < -TINY) {
    if (s) justBelow(s, x);
    if (c) {
      c.kind = FINITE;
      c.sign = 0;
      c.exponent = -1;
      c.high = c.low = c.extra = -1;
    }
    return;
  }
  const fraction = fractionFor(x);
  const f = BigInt(fraction);
  reduce(x, fraction);
  const odd = (quadrant & 1) !== 0;
  if (s) {
    const value = odd ? cosine(angle, f) : sine(angle, f);
    fromBig(s, quadrant >= 2 ? -value : value, fraction, true);
  }
  if (c) {
    const value = odd ? -sine(angle, f) : cosine(angle, f);
    fromBig(c, quadrant >= 2 ? -value : value, fraction, true);
  }
}

/** tan x; |x| < 2^63. */
export function tangent(r: Unpacked, x: Unpacked): void {
  if (x.exponent < -TINY) {
    r.kind = FINITE;
    r.sign = x.sign;
    r.exponent = x.exponent;
    r.high = x.high;
    r.low = x.low;
    r.extra = 1;
    return;
  }
  const fraction = fractionFor(x);
  const f = BigInt(fraction);
  reduce(x, fraction);
  const s = sine(angle, f);
  const c = cosine(angle, f);
  fromBig(r, (quadrant & 1) !== 0 ? (-c << f) / s : (s << f) / c, fraction, true);
}

/** The angle of the point (x, y), both finite and not 0. */
export function arcTangent(r: Unpacked, y: Unpacked, x: Unpacked): void {
  const difference = y.exponent - x.exponent;
  const sign = y.sign;
  if (difference < -TINY && x.sign === 0) {
    // y / x itself; 128 bits of it.
    const quotient = (significand(y) << 128n) / significand(x);
    fromBig(r, quotient, 128 - difference, true);
  } else {
    fromBig(r, angleOf(y, x, difference), FRACTION + Math.max(0, -difference), true);
  }
  r.sign = sign;
}

function angleOf(y: Unpacked, x: Unpacked, difference: number): bigint {
  const fraction = FRACTION + Math.max(0, -difference);
  const f = BigInt(fraction);
  if (Math.abs(difference) > TINY) {
    const tiny = 1n;
    return difference > 0 ? piBits(f) / 2n - (x.sign !== 0 ? -tiny : tiny) : halfTurn(fraction, tiny);
  }
  const a = significand(y) << BigInt(Math.max(0, difference));
  const b = significand(x) << BigInt(Math.max(0, -difference));
  const first = a <= b ? inverseTangent((a << f) / b, f) : piBits(f) / 2n - inverseTangent((b << f) / a, f);
  return x.sign !== 0 ? piBits(f) - first : first;
}

/** pi less next to nothing. Fraction bits beyond the constant's are filled with zeros. */
function halfTurn(fraction: number, tiny: bigint): bigint {
  const known = Math.min(fraction, 500);
  return (piBits(BigInt(known)) << BigInt(fraction - known)) - tiny;
}

/** 2^x - 1, -1 <= x <= 1. */
export function exponential(r: Unpacked, x: Unpacked): void {
  if (x.exponent < -TINY) {
    fromBig(r, significand(x) * ln2Bits(128n), 128 + 63 - x.exponent, true);
    r.sign = x.sign;
    return;
  }
  if (x.exponent >= 0) {
    // Exactly 1 or -1.
    fromBig(r, x.sign !== 0 ? -1n : 2n, 1, false);
    return;
  }
  const fraction = fractionFor(x);
  const f = BigInt(fraction);
  fromBig(r, exponentialMinus1((toFixed(x, fraction) * ln2Bits(f)) >> f, f), fraction, true);
}

/** log2 of value * 2^-fraction (value > 0) as fixed point with FRACTION bits; exact for powers of two. */
function log2Fixed(value: bigint, fraction: number): bigint {
  const f = BigInt(FRACTION);
  let exponent = bitLength(value) - 1 - fraction;
  // m in [1, 2), then brought around 1.
  const shift = FRACTION - (bitLength(value) - 1);
  let m = shift >= 0 ? value << BigInt(shift) : value >> BigInt(-shift);
  if (m * m >= 2n << (2n * f)) {
    exponent++;
    m >>= 1n;
  }
  const one = 1n << f;
  if (m === one) return BigInt(exponent) << f;
  const z = ((m - one) << f) / (m + one);
  return (BigInt(exponent) << f) + ((2n * inverseTanh(z, f)) << f) / ln2Bits(f);
}

/** y * log2 x, x > 0. Gives ZERO for x = 1. */
export function yLog2(r: Unpacked, y: Unpacked, x: Unpacked): void {
  const log = log2Fixed(significand(x), 63 - x.exponent);
  const exact = x.high === (0x80000000 | 0) && x.low === 0;
  const product = log * significand(y);
  fromBig(r, product, FRACTION + 63 - y.exponent, !exact);
  r.sign = (log < 0n ? 1 : 0) ^ y.sign;
}

/** y * log2(x + 1), x > -1 and not 0. */
export function yLog2Plus1(r: Unpacked, y: Unpacked, x: Unpacked): void {
  const sign = x.sign ^ y.sign;
  if (x.exponent < -TINY) {
    const product = ((significand(x) * significand(y)) << 128n) / ln2Bits(128n);
    fromBig(r, product, 126 - x.exponent - y.exponent, true);
  } else if (x.exponent < -2) {
    const fraction = fractionFor(x);
    const f = BigInt(fraction);
    const t = toFixed(x, fraction);
    const z = (t << f) / ((2n << f) + t);
    const log = ((2n * inverseTanh(z, f)) << f) / ln2Bits(f);
    fromBig(r, log * significand(y), fraction + 63 - y.exponent, true);
  } else {
    const fraction = Math.max(0, 63 - x.exponent);
    const sum = toFixed(x, fraction) + (1n << BigInt(fraction));
    const exact = (sum & (sum - 1n)) === 0n;
    fromBig(r, log2Fixed(sum, fraction) * significand(y), FRACTION + 63 - y.exponent, !exact);
  }
  r.sign = sign;
}
