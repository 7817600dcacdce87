import type { Cpu, Slot } from '@kml/core';
import { FPCC_COMPARE, FPCC_FPSCR, fpr, reg } from '../state.ts';
import { classOf, evaluate, type Operands, outcome } from './evaluate.ts';
import { FPSCR_FI, FPSCR_FPCC, FPSCR_FPRF, FPSCR_FR } from './fpscr.ts';
import { setsClass } from './operations.ts';

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
 * Computes what the last inline operation left to be computed: FPSCR[FR FI FPRF] are in `fpscr` then.
 * Inline operations round to nearest with no exception enabled, so that is how it is done again.
 */
export function settleStatus(cpu: Cpu): number {
  let fpscr = cpu.get(FPSCR);
  const op = cpu.get(FP_OP);
  const fpcc = cpu.get(FPCC);
  if (op === 0 && fpcc === FPCC_FPSCR) return fpscr;
  if (op !== 0) {
    evaluate(op, readOperands(cpu, FP_A, FP_B, FP_C), 0);
    fpscr = withRounding(fpscr);
    if (setsClass(op)) fpscr = withClass(fpscr, classOf(outcome.high, outcome.low));
  }
  if (fpcc === FPCC_COMPARE) {
    const a = cpu.f64[(cpu.base + COMPARE_A.offset) >> 3]!;
    const b = cpu.f64[(cpu.base + COMPARE_B.offset) >> 3]!;
    fpscr = withCompare(fpscr, a < b ? 8 : a > b ? 4 : 2);
  }
  cpu.set(FPSCR, fpscr);
  cpu.set(FP_OP, 0);
  cpu.set(FPCC, FPCC_FPSCR);
  return fpscr;
}

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
