import { INFINITE, type Unpacked, ZERO } from './number.ts';
import { below64 } from './words.ts';

/** Results of a comparison. */
export const LESS = 0;
export const EQUAL = 1;
export const GREATER = 2;
export const UNORDERED = 3;

/** Compares two numbers, neither of them a NaN. Zeros are equal whatever their signs. */
export function compareNumbers(a: Unpacked, b: Unpacked): number {
  if (a.kind === ZERO && b.kind === ZERO) return EQUAL;
  if (a.kind === ZERO) return b.sign !== 0 ? GREATER : LESS;
  if (b.kind === ZERO || a.sign !== b.sign) return a.sign !== 0 ? LESS : GREATER;
  const order = compareMagnitudes(a, b);
  return a.sign !== 0 ? 2 - order : order;
}

function compareMagnitudes(a: Unpacked, b: Unpacked): number {
  if (a.kind === INFINITE || b.kind === INFINITE) {
    return a.kind === b.kind ? EQUAL : a.kind === INFINITE ? GREATER : LESS;
  }
  if (a.exponent !== b.exponent) return a.exponent < b.exponent ? LESS : GREATER;
  if (a.high === b.high && a.low === b.low) return EQUAL;
  return below64(a.high, a.low, b.high, b.low) ? LESS : GREATER;
}
