import type { Cpu, Slot } from '@kml/core';
import { defineHelper } from '../host-functions.ts';
import { FPCC_COMPARE, FPCC_FPSCR, fpr, layout, reg } from '../state.ts';
import { classOf, evaluate, type Operands, outcome } from './evaluate.ts';
import { FPSCR_FI, FPSCR_FPCC, FPSCR_FPRF, FPSCR_FR } from './fpscr.ts';
import { operationOf, roundingOf, setsClass } from './operations.ts';

const FPSCR = reg('fpscr');
const FP_OP = reg('fpOp');
const FPCC = reg('fpcc');
const FP_A = fpr('fpA');
const FP_B = fpr('fpB');
const FP_C = fpr('fpC');
const COMPARE_A = fpr('fpCompareA');
const COMPARE_B = fpr('fpCompareB');

const operands: Operands = { aHigh: 0, aLow: 0, bHigh: 0, bLow: 0, cHigh: 0, cLow: 0 };

/** The low and the high word of an f64 slot. */
export function lowWord(cpu: Cpu, slot: Slot): number {
  return cpu.i32[(cpu.base + slot.offset) >> 2]!;
}
export function highWord(cpu: Cpu, slot: Slot): number {
  return cpu.i32[((cpu.base + slot.offset) >> 2) + 1]!;
}

/** Reads three f64 slots as operands; the same object each time. */
export function readOperands(cpu: Cpu, a: Slot, b: Slot, c: Slot): Operands {
  operands.aLow = lowWord(cpu, a);
  operands.aHigh = highWord(cpu, a);
  operands.bLow = lowWord(cpu, b);
  operands.bHigh = highWord(cpu, b);
  operands.cLow = lowWord(cpu, c);
  operands.cHigh = highWord(cpu, c);
  return operands;
}

/**
 * FPSCR[FR FI FPRF] as the last inline operation left them: `record` and `fpcc` are the slots of those
 * names, the operands its own and the last comparison's. Inline operations have no exception enabled.
 */
function settled(value: number, record: number, fpcc: number, a: number, b: number): number {
  let fpscr = value;
  if (record !== 0) {
    const op = operationOf(record);
    evaluate(op, operands, roundingOf(record));
    fpscr = withRounding(fpscr);
    if (setsClass(op)) fpscr = withClass(fpscr, classOf(outcome.high, outcome.low));
  }
  return fpcc === FPCC_COMPARE ? withCompare(fpscr, a < b ? 8 : a > b ? 4 : 2) : fpscr;
}

/** Puts into `fpscr` what was left to be computed of it, and gives it. */
export function settleStatus(cpu: Cpu): number {
  const record = cpu.get(FP_OP);
  const fpcc = cpu.get(FPCC);
  if (record === 0 && fpcc === FPCC_FPSCR) return cpu.get(FPSCR);
  readOperands(cpu, FP_A, FP_B, FP_C);
  const a = cpu.f64[(cpu.base + COMPARE_A.offset) >> 3]!;
  const b = cpu.f64[(cpu.base + COMPARE_B.offset) >> 3]!;
  const fpscr = settled(cpu.get(FPSCR), record, fpcc, a, b);
  cpu.set(FPSCR, fpscr);
  cpu.set(FP_OP, 0);
  cpu.set(FPCC, FPCC_FPSCR);
  return fpscr;
}

/** Where lifted code puts the five operands for the helper below: the operation's three, the comparison's two. */
export const SETTLE_AT = layout.array('scratch').offset;

/** (fpscr, fpOp, fpcc): FPSCR complete, from operands in the scratch words. */
export const SETTLE = defineHelper((cpu, fpscr, record, fpcc) => {
  const at = (cpu.base + SETTLE_AT) >> 2;
  const { i32 } = cpu;
  operands.aLow = i32[at]!;
  operands.aHigh = i32[at + 1]!;
  operands.bLow = i32[at + 2]!;
  operands.bHigh = i32[at + 3]!;
  operands.cLow = i32[at + 4]!;
  operands.cHigh = i32[at + 5]!;
  return settled(fpscr, record, fpcc, cpu.f64[(at >> 1) + 3]!, cpu.f64[(at >> 1) + 4]!);
});

/** FR and FI of `outcome`. */
export function withRounding(fpscr: number): number {
  return (fpscr & ~(FPSCR_FR | FPSCR_FI)) | (outcome.roundedUp ? FPSCR_FR : 0) | (outcome.inexact ? FPSCR_FI : 0);
}

/** FPRF as given in its own five bits. */
export function withClass(fpscr: number, fprf: number): number {
  return (fpscr & ~FPSCR_FPRF) | (fprf << 12);
}

/** FPCC of a comparison. */
export function withCompare(fpscr: number, fpcc: number): number {
  return (fpscr & ~FPSCR_FPCC) | (fpcc << 12);
}
