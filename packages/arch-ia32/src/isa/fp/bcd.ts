/** Packed decimal integers of 18 digits. SDM vol. 1, 4.7. BigInt: the two instructions are rare. */
import { packed } from '@kml/core/softfloat';

const GREATEST = 999_999_999_999_999_999n;

/** The magnitude of a packed decimal, into packed.high:low. Digits above 9 count as their value, as the processors do. */
export function bcdToInteger(low: number, mid: number, high: number): void {
  let value = 0n;
  for (let digit = 17; digit >= 0; digit--) {
    const word = digit >= 16 ? high : digit >= 8 ? mid : low;
    value = value * 10n + BigInt((word >>> ((digit & 7) * 4)) & 15);
  }
  packed.low = Number(value & 0xffffffffn) | 0;
  packed.high = Number((value >> 32n) & 0xffffffffn) | 0;
}

/** Into `packed` (low, high, and the upper 16 bits in signExponent) the decimal of an integer's magnitude; false where it needs more digits. */
export function integerToBcd(high: number, low: number, sign: number): boolean {
  const value = BigInt.asIntN(64, (BigInt(high) << 32n) | BigInt(low >>> 0));
  let magnitude = value < 0n ? -value : value;
  if (magnitude > GREATEST) return false;
  let digits = 0n;
  for (let digit = 0n; digit < 18n; digit++) {
    digits |= (magnitude % 10n) << (digit * 4n);
    magnitude /= 10n;
  }
  packed.low = Number(digits & 0xffffffffn) | 0;
  packed.high = Number((digits >> 32n) & 0xffffffffn) | 0;
  packed.signExponent = Number(digits >> 64n) | (sign << 15);
  return true;
}
