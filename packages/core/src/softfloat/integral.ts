/** Rounding to integers. */
import { DOWN, FINITE, NEAREST, normalize, PE, setZero, shiftRightJam, type Unpacked, UP } from './number.ts';
import { rounding } from './round.ts';

/** Result of roundMagnitude in high:low. */
export const magnitude: Unpacked = { kind: FINITE, sign: 0, exponent: 0, high: 0, low: 0, extra: 0, denormal: 0 };

/** Rounds the magnitude of |u| < 2^64 to an integer in magnitude.high:low. Returns PE or 0; sets rounding.up. */
export function roundMagnitude(u: Unpacked, mode: number): number {
  magnitude.high = u.high;
  magnitude.low = u.low;
  magnitude.extra = 0;
  rounding.up = 0;
  if (u.exponent < 63) shiftRightJam(magnitude, 63 - u.exponent);
  const rest = magnitude.extra;
  if (rest === 0) return 0;
  let up: boolean;
  if (mode === NEAREST) up = rest < 0 && (rest << 1 !== 0 || (magnitude.low & 1) !== 0);
  else up = mode === (u.sign !== 0 ? DOWN : UP);
  if (up) {
    rounding.up = 1;
    magnitude.low = (magnitude.low + 1) | 0;
    if (magnitude.low === 0) magnitude.high = (magnitude.high + 1) | 0;
  }
  return PE;
}

/** Rounds a finite number to an integer, in place. Returns PE or 0; sets rounding.up. */
export function roundToIntegral(r: Unpacked, mode: number): number {
  rounding.up = 0;
  if (r.exponent >= 63) return 0;
  const flags = roundMagnitude(r, mode);
  if ((magnitude.high | magnitude.low) === 0) {
    setZero(r, r.sign);
    return flags;
  }
  r.high = magnitude.high;
  r.low = magnitude.low;
  r.exponent = 63;
  normalize(r);
  return flags;
}
