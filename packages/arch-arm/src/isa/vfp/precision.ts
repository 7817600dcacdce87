/**
 * Singles and doubles in lifted code: WebAssembly's arithmetic, and the tests of what it cannot do as
 * ARM does. A test gives an i32 that is not 0 where host code is to do the instruction.
 */
import type { F32, F64, I32 } from '@kml/core';
import type { Insn } from '../lift/insn.ts';
import { getD, getS, setD, setS } from './registers.ts';

/** One precision's operations on registers and values. Values are of type F. */
export interface Inline<F extends F32 | F64> {
  readonly name: 'f32' | 'f64';
  get(x: Insn, n: number): F;
  set(x: Insn, n: number, value: F): void;
  add(x: Insn, a: F, b: F): F;
  sub(x: Insn, a: F, b: F): F;
  mul(x: Insn, a: F, b: F): F;
  div(x: Insn, a: F, b: F): F;
  sqrt(x: Insn, a: F): F;
  neg(x: Insn, a: F): F;
  abs(x: Insn, a: F): F;
  eq(x: Insn, a: F, b: F): I32;
  lt(x: Insn, a: F, b: F): I32;
  ne(x: Insn, a: F, b: F): I32;
  zero(x: Insn): F;
  /** NaN or infinity. */
  special(x: Insn, a: F): I32;
  /** Not within the normal numbers, or close to the least of them: zero, denormal, NaN, infinity. */
  extreme(x: Insn, a: F): I32;
  /** Zero, denormal or close to the least of the normal numbers: an exponent of 0 or 1. */
  tiny(x: Insn, a: F): I32;
  /** The result of an operation is not exact; all numbers are ordinary, and nothing has overflowed. May be wrong in saying that it is not. */
  inexactProduct(x: Insn, a: F, b: F, r: F): I32;
  inexactQuotient(x: Insn, a: F, b: F, r: F): I32;
  inexactRoot(x: Insn, a: F, r: F): I32;
}

/**
 * A sum or another number is infinite or none, or a product so small that its square is nothing: two numbers in one
 * test. A finite number less itself is 0, and the square of a product that is not tiny is more.
 */
export function doubtful<F extends F32 | F64>(x: Insn, p: Inline<F>, number: F, product: F): I32 {
  return x.b.eqz(p.lt(x, p.sub(x, number, number), p.mul(x, product, product)));
}

/** Bits of the exponent, and the pattern from which on a number is `special`. */
const SPECIAL_32 = 0x7f80_0000;
const SPECIAL_64 = 0x7ff0_0000;
/** High words above this are of normal numbers; the least one may have been rounded up to. */
const LEAST_32 = 0x0080_0000;
const LEAST_64 = 0x0010_0000;

export const f32: Inline<F32> = {
  name: 'f32',
  get: getS,
  set: setS,
  add: (x, a, b) => x.b.addF32(a, b),
  sub: (x, a, b) => x.b.subF32(a, b),
  mul: (x, a, b) => x.b.mulF32(a, b),
  div: (x, a, b) => x.b.divF32(a, b),
  sqrt: (x, a) => x.b.sqrtF32(a),
  neg: (x, a) => x.b.negF32(a),
  abs: (x, a) => x.b.absF32(a),
  eq: (x, a, b) => x.b.eqF32(a, b),
  lt: (x, a, b) => x.b.ltF32(a, b),
  ne: (x, a, b) => x.b.neF32(a, b),
  zero: (x) => x.b.f32OfBits(x.const(0)),
  special(x, a) {
    // Infinity less itself is no number.
    const nothing = x.b.subF32(a, a);
    return x.b.neF32(nothing, nothing);
  },
  extreme: (x, a) => outside(x, x.b.bitsOfF32(a), LEAST_32, SPECIAL_32),
  tiny: (x, a) => x.b.eqz(x.b.and(x.b.bitsOfF32(a), x.const(0x7f00_0000))),
  // Exact in doubles: 24 bits times 24 bits.
  inexactProduct(x, a, b, r) {
    const ir = x.b;
    return ir.neF64(ir.promote(r), ir.mulF64(ir.promote(a), ir.promote(b)));
  },
  inexactQuotient(x, a, b, r) {
    const ir = x.b;
    return ir.neF64(ir.promote(a), ir.mulF64(ir.promote(r), ir.promote(b)));
  },
  inexactRoot(x, a, r) {
    const ir = x.b;
    const root = ir.promote(r);
    return ir.neF64(ir.promote(a), ir.mulF64(root, root));
  },
};

export const f64: Inline<F64> = {
  name: 'f64',
  get: getD,
  set: setD,
  add: (x, a, b) => x.b.addF64(a, b),
  sub: (x, a, b) => x.b.subF64(a, b),
  mul: (x, a, b) => x.b.mulF64(a, b),
  div: (x, a, b) => x.b.divF64(a, b),
  sqrt: (x, a) => x.b.sqrtF64(a),
  neg: (x, a) => x.b.negF64(a),
  abs: (x, a) => x.b.absF64(a),
  eq: (x, a, b) => x.b.eqF64(a, b),
  lt: (x, a, b) => x.b.ltF64(a, b),
  ne: (x, a, b) => x.b.neF64(a, b),
  zero: (x) => x.b.f64OfBits(x.b.constant64(0, 0)),
  special(x, a) {
    const nothing = x.b.subF64(a, a);
    return x.b.neF64(nothing, nothing);
  },
  extreme: (x, a) => outside(x, highWord(x, a), LEAST_64, SPECIAL_64),
  tiny(x, a) {
    const ir = x.b;
    return ir.eqz(ir.and(ir.wrap(ir.shrU64(ir.bitsOfF64(a), ir.constant64(52, 0))), x.const(0x7fe)));
  },
  // A product of numbers with i and j significant bits has i + j or i + j - 1 of them.
  inexactProduct: (x, a, b) => x.b.ltU(x.b.add(trailing(x, a), trailing(x, b)), x.const(53)),
  inexactQuotient(x, a, b, r) {
    const ir = x.b;
    return ir.or(f64.inexactProduct(x, r, b, a), ir.neF64(ir.mulF64(r, b), a));
  },
  inexactRoot(x, a, r) {
    const ir = x.b;
    return ir.or(f64.inexactProduct(x, r, r, a), ir.neF64(ir.mulF64(r, r), a));
  },
};

/** The word with sign and exponent. */
export function highWord(x: Insn, a: F64): I32 {
  const ir = x.b;
  return ir.wrap(ir.shrU64(ir.bitsOfF64(a), ir.constant64(32, 0)));
}

/** Whether not least < magnitude < special. */
function outside(x: Insn, bits: I32, least: number, special: number): I32 {
  const place = x.b.add(x.b.shl(bits, x.const(1)), x.const(-2 * (least + 1)));
  return x.b.geU(place, x.const(2 * (special - least - 1)));
}

/** Zeros at the end of the 53-bit significand (52 for a power of two, and for 0). */
function trailing(x: Insn, a: F64): I32 {
  const ir = x.b;
  return ir.wrap(ir.ctz64(ir.or64(ir.bitsOfF64(a), ir.constant64(0, LEAST_64))));
}

/** What a sum of ordinary numbers lacks is not 0: Knuth's TwoSum. */
export function inexactSum<F extends F32 | F64>(x: Insn, p: Inline<F>, a: F, b: F, sum: F): I32 {
  const bPart = p.sub(x, sum, a);
  const aPart = p.sub(x, sum, bPart);
  return p.ne(x, p.add(x, p.sub(x, a, aPart), p.sub(x, b, bPart)), p.zero(x));
}

/** Neither zero nor ordinary: denormals are among them. */
export function notPlain<F extends F32 | F64>(x: Insn, p: Inline<F>, a: F): I32 {
  return x.b.and(p.extreme(x, a), p.ne(x, a, p.zero(x)));
}
