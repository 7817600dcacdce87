import { DOWN, FINITE, setZero, type Unpacked } from './number.ts';
import { carryOf, mulHigh } from './words.ts';

/** A significand of 128 bits, highest word first, whose lowest bit also stands for everything below. */
interface Wide {
  w3: number;
  w2: number;
  w1: number;
  w0: number;
}

const product: Wide = { w3: 0, w2: 0, w1: 0, w0: 0 };
const addend: Wide = { w3: 0, w2: 0, w1: 0, w0: 0 };

/** product ← ah:al * bh:bl, all 128 bits. */
function multiplyWide(ah: number, al: number, bh: number, bl: number): void {
  const low = mulHigh(al, bl);
  const q = Math.imul(ah, bl);
  const s = Math.imul(al, bh);
  product.w0 = Math.imul(al, bl);
  let w1 = (low + q) | 0;
  let carry = carryOf(w1, low);
  w1 = (w1 + s) | 0;
  carry += carryOf(w1, s);
  product.w1 = w1;
  const t = mulHigh(ah, bl);
  const v = Math.imul(ah, bh);
  let w2 = (t + mulHigh(al, bh)) | 0;
  let w3 = (mulHigh(ah, bh) + carryOf(w2, t)) | 0;
  w2 = (w2 + v) | 0;
  w3 = (w3 + carryOf(w2, v)) | 0;
  product.w2 = (w2 + carry) | 0;
  product.w3 = (w3 + carryOf(product.w2, carry)) | 0;
}

function shiftRightJamWide(x: Wide, count: number): void {
  let n = Math.min(count, 160);
  for (; n >= 32; n -= 32) {
    const lost = x.w0 !== 0 ? 1 : 0;
    x.w0 = x.w1 | lost;
    x.w1 = x.w2;
    x.w2 = x.w3;
    x.w3 = 0;
  }
  if (n === 0) return;
  const lost = x.w0 << (32 - n) !== 0 ? 1 : 0;
  x.w0 = (x.w0 >>> n) | (x.w1 << (32 - n)) | lost;
  x.w1 = (x.w1 >>> n) | (x.w2 << (32 - n));
  x.w2 = (x.w2 >>> n) | (x.w3 << (32 - n));
  x.w3 = x.w3 >>> n;
}

/** x ← x + y; returns the carry. */
function addWide(x: Wide, y: Wide): number {
  const w0 = (x.w0 + y.w0) | 0;
  const c0 = carryOf(w0, x.w0);
  const p1 = (x.w1 + y.w1) | 0;
  const w1 = (p1 + c0) | 0;
  const c1 = carryOf(p1, x.w1) | carryOf(w1, p1);
  const p2 = (x.w2 + y.w2) | 0;
  const w2 = (p2 + c1) | 0;
  const c2 = carryOf(p2, x.w2) | carryOf(w2, p2);
  const p3 = (x.w3 + y.w3) | 0;
  const w3 = (p3 + c2) | 0;
  const c3 = carryOf(p3, x.w3) | carryOf(w3, p3);
  x.w0 = w0;
  x.w1 = w1;
  x.w2 = w2;
  x.w3 = w3;
  return c3;
}

/** x ← -x. */
function negateWide(x: Wide): void {
  x.w0 = -x.w0 | 0;
  x.w1 = (x.w0 === 0 ? -x.w1 : ~x.w1) | 0;
  const c2 = x.w0 === 0 && x.w1 === 0;
  x.w2 = (c2 ? -x.w2 : ~x.w2) | 0;
  x.w3 = (c2 && x.w2 === 0 ? -x.w3 : ~x.w3) | 0;
}

/** r ← the number of that sign and exponent (of the top bit) with the significand x, not 0. */
function setNormalized(r: Unpacked, x: Wide, sign: number, exponent: number): void {
  let e = exponent;
  while (x.w3 === 0) {
    x.w3 = x.w2;
    x.w2 = x.w1;
    x.w1 = x.w0;
    x.w0 = 0;
    e -= 32;
  }
  const n = Math.clz32(x.w3);
  if (n !== 0) {
    x.w3 = (x.w3 << n) | (x.w2 >>> (32 - n));
    x.w2 = (x.w2 << n) | (x.w1 >>> (32 - n));
    x.w1 = (x.w1 << n) | (x.w0 >>> (32 - n));
    x.w0 = x.w0 << n;
  }
  r.kind = FINITE;
  r.sign = sign;
  r.exponent = e - n;
  r.high = x.w3;
  r.low = x.w2;
  r.extra = x.w1 | (x.w0 !== 0 ? 1 : 0);
}

/**
 * a * b + c of finite numbers of at most 53 significant bits each, the product's sign being `sign`;
 * to 96 bits with sticky, to be rounded by roundTo. `r` may not be an operand.
 */
export function multiplyAddFinite(
  r: Unpacked,
  a: Unpacked,
  b: Unpacked,
  c: Unpacked,
  sign: number,
  mode: number,
): void {
  multiplyWide(a.high, a.low, b.high, b.low);
  // Exponent of the top bit of `product`, which may be clear.
  let exponent = a.exponent + b.exponent + 1;
  addend.w3 = c.high;
  addend.w2 = c.low;
  addend.w1 = 0;
  addend.w0 = 0;
  // A place to the right, so that no carry is lost: products end with 22 zero bits, addends with 75.
  shiftRightJamWide(product, 1);
  shiftRightJamWide(addend, 1);
  const difference = exponent - c.exponent;
  if (difference > 0) {
    shiftRightJamWide(addend, difference);
  } else if (difference < 0) {
    shiftRightJamWide(product, -difference);
    exponent = c.exponent;
  }
  if (sign === c.sign) {
    addWide(product, addend);
    setNormalized(r, product, sign, exponent + 1);
    return;
  }
  negateWide(addend);
  addWide(product, addend);
  if ((product.w3 | product.w2 | product.w1 | product.w0) === 0) {
    setZero(r, mode === DOWN ? 1 : 0);
    return;
  }
  const negative = product.w3 < 0;
  if (negative) negateWide(product);
  setNormalized(r, product, negative ? c.sign : sign, exponent + 1);
}
