/** Signal frames of o32. Linux 6.1 arch/mips/kernel/signal.c */
import {
  altStackFlags,
  disarmAltStack,
  encodeSigInfo,
  FrameImage,
  frameWords,
  generic,
  genericSet,
  hasAltStack,
  type Kernel,
  kernelRead32,
  nativeNumber,
  nativeSet,
  onAltStack,
  restoreAltStack,
  type SigAction,
  type SigInfo,
  type SigSet,
  type Task,
  without,
} from '@kml/kernel';
import { A0, A1, A2, PT, PT_SIZE, ptReg, RA, SP, T9 } from './pt-regs.ts';
import { decodeSigcontext, encodeSigcontext, SIGCONTEXT_BYTES } from './sigcontext.ts';

const MASK_BYTES = 16;
/** Below the program's stack pointer: where old floating point emulators put code. */
const GAP = 32;

/** struct sigframe: argument area, padding, sigcontext, mask. */
const OLD = { context: 24, mask: 24 + SIGCONTEXT_BYTES, bytes: 24 + SIGCONTEXT_BYTES + MASK_BYTES };
/** struct rt_sigframe: argument area, padding, siginfo, ucontext (flags, link, stack, sigcontext, mask). */
const RT = {
  info: 24,
  ucontext: 152,
  stack: 160,
  context: 176,
  mask: 176 + SIGCONTEXT_BYTES,
  bytes: 176 + SIGCONTEXT_BYTES + MASK_BYTES,
};

const IMAGE = new FrameImage(RT.bytes);

/** LinuxAbi.setupSignal. */
export function setupSignal(
  kernel: Kernel,
  task: Task,
  frame: number,
  info: SigInfo,
  action: SigAction,
  mask: SigSet,
): boolean {
  const rt = (action.flags & generic.SA_SIGINFO) !== 0;
  const layout = rt ? RT : OLD;
  const at = frameAt(kernel, task, frame, action, layout.bytes);
  if (at === undefined) return false;
  if (!IMAGE.begin(kernel, task, at, layout.bytes)) return false;
  IMAGE.clear(0, layout.context);
  encodeSigcontext(kernel, frame, IMAGE.words, IMAGE.at + (layout.context >> 2));
  IMAGE.putSigSet(nativeSet(kernel, mask), layout.mask, MASK_BYTES);
  if (rt) {
    const { sp, size } = task.altStack;
    IMAGE.putBytes(kernel, RT.info, encodeSigInfo(kernel, info));
    IMAGE.put(RT.stack, sp);
    IMAGE.put(RT.stack + 4, size);
    IMAGE.put(RT.stack + 8, altStackFlags(task));
  }
  if (!IMAGE.finish(kernel, task, at, layout.bytes)) return false;
  disarmAltStack(task);

  const registers = frameWords(kernel, frame, PT_SIZE);
  const { i32 } = kernel.memory;
  const write = (register: number, value: number): void => {
    i32[registers + (ptReg(register) >> 2)] = value;
  };
  write(A0, nativeNumber(kernel, 'signal', info.signo));
  write(A1, rt ? at + RT.info : 0);
  write(A2, at + (rt ? RT.ucontext : OLD.context));
  write(SP, at);
  write(RA, kernel.abi.vdsoSymbol(task.mm!, rt ? '__vdso_rt_sigreturn' : '__vdso_sigreturn'));
  write(T9, action.handler);
  i32[registers + (PT.epc >> 2)] = action.handler;
  i32[registers + (PT.r0 >> 2)] = 0;
  return true;
}

/** Where the frame goes; undefined where an alternate stack in use has no room. Linux: get_sigframe, sigsp */
function frameAt(kernel: Kernel, task: Task, frame: number, action: SigAction, bytes: number): number | undefined {
  const sp = (kernelRead32(kernel, frame + ptReg(SP)) >>> 0) - GAP;
  const { altStack } = task;
  const onAlt = onAltStack(task, sp);
  const usable = hasAltStack(task);
  const switches = (action.flags & generic.SA_ONSTACK) !== 0 && usable && !onAlt;
  const top = switches ? altStack.sp + altStack.size : sp;
  const at = ((top - bytes) & ~7) >>> 0;
  return onAlt && at < altStack.sp ? undefined : at;
}

/** LinuxAbi.sigreturn: the frame lies where SP points. */
export function sigreturn(kernel: Kernel, task: Task, frame: number, rt: boolean): boolean {
  const layout = rt ? RT : OLD;
  const at = kernelRead32(kernel, frame + ptReg(SP)) >>> 0;
  if (!IMAGE.open(kernel, task, at, layout.bytes)) return false;
  decodeSigcontext(kernel, frame, IMAGE.words, IMAGE.at + (layout.context >> 2));
  task.sigMask = without(genericSet(kernel, IMAGE.takeSigSet(layout.mask, MASK_BYTES)), generic.UNBLOCKABLE);
  if (rt) restoreAltStack(task, IMAGE.take(RT.stack), IMAGE.take(RT.stack + 4), IMAGE.take(RT.stack + 8));
  return true;
}
