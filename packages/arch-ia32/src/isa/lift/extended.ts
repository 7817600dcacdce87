/**
 * Native arithmetic on extended doubles: 64-bit significands in i64, rounded to nearest even. Operands
 * are normal numbers or zeros; results that are neither are done again by the exact code.
 */
import type { I32, I64 } from '@kml/core';
import { AGAIN_VALUE, againIf } from './fp-mode.ts';
import type { Insn } from './insn.ts';
import type { Extended } from './x87-stack.ts';

const BIAS = 16383;
const SIGN = 0x8000;

/** A result, whether it is inexact (0 or 1), and whether it was rounded away from zero (0 or 1). */
export interface Rounded<T> {
  readonly value: T;
  readonly inexact: I32;
  readonly up: I32;
}

const top64 = (x: Insn): I64 => x.b.constant64(0, 0x8000_0000);
const small64 = (x: Insn, value: number): I64 => x.b.constant64(value, value < 0 ? -1 : 0);

export function exponentOf(x: Insn, value: Extended): I32 {
  return x.b.and(value.signExponent, x.b.const(0x7fff));
}

export function signOf(x: Insn, value: Extended): I32 {
  return x.b.and(value.signExponent, x.b.const(SIGN));
}

/** The value with its sign turned. */
export function negated(x: Insn, value: Extended): Extended {
  return { ...value, signExponent: x.b.xor(value.signExponent, x.b.const(SIGN)) };
}

/**
 * Rounds significand:extra, which has its top bit set or is zero. `sign` in bit 15, `zeroSign` that of
 * a zero.
 */
export function round(
  x: Insn,
  significand: I64,
  extra: I64,
  exponent: I32,
  sign: I32,
  zeroSign: I32,
): Rounded<Extended> {
  const { b } = x;
  const one = small64(x, 1);
  const up = b.gtU64(extra, b.sub64(top64(x), b.and64(significand, one)));
  const sum = b.add64(significand, b.extendU(up));
  const wrapped = b.and(up, b.eqz64(sum));
  const result = b.or64(sum, b.shl64(b.extendU(wrapped), small64(x, 63)));
  const isZero = b.eqz64(result);
  const place = b.add(exponent, wrapped);
  const beyond = b.eqz(b.ltU(b.sub(place, b.const(1)), b.const(0x7ffe)));
  againIf(x, b.andThen(beyond, b.eqz(isZero)), AGAIN_VALUE);
  return {
    value: {
      significand: result,
      signExponent: b.select(zeroSign, b.or(place, sign), isZero),
      ordinary: true,
    },
    inexact: b.ne64(extra, small64(x, 0)),
    up,
  };
}

/** Sum. */
export function add(x: Insn, p: Extended, q: Extended): Rounded<Extended> {
  const { b } = x;
  const zero = small64(x, 0);
  const pe = exponentOf(x, p);
  const qe = exponentOf(x, q);
  // The greater magnitude first.
  const swap = b.or(b.ltU(pe, qe), b.and(b.eq(pe, qe), b.ltU64(p.significand, q.significand)));
  const big = b.select64(q.significand, p.significand, swap);
  const small = b.select64(p.significand, q.significand, swap);
  const sign = b.and(b.select(q.signExponent, p.signExponent, swap), b.const(SIGN));
  const exponent = b.select(qe, pe, swap);
  const distance = b.sub(exponent, b.select(pe, qe, swap));
  againIf(x, b.andThen(b.gtU(distance, b.const(63)), b.ne64(small, zero)), AGAIN_VALUE);
  const shift = b.extendU(distance);
  const high = b.shrU64(small, shift);
  const low = b.shl64(b.shl64(small, small64(x, 1)), b.sub64(small64(x, 63), shift));
  // Subtracted, where the signs differ: the two's complement of high:low is added.
  const differ = b.shrU(b.and(b.xor(p.signExponent, q.signExponent), b.const(SIGN)), b.const(15));
  const mask = b.sub64(zero, b.extendU(differ));
  const extra = b.sub64(b.xor64(low, mask), mask);
  const borrowed = b.and(differ, b.eqz64(low));
  const sum = b.add64(b.add64(big, b.xor64(high, mask)), b.extendU(borrowed));
  againIf(x, b.andThen(b.eqz64(sum), b.and(differ, b.ne64(extra, zero))), AGAIN_VALUE);
  const carry = b.and(b.xor(differ, b.const(1)), b.ltU64(sum, big));
  const places = b.clz64(sum);
  const left = b.or64(b.shl64(sum, places), b.shrU64(b.shrU64(extra, small64(x, 1)), b.sub64(small64(x, 63), places)));
  const right = b.or64(b.shrU64(sum, small64(x, 1)), top64(x));
  const jammed = b.or64(
    b.shl64(sum, small64(x, 63)),
    b.or64(b.shrU64(extra, small64(x, 1)), b.and64(extra, small64(x, 1))),
  );
  return round(
    x,
    b.select64(right, left, carry),
    b.select64(jammed, b.shl64(extra, places), carry),
    b.select(b.add(exponent, b.const(1)), b.sub(exponent, b.wrap(places)), carry),
    sign,
    b.and(b.and(p.signExponent, q.signExponent), b.const(SIGN)),
  );
}

/** Upper 64 bits of an unsigned product. */
function mulHigh(x: Insn, p: I64, q: I64): I64 {
  const { b } = x;
  const low = b.constant64(-1, 0);
  const by32 = small64(x, 32);
  const [pl, ph] = [b.and64(p, low), b.shrU64(p, by32)];
  const [ql, qh] = [b.and64(q, low), b.shrU64(q, by32)];
  const t = b.add64(b.mul64(ph, ql), b.shrU64(b.mul64(pl, ql), by32));
  const u = b.add64(b.mul64(pl, qh), b.and64(t, low));
  return b.add64(b.mul64(ph, qh), b.add64(b.shrU64(t, by32), b.shrU64(u, by32)));
}

/** Product. */
export function multiply(x: Insn, p: Extended, q: Extended): Rounded<Extended> {
  const { b } = x;
  const high = mulHigh(x, p.significand, q.significand);
  const low = b.mul64(p.significand, q.significand);
  // One place to the left where the top bit is clear.
  const places = b.eqz64(b.shrU64(high, small64(x, 63)));
  const shift = b.extendU(places);
  const significand = b.or64(b.shl64(high, shift), b.and64(b.shrU64(low, small64(x, 63)), shift));
  const exponent = b.sub(b.add(exponentOf(x, p), exponentOf(x, q)), b.add(b.const(BIAS - 1), places));
  const sign = b.and(b.xor(p.signExponent, q.signExponent), b.const(SIGN));
  return round(x, significand, b.shl64(low, shift), exponent, sign, sign);
}

// ---- conversions

/** A double by its bits; NaNs, infinities and denormals are done again. */
export function fromDouble(x: Insn, bits: I64): Extended {
  const { b } = x;
  const high = b.wrap(b.shrU64(bits, small64(x, 32)));
  const exponent = b.and(b.shrU(high, b.const(20)), b.const(0x7ff));
  const special = b.eqz(b.ltU(b.sub(exponent, b.const(1)), b.const(0x7fe)));
  const zero = small64(x, 0);
  againIf(x, b.andThen(special, b.ne64(b.shl64(bits, small64(x, 1)), zero)), AGAIN_VALUE);
  const sign = b.and(b.shrU(high, b.const(16)), b.const(SIGN));
  return {
    significand: b.or64(b.shl64(bits, small64(x, 11)), b.select64(top64(x), zero, exponent)),
    signExponent: b.or(sign, b.select(b.add(exponent, b.const(BIAS - 1023)), b.const(0), exponent)),
    ordinary: true,
  };
}

/** A single by its bits; NaNs, infinities and denormals are done again. */
export function fromSingle(x: Insn, bits: I32): Extended {
  const { b } = x;
  const exponent = b.and(b.shrU(bits, b.const(23)), b.const(0xff));
  const special = b.eqz(b.ltU(b.sub(exponent, b.const(1)), b.const(0xfe)));
  againIf(x, b.andThen(special, b.ne(b.shl(bits, b.const(1)), b.const(0))), AGAIN_VALUE);
  const sign = b.and(b.shrU(bits, b.const(16)), b.const(SIGN));
  const integerBit = b.select(b.const(0x8000_0000 | 0), b.const(0), exponent);
  const high = b.or(b.shl(bits, b.const(8)), integerBit);
  return {
    significand: b.shl64(b.extendU(high), small64(x, 32)),
    signExponent: b.or(sign, b.select(b.add(exponent, b.const(BIAS - 127)), b.const(0), exponent)),
    ordinary: true,
  };
}

/** A signed integer. */
export function fromInteger(x: Insn, value: I64): Extended {
  const { b } = x;
  const zero = small64(x, 0);
  const mask = b.shrS64(value, small64(x, 63));
  const size = b.sub64(b.xor64(value, mask), mask);
  const places = b.clz64(size);
  const exponent = b.sub(b.const(BIAS + 63), b.wrap(places));
  const sign = b.and(b.wrap(mask), b.const(SIGN));
  return {
    significand: b.shl64(size, places),
    signExponent: b.select(b.or(sign, exponent), b.const(0), b.ne64(value, zero)),
    ordinary: true,
  };
}

/** As a double's bits; what may be no normal double is done again. */
export function toDouble(x: Insn, value: Extended): Rounded<I64> {
  const { b } = x;
  const zero = small64(x, 0);
  const exponent = b.sub(exponentOf(x, value), b.const(BIAS - 1022));
  const isZero = b.eqz64(value.significand);
  // The greatest exponent is left out: rounding may overflow there.
  againIf(x, b.andThen(b.eqz(b.ltU(exponent, b.const(2045))), b.eqz(isZero)), AGAIN_VALUE);
  const kept = b.shrU64(value.significand, small64(x, 11));
  const rest = b.and64(value.significand, small64(x, 0x7ff));
  const up = b.gtU64(rest, b.sub64(small64(x, 0x400), b.and64(kept, small64(x, 1))));
  // The significand's top bit adds 1 to the exponent.
  const size = b.add64(b.add64(b.shl64(b.extendU(exponent), small64(x, 52)), kept), b.extendU(up));
  const sign = b.shl64(b.extendU(signOf(x, value)), small64(x, 48));
  return {
    value: b.or64(sign, b.select64(zero, size, isZero)),
    inexact: b.ne64(rest, zero),
    up,
  };
}

/** As a single's bits; what may be no normal single is done again. */
export function toSingle(x: Insn, value: Extended): Rounded<I32> {
  const { b } = x;
  const exponent = b.sub(exponentOf(x, value), b.const(BIAS - 126));
  const isZero = b.eqz64(value.significand);
  againIf(x, b.andThen(b.eqz(b.ltU(exponent, b.const(253))), b.eqz(isZero)), AGAIN_VALUE);
  const kept = b.shrU64(value.significand, small64(x, 40));
  const rest = b.and64(value.significand, b.constant64(-1, 0xff));
  const up = b.gtU64(rest, b.sub64(b.constant64(0, 0x80), b.and64(kept, small64(x, 1))));
  const size = b.add(b.add(b.shl(exponent, b.const(23)), b.wrap(kept)), up);
  return {
    value: b.or(b.shl(signOf(x, value), b.const(16)), b.select(b.const(0), size, isZero)),
    inexact: b.ne64(rest, small64(x, 0)),
    up,
  };
}

/** Compares: whether p is less than q, and whether they are equal (0 or 1 each). */
export function compare(x: Insn, p: Extended, q: Extended): { less: I32; equal: I32 } {
  const { b } = x;
  const pe = exponentOf(x, p);
  const qe = exponentOf(x, q);
  const sameExponent = b.eq(pe, qe);
  const smaller = b.or(b.ltU(pe, qe), b.and(sameExponent, b.ltU64(p.significand, q.significand)));
  const same = b.and(sameExponent, b.eq64(p.significand, q.significand));
  const zeros = b.eqz64(b.or64(p.significand, q.significand));
  const negative = b.shrU(signOf(x, p), b.const(15));
  const differ = b.shrU(b.and(b.xor(p.signExponent, q.signExponent), b.const(SIGN)), b.const(15));
  const ofSameSign = b.select(b.eqz(b.or(smaller, same)), smaller, negative);
  return {
    less: b.select(b.and(negative, b.eqz(zeros)), ofSameSign, differ),
    equal: b.or(zeros, b.and(same, b.eqz(differ))),
  };
}
