/** Packing and unpacking: memory and register formats to and from Unpacked. */
import {
  EMPTY,
  FINITE,
  INFINITE,
  normalize,
  QUIET,
  SIGNALING,
  shiftRightJam,
  UNSUPPORTED,
  type Unpacked,
  ZERO,
} from './number.ts';

/** Result of a packing that needs several words. */
export const packed = { low: 0, high: 0, signExponent: 0 };

/** The 80-bit format: sign and exponent in the low 16 bits of `signExponent`. */
export function unpack80(u: Unpacked, signExponent: number, high: number, low: number): void {
  const biased = signExponent & 0x7fff;
  u.sign = (signExponent >>> 15) & 1;
  u.high = high;
  u.low = low;
  u.extra = 0;
  u.denormal = 0;
  if (biased === 0) {
    if ((high | low) === 0) {
      u.kind = ZERO;
      return;
    }
    u.kind = FINITE;
    u.denormal = 1;
    u.exponent = -16382;
    if (high >= 0) normalize(u);
    return;
  }
  if (high >= 0) {
    u.kind = UNSUPPORTED;
  } else if (biased !== 0x7fff) {
    u.kind = FINITE;
    u.exponent = biased - 16383;
  } else if (high << 1 === 0 && low === 0) {
    u.kind = INFINITE;
  } else {
    u.kind = (high & 0x40000000) !== 0 ? QUIET : SIGNALING;
  }
}

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
  u.sign = high >>> 31;
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
  if (high < 0) {
    u.low = -low | 0;
    u.high = low === 0 ? -high | 0 : ~high;
  } else {
    u.low = low;
    u.high = high;
  }
  normalize(u);
}

const scratch: Unpacked = { kind: 0, sign: 0, exponent: 0, high: 0, low: 0, extra: 0, denormal: 0 };

/** Moves the significand of a number below `minExponent` to its place; anything else is left as it is. Returns the biased exponent. */
function biasedExponent(u: Unpacked, minExponent: number): number {
  scratch.high = u.high;
  scratch.low = u.low;
  scratch.extra = 0;
  if (u.exponent >= minExponent) return u.exponent - minExponent + 1;
  shiftRightJam(scratch, minExponent - u.exponent);
  return 0;
}

/** Into `packed`: the 80-bit format. The number is rounded already; EMPTY is not for packing. */
export function pack80(u: Unpacked): void {
  const sign = u.sign << 15;
  if (u.kind === FINITE) {
    packed.signExponent = sign | biasedExponent(u, -16382);
    packed.high = scratch.high;
    packed.low = scratch.low;
  } else if (u.kind === ZERO) {
    packed.signExponent = sign;
    packed.high = 0;
    packed.low = 0;
  } else {
    packed.signExponent = sign | 0x7fff;
    packed.high = u.high;
    packed.low = u.low;
  }
}

/** Into `packed`: a double. */
export function packDouble(u: Unpacked): void {
  const sign = u.sign << 31;
  if (u.kind === FINITE) {
    const biased = biasedExponent(u, -1022);
    packed.high = sign | (biased << 20) | ((scratch.high >>> 11) & 0xfffff);
    packed.low = (scratch.high << 21) | (scratch.low >>> 11);
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
    return sign | (biased << 23) | ((scratch.high >>> 8) & 0x7fffff);
  }
  if (u.kind === ZERO) return sign;
  return sign | 0x7f800000 | ((u.high >>> 8) & 0x7fffff);
}

/** Marks an operand as an empty register. */
export function setEmpty(u: Unpacked): void {
  u.kind = EMPTY;
  u.denormal = 0;
}
