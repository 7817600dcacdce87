/** SC and RFI in IR: what takeInterrupt (system/deliver.ts) and returnFromInterrupt (system/control.ts) do. PEM, 6.3 and 8.2. */
import type { I32 } from '@kml/core';
import { FPSCR_ENABLES, FPSCR_FEX, FPSCR_RN, FPSCR_XX } from '../fp/fpscr.ts';
import {
  MODE_FP_EXACT,
  MODE_FP_SLOW,
  MODE_NO_FP,
  MODE_RN_SHIFT,
  MODE_STEP,
  MODE_USER,
  MSR_DR,
  MSR_FE0,
  MSR_FE1,
  MSR_FP,
  MSR_IP,
  MSR_IR,
  MSR_LE,
  MSR_PR,
  MSR_SE,
  reg,
} from '../state.ts';
import { FROM_SRR1 } from '../system/control.ts';
import { MSR_KEPT, SRR1_FROM_MSR } from '../system/deliver.ts';
import { MSR_BITS } from '../system/mode.ts';
import { RFI_ASSIST, SYSTEM_CALL, VECTOR_BASE, VECTOR_BASE_HIGH } from '../vectors.ts';
import type { Insn } from './insn.ts';

const MSR = reg('msr');
const SRR0 = reg('srr0');
const SRR1 = reg('srr1');
const FPSCR = reg('fpscr');
/** What of the mode word an interrupt leaves as it is: that of floating point, which FPSCR decides. */
const MODE_OF_FPSCR = MODE_FP_EXACT | MODE_FP_SLOW | (FPSCR_RN << MODE_RN_SHIFT);

/** The interrupt of SC. */
export function takeSystemCall(x: Insn): void {
  const { b } = x;
  const msr = b.get(MSR);
  const base = b.select(x.const(VECTOR_BASE_HIGH), x.const(VECTOR_BASE), b.and(msr, x.const(MSR_IP)));
  b.set(x.const(x.next), SRR0);
  b.set(b.and(msr, x.const(SRR1_FROM_MSR)), SRR1);
  b.set(b.and(msr, x.const(MSR_KEPT)), MSR);
  const mode = x.const((x.mode & MODE_OF_FPSCR) | MODE_NO_FP);
  x.end({ kind: 'switchMode', target: b.add(base, x.const(SYSTEM_CALL)), mode, next: x.next, trap: SYSTEM_CALL });
}

/** RFI, unless the CPU stops with what is loaded or a floating-point exception comes of it. */
export function returnInline(x: Insn): void {
  const { b } = x;
  const kept = b.and(b.get(MSR), x.const(~FROM_SRR1 & MSR_BITS));
  const msr = b.or(kept, b.and(b.get(SRR1), x.const(FROM_SRR1 & MSR_BITS)));
  const usual = b.and(msr, x.const(MSR_IR | MSR_DR | MSR_LE));
  const pending = b.and(b.get(FPSCR), x.const(FPSCR_FEX));
  const enabled = b.ne(b.and(msr, x.const(MSR_FE0 | MSR_FE1)), x.const(0));
  const other = b.or(b.ne(usual, x.const(MSR_IR | MSR_DR)), b.and(b.ne(pending, x.const(0)), enabled));
  b.trapIf(other, x.const(0), RFI_ASSIST);
  b.set(msr, MSR);
  const target = b.and(b.get(SRR0), x.const(~3));
  x.end({ kind: 'switchMode', target, mode: modeOf(x, msr), next: x.next });
}

/** The mode word of an MSR, as updateMode makes it. */
function modeOf(x: Insn, msr: I32): I32 {
  const { b } = x;
  const where = (bit: number, set: number, clear: number): I32 =>
    b.select(x.const(set), x.const(clear), b.and(msr, x.const(bit)));
  const privilege = b.or(where(MSR_PR, MODE_USER, 0), b.or(where(MSR_FP, 0, MODE_NO_FP), where(MSR_SE, MODE_STEP, 0)));
  const fpscr = b.get(FPSCR);
  const rounding = b.shl(b.and(fpscr, x.const(FPSCR_RN)), x.const(MODE_RN_SHIFT));
  const exact = b.select(x.const(0), x.const(MODE_FP_EXACT), b.and(fpscr, x.const(FPSCR_XX)));
  const slow = b.and(fpscr, x.const(FPSCR_ENABLES));
  return b.or(privilege, b.select(x.const(MODE_FP_SLOW), b.or(rounding, exact), slow));
}
