/** MSR as the kernel sets it. Linux 6.1 arch/powerpc/include/asm/reg.h: MSR_KERNEL, MSR_USER */
import { MSR_DR, MSR_EE, MSR_FE0, MSR_FE1, MSR_FP, MSR_IR, MSR_ME, MSR_PR, MSR_RI } from '../isa/state.ts';

export const MSR_KERNEL = MSR_ME | MSR_RI | MSR_IR | MSR_DR;

/** Floating point is always there, its exceptions precise where FPSCR enables them. */
const MSR_PROGRAM = MSR_KERNEL | MSR_EE | MSR_FP | MSR_FE0 | MSR_FE1;

/** What a program runs under; a kernel-mode one keeps the kernel's privilege. */
export function programMsr(kernelMode: boolean): number {
  return kernelMode ? MSR_PROGRAM : MSR_PROGRAM | MSR_PR;
}
