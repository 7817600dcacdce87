/** Native division of extended doubles: 128 bits by 64, in two digits of 32 bits. Knuth, TAOCP vol. 2, 4.3.1, algorithm D. */
import type { I32, I64 } from '@kml/core';
import { exponentOf, type Rounded, round, signOf } from './extended.ts';
import { AGAIN_VALUE, againIf } from './fp-mode.ts';
import type { Insn } from './insn.ts';
import type { Extended } from './x87-stack.ts';

const BIAS = 16383;

/** A divisor with its top bit set, and its halves. */
interface Divisor {
  readonly whole: I64;
  readonly high: I64;
  readonly low: I64;
}

/** (remainder * 2^32 + next) divided: a digit of 32 bits, and the new remainder. The remainder is less than the divisor. */
function digit(x: Insn, remainder: I64, next: I64, by: Divisor): { digit: I64; remainder: I64 } {
  const { b } = x;
  const number = (value: number): I64 => b.extendU(b.const(value));
  const most = number(-1);
  const estimate = b.divU64(remainder, by.high);
  let q = b.select64(most, estimate, b.gtU64(estimate, most));
  let rest = b.sub64(remainder, b.mul64(q, by.high));
  // Too great by two at most.
  for (let n = 0; n < 2; n++) {
    const small = b.eqz64(b.shrU64(rest, number(32)));
    const beyond = b.gtU64(b.mul64(q, by.low), b.or64(b.shl64(rest, number(32)), next));
    const over = b.and(small, beyond);
    q = b.sub64(q, b.extendU(over));
    rest = b.add64(rest, b.select64(by.high, number(0), over));
  }
  const left = b.sub64(b.add64(b.shl64(remainder, number(32)), next), b.mul64(q, by.whole));
  return { digit: q, remainder: left };
}

/** Quotient. A division by zero is done again. */
export function divide(x: Insn, p: Extended, q: Extended): Rounded<Extended> {
  const { b } = x;
  const zero = b.constant64(0, 0);
  const top = b.constant64(0, 0x8000_0000);
  againIf(x, b.eqz64(q.significand), AGAIN_VALUE);
  // The top bit is set; said again, no division by zero can be.
  const whole = b.or64(q.significand, top);
  const by = { whole, high: b.shrU64(whole, b.constant64(32, 0)), low: b.and64(whole, b.constant64(-1, 0)) };
  const less: I32 = b.ltU64(p.significand, whole);
  const one = b.constant64(1, 0);
  const dividend = b.select64(p.significand, b.shrU64(p.significand, one), less);
  // The dividend's last bit, where it has been moved out, is the first of the next 32.
  const next = b.shl64(b.and64(b.select64(zero, p.significand, less), one), b.constant64(31, 0));
  const first = digit(x, dividend, next, by);
  const second = digit(x, first.remainder, zero, by);
  const rest = second.remainder;
  // Exactly half cannot be left over.
  const beyondHalf = b.gtU64(rest, b.sub64(whole, rest));
  const inexact = b.select64(b.constant64(0, 0xc000_0000), b.constant64(0, 0x4000_0000), beyondHalf);
  const extra = b.select64(zero, inexact, b.eqz64(rest));
  const exponent = b.sub(b.add(b.sub(exponentOf(x, p), exponentOf(x, q)), b.const(BIAS)), less);
  const sign = b.xor(signOf(x, p), signOf(x, q));
  const significand = b.or64(b.shl64(first.digit, b.constant64(32, 0)), second.digit);
  return round(x, significand, extra, exponent, sign, sign);
}
