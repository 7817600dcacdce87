import {
  ADD,
  arithmetic,
  CHOP,
  DIV,
  DOWN,
  FINITE,
  MUL,
  NEAREST,
  newUnpacked,
  packed,
  rounding,
  roundTo,
  SUB,
  squareRoot,
  type Unpacked,
  UP,
  ZERO,
} from '@kml/core/softfloat';
import { expect, test } from 'vitest';
import { pack80, unpack80 } from './formats.ts';
import { EXTENDED } from './number.ts';

/** Deterministic random words (xorshift). */
function random(seed: number): () => number {
  let x = seed | 0;
  return () => {
    x ^= x << 13;
    x ^= x >>> 17;
    x ^= x << 5;
    return x | 0;
  };
}

const a = newUnpacked();
const b = newUnpacked();
const r = newUnpacked();

/** The value as a fraction of integers: significand * 2^(exponent - 63). */
function significand(u: Unpacked): bigint {
  return (BigInt(u.high >>> 0) << 32n) | BigInt(u.low >>> 0);
}

/** What the format's rounding makes of sign * (n / d) * 2^scale, as a biased exponent and significand. */
function oracle(sign: number, n: bigint, d: bigint, scale: number, mode: number) {
  // Find e with 2^e <= value < 2^(e+1), then q = floor(value / 2^(e-63)).
  let e = n.toString(2).length - d.toString(2).length;
  const atLeast = (k: number) => (k >= 0 ? n >= d << BigInt(k) : n << BigInt(-k) >= d);
  while (!atLeast(e)) e--;
  while (atLeast(e + 1)) e++;
  let exponent = Math.max(e + scale, -16382);
  const shift = 63 - (exponent - scale);
  const numerator = shift >= 0 ? n << BigInt(shift) : n;
  const denominator = shift >= 0 ? d : d << BigInt(-shift);
  let q = numerator / denominator;
  const rest = numerator % denominator;
  const half = rest * 2n - denominator;
  let up = false;
  if (rest !== 0n) {
    if (mode === NEAREST) up = half > 0n || (half === 0n && (q & 1n) === 1n);
    else up = mode === (sign ? DOWN : UP);
  }
  if (up) q++;
  if (q === 1n << 64n) {
    q >>= 1n;
    exponent++;
  }
  const biased = q < 1n << 63n ? 0 : exponent + 16383;
  return { biased, q, inexact: rest !== 0n, up };
}

const interesting = [0, 1, -1, 0x80000000 | 0, 0x7fffffff, 0x55555555, 0x400, 0x7ff, 0x800];

function operand(u: Unpacked, next: () => number, spread: number): void {
  const pick = next() & 7;
  const low = pick === 0 ? interesting[(next() >>> 0) % 9]! : pick === 1 ? 0 : next();
  const high = pick === 2 ? interesting[(next() >>> 0) % 9]! : next();
  const exponent = pick === 3 ? 0 : 16383 + ((next() >>> 0) % (2 * spread)) - spread;
  unpack80(u, (next() & 0x8000) | exponent, exponent === 0 ? high & 0x7fffffff : high | 0x80000000, low);
}

function check(sign: number, n: bigint, d: bigint, scale: number, mode: number, what: string): void {
  const expected = oracle(sign, n, d, scale, mode);
  roundTo(r, EXTENDED, mode, 0);
  pack80(r);
  const label = `${what} mode ${mode}`;
  if (expected.biased > 32766) return;
  expect(packed.signExponent, label).toBe((sign << 15) | expected.biased);
  expect((BigInt(packed.high >>> 0) << 32n) | BigInt(packed.low >>> 0), label).toBe(expected.q);
  expect(rounding.flags !== 0, label).toBe(expected.inexact);
  expect(rounding.up === 1, label).toBe(expected.up);
}

for (const [name, op] of [
  ['add', ADD],
  ['sub', SUB],
  ['mul', MUL],
  ['div', DIV],
] as const) {
  test(`${name} rounds the exact result, all four modes`, () => {
    const next = random(0x1234567 + op);
    for (let i = 0; i < 6000; i++) {
      const spread = op === MUL || op === DIV ? (i & 1 ? 16000 : 60) : i & 1 ? 40 : 100;
      operand(a, next, spread);
      operand(b, next, spread);
      if (i % 5 === 0) b.exponent = a.exponent;
      if (a.kind !== FINITE || b.kind !== FINITE) continue;
      const mode = i & 3;
      arithmetic(op, r, a, b, mode);
      if (r.kind === ZERO) continue;
      const sa = significand(a);
      const sb = significand(b);
      let n: bigint;
      let d = 1n;
      let scale: number;
      if (op === MUL) {
        n = sa * sb;
        scale = a.exponent + b.exponent - 126;
      } else if (op === DIV) {
        n = sa;
        d = sb;
        scale = a.exponent - b.exponent;
      } else {
        const least = Math.min(a.exponent, b.exponent);
        const x = (sa << BigInt(a.exponent - least)) * (a.sign ? -1n : 1n);
        const y = (sb << BigInt(b.exponent - least)) * (b.sign ? -1n : 1n);
        n = op === ADD ? x + y : x - y;
        expect(r.sign).toBe(n < 0n ? 1 : 0);
        if (n < 0n) n = -n;
        scale = least - 63;
      }
      check(r.sign, n, d, scale, mode, `${name} ${i}`);
    }
  });
}

test('square root rounds the exact result, all four modes', () => {
  const next = random(99);
  for (let i = 0; i < 6000; i++) {
    operand(a, next, i & 1 ? 16000 : 60);
    a.sign = 0;
    if (a.kind !== FINITE) continue;
    if (i % 7 === 0) {
      // A perfect square.
      a.high = Math.imul(next() | 0x8000, 1) >>> 16;
      const root = BigInt(a.high | 0x8000);
      a.low = 0;
      a.high = Number(((root * root) << 32n) >> 32n) | 0;
      if (a.high >= 0) continue;
    }
    const mode = i & 3;
    const s = significand(a);
    const odd = a.exponent & 1;
    squareRoot(r, a);
    // Root to 200 bits, with a sticky bit.
    const radicand = s << BigInt(337 + odd);
    let root = 1n << BigInt((radicand.toString(2).length + 1) >> 1);
    for (;;) {
      const better = (root + radicand / root) >> 1n;
      if (better >= root) break;
      root = better;
    }
    const exact = root * root === radicand;
    // root^2 = s * 2^(337+odd); value = s * 2^(e-63) = root^2 * 2^(e - odd - 400).
    const n = (root << 1n) | (exact ? 0n : 1n);
    check(0, n, 1n, (a.exponent - odd) / 2 - 200 - 1, mode, `sqrt ${i}`);
  }
});

test('rounding to zero of what is too small keeps the sign', () => {
  unpack80(a, 0x8001, 0x80000000 | 0, 0);
  unpack80(b, 0x0001, 0x80000000 | 0, 0);
  arithmetic(MUL, r, a, b, CHOP);
  roundTo(r, EXTENDED, CHOP, 0);
  pack80(r);
  expect([packed.signExponent, packed.high, packed.low]).toEqual([0x8000, 0, 0]);
});
