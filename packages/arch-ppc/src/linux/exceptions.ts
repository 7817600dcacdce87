/** What becomes of interrupts that an instruction causes. Linux 6.1 arch/powerpc/kernel/traps.c, arch/powerpc/mm/fault.c */
import { type Kernel, type KernelException, kernelRead32, pageFaultException } from '@kml/kernel';
import { FPSCR_OX, FPSCR_UX, FPSCR_VE, FPSCR_VX, FPSCR_XX, FPSCR_ZX } from '../isa/fp/fpscr.ts';
import {
  ALIGNMENT,
  DSI,
  DSISR_STORE,
  ISI,
  ISI_NO_EXECUTE,
  PROGRAM,
  PROGRAM_FP,
  PROGRAM_PRIVILEGED,
  PROGRAM_TRAP,
  readFpscr,
  reg,
  STORAGE_PROTECTED,
  TRACE,
} from '../isa/index.ts';
import { frameFromUser } from './frame.ts';
import { PT } from './pt-regs.ts';

const [SIGILL, SIGTRAP, SIGBUS, SIGFPE] = [4, 5, 7, 8] as const;
const R3 = reg('r3');
const ILL_ILLOPC = 1;
const ILL_PRVOPC = 5;
const TRAP_BRKPT = 1;
const TRAP_TRACE = 2;
const BUS_ADRALN = 1;

type Cause = KernelException['cause'];

/** LinuxAbi.readException: the frame is in r3; its trap word says which interrupt it was. */
export function readException(kernel: Kernel): KernelException {
  const frame = kernel.cpu.get(R3) >>> 0;
  const fromUser = frameFromUser(kernel, frame);
  const trap = kernelRead32(kernel, frame + PT.trap);
  if (trap === DSI) {
    const dsisr = kernelRead32(kernel, frame + PT.dsisr);
    const access = dsisr & DSISR_STORE ? 'write' : 'read';
    const address = kernelRead32(kernel, frame + PT.dar) >>> 0;
    return pageFaultException(frame, fromUser, address, access, (dsisr & STORAGE_PROTECTED) !== 0);
  }
  const nip = kernelRead32(kernel, frame + PT.nip) >>> 0;
  const msr = kernelRead32(kernel, frame + PT.msr);
  if (trap === ISI) {
    return pageFaultException(frame, fromUser, nip, 'execute', (msr & (ISI_NO_EXECUTE | STORAGE_PROTECTED)) !== 0);
  }
  return { frame, fromUser, cause: causeOf(kernel, frame, trap, nip, msr) };
}

/** Of an exception that is no page fault. */
function causeOf(kernel: Kernel, frame: number, trap: number, nip: number, msr: number): Cause {
  switch (trap) {
    case ALIGNMENT:
      return signal(SIGBUS, BUS_ADRALN, kernelRead32(kernel, frame + PT.dar) >>> 0, 'alignment');
    case TRACE:
      return signal(SIGTRAP, TRAP_TRACE, nip, 'trace');
    case PROGRAM:
      return programCause(kernel, msr, nip);
    default:
      return signal(SIGILL, ILL_ILLOPC, nip, `exception 0x${trap.toString(16)}`);
  }
}

function signal(signo: number, code: number, address: number, name: string): Cause {
  return { kind: 'signal', signo, code, address, name };
}

/** A program interrupt; SRR1, which the frame has for its MSR, says why. Linux: program_check_exception */
function programCause(kernel: Kernel, srr1: number, nip: number): Cause {
  if (srr1 & PROGRAM_FP)
    return signal(SIGFPE, floatingPointCode(readFpscr(kernel.cpu)), nip, 'floating-point exception');
  if (srr1 & PROGRAM_TRAP) return signal(SIGTRAP, TRAP_BRKPT, nip, 'trap');
  if (srr1 & PROGRAM_PRIVILEGED) return signal(SIGILL, ILL_PRVOPC, nip, 'privileged instruction');
  return signal(SIGILL, ILL_ILLOPC, nip, 'illegal instruction');
}

/** Exceptions in the order Linux asks for them, with their si_code: VX OX UX ZX XX. Each lies 22 bits above its enable bit. Linux: __parse_fpscr */
const FP_CODES: readonly (readonly [bit: number, code: number])[] = [
  [FPSCR_VX, 7], // FPE_FLTINV
  [FPSCR_OX, 4], // FPE_FLTOVF
  [FPSCR_UX, 5], // FPE_FLTUND
  [FPSCR_ZX, 3], // FPE_FLTDIV
  [FPSCR_XX, 6], // FPE_FLTRES
];
const ENABLE_SHIFT = Math.clz32(FPSCR_VE) - Math.clz32(FPSCR_VX);

function floatingPointCode(fpscr: number): number {
  return FP_CODES.find(([bit]) => fpscr & bit && fpscr & (bit >>> ENABLE_SHIFT))?.[1] ?? 0;
}
