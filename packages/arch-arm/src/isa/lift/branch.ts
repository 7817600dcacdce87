import type { I32 } from '@kml/core';
import { type Insn, LR } from './insn.ts';

/** The immediate, sign-extended from `bits`. */
const signed = (x: Insn, bits: number): number => (x.imm << (32 - bits)) >> (32 - bits);

/** Program counter `offset` from r15, in the same instruction set. */
const relative = (x: Insn, offset: number): number => (x.pcValue + offset) | (x.thumb ? 1 : 0) | 0;

/** Offset of T32's long branches: imm is S:J1:J2:imm10:imm11:0, and I = NOT (J EOR S). */
function longOffset(x: Insn): number {
  const s = (x.imm >> 24) & 1;
  return ((s ? x.imm : x.imm ^ 0x00c0_0000) << 7) >> 7;
}

/** B with an offset of `bits` bits. */
export function branch(bits: number): (x: Insn) => void {
  return (x) => branchTo(x, relative(x, signed(x, bits)));
}

/** B (T32, encoding T4). */
export function branchLong(x: Insn): void {
  branchTo(x, relative(x, longOffset(x)));
}

function branchTo(x: Insn, target: number): void {
  if (x.guard === undefined) x.b.endWith({ kind: 'jump', target });
  else x.b.endWith({ kind: 'branch', cond: x.guard, taken: target, next: x.next });
}

function callTo(x: Insn, target: number): void {
  x.endsBlock();
  x.set(LR, x.const(x.next));
  if (target === x.next) x.b.endWith({ kind: 'jump', target });
  else x.b.endWith({ kind: 'call', target, returnTo: x.next });
}

/** BL in A32. */
export function bl(x: Insn): void {
  callTo(x, relative(x, signed(x, 26)));
}
/** BLX (immediate) in A32: to T32. */
export function blx(x: Insn): void {
  callTo(x, (x.pcValue + signed(x, 26)) | 1);
}
/** BL in T32. */
export function blLong(x: Insn): void {
  callTo(x, relative(x, longOffset(x)));
}
/** BLX (immediate) in T32: to A32. */
export function blxLong(x: Insn): void {
  callTo(x, (x.literalBase + longOffset(x)) & ~3);
}

/** BX, BXJ (without Jazelle the same). */
export function bx(x: Insn): void {
  x.endsBlock();
  x.jumpTo(x.get(x.Rm), x.Rm === LR ? 'return' : 'jumpIndirect');
}

/** BLX (register). */
export function blxRegister(x: Insn): void {
  x.endsBlock();
  const target = x.get(x.Rm);
  x.set(LR, x.const(x.next));
  x.b.endWith({ kind: 'callIndirect', target, returnTo: x.next });
}

/** CBZ, CBNZ (op). */
export function cbz(x: Insn): void {
  const value = x.get(x.Rn);
  const cond = x.op ? x.b.ne(value, x.const(0)) : x.b.eqz(value);
  x.b.endWith({ kind: 'branch', cond, taken: relative(x, x.imm), next: x.next });
}

function tableBranch(x: Insn, entry: I32): void {
  const offset = x.b.shl(entry, x.const(1));
  x.jumpTo(x.b.add(offset, x.const(x.pcValue | 1)));
}

/** TBB: offsets from r15 in half-words, in a table of bytes. */
export function tbb(x: Insn): void {
  x.endsBlock();
  tableBranch(x, x.b.load8u(x.add(x.get(x.Rn), x.get(x.Rm))));
}
/** TBH: in a table of half-words. */
export function tbh(x: Insn): void {
  x.endsBlock();
  tableBranch(x, x.b.load16u(x.add(x.get(x.Rn), x.b.shl(x.get(x.Rm), x.const(1)))));
}
