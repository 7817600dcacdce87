/** Bit fields, bytes and counts. MIPS32 vol. II. */
import { RI } from '../vectors.ts';
import type { Insn } from './insn.ts';

/** CLZ. */
export function clz(x: Insn): void {
  x.set(x.rd, x.b.clz(x.get(x.rs)));
}

/** CLO. */
export function clo(x: Insn): void {
  x.set(x.rd, x.b.clz(x.b.xor(x.get(x.rs), x.const(-1))));
}

/** A mask of the low `bits` bits. */
function mask(bits: number): number {
  return bits >= 32 ? -1 : (1 << bits) - 1;
}

/** EXT: size - 1 in rd, position in sa. A field that ends beyond bit 31 is unpredictable: reserved here, as on QEMU. */
export function ext(x: Insn): void {
  const position = x.sa;
  const size = x.rd + 1;
  if (position + size > 32) {
    x.raise(RI);
    return;
  }
  const shifted = position === 0 ? x.get(x.rs) : x.b.shrU(x.get(x.rs), x.const(position));
  x.set(x.rt, position + size === 32 ? shifted : x.b.and(shifted, x.const(mask(size))));
}

/** INS: last bit in rd, position in sa. */
export function ins(x: Insn): void {
  const { b } = x;
  const position = x.sa;
  const size = x.rd - position + 1;
  if (size <= 0) {
    x.raise(RI);
    return;
  }
  const field = mask(size) << position;
  const value = position === 0 ? x.get(x.rs) : b.shl(x.get(x.rs), x.const(position));
  x.set(x.rt, b.or(b.and(x.get(x.rt), x.const(~field)), b.and(value, x.const(field))));
}

/** SEB. */
export function seb(x: Insn): void {
  x.set(x.rd, x.b.ext8(x.get(x.rt)));
}

/** SEH. */
export function seh(x: Insn): void {
  x.set(x.rd, x.b.ext16(x.get(x.rt)));
}

/** WSBH: swaps the bytes of each half-word. */
export function wsbh(x: Insn): void {
  const { b } = x;
  const value = x.get(x.rt);
  const up = b.shl(b.and(value, x.const(0x00ff_00ff)), x.const(8));
  const down = b.and(b.shrU(value, x.const(8)), x.const(0x00ff_00ff));
  x.set(x.rd, b.or(up, down));
}
