import {
  altStackFlags,
  disarmAltStack,
  encodeSigInfo,
  FrameImage,
  frameWords,
  hasAltStack,
  type Kernel,
  kernelRead32,
  onAltStack,
  restoreAltStack,
  type SigAction,
  type SigInfo,
  type SigSet,
  type Task,
} from '@kml/kernel';
import { PSR_A, PSR_E, PSR_F, PSR_I, PSR_IT, PSR_J, PSR_M, SYS, USR } from '../isa/state.ts';
import { enterFunction, putFp, takeFp } from './fp-state.ts';
import { frameAccess, setFramePc, userMode } from './frame.ts';
import { PT, PT_SIZE } from './pt-regs.ts';
import { returnIndex, returnWords } from './sigpage.ts';

/** Signal frames of ARM. Linux 6.1 arch/arm/kernel/signal.c, arch/arm/include/asm/ucontext.h */
const SA_SIGINFO = 0x4;
const SA_RESTORER = 0x0400_0000;
const SA_ONSTACK = 0x0800_0000;

/** Within struct ucontext: flags, stack, sigcontext, mask, coprocessor state; its length. */
const UC = { flags: 0, stack: 8, context: 20, mask: 104, regspace: 232, bytes: 744 };
/** struct sigframe: ucontext and four words of code. struct rt_sigframe: siginfo before it. */
const RETCODE = UC.bytes;
const FRAME_BYTES = UC.bytes + 16;
const INFO_BYTES = 128;
const RT_FRAME_BYTES = INFO_BYTES + FRAME_BYTES;
/** The largest, aligned. */
export const SIGNAL_FRAME_BYTES = RT_FRAME_BYTES + 8;
/** uc_flags of the frame without siginfo. */
const OLD_FRAME_MAGIC = 0x5ac3_c35a;

/** Within struct sigcontext. */
const SC = { trap: 0, error: 4, oldMask: 8, registers: 12, faultAddress: 80 };
/** r0 to r10, fp, ip, sp, lr, pc, cpsr: in the order of the register frame. */
const CONTEXT_WORDS = 17;

const IMAGE = new FrameImage(RT_FRAME_BYTES);

/** Writes the frame and points the registers at the handler. False if the stack cannot be written. */
export function setupSignal(
  kernel: Kernel,
  task: Task,
  frame: number,
  info: SigInfo,
  action: SigAction,
  mask: SigSet,
): boolean {
  const rt = (action.flags & SA_SIGINFO) !== 0;
  const bytes = rt ? RT_FRAME_BYTES : FRAME_BYTES;
  const at = frameAddress(kernel, task, frame, action, bytes);
  if (at === undefined || !IMAGE.begin(kernel, task, at, bytes)) return false;
  const uc = rt ? INFO_BYTES : 0;
  IMAGE.clear(0, bytes);
  fillContext(kernel, task, frame, uc, mask);
  putFp(kernel.cpu, IMAGE.words, IMAGE.at + ((uc + UC.regspace) >> 2));
  const thumb = (action.handler & 1) !== 0;
  if (rt) {
    IMAGE.putBytes(kernel, 0, encodeSigInfo(kernel, info));
    const { sp, size } = task.altStack;
    IMAGE.put(uc + UC.stack, sp);
    IMAGE.put(uc + UC.stack + 4, altStackFlags(task));
    IMAGE.put(uc + UC.stack + 8, size);
  } else IMAGE.put(UC.flags, OLD_FRAME_MAGIC);
  const restorer = (action.flags & SA_RESTORER) !== 0;
  if (!restorer) {
    const [first, second] = returnWords(thumb, rt);
    IMAGE.put(uc + RETCODE, first);
    IMAGE.put(uc + RETCODE + 4, second);
  }
  if (!IMAGE.finish(kernel, task, at, bytes)) return false;
  disarmAltStack(task);

  const { i32 } = kernel.memory;
  const registers = frameWords(kernel, frame, PT_SIZE);
  const page = task.mm!.vdso + 4 * returnIndex(thumb, rt) + (thumb ? 1 : 0);
  i32[registers + (PT.r0 >> 2)] = info.signo;
  if (rt) {
    i32[registers + (PT.r1 >> 2)] = at;
    i32[registers + (PT.r2 >> 2)] = at + INFO_BYTES;
  }
  i32[registers + (PT.sp >> 2)] = at;
  i32[registers + (PT.lr >> 2)] = restorer ? action.restorer : page;
  const cpsr = i32[registers + (PT.cpsr >> 2)]!;
  i32[registers + (PT.cpsr >> 2)] = (cpsr & ~(PSR_IT | PSR_E | PSR_F | PSR_M)) | userMode(task);
  setFramePc(kernel, frame, action.handler);
  enterFunction(kernel.cpu);
  return true;
}

/** Where the frame goes: the alternate stack if that is asked for and not in use. Undefined where it would overflow it. */
function frameAddress(kernel: Kernel, task: Task, frame: number, action: SigAction, bytes: number): number | undefined {
  const sp = kernelRead32(kernel, frame + PT.sp) >>> 0;
  const { altStack } = task;
  const usable = hasAltStack(task);
  if (usable && onAltStack(task, sp)) return sp - altStack.sp < bytes + 8 ? undefined : align(sp - bytes);
  if (usable && (action.flags & SA_ONSTACK) !== 0) return align(altStack.sp + altStack.size - bytes);
  return align(sp - bytes);
}

function align(address: number): number {
  return (address & ~7) >>> 0;
}

/** Registers, what the fault was, and the mask. Linux: setup_sigframe */
function fillContext(kernel: Kernel, task: Task, frame: number, uc: number, mask: SigSet): void {
  const at = uc + UC.context;
  const { trapNumber, errorCode, faultAddress } = task.arch;
  IMAGE.put(at + SC.trap, numberOf(trapNumber));
  IMAGE.put(at + SC.error, numberOf(errorCode));
  IMAGE.put(at + SC.oldMask, mask.w0);
  IMAGE.put(at + SC.faultAddress, numberOf(faultAddress));
  const { i32 } = kernel.memory;
  const registers = frameWords(kernel, frame, PT_SIZE);
  const to = IMAGE.at + ((at + SC.registers) >> 2);
  for (let n = 0; n < CONTEXT_WORDS; n++) IMAGE.words[to + n] = i32[registers + n]!;
  IMAGE.putSigSet(mask, uc + UC.mask, 8);
}

/** Restores registers, floating point and mask from the frame on the user's stack. False if it cannot be read or is none. */
export function sigreturn(kernel: Kernel, task: Task, frame: number, rt: boolean): boolean {
  const at = kernelRead32(kernel, frame + PT.sp) >>> 0;
  if ((at & 7) !== 0) return false;
  if (!IMAGE.open(kernel, task, at, rt ? RT_FRAME_BYTES : FRAME_BYTES)) return false;
  const uc = rt ? INFO_BYTES : 0;
  const registers = uc + UC.context + SC.registers;
  const cpsr = validCpsr(task, IMAGE.take(registers + PT.cpsr));
  if (cpsr === undefined) return false;
  if (!takeFp(kernel.cpu, IMAGE.words, IMAGE.at + ((uc + UC.regspace) >> 2))) return false;
  const { i32 } = kernel.memory;
  const words = frameWords(kernel, frame, PT_SIZE);
  const from = IMAGE.at + (registers >> 2);
  for (let n = 0; n < CONTEXT_WORDS; n++) i32[words + n] = IMAGE.words[from + n]!;
  i32[words + (PT.cpsr >> 2)] = cpsr;
  // No system call is to be restarted out of a handler's return.
  frameAccess.clearSyscall(kernel, frame);
  task.sigMask = IMAGE.takeSigSet(uc + UC.mask, 8);
  const stack = uc + UC.stack;
  if (rt) restoreAltStack(task, IMAGE.take(stack), IMAGE.take(stack + 8), IMAGE.take(stack + 4));
  return true;
}

/** CPSR as sigreturn and tracers may set it: the mode comes from the task, never from the frame. Undefined for one no program has. Linux: valid_user_regs */
export function validCpsr(task: Task, cpsr: number): number | undefined {
  const mode = cpsr & PSR_M;
  if ((cpsr & PSR_I) !== 0 || (mode !== USR && !(mode === SYS && task.kernelMode))) return undefined;
  return (cpsr & ~(PSR_F | PSR_A | PSR_E | PSR_J | PSR_M)) | userMode(task);
}

/** A word the ABI keeps with the task (exceptions.ts puts them there). */
function numberOf(value: unknown): number {
  return typeof value === 'number' ? value : 0;
}
