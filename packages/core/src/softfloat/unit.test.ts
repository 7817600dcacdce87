import { describe, expect, test } from 'vitest';
import { packed } from './formats.ts';
import { CHOP, DOWN, IE, NEAREST, newUnpacked, OE, OUTPUT_FLUSHED, PE, UE, UP, ZE } from './number.ts';
import { FloatUnit, firstNan, signalingFirst } from './unit.ts';

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

const unit = (tinyBefore: boolean): FloatUnit =>
  new FloatUnit({
    tinyBefore,
    defaultNan: { sign: 0, high: 0xc0000000 | 0, low: 0 },
    signalingBitSet: false,
    pickNan: signalingFirst,
    infinityTimesZero: { invalid: true, defaultNan: true },
  });

const a = newUnpacked();
const b = newUnpacked();
const c = newUnpacked();
const r = newUnpacked();

/** Formats for the oracle: significand bits, least exponent, greatest exponent. */
const FORMATS = {
  half: { p: 11, min: -14, max: 15 },
  single: { p: 24, min: -126, max: 127 },
  double: { p: 53, min: -1022, max: 1023 },
};
type FormatName = keyof typeof FORMATS;

/** A finite value as integer * 2^scale. */
interface Exact {
  n: bigint;
  scale: number;
}

const bitsOf = (format: FormatName): number => ({ half: 16, single: 32, double: 64 })[format];

function decode(bits: bigint, format: FormatName): Exact {
  const { p, min } = FORMATS[format];
  const width = bitsOf(format);
  const fraction = bits & ((1n << BigInt(p - 1)) - 1n);
  const biased = Number((bits >> BigInt(p - 1)) & ((1n << BigInt(width - p)) - 1n));
  const negative = bits >> BigInt(width - 1) !== 0n;
  const n = biased === 0 ? fraction : fraction | (1n << BigInt(p - 1));
  return { n: negative ? -n : n, scale: Math.max(biased, 1) - 1 + min - (p - 1) };
}

const lengthOf = (n: bigint): number => n.toString(2).length;

/** Rounds (num / den) * 2^scale; `zeroSign` for an exact zero. Gives bits and flags. */
function encode(num: bigint, den: bigint, scale: number, format: FormatName, mode: number, before: boolean) {
  const { p, min, max } = FORMATS[format];
  const sign = num < 0n ? 1n : 0n;
  const value = num < 0n ? -num : num;
  const signBits = sign << BigInt(bitsOf(format) - 1);
  let e = lengthOf(value) - lengthOf(den) + 1;
  const below = (k: number) => (k >= 0 ? value < den << BigInt(k) : value << BigInt(-k) < den);
  while (below(e)) e--;
  const roundAt = (unit: number) => {
    const shift = scale - unit;
    const top = shift >= 0 ? value << BigInt(shift) : value;
    const bottom = shift >= 0 ? den : den << BigInt(-shift);
    const q = top / bottom;
    const rest = top % bottom;
    const twice = rest * 2n;
    const up =
      rest !== 0n &&
      (mode === NEAREST ? twice > bottom || (twice === bottom && (q & 1n) === 1n) : mode === (sign ? DOWN : UP));
    return { q: up ? q + 1n : q, inexact: rest !== 0n };
  };
  const exponent = e + scale;
  const free = roundAt(exponent - p + 1);
  const tiny = before ? exponent < min : exponent + (lengthOf(free.q) > p ? 1 : 0) < min;
  const { q, inexact } = roundAt(Math.max(exponent, min) - p + 1);
  let flags = inexact ? PE : 0;
  if (tiny && inexact) flags |= UE;
  let biased = Math.max(exponent, min) - min + 1;
  let significand = q;
  if (lengthOf(significand) > p) {
    significand >>= 1n;
    biased++;
  }
  if (significand < 1n << BigInt(p - 1)) biased = 0;
  const greatest = max - min + 1;
  const fraction = significand & ((1n << BigInt(p - 1)) - 1n);
  if (biased > greatest) {
    const toInfinity = mode === NEAREST || mode === (sign ? DOWN : UP);
    const infinity = BigInt(greatest + 1) << BigInt(p - 1);
    return { bits: signBits | (toInfinity ? infinity : infinity - 1n), flags: OE | PE };
  }
  return { bits: signBits | (BigInt(biased) << BigInt(p - 1)) | fraction, flags };
}

/** A finite operand, not 0, with its exponent within `spread` of the middle, or anywhere. */
function operand(next: () => number, format: FormatName, spread: number): bigint {
  const { p, min, max } = FORMATS[format];
  const top = max - min + 1;
  const pick = next() & 7;
  const biased =
    pick === 0 ? (next() >>> 0) % (top + 1) : pick === 1 ? 0 : -min + 1 + ((next() >>> 0) % (2 * spread)) - spread;
  let fraction = ((BigInt(next() >>> 0) << 32n) | BigInt(next() >>> 0)) & ((1n << BigInt(p - 1)) - 1n);
  if (pick === 2) fraction = BigInt(next() & 3);
  if (pick === 3) fraction = (1n << BigInt(p - 1)) - 1n - BigInt(next() & 3);
  if (biased === 0) fraction |= 1n;
  const sign = BigInt(next() & 1) << BigInt(bitsOf(format) - 1);
  return sign | (BigInt(Math.min(Math.max(biased, 0), top)) << BigInt(p - 1)) | fraction;
}

function load(u: FloatUnit, into: typeof a, bits: bigint, format: FormatName): void {
  if (format === 'double') u.loadDouble(into, Number(BigInt.asIntN(32, bits >> 32n)), Number(BigInt.asIntN(32, bits)));
  else if (format === 'single') u.loadSingle(into, Number(BigInt.asIntN(32, bits)));
  else u.loadHalf(into, Number(bits));
}

function store(u: FloatUnit, format: FormatName): bigint {
  if (format === 'single') return BigInt(u.single(r) >>> 0);
  if (format === 'half') return BigInt(u.half(r));
  u.double(r);
  return (BigInt(packed.high >>> 0) << 32n) | BigInt(packed.low >>> 0);
}

const align = (x: Exact, scale: number): bigint => x.n << BigInt(x.scale - scale);

/** Exact results as (num / den) * 2^scale. */
function exactly(op: string, x: Exact, y: Exact, z: Exact): { num: bigint; den: bigint; scale: number } {
  const sum = (p: Exact, q: Exact) => {
    const scale = Math.min(p.scale, q.scale);
    return { num: align(p, scale) + align(q, scale), den: 1n, scale };
  };
  const times = { n: x.n * y.n, scale: x.scale + y.scale };
  switch (op) {
    case 'add':
      return sum(x, y);
    case 'subtract':
      return sum(x, { n: -y.n, scale: y.scale });
    case 'multiply':
      return { num: times.n, den: 1n, scale: times.scale };
    case 'multiplyAdd':
      return sum(times, z);
    default:
      return { num: y.n < 0n ? -x.n : x.n, den: y.n < 0n ? -y.n : y.n, scale: x.scale - y.scale };
  }
}

describe.each(['single', 'double'] as const)('%s', (format) => {
  test.each(['add', 'subtract', 'multiply', 'divide', 'multiplyAdd'] as const)('%s is exact in every mode', (op) => {
    const next = random(op.length * 77 + format.length);
    for (let i = 0; i < 4000; i++) {
      const spread = [2, 30, 60, 100][i & 3]!;
      const [x, y, z] = [operand(next, format, spread), operand(next, format, spread), operand(next, format, spread)];
      const { num, den, scale } = exactly(op, decode(x, format), decode(y, format), decode(z, format));
      if (num === 0n) continue;
      const before = (i & 4) !== 0;
      const u = unit(before);
      u.mode = [NEAREST, DOWN, UP, CHOP][(i >> 3) & 3]!;
      load(u, a, x, format);
      load(u, b, y, format);
      load(u, c, z, format);
      u[op](r, a, b, c);
      const flags = () => u.flags & (IE | ZE | OE | UE | PE);
      const got = { bits: store(u, format), flags: flags() };
      expect(got, `${x.toString(16)} ${y.toString(16)} ${z.toString(16)} mode ${u.mode}`).toEqual(
        encode(num, den, scale, format, u.mode, before),
      );
    }
  });
});

test('narrower formats are rounded to once', () => {
  const next = random(5);
  for (let i = 0; i < 4000; i++) {
    const from = i & 1 ? 'double' : 'single';
    const to = from === 'double' && i & 2 ? 'single' : 'half';
    const x = operand(next, from, to === 'half' ? 20 : 150);
    const u = unit(true);
    u.mode = [NEAREST, DOWN, UP, CHOP][(i >> 2) & 3]!;
    load(u, a, x, from);
    u.convert(r, a);
    const { n, scale } = decode(x, from);
    const bits = store(u, to);
    expect({ bits, flags: u.flags & (OE | UE | PE) }).toEqual(encode(n, 1n, scale, to, u.mode, true));
  }
});

test('integers: rounded, and the nearest there is where they do not fit', () => {
  const next = random(9);
  for (let i = 0; i < 4000; i++) {
    const x = operand(next, 'double', 70);
    const bits = [8, 16, 32, 64, 33, 17][i % 6]!;
    const signed = (i & 1) !== 0;
    const u = unit(true);
    load(u, a, x, 'double');
    const { n, scale } = decode(x, 'double');
    const flags = u.toInteger(a, bits, signed, CHOP);
    const whole = scale >= 0 ? n << BigInt(scale) : n / (1n << BigInt(-scale));
    const exact = scale >= 0 || whole << BigInt(-scale) === n;
    const least = signed ? -(1n << BigInt(bits - 1)) : 0n;
    const greatest = (1n << BigInt(signed ? bits - 1 : bits)) - 1n;
    const clamped = whole < least ? least : whole > greatest ? greatest : whole;
    const got = BigInt.asIntN(64, (BigInt(packed.high) << 32n) | BigInt(packed.low >>> 0));
    expect(got).toBe(BigInt.asIntN(64, clamped));
    expect(flags).toBe(clamped !== whole ? IE : exact ? 0 : PE);
  }
});

test('the first signalling operand goes before quiet ones, and a quiet addend does not hide infinity times zero', () => {
  const u = unit(true);
  u.loadSingle(a, 0x7fc00001);
  u.loadSingle(b, 0x7f800002);
  u.add(r, a, b);
  expect(u.single(r)).toBe(0x7fc00002);
  expect(u.flags & IE).toBe(IE);
  u.flags = 0;
  u.loadSingle(a, 0x7f800000);
  u.loadSingle(b, 0);
  u.loadSingle(c, 0x7fc00005);
  u.multiplyAdd(r, a, b, c);
  expect(u.single(r)).toBe(0x7fc00000);
  expect(u.flags & IE).toBe(IE);
});

test('a set bit that means signalling gives the default NaN', () => {
  const u = new FloatUnit({
    tinyBefore: false,
    defaultNan: { sign: 0, high: 0xbfffffff | 0, low: -1 },
    signalingBitSet: true,
    pickNan: firstNan,
    infinityTimesZero: { invalid: true, defaultNan: true },
  });
  u.loadDouble(a, 0x7ff80000, 1);
  u.loadDouble(b, 0x7ff00000, 5);
  u.add(r, a, b);
  u.double(r);
  expect([packed.high, packed.low, u.flags]).toEqual([0x7ff7ffff, -1, IE]);
  u.add(r, b, b);
  u.double(r);
  expect([packed.high, packed.low]).toEqual([0x7ff00000, 5]);
});

test('denormals are flushed where asked', () => {
  const u = unit(true);
  u.flushInputs = true;
  u.flushOutputs = true;
  u.loadSingle(a, 0x00800001);
  u.loadSingle(b, 0x80800000 | 0);
  u.add(r, a, b);
  expect(u.single(r)).toBe(0);
  expect(u.flags).toBe(OUTPUT_FLUSHED);
});
