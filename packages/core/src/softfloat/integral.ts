/** Rounding to integers. */

import { packed } from './formats.ts';
import {
  DOWN,
  FINITE,
  IE,
  NEAREST,
  normalize,
  PE,
  QUIET,
  setZero,
  shiftRightJam,
  type Unpacked,
  UP,
  ZERO,
} from './number.ts';
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

/**
 * Converts to a signed or unsigned integer of up to 64 bits, into packed.high:low (extended to 64
 * bits by its sign). Returns IE with the nearest integer there is (a NaN gives 0) where it does not
 * fit, else PE or 0; sets rounding.up.
 */
export function toIntegerSaturating(u: Unpacked, bits: number, signed: boolean, mode: number): number {
  packed.high = 0;
  packed.low = 0;
  rounding.up = 0;
  if (u.kind === ZERO) return 0;
  if (u.kind >= QUIET) return IE;
  if (u.kind === FINITE && u.exponent <= 63) {
    const flags = roundMagnitude(u, mode);
    if (fits(u.sign, bits, signed)) {
      setPacked(u.sign, magnitude.high, magnitude.low);
      return flags;
    }
  }
  rounding.up = 0;
  if (u.sign !== 0) setLeast(bits, signed);
  else setGreatest(signed ? bits - 1 : bits);
  return IE;
}

function setPacked(sign: number, high: number, low: number): void {
  packed.low = sign !== 0 ? -low | 0 : low;
  packed.high = sign === 0 ? high : low === 0 ? -high | 0 : ~high;
}

/** Whether the magnitude with that sign fits. */
function fits(sign: number, bits: number, signed: boolean): boolean {
  const { high, low } = magnitude;
  if ((high | low) === 0) return true;
  if (!signed && sign !== 0) return false;
  if (magnitudeBelow(signed ? bits - 1 : bits)) return true;
  return signed && sign !== 0 && isPowerOfTwo(bits - 1);
}

/** Whether magnitude < 2^bits. */
function magnitudeBelow(bits: number): boolean {
  if (bits >= 64) return true;
  if (bits >= 32) return bits === 32 ? magnitude.high === 0 : magnitude.high >>> (bits - 32) === 0;
  return magnitude.high === 0 && magnitude.low >>> bits === 0;
}

function isPowerOfTwo(bit: number): boolean {
  return bit >= 32
    ? magnitude.high === 1 << (bit - 32) && magnitude.low === 0
    : magnitude.high === 0 && magnitude.low === 1 << bit;
}

function setLeast(bits: number, signed: boolean): void {
  if (!signed) return;
  packed.high = bits > 32 ? -1 << (bits - 33) : -1;
  packed.low = bits > 32 ? 0 : -1 << (bits - 1);
}

/** 2^bits - 1. */
function setGreatest(bits: number): void {
  packed.high = bits >= 64 ? -1 : bits > 32 ? (1 << (bits - 32)) - 1 : 0;
  packed.low = bits >= 32 ? -1 : (1 << bits) - 1;
}
