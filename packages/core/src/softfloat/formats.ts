/** Packing and unpacking: memory formats to and from Unpacked. */
import { FINITE, INFINITE, normalize, QUIET, SIGNALING, shiftRightJam, type Unpacked, ZERO } from './number.ts';

/** Result of a packing that needs several words. */
export const packed = { low: 0, high: 0, signExponent: 0 };

/** A double from its two words. */
export function unpackDouble(u: Unpacked, high: number, low: number): void {
  const biased = (high >>> 20) & 0x7ff;
  u.sign = high >>> 31;
  u.high = (high << 11) | (low >>> 21);
  u.low = low << 11;
  u.extra = 0;
  u.denormal = 0;
  if (biased === 0) {
    u.high &= 0x7fffffff;
    if ((u.high | u.low) === 0) {
      u.kind = ZERO;
      return;
    }
    u.kind = FINITE;
    u.denormal = 1;
    u.exponent = -1022;
    normalize(u);
    return;
  }
  u.high |= 0x80000000;
  finishUnpack(u, biased, 0x7ff, 1023);
}

/** A single from its bits. */
export function unpackSingle(u: Unpacked, bits: number): void {
  const biased = (bits >>> 23) & 0xff;
  u.sign = bits >>> 31;
  u.high = bits << 8;
  u.low = 0;
  u.extra = 0;
  u.denormal = 0;
  if (biased === 0) {
    u.high &= 0x7fffffff;
    if (u.high === 0) {
      u.kind = ZERO;
      return;
    }
    u.kind = FINITE;
    u.denormal = 1;
    u.exponent = -126;
    normalize(u);
    return;
  }
  u.high |= 0x80000000;
  finishUnpack(u, biased, 0xff, 127);
}

/** A half from its low 16 bits. */
export function unpackHalf(u: Unpacked, bits: number): void {
  const biased = (bits >>> 10) & 0x1f;
  u.sign = (bits >>> 15) & 1;
  u.high = bits << 21;
  u.low = 0;
  u.extra = 0;
  u.denormal = 0;
  if (biased === 0) {
    u.high &= 0x7fffffff;
    if (u.high === 0) {
      u.kind = ZERO;
      return;
    }
    u.kind = FINITE;
    u.denormal = 1;
    u.exponent = -14;
    normalize(u);
    return;
  }
  u.high |= 0x80000000;
  finishUnpack(u, biased, 0x1f, 15);
}

function finishUnpack(u: Unpacked, biased: number, top: number, bias: number): void {
  if (biased !== top) {
    u.kind = FINITE;
    u.exponent = biased - bias;
  } else if (u.high === (0x80000000 | 0) && u.low === 0) {
    u.kind = INFINITE;
  } else {
    u.kind = (u.high & 0x40000000) !== 0 ? QUIET : SIGNALING;
  }
}

/** A signed 64-bit integer. */
export function unpackInteger(u: Unpacked, high: number, low: number): void {
  unpackUnsigned(u, high < 0 ? (low === 0 ? -high | 0 : ~high) : high, high < 0 ? -low | 0 : low);
  u.sign = high >>> 31;
}

/** An unsigned 64-bit integer. */
export function unpackUnsigned(u: Unpacked, high: number, low: number): void {
  u.sign = 0;
  u.denormal = 0;
  u.extra = 0;
  if ((high | low) === 0) {
    u.kind = ZERO;
    u.high = 0;
    u.low = 0;
    return;
  }
  u.kind = FINITE;
  u.exponent = 63;
  u.low = low;
  u.high = high;
  normalize(u);
}

/** The significand in its place, of biasedExponent. */
export const placed: Unpacked = { kind: 0, sign: 0, exponent: 0, high: 0, low: 0, extra: 0, denormal: 0 };

/** Moves the significand of a number below `minExponent` to its place; anything else is left as it is. Returns the biased exponent. */
export function biasedExponent(u: Unpacked, minExponent: number): number {
  placed.high = u.high;
  placed.low = u.low;
  placed.extra = 0;
  if (u.exponent >= minExponent) return u.exponent - minExponent + 1;
  shiftRightJam(placed, minExponent - u.exponent);
  return 0;
}

/** Into `packed`: a double. */
export function packDouble(u: Unpacked): void {
  const sign = u.sign << 31;
  if (u.kind === FINITE) {
    const biased = biasedExponent(u, -1022);
    packed.high = sign | (biased << 20) | ((placed.high >>> 11) & 0xfffff);
    packed.low = (placed.high << 21) | (placed.low >>> 11);
  } else if (u.kind === ZERO) {
    packed.high = sign;
    packed.low = 0;
  } else {
    packed.high = sign | 0x7ff00000 | ((u.high >>> 11) & 0xfffff);
    packed.low = (u.high << 21) | (u.low >>> 11);
  }
}

/** A single. */
export function packSingle(u: Unpacked): number {
  const sign = u.sign << 31;
  if (u.kind === FINITE) {
    const biased = biasedExponent(u, -126);
    return sign | (biased << 23) | ((placed.high >>> 8) & 0x7fffff);
  }
  if (u.kind === ZERO) return sign;
  return sign | 0x7f800000 | ((u.high >>> 8) & 0x7fffff);
}

/** A half, in the low 16 bits. */
export function packHalf(u: Unpacked): number {
  const sign = u.sign << 15;
  if (u.kind === FINITE) {
    const biased = biasedExponent(u, -14);
    return sign | (biased << 10) | ((placed.high >>> 21) & 0x3ff);
  }
  if (u.kind === ZERO) return sign;
  return sign | 0x7c00 | ((u.high >>> 21) & 0x3ff);
}
