import { FINITE, type Unpacked } from './number.ts';
import { below64, carryOf, mulHigh } from './words.ts';

/** The running remainder. */
let remainderHigh = 0;
let remainderLow = 0;

const TWO_32 = 4294967296;
const TWO_22 = 4194304;

/**
 * One quotient digit of 22 bits: floor(remainder * 2^22 / divisor), leaving the new remainder.
 * The digit is estimated in doubles, which is off by one at most, and then corrected.
 */
function digit(divisorHigh: number, divisorLow: number, divisor: number): number {
  const rh = remainderHigh;
  const rl = remainderLow;
  let q = Math.floor((((rh >>> 0) * TWO_32 + (rl >>> 0)) * TWO_22) / divisor);
  // t = remainder << 22, of which 96 bits are needed; product q * divisor likewise.
  const t2 = rh >>> 10;
  const t1 = (rh << 22) | (rl >>> 10);
  const t0 = rl << 22;
  const p0 = Math.imul(q, divisorLow);
  const mid = Math.imul(q, divisorHigh);
  const p1 = (mid + mulHigh(q, divisorLow)) | 0;
  const p2 = (mulHigh(q, divisorHigh) + carryOf(p1, mid)) | 0;
  let d0 = (t0 - p0) | 0;
  const b0 = t0 >>> 0 < p0 >>> 0 ? 1 : 0;
  let d1 = (t1 - p1) | 0;
  let b1 = t1 >>> 0 < p1 >>> 0 ? 1 : 0;
  if (d1 === 0) b1 |= b0;
  d1 = (d1 - b0) | 0;
  const d2 = (t2 - p2 - b1) | 0;
  if (d2 < 0) {
    q--;
    d0 = (d0 + divisorLow) | 0;
    d1 = (d1 + divisorHigh + carryOf(d0, divisorLow)) | 0;
  } else if (d2 > 0 || !below64(d1, d0, divisorHigh, divisorLow)) {
    q++;
    const borrow = d0 >>> 0 < divisorLow >>> 0 ? 1 : 0;
    d0 = (d0 - divisorLow) | 0;
    d1 = (d1 - divisorHigh - borrow) | 0;
  }
  remainderHigh = d1;
  remainderLow = d0;
  return q;
}

/** The quotient of two finite numbers. */
export function divideFinite(r: Unpacked, a: Unpacked, b: Unpacked, sign: number): void {
  const bh = b.high;
  const bl = b.low;
  const divisor = (bh >>> 0) * TWO_32 + (bl >>> 0);
  const less = below64(a.high, a.low, bh, bl);
  remainderHigh = a.high;
  remainderLow = a.low;
  if (!less) {
    // The quotient's first bit is 1 then.
    const borrow = a.low >>> 0 < bl >>> 0 ? 1 : 0;
    remainderLow = (a.low - bl) | 0;
    remainderHigh = (a.high - bh - borrow) | 0;
  }
  const d0 = digit(bh, bl, divisor);
  const d1 = digit(bh, bl, divisor);
  const d2 = digit(bh, bl, divisor);
  r.kind = FINITE;
  r.sign = sign;
  if (less) {
    r.exponent = a.exponent - b.exponent - 1;
    r.high = (d0 << 10) | (d1 >>> 12);
    r.low = (d1 << 20) | (d2 >>> 2);
    r.extra = d2 << 30;
  } else {
    r.exponent = a.exponent - b.exponent;
    r.high = 0x80000000 | (d0 << 9) | (d1 >>> 13);
    r.low = (d1 << 19) | (d2 >>> 3);
    r.extra = d2 << 29;
  }
  if ((remainderHigh | remainderLow) !== 0) r.extra |= 1;
}
