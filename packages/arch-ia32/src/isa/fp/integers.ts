/** Rounding to integers. SDM vol. 1, 4.8.4 and tables 8-10 and E-*: out of range gives the integer indefinite. */

import { packed } from './formats.ts';
import { DOWN, FINITE, IE, NEAREST, normalize, PE, setZero, shiftRightJam, type Unpacked, UP, ZERO } from './number.ts';
import { rounding } from './round.ts';

const work: Unpacked = { kind: FINITE, sign: 0, exponent: 0, high: 0, low: 0, extra: 0, denormal: 0 };

/** Rounds the magnitude of |u| < 2^64 to an integer in work.high:low. Returns PE or 0; sets rounding.up. */
function roundMagnitude(u: Unpacked, mode: number): number {
  work.high = u.high;
  work.low = u.low;
  work.extra = 0;
  rounding.up = 0;
  if (u.exponent < 63) shiftRightJam(work, 63 - u.exponent);
  const rest = work.extra;
  if (rest === 0) return 0;
  let up: boolean;
  if (mode === NEAREST) up = rest < 0 && (rest << 1 !== 0 || (work.low & 1) !== 0);
  else up = mode === (u.sign !== 0 ? DOWN : UP);
  if (up) {
    rounding.up = 1;
    work.low = (work.low + 1) | 0;
    if (work.low === 0) work.high = (work.high + 1) | 0;
  }
  return PE;
}

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
        packed.low = -work.low | 0;
        packed.high = work.low === 0 ? -work.high | 0 : ~work.high;
      } else {
        packed.low = work.low;
        packed.high = work.high;
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

/** Whether the magnitude work.high:low with that sign fits. */
function fits(sign: number, bits: number): boolean {
  if (bits === 64) return work.high >= 0 || (sign !== 0 && work.high === (0x80000000 | 0) && work.low === 0);
  if (work.high !== 0) return false;
  const low = work.low >>> 0;
  const limit = bits === 32 ? 0x80000000 : 0x8000;
  return sign !== 0 ? low <= limit : low < limit;
}

/** FRNDINT of a finite number, in place. Returns PE or 0; sets rounding.up. */
export function roundToIntegral(r: Unpacked, mode: number): number {
  rounding.up = 0;
  if (r.exponent >= 63) return 0;
  const flags = roundMagnitude(r, mode);
  if ((work.high | work.low) === 0) {
    setZero(r, r.sign);
    return flags;
  }
  r.high = work.high;
  r.low = work.low;
  r.exponent = 63;
  normalize(r);
  return flags;
}
