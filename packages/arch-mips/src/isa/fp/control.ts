/** CFC1 and CTC1. MIPS32 vol. I-A, 6.4. */
import type { Cpu } from '@kml/core';
import { GENERAL } from '../state.ts';
import { defineStep } from '../system/routine.ts';
import { FPE } from '../vectors.ts';
import { readFcsr, writeFcsr } from './fcsr.ts';
import { CAUSE_SHIFT, ENABLES_SHIFT, FCSR_WRITABLE, UNIMPLEMENTED } from './fcsr-bits.ts';

/** Numbers of the FPU's control registers. */
export const FIR_NUMBER = 0;
export const FCCR = 25;
export const FEXR = 26;
export const FENR = 28;
export const FCSR_NUMBER = 31;

/** Value of control register `number`: FCSR or a part of it. */
function readControl(cpu: Cpu, number: number): number {
  const fcsr = readFcsr(cpu);
  switch (number) {
    case FCCR:
      return ((fcsr >>> 24) & 0xfe) | ((fcsr >>> 23) & 1);
    case FEXR:
      return fcsr & 0x3_f07c;
    case FENR:
      return (fcsr & 0xf83) | ((fcsr >>> 22) & 4);
    default:
      return fcsr;
  }
}

/** FCSR after a write to control register `number`. */
function written(fcsr: number, number: number, value: number): number {
  switch (number) {
    case FCCR:
      return value & 0xffff_ff00 ? fcsr : (fcsr & 0x17f_ffff) | ((value & 0xfe) << 24) | ((value & 1) << 23);
    case FEXR:
      return value & 0x7c_0000 ? fcsr : (fcsr & 0xfffc_0f83) | (value & 0x3_f07c);
    case FENR:
      return value & 0x7c_0000 ? fcsr : (fcsr & 0xfeff_f07c) | (value & 0xf83) | ((value & 4) << 22);
    case FCSR_NUMBER:
      return (fcsr & ~FCSR_WRITABLE) | (value & FCSR_WRITABLE);
    default:
      return fcsr;
  }
}

/** CFC1: general register, control register. */
export const CFC1 = defineStep((cpu, target, number) => {
  if (target !== 0) cpu.set(GENERAL[target]!, readControl(cpu, number));
});

/** CTC1: control register, value. A Cause bit that is enabled raises its exception at once. */
export const CTC1 = defineStep((cpu, number, value) => {
  const fcsr = written(readFcsr(cpu), number, value);
  writeFcsr(cpu, fcsr);
  const enabled = ((fcsr >>> ENABLES_SHIFT) & 0x1f) | UNIMPLEMENTED;
  if ((fcsr >>> CAUSE_SHIFT) & enabled) cpu.fault(FPE, 0);
});
