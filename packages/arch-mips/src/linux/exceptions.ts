/** What becomes of CPU exceptions. Linux 6.1 arch/mips/kernel/traps.c, arch/mips/mm/fault.c, arch/mips/kernel/unaligned.c */
import { PAGE_SHIFT, PTE_PRESENT } from '@kml/core';
import {
  generic,
  type Kernel,
  type KernelException,
  kernelRead32,
  kernelWrite32,
  pageFaultException,
} from '@kml/kernel';
import {
  ADEL,
  ADES,
  BP,
  CPU,
  DBE,
  FPE,
  GENERAL,
  IBE,
  MCHECK,
  MOD,
  OV,
  RI,
  readFcsr,
  TLBL,
  TLBS,
  TR,
  WATCH,
  writeFcsr,
} from '../isa/index.ts';
import { fixupFor } from './entry/kernel-text.ts';
import { frameFromUser } from './frame.ts';
import { A0, PT } from './pt-regs.ts';
import { trappedAt, trappedWord } from './user-frame.ts';

const { SIGILL, SIGTRAP, SIGBUS, SIGFPE, SIGSEGV, SI_KERNEL } = generic;
const ILL_ILLOPC = 1;
const TRAP_BRKPT = 1;
const BUS_ADRALN = 1;
const SEGV_MAPERR = 1;
const [FPE_INTDIV, FPE_INTOVF] = [1, 2] as const;

type Cause = KernelException['cause'];

interface SignalRow {
  readonly signo: number;
  readonly code: number;
  readonly name: string;
}

/** By Cause.ExcCode; BP, TR, FPE and address errors have functions of their own. */
const SIGNALS: Readonly<Record<number, SignalRow>> = {
  [IBE]: { signo: SIGBUS, code: SI_KERNEL, name: 'instruction bus error' },
  [DBE]: { signo: SIGBUS, code: SI_KERNEL, name: 'data bus error' },
  [RI]: { signo: SIGILL, code: ILL_ILLOPC, name: 'reserved instruction' },
  [CPU]: { signo: SIGILL, code: ILL_ILLOPC, name: 'coprocessor unusable' },
  [OV]: { signo: SIGFPE, code: FPE_INTOVF, name: 'integer overflow' },
  [WATCH]: { signo: SIGTRAP, code: SI_KERNEL, name: 'watch' },
  [MCHECK]: { signo: SIGBUS, code: SI_KERNEL, name: 'machine check' },
};

const UNKNOWN: SignalRow = { signo: SIGSEGV, code: SI_KERNEL, name: 'spurious exception' };

/** LinuxAbi.readException: the frame is in A0. */
export function readException(kernel: Kernel): KernelException {
  const frame = kernel.cpu.get(GENERAL[A0]!) >>> 0;
  const fromUser = frameFromUser(kernel, frame);
  const code = (kernelRead32(kernel, frame + PT.cause) >>> 2) & 31;
  const address = kernelRead32(kernel, frame + PT.badVAddr) >>> 0;
  if (code === MOD) return pageFaultException(frame, fromUser, address, 'write', true);
  if (code !== TLBL && code !== TLBS) return { frame, fromUser, cause: causeOf(kernel, frame, code, address) };
  const present = (kernel.mmu.entry(kernel.mmu.current, address >>> PAGE_SHIFT) & PTE_PRESENT) !== 0;
  const access = code === TLBS ? 'write' : address === trappedAt(kernel, frame) ? 'execute' : 'read';
  return pageFaultException(frame, fromUser, address, access, present);
}

/** Of an exception that is no page fault. */
function causeOf(kernel: Kernel, frame: number, code: number, address: number): Cause {
  const at = trappedAt(kernel, frame);
  switch (code) {
    case ADEL:
    case ADES:
      return addressError(kernel, address);
    case BP:
      return codedTrap(breakCode(word(kernel, frame)), TRAP_BRKPT, at, 'break');
    case TR:
      return codedTrap(trapCode(word(kernel, frame)), SI_KERNEL, at, 'trap');
    case FPE:
      return floatingPoint(kernel, at);
    default:
      return { kind: 'signal', ...(SIGNALS[code] ?? UNKNOWN), address: at };
  }
}

function word(kernel: Kernel, frame: number): number {
  return trappedWord(kernel, kernel.state.current!, frame) ?? 0;
}

/** The kernel would not carry the access out: what it said. Not an alignment matter: an address of the kernel's. */
function addressError(kernel: Kernel, address: number): Cause {
  const { arch } = kernel.state.current!;
  const aligned = (address & 1) === 0 && address >= kernel.abi.taskSize;
  if (arch.refusal === 'segment' || aligned) {
    return { kind: 'signal', signo: SIGSEGV, code: SEGV_MAPERR, address, name: 'address error' };
  }
  return { kind: 'signal', signo: SIGBUS, code: BUS_ADRALN, address, name: 'address error' };
}

/** Code of BREAK: assemblers put a short one into the upper half of the field. */
function breakCode(instruction: number): number {
  const code = (instruction >>> 6) & 0xf_ffff;
  return code >= 0x400 ? ((code & 0x3ff) << 10) | (code >>> 10) : code;
}

/** Code of TEQ and its like; the forms with an immediate have none. */
function trapCode(instruction: number): number {
  return instruction >>> 26 === 0 ? (instruction >>> 6) & 0x3ff : 0;
}

/** Codes that compilers use for checks of arithmetic. Linux 6.1 arch/mips/include/uapi/asm/break.h */
const BRK_OVERFLOW = 6;
const BRK_DIVZERO = 7;

function codedTrap(code: number, otherwise: number, address: number, name: string): Cause {
  if (code === BRK_OVERFLOW) return { kind: 'signal', signo: SIGFPE, code: FPE_INTOVF, address, name: 'overflow' };
  if (code === BRK_DIVZERO) return { kind: 'signal', signo: SIGFPE, code: FPE_INTDIV, address, name: 'divide by zero' };
  return { kind: 'signal', signo: SIGTRAP, code: otherwise, address, name };
}

/** FCSR's Cause bits V, Z, O, U, I with the si_code of each. Linux: force_fcr31_sig */
const FP_CODES: readonly (readonly [bit: number, code: number])[] = [
  [0x1_0000, 7],
  [0x8000, 3],
  [0x4000, 4],
  [0x2000, 5],
  [0x1000, 6],
];
const FP_CAUSES = 0x3_f000;
/** FPE_FLTUNK */
const FP_UNKNOWN = 14;

/** The causes are cleared, so that the handler may use the FPU. */
function floatingPoint(kernel: Kernel, address: number): Cause {
  const fcsr = readFcsr(kernel.cpu);
  writeFcsr(kernel.cpu, fcsr & ~FP_CAUSES);
  const code = FP_CODES.find(([bit]) => (fcsr & bit) !== 0)?.[1] ?? FP_UNKNOWN;
  return { kind: 'signal', signo: SIGFPE, code, address, name: 'floating point exception' };
}

/** LinuxAbi.fixupException. */
export function fixupException(kernel: Kernel, exception: KernelException): boolean {
  const handler = fixupFor(kernelRead32(kernel, exception.frame + PT.epc));
  if (handler === undefined) return false;
  kernelWrite32(kernel, exception.frame + PT.epc, handler);
  return true;
}
