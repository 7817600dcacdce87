/** struct sigcontext of o32: registers in 64-bit slots. Linux 6.1 arch/mips/include/uapi/asm/sigcontext.h */
import { frameWords, type Kernel } from '@kml/kernel';
import { FLOAT, readFcsr, writeFcsr } from '../isa/index.ts';
import { NAN_BITS } from './fp-mode.ts';
import { hasFr } from './fp-registers.ts';
import { PT, PT_SIZE, ptReg } from './pt-regs.ts';

export const SIGCONTEXT_BYTES = 592;
/** Places in it, in words; those of 64 bits begin there. */
const SC = { pc: 2, regs: 4, fpregs: 68, fpcCsr: 133, usedMath: 135, mdhi: 138, mdlo: 140 } as const;
/** sc_used_math: the FPU's state is there, with 64-bit registers. */
const USED_FP = 1;
const USED_FR1 = 2;
/** Words of the register frame with the general registers, and of the CPU's state with the lower halves of the floating ones. */
const GENERAL = Int32Array.from({ length: 32 }, (_, n) => ptReg(n) >> 2);
const FLOATING = Int32Array.from(FLOAT, ({ offset }) => offset >> 2);
/** FCSR's Cause field: what would trap at once is not restored. */
const FCSR_CAUSES = 0x3_f000;

/** Registers of the frame and the CPU's floating point state as a sigcontext, from a word of a signal frame on. */
export function encodeSigcontext(kernel: Kernel, frame: number, words: Int32Array, at: number): void {
  const { cpu } = kernel;
  const { i32, bigEndian } = kernel.memory;
  // The slots' lower halves, and the upper ones.
  const low = bigEndian ? at + 1 : at;
  const high = bigEndian ? at : at + 1;
  const registers = frameWords(kernel, frame, PT_SIZE);
  words.fill(0, at, at + (SIGCONTEXT_BYTES >> 2));
  words[low + SC.pc] = i32[registers + (PT.epc >> 2)]!;
  for (let n = 1; n < 32; n++) words[low + SC.regs + 2 * n] = i32[registers + GENERAL[n]!]!;
  const base = cpu.base >> 2;
  for (let n = 0; n < 32; n++) {
    const from = base + FLOATING[n]!;
    words[low + SC.fpregs + 2 * n] = i32[from]!;
    words[high + SC.fpregs + 2 * n] = i32[from + 1]!;
  }
  words[at + SC.fpcCsr] = readFcsr(cpu);
  words[at + SC.usedMath] = USED_FP | (hasFr(cpu) ? USED_FR1 : 0);
  words[low + SC.mdhi] = i32[registers + (PT.hi >> 2)]!;
  words[low + SC.mdlo] = i32[registers + (PT.lo >> 2)]!;
}

/** Puts the registers of a sigcontext of a signal frame back. Status is not among them: privilege stays the task's. */
export function decodeSigcontext(kernel: Kernel, frame: number, words: Int32Array, at: number): void {
  const { cpu } = kernel;
  const { i32, bigEndian } = kernel.memory;
  const low = bigEndian ? at + 1 : at;
  const high = bigEndian ? at : at + 1;
  const registers = frameWords(kernel, frame, PT_SIZE);
  i32[registers + (PT.epc >> 2)] = words[low + SC.pc]!;
  for (let n = 1; n < 32; n++) i32[registers + GENERAL[n]!] = words[low + SC.regs + 2 * n]!;
  i32[registers + (PT.hi >> 2)] = words[low + SC.mdhi]!;
  i32[registers + (PT.lo >> 2)] = words[low + SC.mdlo]!;
  // No system call is to be restarted out of a handler's return.
  i32[registers + (PT.r0 >> 2)] = 0;
  if ((words[at + SC.usedMath]! & USED_FP) === 0) return;
  const base = cpu.base >> 2;
  for (let n = 0; n < 32; n++) {
    const to = base + FLOATING[n]!;
    i32[to] = words[low + SC.fpregs + 2 * n]!;
    i32[to + 1] = words[high + SC.fpregs + 2 * n]!;
  }
  const kept = readFcsr(cpu) & NAN_BITS;
  writeFcsr(cpu, (words[at + SC.fpcCsr]! & ~(FCSR_CAUSES | NAN_BITS)) | kept);
}
