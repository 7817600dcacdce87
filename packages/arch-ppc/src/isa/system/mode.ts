import type { Cpu } from '@kml/core';
import { FPSCR_ENABLES, FPSCR_RN, FPSCR_XX } from '../fp/fpscr.ts';
import {
  MODE_FP_EXACT,
  MODE_FP_SLOW,
  MODE_NO_FP,
  MODE_RN_SHIFT,
  MODE_STEP,
  MODE_USER,
  MSR_DR,
  MSR_EE,
  MSR_FP,
  MSR_IR,
  MSR_LE,
  MSR_PR,
  MSR_SE,
  reg,
} from '../state.ts';

const MSR = reg('msr');
const FPSCR = reg('fpscr');

/** Computes the mode word afresh. To be called after every change of MSR or FPSCR. */
export function updateMode(cpu: Cpu): void {
  const msr = cpu.get(MSR);
  const fpscr = cpu.get(FPSCR);
  let mode = 0;
  if (msr & MSR_PR) mode |= MODE_USER;
  if (!(msr & MSR_FP)) mode |= MODE_NO_FP;
  if (msr & MSR_SE) mode |= MODE_STEP;
  cpu.mode = mode | floatMode(fpscr);
}

/** What of the mode word follows from FPSCR. */
function floatMode(fpscr: number): number {
  if (fpscr & FPSCR_ENABLES) return MODE_FP_SLOW;
  return ((fpscr & FPSCR_RN) << MODE_RN_SHIFT) | (fpscr & FPSCR_XX ? 0 : MODE_FP_EXACT);
}

/** MSR bits that a 32-bit PowerPC without power management has; the others read as 0. PEM, 2.3.1. */
export const MSR_BITS = 0x0000ff73;

/**
 * Loads MSR; the mode word follows. Turning translation off, or to little-endian mode, leaves the CPU without code that it
 * could go on with: it stops, and the machine reports it.
 */
export function writeMsr(cpu: Cpu, value: number): void {
  const msr = value & MSR_BITS;
  cpu.set(MSR, msr);
  updateMode(cpu);
  if ((msr & (MSR_IR | MSR_DR)) !== (MSR_IR | MSR_DR)) {
    cpu.shutdownReason = `MSR loaded with translation off (0x${(value >>> 0).toString(16)})`;
  } else if (msr & MSR_LE) {
    cpu.shutdownReason = `MSR loaded with little-endian mode on (0x${(value >>> 0).toString(16)})`;
  }
}

/** Whether an external or decrementer interrupt would be taken. */
export function interruptsEnabled(cpu: Cpu): boolean {
  return (cpu.get(MSR) & MSR_EE) !== 0;
}
