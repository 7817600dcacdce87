import {
  altStackFlags,
  disarmAltStack,
  encodeSigInfo,
  FrameImage,
  frameWords,
  hasAltStack,
  type Kernel,
  kernelRead32,
  kernelWrite32,
  onAltStack,
  restoreAltStack,
  type SigAction,
  type SigInfo,
  type SigSet,
  setOfWords,
  type Task,
} from '@kml/kernel';
import { loadFxsaveWords } from '../isa/fp/x87-words.ts';
import { FLAG_TF } from '../isa/system/eflags.ts';
import { FP_BYTES, FSAVE_BYTES, FXSAVE_BYTES, saveFpState } from './fp-state.ts';
import { KERNEL_DS, KU_CS_EXCEPTION, PT, PT_SIZE, USER_CS, USER_DS } from './pt-regs.ts';

/** Signal frames of i386. Linux 6.1 arch/x86/kernel/signal.c, arch/x86/include/asm/sigframe.h */
const SA_SIGINFO = 0x4;
const SA_RESTORER = 0x0400_0000;
const SA_ONSTACK = 0x0800_0000;

/** struct sigframe_ia32: return address, signal, sigcontext (88 bytes), an unused fpstate, mask, code for debuggers. */
const OLD = { context: 8, extraMask: 720, code: 724, bytes: 732 };
/** struct rt_sigframe_ia32: return address, signal, two pointers, siginfo, ucontext, code for debuggers. */
const RT = { info: 16, ucontext: 144, code: 260, bytes: 268 };
/** Within struct ucontext_ia32. */
const UC = { stack: 8, context: 20, mask: 108 };

/** EFLAGS bits that sigreturn may set. Linux: FIX_EFLAGS */
const USER_FLAGS = 0x0005_0dd5;
/** Cleared for a handler: direction, resume, trap. */
const HANDLER_CLEARS = 0x0001_0500;

/** Registers of struct sigcontext in order, with their offsets there. */
const CONTEXT: readonly (readonly [keyof typeof PT, number])[] = [
  ['gs', 0],
  ['fs', 4],
  ['es', 8],
  ['ds', 12],
  ['edi', 16],
  ['esi', 20],
  ['ebp', 24],
  ['esp', 28],
  ['ebx', 32],
  ['edx', 36],
  ['ecx', 40],
  ['eax', 44],
  ['eip', 56],
  ['cs', 60],
  ['eflags', 64],
  ['ss', 72],
];
/** The same as words: of the register frame, of struct sigcontext. */
const CONTEXT_WORDS = CONTEXT.map(([register, offset]) => [PT[register] >> 2, offset >> 2] as const);
const DATA_SEGMENTS = [PT.gs >> 2, PT.fs >> 2, PT.ds >> 2, PT.es >> 2];
/** With the 16-byte gaps of alignment. */
const IMAGE = new FrameImage(OLD.bytes + FP_BYTES + 16);
const FX = new FrameImage(FXSAVE_BYTES);
/** movl $173,%eax; int $0x80: what debuggers look for. */
const RT_CODE = [0x0000_adb8, 0x0080_cd00] as const;
/** popl %eax; movl $119,%eax; int $0x80 */
const OLD_CODE = [0x0077_b858, 0x80cd_0000 | 0] as const;
const [SC_TRAP, SC_ERROR, SC_SP_AT_SIGNAL, SC_FPSTATE, SC_OLDMASK, SC_CR2] = [48, 52, 68, 76, 80, 84];

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
  const { i32 } = kernel.memory;
  const registers = frameWords(kernel, frame, PT_SIZE);
  const esp = i32[registers + (PT.esp >> 2)]!;
  let sp = esp >>> 0;
  const { altStack } = task;
  const onAlt = onAltStack(task, sp);
  if ((action.flags & SA_ONSTACK) !== 0 && !onAlt && hasAltStack(task)) {
    sp = altStack.sp + altStack.size;
  } else if (onAlt && sp - altStack.sp < RT.bytes + FP_BYTES) return false;

  const fxAt = (sp - FXSAVE_BYTES) & ~63;
  const fpAt = fxAt - FSAVE_BYTES;
  const bytes = rt ? RT.bytes : OLD.bytes;
  const at = (((fpAt - bytes + 4) & -16) - 4) >>> 0;
  const fpOffset = (fpAt - at) | 0;

  forgetForcedTrap(kernel, task, frame);
  const returnTo = returnAddress(kernel, task, action, rt);
  if (!IMAGE.begin(kernel, task, at, fpOffset + FP_BYTES)) return false;
  IMAGE.clear(0, fpOffset);
  IMAGE.put(0, returnTo);
  IMAGE.put(4, info.signo);
  const context = rt ? RT.ucontext + UC.context : OLD.context;
  const { words } = IMAGE;
  const saved = IMAGE.at + (context >> 2);
  for (let n = 0; n < CONTEXT_WORDS.length; n++) {
    const [word, to] = CONTEXT_WORDS[n]!;
    words[saved + to] = i32[registers + word]!;
  }
  const { trapNumber, errorCode, faultAddress } = task.arch;
  IMAGE.put(context + SC_TRAP, numberOf(trapNumber));
  IMAGE.put(context + SC_ERROR, numberOf(errorCode));
  IMAGE.put(context + SC_CR2, numberOf(faultAddress));
  IMAGE.put(context + SC_SP_AT_SIGNAL, esp);
  IMAGE.put(context + SC_FPSTATE, fpAt);
  IMAGE.put(context + SC_OLDMASK, mask.w0);
  if (rt) putInfo(kernel, task, at, info, mask);
  else {
    IMAGE.put(OLD.extraMask, mask.w1);
    IMAGE.put(OLD.code, OLD_CODE[0]);
    IMAGE.put(OLD.code + 4, OLD_CODE[1]);
  }
  saveFpState(kernel.cpu, IMAGE.words, IMAGE.at + (fpOffset >> 2));
  if (!IMAGE.finish(kernel, task, at, fpOffset + FP_BYTES, bytes + FP_BYTES)) return false;
  disarmAltStack(task);

  enterHandler(kernel, task, frame, action.handler, at, info.signo, rt);
  return true;
}

/** What only the frame with siginfo has. */
function putInfo(kernel: Kernel, task: Task, at: number, info: SigInfo, mask: SigSet): void {
  const { altStack } = task;
  IMAGE.put(8, at + RT.info);
  IMAGE.put(12, at + RT.ucontext);
  IMAGE.putBytes(kernel, RT.info, encodeSigInfo(kernel, info));
  IMAGE.put(RT.ucontext + UC.stack, altStack.sp);
  IMAGE.put(RT.ucontext + UC.stack + 4, altStackFlags(task));
  IMAGE.put(RT.ucontext + UC.stack + 8, altStack.size);
  IMAGE.putSigSet(mask, RT.ucontext + UC.mask, 8);
  IMAGE.put(RT.code, RT_CODE[0]);
  IMAGE.put(RT.code + 4, RT_CODE[1]);
}

/** The trap flag that the kernel has set for a tracer is not the program's to find. */
function forgetForcedTrap(kernel: Kernel, task: Task, frame: number): void {
  if (task.arch.forcedTf !== true) return;
  task.arch.forcedTf = false;
  kernelWrite32(kernel, frame + PT.eflags, kernelRead32(kernel, frame + PT.eflags) & ~FLAG_TF);
}

/** Registers with which a handler begins. */
function enterHandler(
  kernel: Kernel,
  task: Task,
  frame: number,
  handler: number,
  at: number,
  signo: number,
  rt: boolean,
): void {
  const { i32 } = kernel.memory;
  const registers = frameWords(kernel, frame, PT_SIZE);
  i32[registers + (PT.esp >> 2)] = at;
  i32[registers + (PT.eip >> 2)] = handler;
  i32[registers + (PT.eax >> 2)] = signo;
  i32[registers + (PT.edx >> 2)] = rt ? at + RT.info : 0;
  i32[registers + (PT.ecx >> 2)] = rt ? at + RT.ucontext : 0;
  i32[registers + (PT.ds >> 2)] = USER_DS;
  i32[registers + (PT.es >> 2)] = USER_DS;
  i32[registers + (PT.cs >> 2)] = task.kernelMode ? KU_CS_EXCEPTION : USER_CS;
  i32[registers + (PT.ss >> 2)] = task.kernelMode ? KERNEL_DS : USER_DS;
  i32[registers + (PT.eflags >> 2)]! &= ~HANDLER_CLEARS;
}

/** Where the handler returns to. A kernel-mode process goes to kernel text and SA_RESTORER is ignored (KML). */
function returnAddress(kernel: Kernel, task: Task, action: SigAction, rt: boolean): number {
  if (task.kernelMode) {
    return kernel.image.symbols.get(rt ? 'kml_rt_sigreturn_shortcut' : 'kml_sigreturn_shortcut')!;
  }
  if ((action.flags & SA_RESTORER) !== 0) return action.restorer;
  return kernel.abi.vdsoSymbol(task.mm!, rt ? '__kernel_rt_sigreturn' : '__kernel_sigreturn');
}

/** Restores registers, floating point and mask from the frame on the user's stack. False if it cannot be read. */
export function sigreturn(kernel: Kernel, task: Task, frame: number, rt: boolean): boolean {
  // The handler's `ret` and, for the old frame, the stub's `pop` have moved the stack pointer.
  const at = (kernelRead32(kernel, frame + PT.esp) - (rt ? 4 : 8)) >>> 0;
  const bytes = rt ? RT.bytes : OLD.bytes;
  if (!IMAGE.open(kernel, task, at, bytes)) return false;
  const context = rt ? RT.ucontext + UC.context : OLD.context;
  const fpAt = IMAGE.take(context + SC_FPSTATE);
  if (fpAt !== 0) {
    if (!FX.open(kernel, task, fpAt + FSAVE_BYTES, FXSAVE_BYTES)) return false;
    if (!loadFxsaveWords(kernel.cpu, FX.words, FX.at)) return false;
    // A fault of that may have taken the frame's page.
    if (!IMAGE.open(kernel, task, at, bytes, 0)) return false;
  }
  const { i32 } = kernel.memory;
  const registers = frameWords(kernel, frame, PT_SIZE);
  const oldFlags = i32[registers + (PT.eflags >> 2)]!;
  const { words } = IMAGE;
  const saved = IMAGE.at + (context >> 2);
  for (let n = 0; n < CONTEXT_WORDS.length; n++) {
    const [word, from] = CONTEXT_WORDS[n]!;
    i32[registers + word] = words[saved + from]!;
  }
  validate(i32, registers, task, oldFlags);
  // No system call is to be restarted out of a handler's return.
  i32[registers + (PT.origEax >> 2)] = -1;
  task.sigMask = rt
    ? IMAGE.takeSigSet(RT.ucontext + UC.mask, 8)
    : setOfWords(IMAGE.take(context + SC_OLDMASK), IMAGE.take(OLD.extraMask));
  const stack = RT.ucontext + UC.stack;
  if (rt) restoreAltStack(task, IMAGE.take(stack), IMAGE.take(stack + 8), IMAGE.take(stack + 4));
  return true;
}

/** What registers may be after sigreturn: privilege comes from the task, never from the frame. */
function validate(i32: Int32Array, registers: number, { kernelMode }: Task, oldFlags: number): void {
  const [cs, ss, eflags] = [registers + (PT.cs >> 2), registers + (PT.ss >> 2), registers + (PT.eflags >> 2)];
  i32[cs] = kernelMode ? KU_CS_EXCEPTION : (i32[cs]! & 0xffff) | 3;
  i32[ss] = kernelMode ? KERNEL_DS : (i32[ss]! & 0xffff) | 3;
  for (const word of DATA_SEGMENTS) {
    const selector = i32[registers + word]! & 0xffff;
    i32[registers + word] = kernelMode || selector === 0 ? selector : selector | 3;
  }
  i32[eflags] = (oldFlags & ~USER_FLAGS) | (i32[eflags]! & USER_FLAGS) | 2;
}

/** A word the ABI keeps with the task (exception entry puts them there). */
function numberOf(value: unknown): number {
  return typeof value === 'number' ? value : 0;
}
