/** Operands of MMX and SSE instructions: registers, aligned and unaligned memory. */
import type { I32, I64, V128 } from '@kml/core';
import { FPU, layout, xmm } from '../state.ts';
import { GP } from '../vectors.ts';
import type { Insn } from './insn.ts';
import { beginWaiting, FPU_AT, fpuAvailable } from './x87-common.ts';

const ST = layout.array('st').offset;
const XMM = [0, 1, 2, 3, 4, 5, 6, 7].map(xmm);

export function getXmm(x: Insn, n: number): V128 {
  return x.b.getV(XMM[n]!);
}
export function setXmm(x: Insn, n: number, value: V128): void {
  x.b.setV(value, XMM[n]!);
}

/** Begins an SSE instruction; false where it ends in #NM. */
export function beginSse(x: Insn): boolean {
  return fpuAvailable(x);
}

/** Linear address of a 16-byte operand that must be aligned: #GP(0) if not. */
export function alignedAddress(x: Insn, write: boolean): I32 {
  const address = x.mem(16, write, 0);
  x.trapIf(x.b.and(address, x.b.const(15)), GP);
  return address;
}

/** The 16-byte operand in rm: a register, or aligned memory. */
export function source(x: Insn): V128 {
  return x.isMemory ? x.b.loadV(alignedAddress(x, false)) : getXmm(x, x.rm);
}

/** The low 64 bits of rm's operand in a vector (the upper half is not meaningful): a register or 8 bytes of memory. */
export function source64(x: Insn): V128 {
  return x.isMemory ? x.b.splat64(x.b.load64(x.mem(8))) : getXmm(x, x.rm);
}

/** The low 32 bits of rm's operand likewise. */
export function source32(x: Insn): V128 {
  return x.isMemory ? x.b.splat32(x.b.load32(x.mem(4))) : getXmm(x, x.rm);
}

/** Begins an MMX instruction: #NM, then #MF if an x87 exception is pending. */
export function beginMmx(x: Insn): boolean {
  return beginWaiting(x);
}

/** What every MMX instruction but EMMS does: TOP = 0, all registers valid. After its last access. */
export function enterMmx(x: Insn): void {
  const b = x.b;
  b.poke64(b.const(0), b.constant64(0, 0), FPU_AT + FPU.top);
}

export function getMmx(x: Insn, n: number): I64 {
  return x.b.peek64(x.b.const(0), ST + n * 16);
}

/** Writes MMX register n: the significand of physical register n, whose sign and exponent become ones. */
export function setMmx(x: Insn, n: number, value: I64): void {
  const b = x.b;
  b.poke64(b.const(0), value, ST + n * 16);
  b.poke32(b.const(0), b.const(0xffff), ST + n * 16 + 8);
}

/** The 8-byte operand in rm: an MMX register or memory. */
export function mmxSource(x: Insn): I64 {
  return x.isMemory ? x.b.load64(x.mem(8)) : getMmx(x, x.rm);
}
