/** Signal frames of 32-bit PowerPC. Linux 6.1 arch/powerpc/kernel/signal_32.c */
import {
  copyIn,
  copyInto,
  copyOut,
  encodeSigInfo,
  FrameImage,
  frameWords,
  type Kernel,
  kernelRead32,
  kernelWrite32,
  nativeNumber,
  onAltStack,
  readWord,
  SIGINFO_BYTES,
  type SigAction,
  type SigInfo,
  type SigSet,
  type Task,
  writeWord,
} from '@kml/kernel';
import { MSR_SE, writeFpscr } from '../isa/index.ts';
import { FP_BYTES, putFpState, takeFpState } from './fp-state.ts';
import { endSyscall } from './frame.ts';
import { PT, PT_SIZE } from './pt-regs.ts';

const SA_SIGINFO = 0x4;
const SA_ONSTACK = 0x0800_0000;
const SS_DISABLE = 2;
const SS_AUTODISARM = 0x8000_0000;

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

const IMAGES = {
  old: new FrameImage(OLD.bytes - ABI_GAP),
  rt: new FrameImage(RT.bytes - ABI_GAP),
  context: new FrameImage(MC.fp + FP_BYTES),
};

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
  const image = (rt ? IMAGES.rt : IMAGES.old).cleared();
  const signo = nativeNumber(kernel, 'signal', info.signo);
  if (rt) fillRt(kernel, task, frame, image, at, info, mask);
  else fillOld(kernel, frame, image, at, signo, action, mask);
  const sp = at - (rt ? RT_CALLER_FRAME : CALLER_FRAME);
  if (!copyOut(kernel, task, at, image.bytes)) return false;
  if (!writeWord(kernel, task, sp, kernelRead32(kernel, frame + PT.r1))) return false;
  if ((task.altStack.flags & SS_AUTODISARM) !== 0) task.altStack = { sp: 0, size: 0, flags: SS_DISABLE };

  const write = (register: keyof typeof PT, value: number): void => kernelWrite32(kernel, frame + PT[register], value);
  write('r1', sp);
  write('r3', signo);
  // The address of siginfo, or of struct sigcontext: both are first.
  write('r4', at);
  if (rt) {
    write('r5', at + RT.ucontext);
    write('r6', at);
  }
  write('nip', action.handler);
  write('link', kernel.abi.vdsoSymbol(task.mm!, rt ? '__kernel_sigtramp_rt32' : '__kernel_sigtramp32'));
  write('msr', kernelRead32(kernel, frame + PT.msr) & ~MSR_SE);
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
  if ((action.flags & SA_ONSTACK) !== 0 && !on && altStack.size > 0 && (altStack.flags & SS_DISABLE) === 0) {
    top = altStack.sp + altStack.size;
  }
  const at = ((top - bytes) & -16) >>> 0;
  return on && at < altStack.sp ? undefined : at;
}

/** A machine context: general registers, floating point. */
function fillContext(kernel: Kernel, frame: number, { view }: FrameImage, at: number): void {
  const { i32 } = kernel.memory;
  const registers = frameWords(kernel, frame, PT_SIZE);
  for (let word = 0; word < PT_SIZE >> 2; word++) view.setInt32(at + 4 * word, i32[registers + word]!);
  putFpState(kernel.cpu, view, at + MC.fp);
}

function fillRt(
  kernel: Kernel,
  task: Task,
  frame: number,
  image: FrameImage,
  at: number,
  info: SigInfo,
  mask: SigSet,
): void {
  const { view } = image;
  const { altStack } = task;
  image.bytes.set(encodeSigInfo(kernel, info));
  view.setUint32(RT.ucontext + UC.stack, altStack.sp);
  view.setUint32(RT.ucontext + UC.stack + 4, altStack.size === 0 ? SS_DISABLE : altStack.flags);
  view.setUint32(RT.ucontext + UC.stack + 8, altStack.size);
  view.setUint32(RT.ucontext + UC.regs, at + RT.ucontext + UC.context);
  putMask(view, RT.ucontext + UC.mask, RT.ucontext + UC.mask + 4, mask);
  fillContext(kernel, frame, image, RT.ucontext + UC.context);
}

function fillOld(
  kernel: Kernel,
  frame: number,
  image: FrameImage,
  at: number,
  signo: number,
  action: SigAction,
  mask: SigSet,
): void {
  const { view } = image;
  view.setUint32(OLD.signal, signo);
  view.setUint32(OLD.handler, action.handler);
  putMask(view, OLD.oldMask, OLD.maskHigh, mask);
  view.setUint32(OLD.regs, at + OLD.context);
  fillContext(kernel, frame, image, OLD.context);
}

function putMask(view: DataView, low: number, high: number, mask: SigSet): void {
  if (mask === 0n) {
    view.setUint32(low, 0);
    view.setUint32(high, 0);
    return;
  }
  view.setUint32(low, Number(mask & 0xffff_ffffn));
  view.setUint32(high, Number(mask >> 32n));
}

/** Restores registers, floating point and mask from the frame on the user's stack. False if it cannot be read. */
export function sigreturn(kernel: Kernel, task: Task, frame: number, rt: boolean): boolean {
  const sp = kernelRead32(kernel, frame + PT.r1) >>> 0;
  if (!rt) {
    const at = sp + CALLER_FRAME;
    const context = copyIn(kernel, task, at, OLD.context);
    if (context === undefined) return false;
    const view = new DataView(context.buffer);
    const mask = wordsToMask(view.getUint32(OLD.oldMask), view.getUint32(OLD.maskHigh));
    return restoreContext(kernel, task, frame, view.getUint32(OLD.regs), mask, true);
  }
  const at = sp + RT_CALLER_FRAME + RT.ucontext;
  if (!restoreUcontext(kernel, task, frame, at, true)) return false;
  const stack = copyIn(kernel, task, at + UC.stack, 12);
  if (stack === undefined) return false;
  restoreAltStack(task, new DataView(stack.buffer));
  return true;
}

/** Registers and mask from a struct ucontext; r2 is left alone where it was not the kernel that saved it. Linux: do_setcontext */
export function restoreUcontext(kernel: Kernel, task: Task, frame: number, at: number, withR2: boolean): boolean {
  const low = readWord(kernel, task, at + UC.mask);
  const high = readWord(kernel, task, at + UC.mask + 4);
  const regs = readWord(kernel, task, at + UC.regs);
  if (low === undefined || high === undefined || regs === undefined) return false;
  return restoreContext(kernel, task, frame, regs >>> 0, wordsToMask(low >>> 0, high >>> 0), withR2);
}

/** Saves registers and mask as a struct ucontext that is there already: swapcontext. */
export function saveUcontext(kernel: Kernel, task: Task, frame: number, at: number): boolean {
  // A context that is not 16-byte aligned has room in front of its registers.
  const context = ((at + UC.context) & -16) >>> 0;
  const image = IMAGES.context.cleared();
  fillContext(kernel, frame, image, 0);
  const head = new DataView(new ArrayBuffer(12));
  head.setUint32(0, context);
  putMask(head, 4, 8, task.sigMask);
  return (
    copyOut(kernel, task, context, image.bytes) && copyOut(kernel, task, at + UC.regs, new Uint8Array(head.buffer))
  );
}

export const UCONTEXT_BYTES = UC.bytes;

const wordsToMask = (low: number, high: number): SigSet => BigInt(low) | (BigInt(high) << 32n);

/** MSR and MQ are not what a context decides: privilege comes from the task. */
function restoreContext(kernel: Kernel, task: Task, frame: number, at: number, mask: SigSet, withR2: boolean): boolean {
  const { bytes, view } = IMAGES.context;
  if (!copyInto(kernel, task, at, bytes)) return false;
  const { i32 } = kernel.memory;
  const registers = frameWords(kernel, frame, PT_SIZE);
  for (let offset = 0; offset < PT_SIZE; offset += 4) {
    if (offset === PT.msr || offset === PT.mq || (offset === PT.r2 && !withR2)) continue;
    i32[registers + (offset >> 2)] = view.getInt32(offset);
  }
  endSyscall(kernel, frame);
  takeFpState(kernel.cpu, view, MC.fp);
  task.sigMask = mask;
  return true;
}

function restoreAltStack(task: Task, view: DataView): void {
  const flags = view.getUint32(4);
  const size = view.getUint32(8);
  if ((flags & SS_DISABLE) !== 0) task.altStack = { sp: 0, size: 0, flags: SS_DISABLE };
  else task.altStack = { sp: view.getUint32(0), size, flags: flags & SS_AUTODISARM };
}
