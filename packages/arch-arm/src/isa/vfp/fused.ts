import type { F32, F64, I32 } from '@kml/core';
import type { Insn } from '../lift/insn.ts';
import { MODE_FP_INEXACT } from './fpscr.ts';
import { f32, f64, highWord } from './precision.ts';

/** A result, and whether (not 0) host code is to find it instead. */
export interface Fused<F extends F32 | F64> {
  readonly result: F;
  readonly unusual: I32;
}

/** A number and what it lacks of an exact sum or product. */
interface Exact {
  readonly value: F64;
  readonly rest: F64;
}

/** Knuth's TwoSum. */
function exactSum(x: Insn, a: F64, b: F64): Exact {
  const ir = x.b;
  const value = ir.addF64(a, b);
  const bPart = ir.subF64(value, a);
  const aPart = ir.subF64(value, bPart);
  return { value, rest: ir.addF64(ir.subF64(a, aPart), ir.subF64(b, bPart)) };
}

/** The upper and lower 26 bits: Veltkamp's splitting. */
function split(x: Insn, a: F64): { readonly high: F64; readonly low: F64 } {
  const ir = x.b;
  const scaled = ir.mulF64(a, constant(x, 0x41a0_0000, 0x0200_0000));
  const high = ir.subF64(scaled, ir.subF64(scaled, a));
  return { high, low: ir.subF64(a, high) };
}

/** Dekker's product, which must not come near the bounds of the exponent. */
function exactProduct(x: Insn, a: F64, b: F64): Exact {
  const ir = x.b;
  const value = ir.mulF64(a, b);
  const p = split(x, a);
  const q = split(x, b);
  const upper = ir.subF64(ir.mulF64(p.high, q.high), value);
  const middle = ir.addF64(ir.addF64(upper, ir.mulF64(p.high, q.low)), ir.mulF64(p.low, q.high));
  return { value, rest: ir.addF64(middle, ir.mulF64(p.low, q.low)) };
}

function constant(x: Insn, high: number, low: number): F64 {
  return x.b.f64OfBits(x.b.constant64(low, high));
}

/**
 * An inexact sum rounded to odd, its last bit standing for what it lacks: one that is even goes a
 * unit up or down in magnitude, towards the true sum.
 */
function toOdd(x: Insn, { value, rest }: Exact): F64 {
  const ir = x.b;
  const zero = f64.zero(x);
  const bits = ir.bitsOfF64(value);
  const even = ir.eqz(ir.and(ir.wrap(bits), x.const(1)));
  const outward = ir.eq(ir.ltF64(rest, zero), ir.ltF64(value, zero));
  const step = ir.select(ir.select(x.const(1), x.const(-1), outward), x.const(0), ir.and(ir.neF64(rest, zero), even));
  return ir.f64OfBits(ir.add64(bits, ir.extendS(step)));
}

/** Exponents within which products are exact: 2^-900 to 2^900. */
const LEAST_PRODUCT = (1023 - 900) << 20;
const GREATEST_PRODUCT = (1023 + 900) << 20;

/** a * b + c of doubles, rounded once. `unusual`: leave it to host code. */
export function fusedDouble(x: Insn, a: F64, b: F64, c: F64): Fused<F64> {
  const isByHost = (x.mode & MODE_FP_INEXACT) !== 0 && x.context.optimisations.hostFusion;
  return isByHost ? fusedByHost(x, a, b, c) : fusedByParts(x, a, b, c);
}

/** By the host's own operation, which does not tell whether the result is exact. */
function fusedByHost(x: Insn, a: F64, b: F64, c: F64): Fused<F64> {
  const ir = x.b;
  const zero = f64.zero(x);
  const result = ir.laneF64(ir.fusedF64x2(ir.splatF64(a), ir.splatF64(b), ir.splatF64(c)), 0);
  const fromZero = ir.or(ir.eqF64(a, zero), ir.eqF64(b, zero));
  const isExactZero = ir.and(ir.eqF64(result, zero), fromZero);
  return { result, unusual: ir.andThen(f64.extreme(x, result), ir.eqz(isExactZero)) };
}

/**
 * The exact product's and sum's parts are added with the low ones
 * rounded to odd (Boldo and Melquiond, "Emulation of a FMA and correctly rounded sums", 2008).
 */
function fusedByParts(x: Insn, a: F64, b: F64, c: F64): Fused<F64> {
  const ir = x.b;
  const zero = f64.zero(x);
  const product = exactProduct(x, a, b);
  const low = exactSum(x, c, product.rest);
  const high = exactSum(x, product.value, low.value);
  const rest = exactSum(x, low.rest, high.rest);
  const sum = exactSum(x, high.value, toOdd(x, rest));
  // With a factor of 0 nothing is to be split.
  const plain = ir.addF64(product.value, c);
  const fromZero = ir.or(ir.eqF64(a, zero), ir.eqF64(b, zero));
  const result = ir.f64OfBits(ir.select64(ir.bitsOfF64(plain), ir.bitsOfF64(sum.value), fromZero));
  const magnitude = ir.and(highWord(x, product.value), x.const(0x7fff_ffff));
  const outside = ir.geU(ir.sub(magnitude, x.const(LEAST_PRODUCT)), x.const(GREATEST_PRODUCT - LEAST_PRODUCT));
  const extreme = ir.and(f64.extreme(x, result), ir.neF64(result, zero));
  let unusual = ir.or(ir.and(outside, ir.eqz(fromZero)), extreme);
  if ((x.mode & MODE_FP_INEXACT) === 0) {
    const lacks = ir.or(ir.neF64(sum.rest, zero), ir.neF64(rest.rest, zero));
    unusual = ir.or(unusual, ir.and(lacks, ir.eqz(fromZero)));
  }
  return { result, unusual };
}

/**
 * a * b + c of singles, rounded once: the product is exact in doubles, the sum is rounded to odd, and
 * 53 bits rounded to odd give the right 24 bits. `unusual`: leave it to host code.
 */
export function fusedSingle(x: Insn, a: F32, b: F32, c: F32): Fused<F32> {
  const ir = x.b;
  const sum = exactSum(x, ir.mulF64(ir.promote(a), ir.promote(b)), ir.promote(c));
  const result = ir.demote(toOdd(x, sum));
  const zero = f64.zero(x);
  // A sum of 0 is exact; the sum of doubles does not underflow.
  let unusual = ir.or(ir.and(f32.extreme(x, result), ir.neF64(sum.value, zero)), f32.special(x, result));
  if ((x.mode & MODE_FP_INEXACT) === 0) {
    unusual = ir.or(unusual, ir.or(ir.neF64(sum.rest, zero), ir.neF64(ir.promote(result), sum.value)));
  }
  return { result, unusual };
}
