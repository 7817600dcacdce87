/** The floating-point status and control register. ARM ARM DDI0406C B4.1.58 and A2.6. */
import type { Cpu } from '@kml/core';
import { CHOP, DOWN, NEAREST, UP } from '@kml/core/softfloat';
import { reg } from '../state.ts';

const FPSCR = reg('fpscr');

/** Saturation (cumulative), alternative half precision, default NaN, flush to zero. */
export const QC = 1 << 27;
export const AHP = 1 << 26;
export const DN = 1 << 25;
export const FZ = 1 << 24;
export const RMODE = 3 << 22;
/** Stride and Len: must be 0 (vectors are not supported; other values make data processing undefined). */
export const VECTOR = 0x0037_0000;
/** Cumulative exceptions. */
export const IOC = 0x01;
export const DZC = 0x02;
export const OFC = 0x04;
export const UFC = 0x08;
export const IXC = 0x10;
export const IDC = 0x80;
/** Bits that are there; trap enables are not. */
export const FPSCR_BITS = 0xfff7_009f | 0;

/**
 * What of FPSCR is part of the mode word (within MODE_FP), so that code need not look at it. All are
 * 0 after reset.
 */
/** IXC is set: an inexact result needs no notice. */
export const MODE_FP_INEXACT = 0x2_0000;
/** FZ is set: denormal operands need notice. */
export const MODE_FP_FLUSH = 0x4_0000;
/** The rounding mode is not to nearest: arithmetic is done by host code. */
export const MODE_FP_ROUND = 0x8_0000;
/** Len or Stride is not 0: data processing is undefined. */
export const MODE_FP_VECTOR = 0x10_0000;
const MODE_FPSCR = MODE_FP_INEXACT | MODE_FP_FLUSH | MODE_FP_ROUND | MODE_FP_VECTOR;

/** The mode word under which code runs with this FPSCR. */
export function modeWithFpscr(mode: number, fpscr: number): number {
  let bits = 0;
  if (fpscr & IXC) bits |= MODE_FP_INEXACT;
  if (fpscr & FZ) bits |= MODE_FP_FLUSH;
  if (fpscr & RMODE) bits |= MODE_FP_ROUND;
  if (fpscr & VECTOR) bits |= MODE_FP_VECTOR;
  return (mode & ~MODE_FPSCR) | bits;
}

export function readFpscr(cpu: Cpu): number {
  return cpu.get(FPSCR);
}

/** Writes FPSCR, and what the mode word says of it. */
export function writeFpscr(cpu: Cpu, value: number): void {
  const fpscr = value & FPSCR_BITS;
  cpu.set(FPSCR, fpscr);
  const mode = modeWithFpscr(cpu.mode, fpscr);
  if (mode === cpu.mode) return;
  cpu.mode = mode;
  cpu.leaveRequested = true;
}

/** Rounding modes by the RMode field. */
export const ROUNDING_MODES = [NEAREST, UP, DOWN, CHOP] as const;
