/** MMX, and the instructions that SSE and SSE2 added on MMX registers. SDM vol. 1, chapter 9. */
import type { I32, I64, V128 } from '@kml/core';
import { STORE_MASKED_MMX } from '../fp/masked-store.ts';
import { DS, EDI, type Insn } from './insn.ts';
import { type LaneBits, lanes, type Packed, type ShiftKind, shiftImmediate, shiftVariable } from './simd-integer.ts';
import { beginMmx, enterMmx, getMmx, getXmm, mmxSource, setMmx, setXmm } from './simd-operands.ts';

type Handler = (x: Insn) => void;

function finish(x: Insn, value: V128): void {
  enterMmx(x);
  setMmx(x, x.reg, x.b.lane64(value, 0));
}

/** Pq op= Qq, by the lower half of a v128 operation. */
export function mmxOperation(operation: Packed): Handler {
  return (x) => {
    if (!beginMmx(x)) return;
    const s = x.b.splat64(mmxSource(x));
    finish(x, operation(x.b, x.b.splat64(getMmx(x, x.reg)), s));
  };
}

/** The same where the source in memory is 32 bits: PUNPCKLBW and its kin. */
export function mmxUnpackLow(operation: Packed): Handler {
  return (x) => {
    if (!beginMmx(x)) return;
    const b = x.b;
    const s = x.isMemory ? b.splat32(b.load32(x.mem(4))) : b.splat64(getMmx(x, x.rm));
    finish(x, operation(b, b.splat64(getMmx(x, x.reg)), s));
  };
}

/** PACKSSWB and its kin: both operands side by side in one vector. */
export function mmxPack(operation: Packed): Handler {
  return (x) => {
    if (!beginMmx(x)) return;
    const s = mmxSource(x);
    const both = x.b.withLane64(x.b.splat64(getMmx(x, x.reg)), s, 1);
    finish(x, operation(x.b, both, both));
  };
}

/** Pq shifted by Qq. */
export function mmxShift(kind: ShiftKind, bits: LaneBits): Handler {
  return (x) => {
    if (!beginMmx(x)) return;
    const b = x.b;
    const count = mmxSource(x);
    const high = b.wrap(b.shrU64(count, b.constant64(32, 0)));
    finish(x, shiftVariable(b, kind, bits, b.splat64(getMmx(x, x.reg)), b.wrap(count), high));
  };
}

/** Nq shifted by an immediate. */
export function mmxShiftImmediate(kind: ShiftKind, bits: LaneBits): Handler {
  return (x) => {
    if (!beginMmx(x)) return;
    const value = shiftImmediate(x.b, kind, bits, x.b.splat64(getMmx(x, x.rm)), x.imm & 0xff);
    enterMmx(x);
    setMmx(x, x.rm, x.b.lane64(value, 0));
  };
}

/** MOVD Pd,Ed. */
export function movdToMmx(x: Insn): void {
  if (!beginMmx(x)) return;
  const value = x.b.extendU(x.read(1));
  enterMmx(x);
  setMmx(x, x.reg, value);
}

/** MOVD Ed,Pd. */
export function movdFromMmx(x: Insn): void {
  if (!beginMmx(x)) return;
  const value = x.b.wrap(getMmx(x, x.reg));
  x.write(0, value);
  enterMmx(x);
}

/** MOVQ Pq,Qq. */
export function movqToMmx(x: Insn): void {
  if (!beginMmx(x)) return;
  const value = mmxSource(x);
  enterMmx(x);
  setMmx(x, x.reg, value);
}

/** MOVQ Qq,Pq and MOVNTQ. */
export function movqFromMmx(x: Insn): void {
  if (!beginMmx(x)) return;
  const value = getMmx(x, x.reg);
  if (x.isMemory) x.b.store64(x.mem(8, true), value);
  enterMmx(x);
  if (!x.isMemory) setMmx(x, x.rm, value);
}

/** PSHUFW. */
export function pshufw(x: Insn): void {
  if (!beginMmx(x)) return;
  const s = x.b.splat64(mmxSource(x));
  const picks = [0, 2, 4, 6].map((shift) => (x.imm >> shift) & 3);
  finish(x, x.b.shuffle(s, s, lanes(2, [...picks, ...picks])));
}

/** PINSRW Pq,Ew,Ib: the low word of a register, or a word in memory. */
export function pinsrwMmx(x: Insn): void {
  if (!beginMmx(x)) return;
  const word = wordSource(x);
  finish(x, x.b.withLane16(x.b.splat64(getMmx(x, x.reg)), word, x.imm & 3));
}

/** PINSRW's word: a general register's low half, or memory. */
export function wordSource(x: Insn): I32 {
  return x.isMemory ? x.b.load16u(x.mem(2)) : x.get32(x.rm);
}

/** PEXTRW Gd,Nq,Ib. */
export function pextrwMmx(x: Insn): void {
  if (!beginMmx(x)) return;
  x.set32(x.reg, x.b.laneU16(x.b.splat64(getMmx(x, x.rm)), x.imm & 3));
  enterMmx(x);
}

/** PMOVMSKB Gd,Nq. */
export function pmovmskbMmx(x: Insn): void {
  if (!beginMmx(x)) return;
  const mask = x.b.bitmask8x16(x.b.splat64(getMmx(x, x.rm)));
  x.set32(x.reg, x.b.and(mask, x.b.const(0xff)));
  enterMmx(x);
}

/** MASKMOVQ: bytes of Pq whose mask byte in Nq has its top bit set, to DS:(E)DI. */
export function maskmovq(x: Insn): void {
  if (!beginMmx(x)) return;
  x.system(STORE_MASKED_MMX, maskAddress(x, 8), x.const(x.reg), x.const(x.rm));
}

/** Linear address of MASKMOVQ's and MASKMOVDQU's operand. */
export function maskAddress(x: Insn, bytes: number): I32 {
  const offset = x.addrSize === 16 ? x.b.and(x.get32(EDI), x.b.const(0xffff)) : x.get32(EDI);
  return x.linear(x.segment(DS), offset, bytes, true, 0);
}

/** MOVQ2DQ. */
export function movq2dq(x: Insn): void {
  if (!beginMmx(x)) return;
  const value = getMmx(x, x.rm);
  enterMmx(x);
  setXmm(x, x.reg, lowOnly(x, value));
}

/** MOVDQ2Q. */
export function movdq2q(x: Insn): void {
  if (!beginMmx(x)) return;
  const value = x.b.lane64(getXmm(x, x.rm), 0);
  enterMmx(x);
  setMmx(x, x.reg, value);
}

/** A vector of a low half and zeros. */
export function lowOnly(x: Insn, low: I64): V128 {
  return x.b.withLane64(x.b.constantV([0, 0, 0, 0]), low, 0);
}

/** PREFETCHh, SFENCE, LFENCE, MFENCE: nothing to do. Hints do not fault. */
export function hint(_x: Insn): void {}

/** CLFLUSH: faults as a load of the byte would. */
export function clflush(x: Insn): void {
  x.b.load8u(x.mem(1));
}

/** MOVNTI: on general registers, so without #NM. */
export function movnti(x: Insn): void {
  x.write(0, x.get32(x.reg));
}
