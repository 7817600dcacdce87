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

/** NaN, infinite, zero, subnormal, or the least normal number, which may have been rounded up to. */
export function notNormal(x: Insn, r: F64): I32 {
  const { b } = x;
  const least = bits(x, 0x20_0000, 1);
  const place = b.sub64(doubled(x, b.bitsOfF64(r)), least);
  return b.eqz(b.ltU64(place, bits(x, 0xffbf_ffff, -1)));
}

export function notFiniteSingle(x: Insn, r: F32): I32 {
  const { b } = x;
  const magnitude = b.shl(b.bitsOfF32(r), x.const(1));
  return b.geU(magnitude, x.const(0xff00_0000));
}

export function notNormalSingle(x: Insn, r: F32): I32 {
  const { b } = x;
  const place = b.sub(b.shl(b.bitsOfF32(r), x.const(1)), x.const(0x100_0001));
  return b.geU(place, x.const(0xfdff_ffff));
}

export function isZero(x: Insn, value: F64): I32 {
  return x.b.eqz64(doubled(x, x.b.bitsOfF64(value)));
}

export function isZeroSingle(x: Insn, value: F32): I32 {
  return x.b.eqz(x.b.shl(x.b.bitsOfF32(value), x.const(1)));
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
