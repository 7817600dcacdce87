import { FINITE, type Unpacked } from './number.ts';
import { mulHigh } from './words.ts';

const TWO_32 = 4294967296;

/**
 * Square root of a positive finite number: the 64-bit integer root of a 128-bit number by one step
 * of Zimmermann's recursion ("Karatsuba square root"), the remainder giving the rounding bits.
 */
export function rootFinite(r: Unpacked, a: Unpacked): void {
  const odd = a.exponent & 1;
  // The 128-bit radicand n3:n2:n1:0, shifted so that the exponent is even; its top two bits are not both 0.
  const n3 = odd ? a.high >>> 0 : a.high >>> 1;
  const n2 = odd ? a.low : (a.low >>> 1) | (a.high << 31);
  const n1 = odd ? 0 : (a.low << 31) >>> 0;

  // Root of the upper half, and its remainder (33 bits, exact in a double).
  let s1 = Math.floor(Math.sqrt(n3 * TWO_32 + (n2 >>> 0)));
  if (s1 >= TWO_32) s1 = TWO_32 - 1;
  let r1 = (n3 - (mulHigh(s1, s1) >>> 0)) * TWO_32 + ((n2 >>> 0) - (Math.imul(s1, s1) >>> 0));
  while (r1 < 0) {
    s1--;
    r1 += 2 * s1 + 1;
  }
  while (r1 > 2 * s1) {
    r1 -= 2 * s1 + 1;
    s1++;
  }

  // Next 32 bits: q = (r1 * 2^32 + n1) / (2 * s1), u the rest. u is found in two 16-bit steps, each exact in doubles.
  const d = 2 * s1;
  let t = r1 * 65536 + Math.floor(n1 / 65536);
  const q1 = Math.floor(t / d);
  t = (t - q1 * d) * 65536 + (n1 % 65536);
  let q = Math.floor(t / d);
  let u = t - q * d;
  q += q1 * 65536;
  if (q >= TWO_32) {
    u += (q - (TWO_32 - 1)) * d;
    q = TWO_32 - 1;
  }

  // Remainder u * 2^32 + 0 - q^2, as rh * 2^32 + rl.
  const qLow = Math.imul(q, q) >>> 0;
  let rl = qLow === 0 ? 0 : TWO_32 - qLow;
  let rh = u - (mulHigh(q, q) >>> 0) - (qLow === 0 ? 0 : 1);
  while (rh < 0) {
    // root--, remainder += 2 * root + 1
    if (q === 0) {
      q = TWO_32 - 1;
      s1--;
    } else q--;
    rl += 2 * q + 1;
    rh += 2 * s1 + Math.floor(rl / TWO_32);
    rl %= TWO_32;
  }
  r.kind = FINITE;
  r.sign = 0;
  r.exponent = (a.exponent - odd) >> 1;
  r.high = s1 | 0;
  r.low = q | 0;
  // Above half a unit iff the remainder exceeds the root; exactly half cannot be.
  r.extra = rh === 0 && rl === 0 ? 0 : rh > s1 || (rh === s1 && rl > q) ? 0xc0000000 | 0 : 0x40000000;
}
