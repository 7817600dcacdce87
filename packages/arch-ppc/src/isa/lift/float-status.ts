/** Moves to and from FPSCR. PEM, 4.2.2.6. */
import type { I32 } from '@kml/core';
import * as c from '../fp/control.ts';
import { FPSCR_ALL_VX, FPSCR_ENABLES, FPSCR_NI, FPSCR_RN, FPSCR_VX, FPSCR_XE, FPSCR_XX } from '../fp/fpscr.ts';
import { MOVE_TO_FPSCR } from '../fp/operations.ts';
import { SETTLE, SETTLE_AT } from '../fp/status.ts';
import { FPCC_FPSCR, fpr, MODE_FP_EXACT, MODE_FP_SLOW, reg } from '../state.ts';
import { ASSIST } from '../vectors.ts';
import type { Insn } from './insn.ts';

type Handler = (x: Insn) => void;

const FPSCR = reg('fpscr');
const FP_OP = reg('fpOp');
const FPCC = reg('fpcc');
const OPERANDS = ['fpA', 'fpB', 'fpC', 'fpCompareA', 'fpCompareB'].map(fpr);

/** FPSCR with what the last operation left in it. */
function settled(x: Insn): I32 {
  const { b } = x;
  OPERANDS.forEach((slot, n) => {
    b.poke64(b.const(8 * n), b.bitsOfF64(b.getF64(slot)), SETTLE_AT);
  });
  return b.helper(b.get(FPSCR), b.get(FP_OP), b.get(FPCC), SETTLE);
}

function write(x: Insn, value: I32): void {
  const { b } = x;
  b.set(value, FPSCR);
  b.set(b.const(0), FP_OP);
  b.set(b.const(FPCC_FPSCR), FPCC);
  if (x.record) x.cr.setField(1, b.shrU(value, b.const(28)));
}

/** MFFS. The high word is undefined, 0 here. */
export function moveFromStatus(x: Insn): void {
  if (!x.floating()) return;
  const { b } = x;
  const value = settled(x);
  write(x, value);
  x.setFpr(x.rt, b.f64OfBits(b.extendU(value)));
}

/** MCRFS. */
export function moveFieldFromStatus(x: Insn): void {
  if (x.floating()) x.system(c.MOVE_FIELD_TO_CR, x.const(x.bf), x.const(x.bfa));
}

/** MTFSF: inline unless the mode changes or an exception is enabled. */
export function moveToStatus(x: Insn): void {
  if (!x.floating()) return;
  if (x.mode & MODE_FP_SLOW) {
    const fields = (x.word >>> 17) & 0xff;
    x.system(c.MOVE_TO_FPSCR_ROUTINE, x.const(x.rb), x.const(fields), x.const(x.word & 1));
    return;
  }
  const { b } = x;
  const mask = c.maskOf((x.word >>> 17) & 0xff) & ~c.UNWRITABLE;
  const source = b.and(b.wrap(b.bitsOfF64(x.fpr(x.rb))), b.const(mask));
  const kept = ~(mask | c.UNWRITABLE);
  const value = kept === 0 ? source : b.or(source, b.and(settled(x), b.const(kept)));
  const xx = x.mode & MODE_FP_EXACT ? 0 : FPSCR_XX;
  const relevant = b.and(value, b.const(FPSCR_ENABLES | FPSCR_RN | FPSCR_XX));
  b.trapIf(b.ne(relevant, b.const(x.roundingMode | xx)), b.const(0), ASSIST + MOVE_TO_FPSCR);
  const isInvalid = b.and(value, b.const(FPSCR_ALL_VX));
  write(x, b.select(b.or(value, b.const(FPSCR_VX)), value, isInvalid));
}

/** Whether an instruction that writes `value` to the bits `mask` of FPSCR writes NI and RN alone (XE is 0 and stays 0), and the mode stays. */
function unchangedMode(x: Insn, mask: number, value: number): boolean {
  if (x.mode & MODE_FP_SLOW || mask & ~(FPSCR_NI | FPSCR_RN | FPSCR_XE) || value & FPSCR_XE) return false;
  return (((x.roundingMode & ~mask) | value) & FPSCR_RN) === x.roundingMode;
}

/** Writes bits of NI and RN (and XE, which is 0) where the mode stays as it is. */
function writeControl(x: Insn, mask: number, value: number): void {
  const { b } = x;
  const word = b.or(b.and(b.get(FPSCR), b.const(~mask)), b.const(value));
  b.set(word, FPSCR);
  if (x.record) x.cr.setField(1, b.shrU(word, b.const(28)));
}

/** MTFSFI. */
export function moveImmediateToStatus(x: Insn): void {
  if (!x.floating()) return;
  const value = (x.word >>> 12) & 15;
  if (x.bf === 7 && unchangedMode(x, 15, value)) writeControl(x, 15, value);
  else x.system(c.MOVE_IMMEDIATE_TO_FPSCR, x.const(x.bf), x.const(value), x.const(x.word & 1));
}

/** MTFSB0, MTFSB1. */
export function moveBitToStatus(value: 0 | 1): Handler {
  return (x) => {
    if (!x.floating()) return;
    const bit = 0x80000000 >>> x.rt;
    if (unchangedMode(x, bit, value ? bit : 0)) writeControl(x, bit, value ? bit : 0);
    else x.system(c.MOVE_BIT_TO_FPSCR, x.const(x.rt), x.const(value), x.const(x.word & 1));
  };
}
