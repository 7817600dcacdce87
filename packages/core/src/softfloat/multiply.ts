import { FINITE, type Unpacked } from './number.ts';
import { carryOf, mulHigh } from './words.ts';

/** The product of two finite numbers. */
export function multiplyFinite(r: Unpacked, a: Unpacked, b: Unpacked, sign: number): void {
  const ah = a.high;
  const al = a.low;
  const bh = b.high;
  const bl = b.low;
  let exponent = a.exponent + b.exponent + 1;
  let w3: number;
  let w2: number;
  let w1: number;
  let w0 = 0;
  if ((al | bl) === 0) {
    w3 = mulHigh(ah, bh);
    w2 = Math.imul(ah, bh);
    w1 = 0;
  } else {
    w0 = Math.imul(al, bl);
    const p = mulHigh(al, bl);
    const q = Math.imul(ah, bl);
    const s = Math.imul(al, bh);
    w1 = (p + q) | 0;
    let carry = carryOf(w1, p);
    w1 = (w1 + s) | 0;
    carry += carryOf(w1, s);
    const t = mulHigh(ah, bl);
    const u = mulHigh(al, bh);
    const v = Math.imul(ah, bh);
    w2 = (t + u) | 0;
    w3 = (mulHigh(ah, bh) + carryOf(w2, t)) | 0;
    w2 = (w2 + v) | 0;
    w3 = (w3 + carryOf(w2, v)) | 0;
    w2 = (w2 + carry) | 0;
    w3 = (w3 + carryOf(w2, carry)) | 0;
  }
  if (w3 >= 0) {
    w3 = (w3 << 1) | (w2 >>> 31);
    w2 = (w2 << 1) | (w1 >>> 31);
    w1 = (w1 << 1) | (w0 >>> 31);
    w0 = w0 << 1;
    exponent--;
  }
  r.kind = FINITE;
  r.sign = sign;
  r.exponent = exponent;
  r.high = w3;
  r.low = w2;
  r.extra = w1 | (w0 !== 0 ? 1 : 0);
}
