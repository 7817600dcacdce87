/** What becomes of CPU exceptions. Linux 6.1 arch/arm/kernel/traps.c, arch/arm/mm/fault.c, fsr-2level.c */
import {
  copyIn,
  type Kernel,
  type KernelException,
  kernelRead32,
  kernelWrite32,
  pageFaultException,
} from '@kml/kernel';
import { reg } from '../isa/state.ts';
import { FSR_ALIGNMENT, FSR_DEBUG, FSR_WRITE } from '../isa/system/deliver.ts';
import { DATA_ABORT, PREFETCH_ABORT, UNDEFINED } from '../isa/vectors.ts';
import { fixupFor } from './entry/kernel-text.ts';
import { frameFromUser, isThumb } from './frame.ts';
import { PT } from './pt-regs.ts';

const [SIGILL, SIGTRAP, SIGBUS] = [4, 5, 7] as const;
const ILL_ILLOPC = 1;
const TRAP_BRKPT = 1;
const TRAP_HWBKPT = 4;
const BUS_ADRALN = 1;

/** FS of a fault status register: bits 10 and 3 to 0. */
const FSR_STATUS = 0x40f;
/** Translation faults (section, page) and permission faults. ARM ARM table B3-23 */
const isTranslation = (fault: number): boolean => fault === 0x05 || fault === 0x07;
const isPermission = (fault: number): boolean => fault === 0x0d || fault === 0x0f;

/** Trap numbers as Linux gives them to signal frames: page faults, undefined instructions. */
const TRAP_PAGE = 14;
const TRAP_UNDEFINED = 6;

/** Undefined instructions that debuggers use as breakpoints. Linux 6.1 arch/arm/kernel/ptrace.c */
const BREAK_A32 = 0x07f0_01f0;
const BREAK_T16 = 0xde01;
const BREAK_T32 = [0xf7f0, 0xa000];

const [R0, R1, R2, R3] = ['r0', 'r1', 'r2', 'r3'].map(reg) as [Reg, Reg, Reg, Reg];
type Reg = ReturnType<typeof reg>;

/** LinuxAbi.readException: r0 is the frame, r1 the vector, and of aborts r2 the status and r3 the address (entry/traps.ts). */
export function readException(kernel: Kernel): KernelException {
  const { cpu } = kernel;
  const frame = cpu.get(R0) >>> 0;
  const vector = cpu.get(R1);
  const status = cpu.get(R2);
  const address = cpu.get(R3) >>> 0;
  const fromUser = frameFromUser(kernel, frame);
  if (vector === UNDEFINED) return { frame, fromUser, cause: undefinedInstruction(kernel, frame, fromUser) };
  if (vector !== PREFETCH_ABORT && vector !== DATA_ABORT) {
    return { frame, fromUser, cause: signal(SIGILL, ILL_ILLOPC, 0, 'bad exception') };
  }
  if (fromUser) note(kernel, TRAP_PAGE, status, address);
  const fault = status & FSR_STATUS;
  const present = isPermission(fault);
  if (!present && !isTranslation(fault)) return { frame, fromUser, cause: abort(vector, fault, address) };
  const access = vector === PREFETCH_ABORT ? 'execute' : status & FSR_WRITE ? 'write' : 'read';
  return pageFaultException(frame, fromUser, address, access, present);
}

type Cause = KernelException['cause'];

function signal(signo: number, code: number, address: number, name: string): Cause {
  return { kind: 'signal', signo, code, address, name };
}

/** An abort that is no page fault. */
function abort(vector: number, fault: number, address: number): Cause {
  if (vector === PREFETCH_ABORT && fault === FSR_DEBUG) return signal(SIGTRAP, TRAP_HWBKPT, address, 'breakpoint');
  if (fault === FSR_ALIGNMENT) return signal(SIGBUS, BUS_ADRALN, address, 'alignment fault');
  return signal(SIGBUS, 0, address, 'external abort');
}

/** The frame is put back to the instruction itself. Linux: do_undefinstr */
function undefinedInstruction(kernel: Kernel, frame: number, fromUser: boolean): Cause {
  const thumb = isThumb(kernel, frame);
  const pc = (kernelRead32(kernel, frame + PT.pc) - (thumb ? 2 : 4)) >>> 0;
  kernelWrite32(kernel, frame + PT.pc, pc);
  if (fromUser && isBreakpoint(kernel, pc, thumb)) return signal(SIGTRAP, TRAP_BRKPT, pc, 'breakpoint');
  if (fromUser) note(kernel, TRAP_UNDEFINED, 0, undefined);
  return signal(SIGILL, ILL_ILLOPC, pc, 'undefined instruction');
}

function isBreakpoint(kernel: Kernel, pc: number, thumb: boolean): boolean {
  const task = kernel.state.current!;
  const half = (at: number): number => {
    const bytes = copyIn(kernel, task, at, 2);
    return bytes === undefined ? 0 : bytes[0]! | (bytes[1]! << 8);
  };
  const first = half(pc);
  if (!thumb) return (((half(pc + 2) << 16) | first) & 0x0fff_ffff) === BREAK_A32;
  return first === BREAK_T16 || (first === BREAK_T32[0] && half(pc + 2) === BREAK_T32[1]);
}

/** What the signal frame will say of it. */
function note(kernel: Kernel, trapNumber: number, errorCode: number, address: number | undefined): void {
  const { arch } = kernel.state.current!;
  arch.trapNumber = trapNumber;
  arch.errorCode = errorCode;
  if (address !== undefined) arch.faultAddress = address;
}

/** LinuxAbi.fixupException. */
export function fixupException(kernel: Kernel, exception: KernelException): boolean {
  const handler = fixupFor(kernelRead32(kernel, exception.frame + PT.pc));
  if (handler === undefined) return false;
  kernelWrite32(kernel, exception.frame + PT.pc, handler);
  return true;
}
