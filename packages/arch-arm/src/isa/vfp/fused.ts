import type { F32, I32 } from '@kml/core';
import type { Insn } from '../lift/insn.ts';
import { MODE_FP_INEXACT } from './fpscr.ts';
import { f32, f64 } from './precision.ts';

/**
 * a * b + c of singles, rounded once: the product is exact in doubles, the sum is rounded to odd, and
 * 53 bits rounded to odd give the right 24 bits. `unusual`: leave it to host code.
 */
export function fusedSingle(x: Insn, a: F32, b: F32, c: F32): { readonly result: F32; readonly unusual: I32 } {
  const ir = x.b;
  const product = ir.mulF64(ir.promote(a), ir.promote(b));
  const addend = ir.promote(c);
  const sum = ir.addF64(product, addend);
  // What the sum lacks, by TwoSum.
  const addendPart = ir.subF64(sum, product);
  const productPart = ir.subF64(sum, addendPart);
  const rest = ir.addF64(ir.subF64(product, productPart), ir.subF64(addend, addendPart));
  const zero = f64.zero(x);
  const isRest = ir.neF64(rest, zero);
  // To odd: an even last bit of an inexact sum goes one up or down in magnitude, towards the true sum.
  const bits = ir.bitsOfF64(sum);
  const even = ir.eqz(ir.and(ir.wrap(bits), x.const(1)));
  const outward = ir.eq(ir.ltF64(rest, zero), ir.ltF64(sum, zero));
  const step = ir.select(ir.select(x.const(1), x.const(-1), outward), x.const(0), ir.and(isRest, even));
  const odd = ir.f64OfBits(ir.add64(bits, ir.extendS(step)));
  const result = ir.demote(odd);
  // A sum of exactly 0 is fine where nothing was lost; the sum of doubles does not underflow.
  const small = ir.and(f32.extreme(x, result), ir.neF64(sum, zero));
  const special = f32.special(x, result);
  let unusual = ir.or(small, special);
  if ((x.mode & MODE_FP_INEXACT) === 0) {
    unusual = ir.or(unusual, ir.or(isRest, ir.neF64(ir.promote(result), sum)));
  }
  return { result, unusual };
}
