/**
 * Native square root of extended doubles: the 64-bit root of a 128-bit number by one step of Zimmermann's
 * recursion ("Karatsuba square root"), as softfloat/sqrt.ts has it, the remainder giving the rounding.
 */
import type { I64 } from '@kml/core';
import { exponentOf, type Rounded, round } from './extended.ts';
import { AGAIN_VALUE, againIf } from './fp-mode.ts';
import type { Insn } from './insn.ts';
import type { Extended } from './x87-stack.ts';

const BIAS = 16383;

/** Root of 62 to 64 bits, and its remainder. */
function rootOfHalf(x: Insn, value: I64): { root: I64; remainder: I64 } {
  const { b } = x;
  const zero = b.constant64(0, 0);
  const one = b.constant64(1, 0);
  const half = b.f64FromI64S(b.shrU64(value, one));
  // Off by one at most.
  const estimate = b.i64FromF64Sat(b.sqrtF64(b.addF64(half, half)));
  const first = b.sub64(value, b.mul64(estimate, estimate));
  const over = b.ltS64(first, zero);
  const lower = b.sub64(estimate, b.extendU(over));
  const below = b.add64(first, b.select64(b.add64(b.add64(lower, lower), one), zero, over));
  const twice = b.add64(lower, lower);
  const under = b.gtU64(below, twice);
  return {
    root: b.add64(lower, b.extendU(under)),
    remainder: b.sub64(below, b.select64(b.add64(twice, one), zero, under)),
  };
}

/** Square root. Zeros and negative numbers are done again, and what the recursion's second digit has no room for. */
export function root(x: Insn, p: Extended): Rounded<Extended> {
  const { b } = x;
  const zero = b.constant64(0, 0);
  const by32 = b.constant64(32, 0);
  againIf(x, b.or(b.eqz64(p.significand), b.gtU(p.signExponent, b.const(0x7fff))), AGAIN_VALUE);
  // The bias is odd: an even biased exponent is an odd one, and the radicand is shifted less.
  const exponent = exponentOf(x, p);
  const even = b.and(exponent, b.const(1));
  const high = b.shrU64(p.significand, b.extendU(even));
  // The next 32 bits of the radicand, halved.
  const next = b.shl64(b.and64(p.significand, b.extendU(even)), b.constant64(30, 0));
  const upper = rootOfHalf(x, high);
  // The root's top bit is set; said again, no division by zero can be.
  const divisor = b.or64(upper.root, b.constant64(0x8000_0000, 0));
  const dividend = b.add64(b.shl64(upper.remainder, b.constant64(31, 0)), next);
  const digit = b.divU64(dividend, divisor);
  againIf(x, b.ne64(b.shrU64(digit, by32), zero), AGAIN_VALUE);
  const rest = b.sub64(dividend, b.mul64(digit, divisor));
  const left = b.add64(rest, rest);
  // The remainder is left * 2^32 - digit^2: of 65 bits, or negative, when the root is one too great.
  const leftLow = b.shl64(left, by32);
  const square = b.mul64(digit, digit);
  const borrow = b.ltU64(leftLow, square);
  const leftHigh = b.ne64(b.shrU64(left, by32), zero);
  const negative = b.and(borrow, b.eqz(leftHigh));
  const remainder = b.sub64(leftLow, square);
  const whole = b.or64(b.shl64(upper.root, by32), digit);
  const significand = b.sub64(whole, b.extendU(negative));
  // Above half a unit where the remainder exceeds the root; of a negative one, with twice the root and 1 added.
  const beyond = b.or(b.and(leftHigh, b.eqz(borrow)), b.gtU64(remainder, significand));
  const beyondBelow = b.eqz(b.gtU64(b.sub64(square, leftLow), significand));
  const isAbove = b.select(beyondBelow, beyond, negative);
  const inexact = b.select64(b.constant64(0, 0xc000_0000), b.constant64(0, 0x4000_0000), isAbove);
  const exact = b.and(b.eqz64(remainder), b.eq(leftHigh, borrow));
  const place = b.add(b.shrS(b.sub(exponent, b.sub(b.const(BIAS + 1), even)), b.const(1)), b.const(BIAS));
  return round(x, significand, b.select64(zero, inexact, exact), place, b.const(0), b.const(0));
}
