/**
 * Conditions under which inline floating point arithmetic is not what the FPU does: results that are
 * NaN, infinite or tiny, and, while the sticky Inexact flag is clear, results that are not exact. The
 * conditions may say too much (then the exact code decides), never too little.
 */
import type { F32, F64, I32, I64 } from '@kml/core';
import type { Insn } from './insn.ts';

const ABOVE_FRACTION = 0x10_0000;

function bits(x: Insn, high: number, low = 0): I64 {
  return x.b.constant64(low, high);
}

export function constantDouble(x: Insn, value: number): F64 {
  const words = new Int32Array(new Float64Array([value]).buffer);
  return x.b.f64OfBits(x.b.constant64(words[0]!, words[1]!));
}

/** The magnitude's bits, a place to the left. */
function doubled(x: Insn, value: I64): I64 {
  return x.b.add64(value, value);
}

/** NaN or infinite: less itself it is no number. */
export function notFinite(x: Insn, r: F64): I32 {
  const nothing = x.b.subF64(r, r);
  return x.b.neF64(nothing, nothing);
}

export function notFiniteSingle(x: Insn, r: F32): I32 {
  const nothing = x.b.subF32(r, r);
  return x.b.neF32(nothing, nothing);
}

/** Of the word with the sign and exponent: the magnitude is not above `least`, or not below `special`. */
function outside(x: Insn, word: I32, least: number, special: number): I32 {
  const place = x.b.add(x.b.shl(word, x.const(1)), x.const(-2 * (least + 1)));
  return x.b.geU(place, x.const(2 * (special - least - 1)));
}

/**
 * NaN, infinite, subnormal, the least normal number (which may have been rounded up to), or zero
 * unless `zero` (asked only then) says that it is one because an operand is.
 */
export function notNormal(x: Insn, r: F64, zero: I32): I32 {
  const { b } = x;
  const high = b.wrap(b.shrU64(b.bitsOfF64(r), bits(x, 0, 32)));
  const isZeroFromZero = b.and(b.eqF64(r, constantDouble(x, 0)), zero);
  return b.andThen(outside(x, high, ABOVE_FRACTION, 0x7ff0_0000), b.eqz(isZeroFromZero));
}

/** The same for singles. */
export function notNormalSingle(x: Insn, r: F32, zero: I32): I32 {
  const { b } = x;
  const isZeroFromZero = b.and(isZeroSingle(x, r), zero);
  return b.andThen(outside(x, b.bitsOfF32(r), 0x80_0000, 0x7f80_0000), b.eqz(isZeroFromZero));
}

export function isZeroSingle(x: Insn, value: F32): I32 {
  return x.b.eqF32(value, x.b.f32OfBits(x.const(0)));
}

export function isZero(x: Insn, value: F64): I32 {
  return x.b.eqz64(doubled(x, x.b.bitsOfF64(value)));
}

/** Whether the sum s = a + b may be inexact: Knuth's error term is not zero. */
export function inexactSum(x: Insn, a: F64, c: F64, s: F64): I32 {
  const { b } = x;
  const part = b.subF64(s, a);
  const error = b.addF64(b.subF64(a, b.subF64(s, part)), b.subF64(c, part));
  return b.neF64(error, constantDouble(x, 0));
}

export function inexactSumSingle(x: Insn, a: F32, c: F32, s: F32): I32 {
  const { b } = x;
  const part = b.subF32(s, a);
  const error = b.addF32(b.subF32(a, b.subF32(s, part)), b.subF32(c, part));
  return b.neF32(error, b.f32OfBits(x.const(0)));
}

/** Zero bits at the significand's low end. */
function trailing(x: Insn, value: F64): I64 {
  const { b } = x;
  return b.ctz64(b.or64(b.bitsOfF64(value), bits(x, ABOVE_FRACTION)));
}

/** Whether the product of a and c may have more than 53 bits. */
export function inexactProduct(x: Insn, a: F64, c: F64): I32 {
  const { b } = x;
  return b.ltU64(b.add64(trailing(x, a), trailing(x, c)), bits(x, 0, 53));
}
