import {
  CHOP,
  DOUBLE,
  DOWN,
  IE,
  NEAREST,
  newUnpacked,
  PE,
  packDouble,
  packed,
  packSingle,
  rounding,
  roundTo,
  SINGLE,
  type Unpacked,
  UP,
  unpackDouble,
  unpackInteger,
  unpackSingle,
} from '@kml/core/softfloat';
import { Random } from '@kml/core/testing';
import { describe, expect, test } from 'vitest';
import { bcdToInteger, integerToBcd } from './bcd.ts';
import { piBits } from './fixed-point.ts';
import { pack80, unpack80 } from './formats.ts';
import { toInteger } from './integers.ts';
import { EXTENDED } from './number.ts';
import { quotient, remainderFinite } from './remainder.ts';
import { arcTangent, exponential, sinCos, tangent, yLog2, yLog2Plus1 } from './transcendental.ts';

const random = new Random(0x2545f491);
const word = (): number => random.word();

const u = newUnpacked();
const v = newUnpacked();
const r = newUnpacked();

function load(target: Unpacked, value: number): void {
  const view = new DataView(new ArrayBuffer(8));
  view.setFloat64(0, value);
  unpackDouble(target, view.getInt32(0), view.getInt32(4));
}

function loadWords(target: Unpacked, exponent: number, high: number, low: number): void {
  unpack80(target, (exponent + 16383) & 0x7fff, high | 0x80000000, low);
}

function toDouble(source: Unpacked): number {
  roundTo(source, DOUBLE, NEAREST, 0);
  packDouble(source);
  const view = new DataView(new ArrayBuffer(8));
  view.setInt32(0, packed.high);
  view.setInt32(4, packed.low);
  return view.getFloat64(0);
}

describe('formats', () => {
  test('every double survives the 80-bit format', () => {
    for (let i = 0; i < 5000; i++) {
      const [high, low] = [word(), word()];
      const pattern = i % 3 === 0 ? high & 0x800fffff : high;
      if ((pattern & 0x7ff00000) === 0x7ff00000) continue;
      unpackDouble(u, pattern, low);
      pack80(u);
      unpack80(u, packed.signExponent, packed.high, packed.low);
      roundTo(u, DOUBLE, NEAREST, 0);
      packDouble(u);
      expect([packed.high, packed.low]).toEqual([pattern, low]);
    }
  });

  test('rounding a double to a single is what Math.fround does, denormals and overflow included', () => {
    const view = new DataView(new ArrayBuffer(8));
    for (let i = 0; i < 8000; i++) {
      view.setInt32(0, word());
      view.setInt32(4, word());
      if (i & 1) view.setUint16(0, (word() & 0x8000) | ((0x36a + ((word() >>> 8) % 0x120)) << 4) | (word() & 15));
      const value = view.getFloat64(0);
      if (Number.isNaN(value)) continue;
      unpackDouble(u, view.getInt32(0), view.getInt32(4));
      if (u.kind === 1) roundTo(u, SINGLE, NEAREST, 0);
      const bits = packSingle(u);
      view.setFloat32(0, value);
      expect(bits).toBe(view.getInt32(0));
    }
  });

  test('a single is its own double', () => {
    const view = new DataView(new ArrayBuffer(8));
    for (let i = 0; i < 3000; i++) {
      const bits = i & 1 ? word() : word() & 0x807fffff;
      view.setInt32(0, bits);
      const value = view.getFloat32(0);
      if (Number.isNaN(value)) continue;
      unpackSingle(u, bits);
      packDouble(u);
      view.setFloat64(0, value);
      expect([packed.high, packed.low]).toEqual([view.getInt32(0), view.getInt32(4)]);
    }
  });
});

describe('integers', () => {
  test('64-bit integers convert to 80 bits and back', () => {
    for (let i = 0; i < 3000; i++) {
      const [high, low] = i % 4 === 0 ? [word() >> 31, word()] : [word(), word()];
      unpackInteger(u, high, low);
      expect(toInteger(u, 64, NEAREST)).toBe(0);
      expect([packed.high, packed.low]).toEqual([high, low]);
    }
  });

  test.each([
    [NEAREST, [-3, -2, 2, 2, 3]],
    [DOWN, [-3, -3, 1, 2, 2]],
    [UP, [-2, -2, 2, 3, 3]],
    [CHOP, [-2, -2, 1, 2, 2]],
  ])('rounding mode %i', (mode, expected) => {
    const got = [-2.75, -2.5, 1.5, 2.5, 2.75].map((value) => {
      load(u, value);
      expect(toInteger(u, 32, mode)).toBe(PE);
      return packed.low;
    });
    expect(got).toEqual(expected);
  });

  test('what does not fit is the integer indefinite, decided after rounding', () => {
    load(u, 32767.4);
    expect(toInteger(u, 16, NEAREST)).toBe(PE);
    load(u, 32767.5);
    expect(toInteger(u, 16, NEAREST)).toBe(IE);
    expect(packed.low).toBe(-32768);
    load(u, -32768.5);
    expect(toInteger(u, 16, NEAREST)).toBe(PE);
    load(u, 2 ** 63);
    expect(toInteger(u, 64, NEAREST)).toBe(IE);
    load(u, -(2 ** 63));
    expect(toInteger(u, 64, NEAREST)).toBe(0);
  });

  test('packed decimals go both ways', () => {
    expect(integerToBcd(0x0de0b6b3, 0xa763ffff | 0, 0)).toBe(true);
    expect([packed.low >>> 0, packed.high >>> 0, packed.signExponent]).toEqual([0x99999999, 0x99999999, 0x99]);
    bcdToInteger(packed.low, packed.high, packed.signExponent);
    expect([packed.high, packed.low]).toEqual([0x0de0b6b3, 0xa763ffff | 0]);
    expect(integerToBcd(0x0de0b6b3, 0xa7640000 | 0, 0)).toBe(false);
  });
});

test('remainders are exact, with the quotient’s low bits', () => {
  const big = (x: Unpacked) => (BigInt(x.high >>> 0) << 32n) | BigInt(x.low >>> 0);
  for (let i = 0; i < 4000; i++) {
    const difference = ((word() >>> 0) % 67) - 2;
    loadWords(u, difference, word(), word());
    loadWords(v, 0, word(), word());
    const nearest = (i & 1) === 1;
    remainderFinite(r, u, v, nearest);
    expect(quotient.partial).toBe(difference >= 64);
    if (quotient.partial) continue;
    // In units of 2^(-63 - 2).
    const a = big(u) << BigInt(difference + 2);
    const b = big(v) << 2n;
    let q = a / b;
    let rest = a % b;
    if (nearest && (rest * 2n > b || (rest * 2n === b && q & 1n))) {
      q++;
      rest -= b;
    }
    const got = r.kind === 0 ? 0n : (big(r) << BigInt(r.exponent + 70)) >> 68n;
    expect(r.sign !== 0 ? -got : got).toBe(rest);
    expect(quotient.bits & 7).toBe(Number(q & 7n));
  }
});

describe('transcendental functions', () => {
  test('pi', () => {
    // The first 256 fraction bits, known from the Blowfish constants.
    const digits = '3243f6a8885a308d313198a2e03707344a4093822299f31d0082efa98ec4e6c89';
    expect(piBits(256n).toString(16)).toBe(digits);
  });

  test('agree with the host’s doubles within its error', () => {
    const near = (value: number, expected: number) => Math.abs(value - expected) <= Math.abs(expected) * 2 ** -51;
    for (let i = 0; i < 300; i++) {
      const x = (word() / 2 ** 31) * 2 ** ((word() >>> 0) % 3);
      const y = (word() / 2 ** 31) * 2 ** ((word() >>> 0) % 5);
      load(u, x);
      load(v, y);
      sinCos(r, undefined, u);
      expect(near(toDouble(r), Math.sin(x)), `sin ${x}`).toBe(true);
      sinCos(undefined, r, u);
      expect(near(toDouble(r), Math.cos(x)) || Math.abs(Math.cos(x)) < 1e-3, `cos ${x}`).toBe(true);
      tangent(r, u);
      expect(near(toDouble(r), Math.tan(x)) || Math.abs(Math.tan(x)) > 1e3, `tan ${x}`).toBe(true);
      arcTangent(r, v, u);
      expect(near(toDouble(r), Math.atan2(y, x)), `atan2 ${y} ${x}`).toBe(true);
      if (Math.abs(x) < 1) {
        exponential(r, u);
        expect(near(toDouble(r), Math.expm1(x * Math.LN2)), `2^${x} - 1`).toBe(true);
        load(u, x);
        yLog2Plus1(r, v, u);
        expect(near(toDouble(r), y * (Math.log1p(x) / Math.LN2)), `log2(1 + ${x})`).toBe(true);
      }
      load(u, Math.abs(x));
      yLog2(r, v, u);
      expect(near(toDouble(r), y * Math.log2(Math.abs(x))) || Math.abs(Math.log2(Math.abs(x))) < 1e-3).toBe(true);
    }
  });

  test('identities that hold to the last of 64 bits', () => {
    // sin(pi66 / 6) is 1/2 but for pi's own error; atan(1) is pi / 4; 2^(1/2) squared is 2.
    load(u, 1);
    load(v, 1);
    arcTangent(r, v, u);
    roundTo(r, EXTENDED, NEAREST, 0);
    expect([r.exponent, r.high >>> 0, r.low >>> 0]).toEqual([-1, 0xc90fdaa2, 0x2168c235]);
    load(u, 0.5);
    exponential(r, u);
    roundTo(r, EXTENDED, NEAREST, 0);
    // sqrt(2) - 1 = 0.41421356237309504880168872…
    expect([r.exponent, r.high >>> 0, r.low >>> 0]).toEqual([-2, 0xd413cccf, 0xe7799211]);
    expect(rounding.flags).toBe(PE);
  });

  test('tiny operands keep their relative precision', () => {
    loadWords(u, -5000, 0x80000000, 1);
    exponential(r, u);
    expect(r.exponent).toBe(-5001);
    expect(r.high >>> 0).toBe(0xb17217f7);
    sinCos(r, undefined, u);
    roundTo(r, EXTENDED, NEAREST, 0);
    expect([r.exponent, r.high >>> 0, r.low >>> 0]).toEqual([-5000, 0x80000000, 1]);
  });
});
