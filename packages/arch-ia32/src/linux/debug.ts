/** What debuggers and core files see of a task. Linux 6.1 arch/x86/kernel/ptrace.c, arch/x86/kernel/fpu/regset.c, arch/x86/kernel/step.c */
import {
  copyOut,
  type DebugAbi,
  EFAULT,
  EINVAL,
  frameAddress,
  type Kernel,
  kernelRead32,
  kernelReadBytes,
  kernelWrite32,
  NT_386_TLS,
  NT_FPREGSET,
  NT_PRSTATUS,
  NT_PRXFPREG,
  type RegisterSet,
  readWord,
  type Task,
  wholeSetRequest,
  withCpu,
} from '@kml/kernel';
import { loadFsave, STATE_BYTES, saveFsave } from '../isa/fp/x87-image.ts';
import { loadFxsaveWords, saveFxsaveWords } from '../isa/fp/x87-words.ts';
import { FLAG_TF } from '../isa/system/eflags.ts';
import { clearDebugRegisters, debugRegister, isWatching, noteValues, setDebugRegister } from './debug-registers.ts';
import { FXSAVE_BYTES } from './fp-state.ts';
import { GDT_TLS, TLS_ENTRIES } from './layout.ts';
import { KERNEL_CS, PT, PT_SIZE } from './pt-regs.ts';
import { stackWalk } from './stack-walk.ts';
import { setTracedThreadArea, threadArea, tlsWords } from './tls.ts';

const EM_386 = 3;
const AUDIT_ARCH_I386 = 0x4000_0003;
/** struct user: its bytes, and where the debug registers lie in it. */
const USER_BYTES = 284;
const USER_DEBUGREG = 252;
const USER_DESC_BYTES = 16;
/** Flags that a tracer may change. Linux: FLAG_MASK */
const TRACER_FLAGS = 0x0005_4dd5;

const SEGMENTS: ReadonlySet<number> = new Set([PT.ds, PT.es, PT.fs, PT.gs]);

/** The kernel has set EFLAGS.TF for a tracer: the tracer does not see it. Linux: TIF_FORCED_TF */
function isForced(task: Task): boolean {
  return task.arch.forcedTf === true;
}

/** A register of the frame as the tracer sees it. */
function getRegister(kernel: Kernel, task: Task, offset: number): number {
  const value = kernelRead32(kernel, frameAddress(kernel, task) + offset);
  if (offset === PT.cs) return task.kernelMode ? KERNEL_CS : value & 0xffff;
  if (offset === PT.eflags && isForced(task)) return value & ~FLAG_TF;
  return value;
}

/** False: a selector of another privilege. Privilege itself stays the task's. Linux: putreg, set_segment_reg */
function setRegister(kernel: Kernel, task: Task, offset: number, value: number): boolean {
  const at = frameAddress(kernel, task) + offset;
  if (offset === PT.cs || offset === PT.ss) return task.kernelMode || (value & 3) === 3;
  if (SEGMENTS.has(offset)) {
    const selector = value & 0xffff;
    if (selector !== 0 && (selector & 3) !== 3 && !task.kernelMode) return false;
    kernelWrite32(kernel, at, selector);
    return true;
  }
  if (offset !== PT.eflags) {
    kernelWrite32(kernel, at, value);
    return true;
  }
  let flags = (kernelRead32(kernel, at) & ~TRACER_FLAGS) | (value & TRACER_FLAGS);
  if (value & FLAG_TF) task.arch.forcedTf = false;
  else if (isForced(task)) flags |= FLAG_TF;
  kernelWrite32(kernel, at, flags);
  return true;
}

/** user_regs_struct, which is pt_regs. */
const GENERAL: RegisterSet = {
  type: NT_PRSTATUS,
  bytes: PT_SIZE,
  unit: 4,
  read(kernel, task) {
    const bytes = kernelReadBytes(kernel, frameAddress(kernel, task), PT_SIZE);
    const view = new DataView(bytes.buffer);
    for (const offset of [PT.cs, PT.eflags]) view.setInt32(offset, getRegister(kernel, task, offset), true);
    return bytes;
  },
  write(kernel, task, bytes) {
    const view = new DataView(bytes.buffer, bytes.byteOffset);
    for (const offset of Object.values(PT)) {
      if (!setRegister(kernel, task, offset, view.getInt32(offset, true))) return false;
    }
    return true;
  },
};

const FSAVE: RegisterSet = {
  type: NT_FPREGSET,
  bytes: STATE_BYTES[32],
  unit: 4,
  read(kernel, task) {
    const bytes = new Uint8Array(STATE_BYTES[32]);
    withCpu(kernel, task, (cpu) => saveFsave(cpu, new DataView(bytes.buffer)));
    return bytes;
  },
  write(kernel, task, bytes) {
    withCpu(kernel, task, (cpu) => loadFsave(cpu, new DataView(bytes.buffer, bytes.byteOffset)));
    return true;
  },
};

const FXSAVE: RegisterSet = {
  type: NT_PRXFPREG,
  bytes: FXSAVE_BYTES,
  unit: 4,
  read(kernel, task) {
    const bytes = new Uint8Array(FXSAVE_BYTES);
    withCpu(kernel, task, (cpu) => saveFxsaveWords(cpu, new Int32Array(bytes.buffer), 0));
    return bytes;
  },
  write: (kernel, task, bytes) =>
    withCpu(kernel, task, (cpu) => loadFxsaveWords(cpu, new Int32Array(bytes.slice().buffer), 0)),
};

/** The three TLS descriptors as struct user_desc. Linux 6.1 arch/x86/kernel/tls.c: regset_tls_get */
const TLS: RegisterSet = {
  type: NT_386_TLS,
  bytes: TLS_ENTRIES * USER_DESC_BYTES,
  unit: USER_DESC_BYTES,
  read(_kernel, task) {
    if (tlsWords(task).every((word) => word === 0)) return undefined;
    const bytes = new Uint8Array(TLS_ENTRIES * USER_DESC_BYTES);
    for (let slot = 0; slot < TLS_ENTRIES; slot++) bytes.set(threadArea(task, slot), slot * USER_DESC_BYTES);
    return bytes;
  },
  write: () => false,
};

const REQUESTS: ReadonlyMap<number, readonly [RegisterSet, boolean]> = new Map([
  [12, [GENERAL, false]],
  [13, [GENERAL, true]],
  [14, [FSAVE, false]],
  [15, [FSAVE, true]],
  [18, [FXSAVE, false]],
  [19, [FXSAVE, true]],
]);
const PTRACE_GET_THREAD_AREA = 25;
const PTRACE_SET_THREAD_AREA = 26;

export const debug: DebugAbi = {
  auditArch: AUDIT_ARCH_I386,
  elfMachine: EM_386,
  narrowIds: true,
  stackWalk,
  registerSets: [GENERAL, FSAVE, FXSAVE, TLS],

  peekUser(kernel, task, offset) {
    if (offset & 3 || offset >= USER_BYTES) return undefined;
    if (offset < PT_SIZE) return getRegister(kernel, task, offset);
    return offset >= USER_DEBUGREG ? debugRegister(task, (offset - USER_DEBUGREG) >> 2) : 0;
  },
  pokeUser(kernel, task, offset, value) {
    if (offset & 3) return false;
    if (offset < PT_SIZE) return setRegister(kernel, task, offset, value);
    if (offset < USER_DEBUGREG || offset >= USER_BYTES) return false;
    return setDebugRegister(kernel, task, (offset - USER_DEBUGREG) >> 2, value);
  },

  request(kernel, tracer, task, request, addr, data) {
    if (request === PTRACE_GET_THREAD_AREA) {
      const slot = addr - GDT_TLS;
      if (slot < 0 || slot >= TLS_ENTRIES) return -EINVAL;
      return copyOut(kernel, tracer, data, threadArea(task, slot)) ? 0 : -EFAULT;
    }
    if (request === PTRACE_SET_THREAD_AREA) return setTracedThreadArea(kernel, tracer, task, data);
    return wholeSetRequest(kernel, tracer, task, REQUESTS, request, data);
  },

  callAtEntry(kernel, task) {
    const word = (offset: number) => kernelRead32(kernel, frameAddress(kernel, task) + offset);
    return {
      number: word(PT.origEax),
      args: [PT.ebx, PT.ecx, PT.edx, PT.esi, PT.edi, PT.ebp].map(word),
    };
  },
  setCall: (kernel, task, number) => kernelWrite32(kernel, frameAddress(kernel, task) + PT.origEax, number),

  // `kml_return` is a RET.
  leaveDirectCall(kernel, task, frame) {
    if (kernelRead32(kernel, frame + PT.eip) >>> 0 !== kernel.image.symbols.get('kml_return')) return;
    const sp = kernelRead32(kernel, frame + PT.esp);
    const caller = readWord(kernel, task, sp);
    if (caller === undefined) return;
    kernelWrite32(kernel, frame + PT.eip, caller);
    kernelWrite32(kernel, frame + PT.esp, sp + 4);
  },

  detach: (_kernel, task) => clearDebugRegisters(task),
  afterCall(kernel, task, frame) {
    noteValues(kernel, task);
    debug.singleStep!(kernel, task, frame, false);
  },

  singleStep(kernel, task, frame, on) {
    const flags = kernelRead32(kernel, frame + PT.eflags);
    const wanted = on || isWatching(task);
    if (wanted && !(flags & FLAG_TF)) {
      kernelWrite32(kernel, frame + PT.eflags, flags | FLAG_TF);
      task.arch.forcedTf = true;
    } else if (!wanted && isForced(task)) {
      kernelWrite32(kernel, frame + PT.eflags, flags & ~FLAG_TF);
      task.arch.forcedTf = false;
    }
  },
};
