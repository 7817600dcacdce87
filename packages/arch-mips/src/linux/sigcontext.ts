/** struct sigcontext of o32: registers in 64-bit slots. Linux 6.1 arch/mips/include/uapi/asm/sigcontext.h */
import { frameWords, type Kernel } from '@kml/kernel';
import { readFcsr, writeFcsr } from '../isa/index.ts';
import { NAN_BITS } from './fp-mode.ts';
import { floatPlace, hasFr } from './fp-registers.ts';
import { PT, PT_SIZE, ptReg } from './pt-regs.ts';

export const SIGCONTEXT_BYTES = 592;
const SC = { pc: 8, regs: 16, fpregs: 272, fpcCsr: 532, usedMath: 540, mdhi: 552, mdlo: 560 } as const;
/** sc_used_math: the FPU's state is there, with 64-bit registers. */
const USED_FP = 1;
const USED_FR1 = 2;
/** FCSR's Cause field: what would trap at once is not restored. */
const FCSR_CAUSES = 0x3_f000;

/** Registers of the frame and the CPU's floating point state as a sigcontext at an offset of the view, zero before. */
export function encodeSigcontext(kernel: Kernel, frame: number, view: DataView, at: number): void {
  const { cpu } = kernel;
  const { i32 } = kernel.memory;
  const little = kernel.abi.isa.byteOrder === 'little';
  const [low, high] = little ? [at, at + 4] : [at + 4, at];
  const registers = frameWords(kernel, frame, PT_SIZE);
  const word = (offset: number): number => i32[registers + (offset >> 2)]!;
  view.setInt32(low + SC.pc, word(PT.epc), little);
  for (let n = 1; n < 32; n++) view.setInt32(low + SC.regs + 8 * n, word(ptReg(n)), little);
  for (let n = 0; n < 32; n++) {
    const from = floatPlace(cpu, n);
    view.setInt32(low + SC.fpregs + 8 * n, cpu.i32[from]!, little);
    view.setInt32(high + SC.fpregs + 8 * n, cpu.i32[from + 1]!, little);
  }
  view.setInt32(at + SC.fpcCsr, readFcsr(cpu), little);
  view.setInt32(at + SC.usedMath, USED_FP | (hasFr(cpu) ? USED_FR1 : 0), little);
  view.setInt32(low + SC.mdhi, word(PT.hi), little);
  view.setInt32(low + SC.mdlo, word(PT.lo), little);
}

/** Puts the registers of a sigcontext at an offset of the view back. Status is not among them: privilege stays the task's. */
export function decodeSigcontext(kernel: Kernel, frame: number, view: DataView, at: number): void {
  const { cpu } = kernel;
  const { i32 } = kernel.memory;
  const little = kernel.abi.isa.byteOrder === 'little';
  const [low, high] = little ? [at, at + 4] : [at + 4, at];
  const registers = frameWords(kernel, frame, PT_SIZE);
  const write = (offset: number, value: number): void => {
    i32[registers + (offset >> 2)] = value;
  };
  write(PT.epc, view.getInt32(low + SC.pc, little));
  for (let n = 1; n < 32; n++) write(ptReg(n), view.getInt32(low + SC.regs + 8 * n, little));
  write(PT.hi, view.getInt32(low + SC.mdhi, little));
  write(PT.lo, view.getInt32(low + SC.mdlo, little));
  // No system call is to be restarted out of a handler's return.
  write(PT.r0, 0);
  if ((view.getInt32(at + SC.usedMath, little) & USED_FP) === 0) return;
  for (let n = 0; n < 32; n++) {
    const to = floatPlace(cpu, n);
    cpu.i32[to] = view.getInt32(low + SC.fpregs + 8 * n, little);
    cpu.i32[to + 1] = view.getInt32(high + SC.fpregs + 8 * n, little);
  }
  const kept = readFcsr(cpu) & NAN_BITS;
  writeFcsr(cpu, (view.getInt32(at + SC.fpcCsr, little) & ~(FCSR_CAUSES | NAN_BITS)) | kept);
}
