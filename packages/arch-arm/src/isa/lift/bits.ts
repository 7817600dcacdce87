import type { I32 } from '@kml/core';
import { type Insn, PC } from './insn.ts';
import { shiftByImmediate } from './operand2.ts';

/** CLZ. */
export function clz(x: Insn): void {
  x.set(x.Rd, x.b.clz(x.get(x.Rm)));
}

function reverseBytes(x: Insn, word: I32): I32 {
  const ir = x.b;
  const left = ir.and(ir.rotl(word, x.const(8)), x.const(0x00ff_00ff));
  return ir.or(left, ir.and(ir.rotr(word, x.const(8)), x.const(0xff00_ff00 | 0)));
}

/** REV. */
export function rev(x: Insn): void {
  x.set(x.Rd, reverseBytes(x, x.get(x.Rm)));
}

/** REV16: the bytes of each half exchanged. */
export function rev16(x: Insn): void {
  const ir = x.b;
  const word = x.get(x.Rm);
  const up = ir.and(ir.shl(word, x.const(8)), x.const(0xff00_ff00 | 0));
  x.set(x.Rd, ir.or(up, ir.and(ir.shrU(word, x.const(8)), x.const(0x00ff_00ff))));
}

/** REVSH: the bytes of the low half exchanged, sign-extended. */
export function revsh(x: Insn): void {
  const ir = x.b;
  const word = x.get(x.Rm);
  x.set(x.Rd, ir.or(ir.shl(ir.ext8(word), x.const(8)), x.bits(word, 8, 8)));
}

/** RBIT. */
export function rbit(x: Insn): void {
  const ir = x.b;
  let word = x.get(x.Rm);
  for (const [shift, mask] of [
    [1, 0x5555_5555],
    [2, 0x3333_3333],
    [4, 0x0f0f_0f0f],
  ] as const) {
    const up = ir.shl(ir.and(word, x.const(mask)), x.const(shift));
    word = ir.or(up, ir.and(ir.shrU(word, x.const(shift)), x.const(mask)));
  }
  x.set(x.Rd, reverseBytes(x, word));
}

/** `width` bits from `lsb` as a mask in place. */
const fieldMask = (lsb: number, width: number): number => ((2 ** width - 1) << lsb) | 0;

/** BFI; with r15 as source, BFC. A most significant bit below the least one is UNPREDICTABLE: UNDEFINED. */
export function bfi(x: Insn): void {
  const width = x.msb - x.lsb + 1;
  if (width <= 0) {
    x.undefined();
    return;
  }
  const ir = x.b;
  const mask = fieldMask(x.lsb, width);
  const kept = ir.and(x.get(x.Rd), x.const(~mask));
  if (x.Rn === PC) {
    x.set(x.Rd, kept);
    return;
  }
  const source = x.get(x.Rn);
  const shifted = x.lsb === 0 ? source : ir.shl(source, x.const(x.lsb));
  x.set(x.Rd, ir.or(kept, ir.and(shifted, x.const(mask))));
}

/** UBFX; a field beyond bit 31 is UNPREDICTABLE: UNDEFINED. */
export function ubfx(x: Insn): void {
  if (x.lsb + x.width + 1 > 32) x.undefined();
  else x.set(x.Rd, x.bits(x.get(x.Rn), x.lsb, x.width + 1));
}

/** SBFX. */
export function sbfx(x: Insn): void {
  const ir = x.b;
  const width = x.width + 1;
  const up = 32 - x.lsb - width;
  if (up < 0) {
    x.undefined();
    return;
  }
  const word = x.get(x.Rn);
  x.set(x.Rd, ir.shrS(up === 0 ? word : ir.shl(word, x.const(up)), x.const(32 - width)));
}

/** Rm rotated right by a multiple of 8. */
const rotated = (x: Insn): I32 => (x.rotate === 0 ? x.get(x.Rm) : x.b.rotr(x.get(x.Rm), x.const(8 * x.rotate)));

/** SXTB, SXTAB and their like: with r15 as Rn nothing is added. */
function extend(compute: (x: Insn, word: I32) => I32): (x: Insn) => void {
  return (x) => {
    const value = compute(x, rotated(x));
    x.set(x.Rd, x.Rn === PC ? value : x.b.add(x.get(x.Rn), value));
  };
}

export const sxtb = extend((x, word) => x.b.ext8(word));
export const sxth = extend((x, word) => x.b.ext16(word));
export const uxtb = extend((x, word) => x.b.and(word, x.const(0xff)));
export const uxth = extend((x, word) => x.b.and(word, x.const(0xffff)));

/** SXTB16, UXTB16 and, where Rn is not r15, SXTAB16, UXTAB16. */
function extendHalves(compute: (x: Insn, word: I32) => I32): (x: Insn) => void {
  return (x) => {
    const ir = x.b;
    const value = compute(x, rotated(x));
    if (x.Rn === PC) {
      x.set(x.Rd, value);
      return;
    }
    const rn = x.get(x.Rn);
    const low = ir.and(ir.add(rn, value), x.const(0xffff));
    const high = ir.add(ir.and(rn, x.const(0xffff_0000 | 0)), ir.and(value, x.const(0xffff_0000 | 0)));
    x.set(x.Rd, ir.or(low, high));
  };
}

export const uxtb16 = extendHalves((x, word) => x.b.and(word, x.const(0x00ff_00ff)));
export const sxtb16 = extendHalves((x, word) => {
  const ir = x.b;
  const low = ir.and(ir.ext8(word), x.const(0xffff));
  return ir.or(low, ir.shl(ir.ext8(ir.shrU(word, x.const(16))), x.const(16)));
});

/** PKHBT and PKHTB: the latter (op) takes the low half from the shifted operand. */
export function pkh(x: Insn): void {
  const ir = x.b;
  const { value } = shiftByImmediate(x, x.get(x.Rm), x.type, x.shift, false);
  const rn = x.get(x.Rn);
  const [top, bottom] = x.op ? [rn, value] : [value, rn];
  x.set(x.Rd, ir.or(ir.and(top, x.const(0xffff_0000 | 0)), ir.and(bottom, x.const(0xffff))));
}
