import { type Cpu, wordOf } from '@kml/core';
import { FCSR_ENABLE_I, FCSR_ENABLE_U, FCSR_FLAG_I, FCSR_FS, FCSR_RM } from '../fp/fcsr-bits.ts';
import {
  MODE_CU0,
  MODE_CU1,
  MODE_FP_EXACT,
  MODE_FP_INEXACT,
  MODE_FR,
  MODE_HWRENA_SHIFT,
  MODE_HWRENA_ULR,
  MODE_USER,
  reg,
} from '../state.ts';
import { STATUS_CU0, STATUS_CU1, STATUS_ERL, STATUS_EXL, STATUS_FR, STATUS_KSU, STATUS_USER } from './status.ts';

const STATUS_AT = wordOf(reg('status'));
const FCSR_AT = wordOf(reg('fcsr'));
const HWRENA_AT = wordOf(reg('hwrena'));

/** The mode word of these registers. */
export function modeOf(status: number, fcsr: number, hwrena: number): number {
  let mode = 0;
  if ((status & (STATUS_KSU | STATUS_EXL | STATUS_ERL)) === STATUS_USER) {
    mode |= MODE_USER;
    if (status & STATUS_CU0) mode |= MODE_CU0;
  }
  if (status & STATUS_CU1) mode |= MODE_CU1;
  if (status & STATUS_FR) mode |= MODE_FR;
  if (fcsr & (FCSR_RM | FCSR_FS | FCSR_ENABLE_U | FCSR_ENABLE_I)) mode |= MODE_FP_EXACT;
  if (fcsr & FCSR_FLAG_I) mode |= MODE_FP_INEXACT;
  mode |= (hwrena & 0xf) << MODE_HWRENA_SHIFT;
  if (hwrena & 0x2000_0000) mode |= MODE_HWRENA_ULR;
  return mode;
}

/** Computes the mode word afresh. To be called after every change of Status, FCSR or HWREna by host code. */
export function updateMode(cpu: Cpu): void {
  const { i32 } = cpu;
  cpu.mode = modeOf(i32[STATUS_AT]!, i32[FCSR_AT]!, i32[HWRENA_AT]!);
}
