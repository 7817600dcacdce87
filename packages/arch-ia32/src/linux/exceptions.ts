/** What becomes of CPU exceptions. Linux 6.1 arch/x86/kernel/traps.c, arch/x86/mm/fault.c, arch/x86/kernel/fpu/core.c */
import { type Kernel, type KernelException, kernelRead32, kernelWrite32, pageFaultException } from '@kml/kernel';
import { FPU, SSE_STATE } from '../isa/state.ts';
import { PF_FETCH, PF_PRESENT, PF_USER, PF_WRITE } from '../isa/system/deliver.ts';
import { CR2, DR6, EAX, ECX, EDX } from '../isa/system/registers.ts';
import { AC, BP, BR, DB, DE, DF, GP, MC, MF, NP, OF, PF, SS, TS, UD, XM } from '../isa/vectors.ts';
import { hitBreakpoints, isWatching } from './debug-registers.ts';
import { VECTOR_IRET } from './entry/constants.ts';
import { fixupFor } from './entry/kernel-text.ts';
import { frameFromUser } from './frame.ts';
import { PT } from './pt-regs.ts';

const [SIGILL, SIGTRAP, SIGBUS, SIGFPE, SIGSEGV] = [4, 5, 7, 8, 11] as const;
/** si_code: raised by the kernel, nothing more to say. */
const SI_KERNEL = 0x80;
const ILL_ILLOPN = 2;
const ILL_BADSTK = 8;
const TRAP_BRKPT = 1;
const TRAP_TRACE = 2;
const TRAP_HWBKPT = 4;
const BUS_ADRALN = 1;
const FPE_INTDIV = 1;
const DR6_BS = 0x4000;

interface SignalRow {
  readonly signo: number;
  readonly code: number;
  readonly name: string;
  /** si_addr is the instruction; otherwise 0. */
  readonly atPc?: true;
}

const SIGNALS: Readonly<Record<number, SignalRow>> = {
  [DE]: { signo: SIGFPE, code: FPE_INTDIV, name: 'divide error', atPc: true },
  [DB]: { signo: SIGTRAP, code: TRAP_BRKPT, name: 'debug', atPc: true },
  [BP]: { signo: SIGTRAP, code: SI_KERNEL, name: 'int3' },
  [OF]: { signo: SIGSEGV, code: SI_KERNEL, name: 'overflow' },
  [BR]: { signo: SIGSEGV, code: SI_KERNEL, name: 'bounds' },
  [UD]: { signo: SIGILL, code: ILL_ILLOPN, name: 'invalid opcode', atPc: true },
  [DF]: { signo: SIGSEGV, code: SI_KERNEL, name: 'double fault' },
  9: { signo: SIGFPE, code: SI_KERNEL, name: 'coprocessor segment overrun' },
  [TS]: { signo: SIGSEGV, code: SI_KERNEL, name: 'invalid TSS' },
  [NP]: { signo: SIGBUS, code: SI_KERNEL, name: 'segment not present' },
  [SS]: { signo: SIGBUS, code: SI_KERNEL, name: 'stack segment' },
  [GP]: { signo: SIGSEGV, code: SI_KERNEL, name: 'general protection fault' },
  [MF]: { signo: SIGFPE, code: 0, name: 'coprocessor error', atPc: true },
  [AC]: { signo: SIGBUS, code: BUS_ADRALN, name: 'alignment check' },
  [MC]: { signo: SIGBUS, code: SI_KERNEL, name: 'machine check' },
  [VECTOR_IRET]: { signo: SIGILL, code: ILL_BADSTK, name: 'iret exception' },
  [XM]: { signo: SIGFPE, code: 0, name: 'simd exception', atPc: true },
};

const UNKNOWN: SignalRow = { signo: SIGSEGV, code: SI_KERNEL, name: 'spurious exception' };

/** LinuxAbi.readException: the frame is in EAX, the vector in ECX, the error code in EDX (entry/traps.ts). */
export function readException(kernel: Kernel): KernelException {
  const { cpu } = kernel;
  const frame = cpu.get(EAX) >>> 0;
  const vector = cpu.get(ECX);
  const error = cpu.get(EDX);
  const fromUser = frameFromUser(kernel, frame);
  const address = cpu.get(CR2) >>> 0;
  if (fromUser) noteTrap(kernel, vector, error, address);
  if (vector === PF) {
    const access = error & PF_FETCH ? 'execute' : error & PF_WRITE ? 'write' : 'read';
    return pageFaultException(frame, fromUser, address, access, (error & PF_PRESENT) !== 0);
  }
  if (vector === DB && fromUser && isWatching(kernel.state.current!)) return afterStep(kernel, frame);
  const row = SIGNALS[vector] ?? UNKNOWN;
  return {
    frame,
    fromUser,
    cause: {
      kind: 'signal',
      signo: row.signo,
      code: signalCode(kernel, vector, row),
      address: row.atPc ? kernelRead32(kernel, frame + PT.eip) >>> 0 : 0,
      name: row.name,
    },
  };
}

/** A step of a task that its tracer has set breakpoints for: what it asked for, or nothing. */
function afterStep(kernel: Kernel, frame: number): KernelException {
  const task = kernel.state.current!;
  const pc = kernelRead32(kernel, frame + PT.eip) >>> 0;
  const step = task.tracing?.step === true;
  const hits = hitBreakpoints(kernel, task, pc, step);
  if (hits === 0 && !step) return { frame, fromUser: true, cause: { kind: 'none' } };
  const code = step ? TRAP_TRACE : TRAP_HWBKPT;
  return { frame, fromUser: true, cause: { kind: 'signal', signo: SIGTRAP, code, address: pc, name: 'debug' } };
}

/** What the signal frame will say of it. A kernel-mode user process's page faults count as the user's (KML). */
function noteTrap(kernel: Kernel, vector: number, error: number, address: number): void {
  const { arch } = kernel.state.current!;
  arch.trapNumber = vector;
  arch.errorCode = vector === PF ? error | PF_USER : error;
  if (vector === PF) arch.faultAddress = address;
}

function signalCode(kernel: Kernel, vector: number, row: SignalRow): number {
  const { cpu } = kernel;
  const word = (array: string, offset: number) => cpu.i32[(cpu.base + cpu.layout.array(array).offset + offset) >> 2]!;
  if (vector === DB) return cpu.get(DR6) & DR6_BS ? TRAP_TRACE : TRAP_BRKPT;
  if (vector === MF) return floatingPointCode(word('fpu', FPU.status) & ~word('fpu', FPU.control));
  if (vector === XM) {
    const mxcsr = word('sse', SSE_STATE.mxcsr);
    return floatingPointCode(mxcsr & ~(mxcsr >> 7));
  }
  return row.code;
}

/** si_code of the unmasked exception bits. Linux: fpu__exception_code */
function floatingPointCode(bits: number): number {
  if (bits & 0x01) return 7; // FPE_FLTINV
  if (bits & 0x04) return 3; // FPE_FLTDIV
  if (bits & 0x08) return 4; // FPE_FLTOVF
  if (bits & 0x12) return 5; // FPE_FLTUND
  if (bits & 0x20) return 6; // FPE_FLTRES
  return 0;
}

/** LinuxAbi.fixupException. */
export function fixupException(kernel: Kernel, exception: KernelException): boolean {
  const handler = fixupFor(kernelRead32(kernel, exception.frame + PT.eip));
  if (handler === undefined) return false;
  kernelWrite32(kernel, exception.frame + PT.eip, handler);
  return true;
}
