/** Conversion to integers. SDM vol. 1, 4.8.4 and tables 8-10 and E-*: out of range gives the integer indefinite. */
import { FINITE, IE, magnitude, packed, rounding, roundMagnitude, type Unpacked, ZERO } from '@kml/core/softfloat';

/**
 * Converts to a signed integer of 16, 32 or 64 bits, into packed.high:low (sign-extended). Returns
 * the flags: IE with the integer indefinite where it does not fit or is no number, else PE or 0.
 */
export function toInteger(u: Unpacked, bits: 16 | 32 | 64, mode: number): number {
  if (u.kind === ZERO) {
    packed.high = 0;
    packed.low = 0;
    rounding.up = 0;
    return 0;
  }
  if (u.kind === FINITE && u.exponent <= 63) {
    const flags = roundMagnitude(u, mode);
    if (fits(u.sign, bits)) {
      if (u.sign !== 0) {
        packed.low = -magnitude.low | 0;
        packed.high = magnitude.low === 0 ? -magnitude.high | 0 : ~magnitude.high;
      } else {
        packed.low = magnitude.low;
        packed.high = magnitude.high;
      }
      return flags;
    }
  }
  integerIndefinite(bits);
  rounding.up = 0;
  return IE;
}

/** The integer indefinite into packed.high:low. */
export function integerIndefinite(bits: 16 | 32 | 64): void {
  packed.low = bits === 64 ? 0 : bits === 32 ? 0x80000000 | 0 : -0x8000;
  packed.high = bits === 64 ? 0x80000000 | 0 : -1;
}

/** Whether the magnitude magnitude.high:low with that sign fits. */
function fits(sign: number, bits: number): boolean {
  if (bits === 64)
    return magnitude.high >= 0 || (sign !== 0 && magnitude.high === (0x80000000 | 0) && magnitude.low === 0);
  if (magnitude.high !== 0) return false;
  const low = magnitude.low >>> 0;
  const limit = bits === 32 ? 0x80000000 : 0x8000;
  return sign !== 0 ? low <= limit : low < limit;
}
