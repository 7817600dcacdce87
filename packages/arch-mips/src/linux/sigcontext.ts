/** struct sigcontext of o32: registers in 64-bit slots. Linux 6.1 arch/mips/include/uapi/asm/sigcontext.h */
import { type Kernel, kernelRead32, kernelWrite32, StructReader, StructWriter } from '@kml/kernel';
import { readFcsr, writeFcsr } from '../isa/index.ts';
import { NAN_BITS } from './fp-mode.ts';
import { hasFr, readFloat64, writeFloat64 } from './fp-registers.ts';
import { PT, ptReg } from './pt-regs.ts';

export const SIGCONTEXT_BYTES = 592;
const SC = { pc: 8, regs: 16, fpregs: 272, fpcCsr: 532, usedMath: 540, mdhi: 552, mdlo: 560 } as const;
/** sc_used_math: the FPU's state is there, with 64-bit registers. */
const USED_FP = 1;
const USED_FR1 = 2;
/** FCSR's Cause field: what would trap at once is not restored. */
const FCSR_CAUSES = 0x3_f000;

/** Registers of the frame and the CPU's floating point state as a sigcontext. */
export function encodeSigcontext(kernel: Kernel, frame: number): Uint8Array {
  const { cpu } = kernel;
  const out = new StructWriter(kernel, SIGCONTEXT_BYTES);
  const word = (offset: number): number => kernelRead32(kernel, frame + offset) >>> 0;
  out.at(SC.pc).u64(word(PT.epc)).at(SC.regs).u64(0);
  for (let n = 1; n < 32; n++) out.u64(word(ptReg(n)));
  for (let n = 0; n < 32; n++) {
    const [low, high] = readFloat64(cpu, n);
    out.u64((BigInt(high >>> 0) << 32n) | BigInt(low >>> 0));
  }
  out.at(SC.fpcCsr).u32(readFcsr(cpu));
  out.at(SC.usedMath).u32(USED_FP | (hasFr(cpu) ? USED_FR1 : 0));
  return out.at(SC.mdhi).u64(word(PT.hi)).at(SC.mdlo).u64(word(PT.lo)).bytes;
}

/** Puts a sigcontext's registers back. Status is not among them: privilege stays the task's. */
export function decodeSigcontext(kernel: Kernel, frame: number, bytes: Uint8Array): void {
  const { cpu } = kernel;
  const reader = new StructReader(kernel, bytes);
  const low = (offset: number): number => Number(reader.u64(offset) & 0xffff_ffffn) | 0;
  const high = (offset: number): number => Number(reader.u64(offset) >> 32n) | 0;
  kernelWrite32(kernel, frame + PT.epc, low(SC.pc));
  for (let n = 1; n < 32; n++) kernelWrite32(kernel, frame + ptReg(n), low(SC.regs + 8 * n));
  kernelWrite32(kernel, frame + PT.hi, low(SC.mdhi));
  kernelWrite32(kernel, frame + PT.lo, low(SC.mdlo));
  // No system call is to be restarted out of a handler's return.
  kernelWrite32(kernel, frame + PT.r0, 0);
  if ((reader.u32(SC.usedMath) & USED_FP) === 0) return;
  for (let n = 0; n < 32; n++) writeFloat64(cpu, n, low(SC.fpregs + 8 * n), high(SC.fpregs + 8 * n));
  const kept = readFcsr(cpu) & NAN_BITS;
  writeFcsr(cpu, (reader.u32(SC.fpcCsr) & ~(FCSR_CAUSES | NAN_BITS)) | kept);
}
