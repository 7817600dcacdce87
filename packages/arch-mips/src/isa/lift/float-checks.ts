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

/** NaN or infinite. */
export function notFinite(x: Insn, r: F64): I32 {
  return x.b.eqz(x.b.ltU64(doubled(x, x.b.bitsOfF64(r)), bits(x, 0xffe0_0000)));
}

/** A double's bits without the sign. */
function magnitude(x: Insn, value: F64): I64 {
  return x.b.and64(x.b.bitsOfF64(value), bits(x, 0x7fff_ffff, -1));
}

function negated(x: Insn, value: I64): I64 {
  return x.b.sub64(bits(x, 0), value);
}

/**
 * NaN, infinite, subnormal, the least normal number (which may have been rounded up to), or zero
 * where none of the operands is zero. All in one comparison: a magnitude's negative has its top bit
 * set unless it is zero.
 */
export function notNormal(x: Insn, r: F64, operands: readonly F64[]): I32 {
  const { b } = x;
  const size = magnitude(x, r);
  const [first, ...others] = operands.map((operand) => negated(x, magnitude(x, operand)));
  const nonZero = others.reduce((all, other) => b.and64(all, other), first!);
  const counts = b.shrS64(b.or64(nonZero, negated(x, size)), bits(x, 0, 63));
  const place = b.and64(b.sub64(size, bits(x, ABOVE_FRACTION, 1)), counts);
  return b.eqz(b.ltU64(place, bits(x, 0x7fdf_ffff, -1)));
}

export function notFiniteSingle(x: Insn, r: F32): I32 {
  const { b } = x;
  const magnitude = b.shl(b.bitsOfF32(r), x.const(1));
  return b.geU(magnitude, x.const(0xff00_0000));
}

function magnitudeSingle(x: Insn, value: F32): I32 {
  return x.b.and(x.b.bitsOfF32(value), x.const(0x7fff_ffff));
}

/** The same for singles: of the operands, their magnitudes (see operandSize, operandSizeDouble). */
export function notNormalSingle(x: Insn, r: F32, operands: readonly I32[]): I32 {
  const { b } = x;
  const size = magnitudeSingle(x, r);
  const zero = x.const(0);
  const [first, ...others] = operands.map((operand) => b.sub(zero, operand));
  const nonZero = others.reduce((all, other) => b.and(all, other), first!);
  const counts = b.shrS(b.or(nonZero, b.sub(zero, size)), x.const(31));
  const place = b.and(b.sub(size, x.const(0x80_0001)), counts);
  return b.geU(place, x.const(0x7eff_ffff));
}

/** A single's magnitude. */
export const operandSize = magnitudeSingle;

/** Zero for a double that is zero, else some magnitude. */
export function operandSizeDouble(x: Insn, value: F64): I32 {
  return x.b.eqz(isZero(x, value));
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
