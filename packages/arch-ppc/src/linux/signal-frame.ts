/** Signal frames of 32-bit PowerPC. Linux 6.1 arch/powerpc/kernel/signal_32.c */
import {
  altStackFlags,
  disarmAltStack,
  encodeSigInfo,
  FrameImage,
  frameWords,
  hasAltStack,
  type Kernel,
  kernelRead32,
  nativeNumber,
  onAltStack,
  readWord,
  restoreAltStack,
  SIGINFO_BYTES,
  type SigAction,
  type SigInfo,
  type SigSet,
  setOfWords,
  type Task,
  writeWord,
} from '@kml/kernel';
import { MSR_SE, writeFpscr } from '../isa/index.ts';
import { FP_BYTES, putFpState, takeFpState } from './fp-state.ts';
import { endSyscall } from './frame.ts';
import { PT, PT_SIZE } from './pt-regs.ts';

const SA_SIGINFO = 0x4;
const SA_ONSTACK = 0x0800_0000;

/** struct mcontext: registers as struct pt_regs (48 words), floating point, two words of padding, no vectors here. */
const MC = { fp: 192, bytes: 992 };
/** struct ucontext, and where its mcontext lies. */
const UC = { stack: 8, regs: 48, mask: 52, context: 192, bytes: 192 + MC.bytes };
/** Stack below the red zone of programs made for other ABIs: 18 floating-point and 19 general registers. */
const ABI_GAP = 224;
/** struct sigframe: struct sigcontext, struct mcontext, the gap. */
const OLD = {
  signal: 16,
  handler: 20,
  oldMask: 24,
  regs: 28,
  maskHigh: 12,
  context: 32,
  bytes: 32 + MC.bytes + ABI_GAP,
};
/** struct rt_sigframe: siginfo, ucontext (16-byte aligned), the gap. */
const RT = { ucontext: SIGINFO_BYTES, bytes: SIGINFO_BYTES + UC.bytes + ABI_GAP };
/** A stack frame for the handler to save its link register in: between r1 and struct sigframe, 16 bytes more for rt. Linux: __SIGNAL_FRAMESIZE */
const CALLER_FRAME = 64;
const RT_CALLER_FRAME = CALLER_FRAME + 16;

/** Where a handler's r1, on its return, has the pointer to the interrupted registers. */
export const REGISTERS_AT_HANDLER_SP = { old: CALLER_FRAME + OLD.regs, rt: RT_CALLER_FRAME + RT.ucontext + UC.regs };

const IMAGE = new FrameImage(RT.bytes - ABI_GAP);
const CONTEXT_BYTES = MC.fp + FP_BYTES;

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
  const at = frameAddressFor(task, kernelRead32(kernel, frame + PT.r1) >>> 0, action, (rt ? RT : OLD).bytes);
  if (at === undefined) return false;
  const bytes = (rt ? RT : OLD).bytes - ABI_GAP;
  const signo = nativeNumber(kernel, 'signal', info.signo);
  if (!IMAGE.begin(kernel, task, at, bytes)) return false;
  IMAGE.clear(0, bytes);
  if (rt) fillRt(kernel, task, frame, at, info, mask);
  else fillOld(kernel, frame, at, signo, action, mask);
  if (!IMAGE.finish(kernel, task, at, bytes)) return false;
  const sp = at - (rt ? RT_CALLER_FRAME : CALLER_FRAME);
  if (!writeWord(kernel, task, sp, kernelRead32(kernel, frame + PT.r1))) return false;
  disarmAltStack(task);

  const { i32 } = kernel.memory;
  const registers = frameWords(kernel, frame, PT_SIZE);
  i32[registers + (PT.r1 >> 2)] = sp;
  i32[registers + (PT.r3 >> 2)] = signo;
  // The address of siginfo, or of struct sigcontext: both are first.
  i32[registers + (PT.r4 >> 2)] = at;
  if (rt) {
    i32[registers + (PT.r5 >> 2)] = at + RT.ucontext;
    i32[registers + (PT.r6 >> 2)] = at;
  }
  i32[registers + (PT.nip >> 2)] = action.handler;
  i32[registers + (PT.link >> 2)] = kernel.abi.vdsoSymbol(
    task.mm!,
    rt ? '__kernel_sigtramp_rt32' : '__kernel_sigtramp32',
  );
  i32[registers + (PT.msr >> 2)] = i32[registers + (PT.msr >> 2)]! & ~MSR_SE;
  endSyscall(kernel, frame);
  // Handlers run with all floating-point exceptions off.
  writeFpscr(kernel.cpu, 0);
  return true;
}

/** Where the frame goes: on the alternate stack if asked for; undefined if that has no room. Linux: get_sigframe, sigsp */
function frameAddressFor(task: Task, sp: number, action: SigAction, bytes: number): number | undefined {
  const { altStack } = task;
  const on = onAltStack(task, sp);
  let top = sp;
  if ((action.flags & SA_ONSTACK) !== 0 && !on && hasAltStack(task)) {
    top = altStack.sp + altStack.size;
  }
  const at = ((top - bytes) & -16) >>> 0;
  return on && at < altStack.sp ? undefined : at;
}

/** A machine context at an offset of the frame: general registers, floating point. */
function fillContext(kernel: Kernel, frame: number, offset: number): void {
  const { i32 } = kernel.memory;
  const registers = frameWords(kernel, frame, PT_SIZE);
  const { words } = IMAGE;
  const to = IMAGE.at + (offset >> 2);
  for (let word = 0; word < PT_SIZE >> 2; word++) words[to + word] = i32[registers + word]!;
  putFpState(kernel.cpu, words, to + (MC.fp >> 2));
}

function fillRt(kernel: Kernel, task: Task, frame: number, at: number, info: SigInfo, mask: SigSet): void {
  const { altStack } = task;
  IMAGE.putBytes(kernel, 0, encodeSigInfo(kernel, info));
  IMAGE.put(RT.ucontext + UC.stack, altStack.sp);
  IMAGE.put(RT.ucontext + UC.stack + 4, altStackFlags(task));
  IMAGE.put(RT.ucontext + UC.stack + 8, altStack.size);
  IMAGE.put(RT.ucontext + UC.regs, at + RT.ucontext + UC.context);
  IMAGE.putSigSet(mask, RT.ucontext + UC.mask, 8);
  fillContext(kernel, frame, RT.ucontext + UC.context);
}

function fillOld(kernel: Kernel, frame: number, at: number, signo: number, action: SigAction, mask: SigSet): void {
  IMAGE.put(OLD.signal, signo);
  IMAGE.put(OLD.handler, action.handler);
  IMAGE.put(OLD.oldMask, mask.w0);
  IMAGE.put(OLD.maskHigh, mask.w1);
  IMAGE.put(OLD.regs, at + OLD.context);
  fillContext(kernel, frame, OLD.context);
}

/** Restores registers, floating point and mask from the frame on the user's stack. False if it cannot be read. */
export function sigreturn(kernel: Kernel, task: Task, frame: number, rt: boolean): boolean {
  const sp = kernelRead32(kernel, frame + PT.r1) >>> 0;
  if (!rt) {
    if (!IMAGE.open(kernel, task, sp + CALLER_FRAME, OLD.context)) return false;
    const mask = setOfWords(IMAGE.take(OLD.oldMask), IMAGE.take(OLD.maskHigh));
    return restoreContext(kernel, task, frame, IMAGE.take(OLD.regs) >>> 0, mask, true);
  }
  const at = sp + RT_CALLER_FRAME + RT.ucontext;
  if (!restoreUcontext(kernel, task, frame, at, true)) return false;
  if (!IMAGE.open(kernel, task, at + UC.stack, 12)) return false;
  restoreAltStack(task, IMAGE.take(0), IMAGE.take(8), IMAGE.take(4));
  return true;
}

/** Registers and mask from a struct ucontext; r2 is left alone where it was not the kernel that saved it. Linux: do_setcontext */
export function restoreUcontext(kernel: Kernel, task: Task, frame: number, at: number, withR2: boolean): boolean {
  const low = readWord(kernel, task, at + UC.mask);
  const high = readWord(kernel, task, at + UC.mask + 4);
  const regs = readWord(kernel, task, at + UC.regs);
  if (low === undefined || high === undefined || regs === undefined) return false;
  return restoreContext(kernel, task, frame, regs >>> 0, setOfWords(low, high), withR2);
}

/** Saves registers and mask as a struct ucontext that is there already: swapcontext. */
export function saveUcontext(kernel: Kernel, task: Task, frame: number, at: number): boolean {
  // A context that is not 16-byte aligned has room in front of its registers.
  const context = ((at + UC.context) & -16) >>> 0;
  if (!IMAGE.begin(kernel, task, context, CONTEXT_BYTES)) return false;
  IMAGE.clear(0, CONTEXT_BYTES);
  fillContext(kernel, frame, 0);
  if (!IMAGE.finish(kernel, task, context, CONTEXT_BYTES)) return false;
  const { w0, w1 } = task.sigMask;
  return (
    writeWord(kernel, task, at + UC.regs, context) &&
    writeWord(kernel, task, at + UC.mask, w0) &&
    writeWord(kernel, task, at + UC.mask + 4, w1)
  );
}

export const UCONTEXT_BYTES = UC.bytes;

/** MSR and MQ are not what a context decides: privilege comes from the task. */
function restoreContext(kernel: Kernel, task: Task, frame: number, at: number, mask: SigSet, withR2: boolean): boolean {
  if (!IMAGE.open(kernel, task, at, CONTEXT_BYTES)) return false;
  const { i32 } = kernel.memory;
  const { words, at: from } = IMAGE;
  const registers = frameWords(kernel, frame, PT_SIZE);
  for (let offset = 0; offset < PT_SIZE; offset += 4) {
    if (offset === PT.msr || offset === PT.mq || (offset === PT.r2 && !withR2)) continue;
    i32[registers + (offset >> 2)] = words[from + (offset >> 2)]!;
  }
  endSyscall(kernel, frame);
  takeFpState(kernel.cpu, words, from + (MC.fp >> 2));
  task.sigMask = mask;
  return true;
}
