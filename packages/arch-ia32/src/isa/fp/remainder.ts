import { below64, FINITE, normalize, setZero, type Unpacked } from '@kml/core/softfloat';

/** The low bits of the quotient of the last remainder, and whether the reduction was only partial. */
export const quotient = { bits: 0, partial: false };

/**
 * Remainder of two finite numbers, exact. With `nearest` the quotient is rounded to nearest even
 * (FPREM1), else truncated (FPREM). Where the exponents differ by 64 or more it reduces the
 * exponent by 32 to 63 only and says `partial`. SDM vol. 2, FPREM.
 */
export function remainderFinite(r: Unpacked, a: Unpacked, b: Unpacked, nearest: boolean): void {
  const difference = a.exponent - b.exponent;
  quotient.bits = 0;
  quotient.partial = difference >= 64;
  r.kind = FINITE;
  r.sign = a.sign;
  r.exponent = a.exponent;
  r.high = a.high;
  r.low = a.low;
  r.extra = 0;
  if (difference < (nearest ? -1 : 0)) return;
  if (difference === -1) {
    // a is in (b/4, b): at most one half of b below, above it the quotient is 1.
    if (below64(b.high, b.low, a.high, a.low)) subtractFrom(r, b);
    return;
  }
  const steps = quotient.partial ? 32 + (difference & 31) : difference;
  divideSteps(r, b, steps);
  r.exponent = a.exponent - steps;
  if (nearest && !quotient.partial) roundQuotient(r, b);
  if ((r.high | r.low) === 0) setZero(r, a.sign);
  else normalize(r);
}

/** Leaves in r the remainder of r * 2^steps by b, significands only, and the quotient's low bits. */
function divideSteps(r: Unpacked, b: Unpacked, steps: number): void {
  let high = r.high;
  let low = r.low;
  let bits = 0;
  let carry = 0;
  for (let step = 0; ; step++) {
    bits <<= 1;
    if (carry !== 0 || !below64(high, low, b.high, b.low)) {
      const borrow = low >>> 0 < b.low >>> 0 ? 1 : 0;
      low = (low - b.low) | 0;
      high = (high - b.high - borrow) | 0;
      bits |= 1;
    }
    if (step === steps) break;
    carry = high >>> 31;
    high = (high << 1) | (low >>> 31);
    low <<= 1;
  }
  r.high = high;
  r.low = low;
  quotient.bits = bits;
}

/** r < b at b's exponent: rounds the quotient to nearest even, which may turn r around. */
function roundQuotient(r: Unpacked, b: Unpacked): void {
  const borrow = b.low >>> 0 < r.low >>> 0 ? 1 : 0;
  const low = (b.low - r.low) | 0;
  const high = (b.high - r.high - borrow) | 0;
  const half = r.high === high && r.low === low;
  if (half ? (quotient.bits & 1) !== 0 : below64(high, low, r.high, r.low)) {
    r.high = high;
    r.low = low;
    r.sign ^= 1;
    quotient.bits++;
  }
}

/** r = a - b with a's exponent one below b's and a > b/2: b - a with the sign turned, quotient 1. */
function subtractFrom(r: Unpacked, b: Unpacked): void {
  // 2b - a in units of a's exponent; below 2^64, since a > b/2 there.
  const doubledLow = b.low << 1;
  const doubledHigh = (b.high << 1) | (b.low >>> 31);
  const borrow = doubledLow >>> 0 < r.low >>> 0 ? 1 : 0;
  r.low = (doubledLow - r.low) | 0;
  r.high = (doubledHigh - r.high - borrow) | 0;
  r.sign ^= 1;
  quotient.bits = 1;
  normalize(r);
}
