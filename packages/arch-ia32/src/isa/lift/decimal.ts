import type { I32 } from '@kml/core';
import { DE } from '../vectors.ts';
import { EAX, type Insn } from './insn.ts';

const AH = 4;

/** Whether the low digit needs adjusting: above 9, or AF. 0 or 1. */
function lowDigitOff(x: Insn, al: I32): I32 {
  return x.b.or(x.b.gtU(x.b.and(al, x.const(15)), x.const(9)), x.flags.adjust());
}

/** DAA. */
export function daa(x: Insn): void {
  const b = x.b;
  const al = x.getReg(EAX, 8);
  const low = lowDigitOff(x, al);
  const high = b.or(b.gtU(al, x.const(0x99)), x.flags.carry());
  const r = b.add(al, b.add(b.mul(low, x.const(6)), b.mul(high, x.const(0x60))));
  finishPacked(x, r, low, high);
}

/** DAS: the borrow of the low digit counts in CF. */
export function das(x: Insn): void {
  const b = x.b;
  const al = x.getReg(EAX, 8);
  const low = lowDigitOff(x, al);
  const high = b.or(b.gtU(al, x.const(0x99)), x.flags.carry());
  const r = b.sub(al, b.add(b.mul(low, x.const(6)), b.mul(high, x.const(0x60))));
  finishPacked(x, r, low, b.or(high, b.and(low, b.ltU(al, x.const(6)))));
}

function finishPacked(x: Insn, r: I32, af: I32, cf: I32): void {
  x.setReg(EAX, 8, r);
  x.flags.result(8, r);
  x.flags.setAf(af);
  x.flags.setCf(cf);
}

/** AAA: AX += 0x106, then AL is one digit. */
export function aaa(x: Insn): void {
  adjustUnpacked(x, 0x106);
}

/** AAS: AX -= 0x106, then AL is one digit. */
export function aas(x: Insn): void {
  adjustUnpacked(x, -0x106);
}

function adjustUnpacked(x: Insn, step: number): void {
  const b = x.b;
  const ax = x.getReg(EAX, 16);
  const off = lowDigitOff(x, ax);
  const sum = b.add(ax, b.mul(off, x.const(step)));
  x.setReg(EAX, 16, b.and(sum, x.const(0xff0f)));
  x.flags.setAf(off);
  x.flags.setCf(off);
}

/** AAM base. */
export function aam(x: Insn): void {
  if (x.imm === 0) {
    x.raise(DE);
    return;
  }
  const b = x.b;
  const al = x.getReg(EAX, 8);
  const base = x.const(x.imm);
  const low = b.remU(al, base);
  x.setReg(EAX, 16, b.or(low, b.shl(b.divU(al, base), x.const(8))));
  x.flags.result(8, low);
}

/** AAD base. */
export function aad(x: Insn): void {
  const b = x.b;
  const sum = b.add(x.getReg(EAX, 8), b.mul(x.getReg(AH, 8), x.const(x.imm)));
  const low = b.and(sum, x.const(0xff));
  x.setReg(EAX, 16, low);
  x.flags.result(8, low);
}
