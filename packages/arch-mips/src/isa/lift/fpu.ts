/** What all floating point instructions share: registers, and the way to the exact code. */
import type { BlockBuilder, F32, F64, I32, I64 } from '@kml/core';
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

/** Number of the slot of the 64-bit register `n`. */
function slotNumber(x: Insn, n: number): number {
  return x.mode & MODE_FR ? n : n & ~1;
}

/** What the block at hand knows of halves of slots (by slot number * 2, + 1 for the high half), so that singles need not be taken out of a slot again. */
const known = { words: new Map<number, I32>(), singles: new Map<number, F32>() };
let knownOf: BlockBuilder | undefined;

function halves(x: Insn): typeof known {
  if (knownOf !== x.b) {
    knownOf = x.b;
    known.words.clear();
    known.singles.clear();
  }
  return known;
}

function forget(x: Insn, half: number): void {
  const { words, singles } = halves(x);
  words.delete(half);
  singles.delete(half);
}

export function readDouble(x: Insn, n: number): F64 {
  return x.b.getF64(FLOAT[slotNumber(x, n)]!);
}

export function writeDouble(x: Insn, n: number, value: F64): void {
  const slot = slotNumber(x, n);
  forget(x, 2 * slot);
  forget(x, 2 * slot + 1);
  x.b.setF64(value, FLOAT[slot]!);
}

export function readLong(x: Insn, n: number): I64 {
  return x.b.bitsOfF64(readDouble(x, n));
}

export function writeLong(x: Insn, n: number, value: I64): void {
  writeDouble(x, n, x.b.f64OfBits(value));
}

/** The half of a slot that the 32-bit register `n` is. */
function halfOf(x: Insn, n: number): number {
  return x.mode & MODE_FR ? 2 * n : 2 * (n & ~1) + (n & 1);
}

function readHalf(x: Insn, half: number): I32 {
  const { words } = halves(x);
  let value = words.get(half);
  if (value === undefined) {
    const whole = x.b.bitsOfF64(x.b.getF64(FLOAT[half >> 1]!));
    value = x.b.wrap(half & 1 ? x.shrU64(whole, 32) : whole);
    words.set(half, value);
  }
  return value;
}

/** Writes half a slot; the other half stays. */
function writeHalf(x: Insn, half: number, value: I32): void {
  const { b } = x;
  const slot = FLOAT[half >> 1]!;
  const whole = b.bitsOfF64(b.getF64(slot));
  const isHigh = (half & 1) !== 0;
  const kept = b.and64(whole, isHigh ? b.constant64(-1, 0) : b.constant64(0, -1));
  const fresh = b.extendU(value);
  b.setF64(b.f64OfBits(b.or64(kept, isHigh ? x.shl64(fresh, 32) : fresh)), slot);
  forget(x, half);
  halves(x).words.set(half, value);
}

/** The 32-bit register `n`. */
export function readWord(x: Insn, n: number): I32 {
  return readHalf(x, halfOf(x, n));
}

/** Bits 63:32 of the 64-bit register `n`. */
export function readHigh(x: Insn, n: number): I32 {
  return readHalf(x, 2 * slotNumber(x, n) + 1);
}

/** Writes the 32-bit register `n`. */
export function writeWord(x: Insn, n: number, value: I32): void {
  writeHalf(x, halfOf(x, n), value);
}

/** Writes bits 63:32 of the 64-bit register `n`. */
export function writeHigh(x: Insn, n: number, value: I32): void {
  writeHalf(x, 2 * slotNumber(x, n) + 1, value);
}

export function readSingle(x: Insn, n: number): F32 {
  const { singles } = halves(x);
  const half = halfOf(x, n);
  let value = singles.get(half);
  if (value === undefined) {
    value = x.b.f32OfBits(readHalf(x, half));
    singles.set(half, value);
  }
  return value;
}

export function writeSingle(x: Insn, n: number, value: F32): void {
  const half = halfOf(x, n);
  writeHalf(x, half, x.b.bitsOfF32(value));
  halves(x).singles.set(half, value);
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
