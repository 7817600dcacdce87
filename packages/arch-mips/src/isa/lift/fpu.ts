/** What all floating point instructions share: registers, and the way to the exact code. */
import type { F32, F64, I32, I64 } from '@kml/core';
import { LAST_CLEAN } from '../fp/last-cause.ts';
import type { FpOperation } from '../fp/operations.ts';
import { FLOAT, MODE_CU1, MODE_FR, reg, reg64 } from '../state.ts';
import { CPU, FP_ASSIST, RI } from '../vectors.ts';
import type { Insn } from './insn.ts';

const LAST = reg('fpLast');
const DOUBLES = ['fpA', 'fpB', 'fpC'].map(reg64);
const WORDS = ['fpWordA', 'fpWordB', 'fpWordC'].map(reg);

/** Makes a handler that needs the FPU: Status.CU1. */
export const needFpu =
  (handler: (x: Insn) => void) =>
  (x: Insn): void => {
    if (x.mode & MODE_CU1) handler(x);
    else x.raise(CPU, 1);
  };

/** Makes a handler that needs the FPU, and even numbers in these fields (by shift) where registers are pairs. */
export const needPairs =
  (shifts: readonly number[], handler: (x: Insn) => void) =>
  (x: Insn): void => {
    if (!(x.mode & MODE_CU1)) x.raise(CPU, 1);
    else if (!(x.mode & MODE_FR) && shifts.some((shift) => (x.word >>> shift) & 1)) x.raise(RI);
    else handler(x);
  };

/** Makes a handler that needs 64-bit registers, as the long format does. */
export const needFr =
  (handler: (x: Insn) => void) =>
  (x: Insn): void => {
    if (!(x.mode & MODE_CU1)) x.raise(CPU, 1);
    else if (!(x.mode & MODE_FR)) x.raise(RI);
    else handler(x);
  };

/** Field positions, for needPairs. */
export const FD = 6;
export const FS = 11;
export const FT = 16;
export const FR = 21;

/** The slot of the 64-bit register `n`. */
function slot64(x: Insn, n: number) {
  return FLOAT[x.mode & MODE_FR ? n : n & ~1]!;
}

export function readDouble(x: Insn, n: number): F64 {
  return x.b.getF64(slot64(x, n));
}

export function writeDouble(x: Insn, n: number, value: F64): void {
  x.b.setF64(value, slot64(x, n));
}

export function readLong(x: Insn, n: number): I64 {
  return x.b.bitsOfF64(readDouble(x, n));
}

export function writeLong(x: Insn, n: number, value: I64): void {
  writeDouble(x, n, x.b.f64OfBits(value));
}

const isHigh = (x: Insn, n: number): boolean => (x.mode & MODE_FR) === 0 && (n & 1) !== 0;

/** The 32-bit register `n`. */
export function readWord(x: Insn, n: number): I32 {
  return isHigh(x, n) ? readHigh(x, n) : x.b.wrap(readLong(x, n));
}

/** Bits 63:32 of the 64-bit register `n`. */
export function readHigh(x: Insn, n: number): I32 {
  return x.b.wrap(x.shrU64(readLong(x, n), 32));
}

/** Writes the 32-bit register `n`; the other half of its slot stays. */
export function writeWord(x: Insn, n: number, value: I32): void {
  if (isHigh(x, n)) {
    writeHigh(x, n, value);
    return;
  }
  const { b } = x;
  const kept = b.and64(readLong(x, n), b.constant64(0, -1));
  writeLong(x, n, b.or64(kept, b.extendU(value)));
}

/** Writes bits 63:32 of the 64-bit register `n`. */
export function writeHigh(x: Insn, n: number, value: I32): void {
  const { b } = x;
  const kept = b.and64(readLong(x, n), b.constant64(-1, 0));
  writeLong(x, n, b.or64(kept, x.shl64(b.extendU(value), 32)));
}

export function readSingle(x: Insn, n: number): F32 {
  return x.b.f32OfBits(readWord(x, n));
}

// ---- the exact code

/** Leaves the instruction to the exact code if `cond` is non-zero. */
export function assistIf(x: Insn, cond: I32): void {
  x.b.trapIf(cond, x.const(x.word), FP_ASSIST);
}

/** Leaves the instruction to the exact code in any case. */
export function assist(x: Insn): void {
  assistIf(x, x.const(1));
  if (!x.inSlot) x.b.endWith({ kind: 'jump', target: (x.pc + 4) | 0 });
}

/** Notes that the instruction leaves an empty Cause field. */
export function noteClean(x: Insn): void {
  x.b.set(x.const(LAST_CLEAN), LAST);
}

/** Notes an operation whose Cause field may have Inexact, with its 64-bit operands. */
export function noteDoubles(x: Insn, { number }: FpOperation, operands: readonly F64[]): void {
  x.b.set(x.const(number), LAST);
  operands.forEach((value, n) => {
    x.b.setF64(value, DOUBLES[n]!);
  });
}

/** The same with 32-bit operands. */
export function noteWords(x: Insn, { number }: FpOperation, operands: readonly I32[]): void {
  x.b.set(x.const(number), LAST);
  operands.forEach((value, n) => {
    x.b.set(value, WORDS[n]!);
  });
}
