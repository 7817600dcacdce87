/** Packing and unpacking the 80-bit format. */
import {
  biasedExponent,
  FINITE,
  INFINITE,
  normalize,
  packed,
  placed,
  QUIET,
  SIGNALING,
  type Unpacked,
  ZERO,
} from '@kml/core/softfloat';
import { EMPTY, UNSUPPORTED } from './number.ts';

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

/** Into `packed`: the 80-bit format. The number is rounded already; EMPTY is not for packing. */
export function pack80(u: Unpacked): void {
  const sign = u.sign << 15;
  if (u.kind === FINITE) {
    packed.signExponent = sign | biasedExponent(u, -16382);
    packed.high = placed.high;
    packed.low = placed.low;
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

/** Marks an operand as an empty register. */
export function setEmpty(u: Unpacked): void {
  u.kind = EMPTY;
  u.denormal = 0;
}
