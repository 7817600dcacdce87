import {
  copyInto,
  copyOut,
  encodeSigInfo,
  FrameImage,
  frameWords,
  type Kernel,
  kernelRead32,
  kernelWrite32,
  onAltStack,
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
const SS_DISABLE = 2;
const SS_AUTODISARM = 0x8000_0000;

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

const IMAGES = { old: new FrameImage(FRAME_BYTES), rt: new FrameImage(RT_FRAME_BYTES) };
/** The ucontext within the frame with siginfo. */
const RT_UCONTEXT = new DataView(IMAGES.rt.bytes.buffer, INFO_BYTES);

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
  const at = frameAddress(kernel, task, frame, action, rt ? RT_FRAME_BYTES : FRAME_BYTES);
  if (at === undefined) return false;
  const image = (rt ? IMAGES.rt : IMAGES.old).cleared();
  const view = rt ? RT_UCONTEXT : image.view;
  fillContext(kernel, task, frame, view, mask);
  putFp(kernel.cpu, view, UC.regspace);
  const thumb = (action.handler & 1) !== 0;
  if (rt) {
    image.bytes.set(encodeSigInfo(kernel, info), 0);
    const { sp, size, flags } = task.altStack;
    view.setUint32(UC.stack, sp, true);
    view.setUint32(UC.stack + 4, size === 0 ? SS_DISABLE : flags, true);
    view.setUint32(UC.stack + 8, size, true);
  } else view.setUint32(UC.flags, OLD_FRAME_MAGIC, true);
  const restorer = (action.flags & SA_RESTORER) !== 0;
  if (!restorer) {
    const [first, second] = returnWords(thumb, rt);
    view.setUint32(RETCODE, first, true);
    view.setUint32(RETCODE + 4, second, true);
  }
  if (!copyOut(kernel, task, at, image.bytes)) return false;
  if ((task.altStack.flags & SS_AUTODISARM) !== 0) task.altStack = { sp: 0, size: 0, flags: SS_DISABLE };

  const write = (register: keyof typeof PT, value: number): void => kernelWrite32(kernel, frame + PT[register], value);
  const page = task.mm!.vdso + 4 * returnIndex(thumb, rt) + (thumb ? 1 : 0);
  write('r0', info.signo);
  if (rt) {
    write('r1', at);
    write('r2', at + INFO_BYTES);
  }
  write('sp', at);
  write('lr', restorer ? action.restorer : page);
  write('cpsr', (kernelRead32(kernel, frame + PT.cpsr) & ~(PSR_IT | PSR_E | PSR_F | PSR_M)) | userMode(task));
  setFramePc(kernel, frame, action.handler);
  enterFunction(kernel.cpu);
  return true;
}

/** Where the frame goes: the alternate stack if that is asked for and not in use. Undefined where it would overflow it. */
function frameAddress(kernel: Kernel, task: Task, frame: number, action: SigAction, bytes: number): number | undefined {
  const sp = kernelRead32(kernel, frame + PT.sp) >>> 0;
  const { altStack } = task;
  const usable = altStack.size > 0 && (altStack.flags & SS_DISABLE) === 0;
  if (usable && onAltStack(task, sp)) return sp - altStack.sp < bytes + 8 ? undefined : align(sp - bytes);
  if (usable && (action.flags & SA_ONSTACK) !== 0) return align(altStack.sp + altStack.size - bytes);
  return align(sp - bytes);
}

function align(address: number): number {
  return (address & ~7) >>> 0;
}

/** Registers, what the fault was, and the mask. Linux: setup_sigframe */
function fillContext(kernel: Kernel, task: Task, frame: number, view: DataView, mask: SigSet): void {
  const at = UC.context;
  view.setUint32(at + SC.trap, numberIn(task, 'trapNumber'), true);
  view.setUint32(at + SC.error, numberIn(task, 'errorCode'), true);
  view.setUint32(at + SC.oldMask, Number(mask & 0xffff_ffffn), true);
  view.setUint32(at + SC.faultAddress, numberIn(task, 'faultAddress'), true);
  const { i32 } = kernel.memory;
  const registers = frameWords(kernel, frame, PT_SIZE);
  for (let n = 0; n < CONTEXT_WORDS; n++) view.setInt32(at + SC.registers + 4 * n, i32[registers + n]!, true);
  if (mask !== 0n) view.setBigUint64(UC.mask, mask, true);
}

/** Restores registers, floating point and mask from the frame on the user's stack. False if it cannot be read or is none. */
export function sigreturn(kernel: Kernel, task: Task, frame: number, rt: boolean): boolean {
  const at = kernelRead32(kernel, frame + PT.sp) >>> 0;
  if ((at & 7) !== 0) return false;
  const image = rt ? IMAGES.rt : IMAGES.old;
  if (!copyInto(kernel, task, at, image.bytes)) return false;
  const view = rt ? RT_UCONTEXT : image.view;
  const registers = UC.context + SC.registers;
  const cpsr = validCpsr(task, view.getInt32(registers + PT.cpsr, true));
  if (cpsr === undefined) return false;
  if (!takeFp(kernel.cpu, view, UC.regspace)) return false;
  const { i32 } = kernel.memory;
  const words = frameWords(kernel, frame, PT_SIZE);
  for (let n = 0; n < CONTEXT_WORDS; n++) i32[words + n] = view.getInt32(registers + 4 * n, true);
  kernelWrite32(kernel, frame + PT.cpsr, cpsr);
  // No system call is to be restarted out of a handler's return.
  frameAccess.clearSyscall(kernel, frame);
  task.sigMask = view.getBigUint64(UC.mask, true);
  if (rt) restoreAltStack(task, view);
  return true;
}

/** CPSR as sigreturn and tracers may set it: the mode comes from the task, never from the frame. Undefined for one no program has. Linux: valid_user_regs */
export function validCpsr(task: Task, cpsr: number): number | undefined {
  const mode = cpsr & PSR_M;
  if ((cpsr & PSR_I) !== 0 || (mode !== USR && !(mode === SYS && task.kernelMode))) return undefined;
  return (cpsr & ~(PSR_F | PSR_A | PSR_E | PSR_J | PSR_M)) | userMode(task);
}

function restoreAltStack(task: Task, view: DataView): void {
  const flags = view.getUint32(UC.stack + 4, true);
  const size = view.getUint32(UC.stack + 8, true);
  if ((flags & SS_DISABLE) !== 0) task.altStack = { sp: 0, size: 0, flags: SS_DISABLE };
  else task.altStack = { sp: view.getUint32(UC.stack, true), size, flags: flags & SS_AUTODISARM };
}

/** A word the ABI keeps with the task (exceptions.ts puts them there). */
function numberIn(task: Task, name: string): number {
  const value = task.arch[name];
  return typeof value === 'number' ? value : 0;
}
