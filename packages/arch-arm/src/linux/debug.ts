/** What debuggers and core files see of a task. Linux 6.1 arch/arm/kernel/ptrace.c */
import {
  type DebugAbi,
  EFAULT,
  frameAddress,
  type Kernel,
  kernelRead32,
  kernelReadBytes,
  kernelWrite32,
  kernelWriteBytes,
  NT_ARM_VFP,
  NT_FPREGSET,
  NT_PRSTATUS,
  type RegisterSet,
  type Task,
  wholeSetRequest,
  withCpu,
  writeWord,
} from '@kml/kernel';
import { reg } from '../isa/state.ts';
import { loadVfp, saveVfp, VFP_SET_BYTES } from './fp-state.ts';
import { setFramePc, threadInfo } from './frame.ts';
import { TI_SYSCALL } from './layout.ts';
import { PT, PT_SIZE } from './pt-regs.ts';
import { validCpsr } from './signal-frame.ts';
import { stackWalk } from './stack-walk.ts';

const EM_ARM = 40;
const AUDIT_ARCH_ARM = 0x4000_0028;
/** struct user; offsets behind it that name the program's text and data. */
const USER_BYTES = 296;
const PT_TEXT_ADDR = 0x1_0000;
const PT_DATA_ADDR = 0x1_0004;
const PT_TEXT_END_ADDR = 0x1_0008;

/** Where the program's code lies: its first mapping. */
function textStart(task: Task): number {
  return task.mm?.vmas[0]?.start ?? 0;
}

const GENERAL: RegisterSet = {
  type: NT_PRSTATUS,
  bytes: PT_SIZE,
  unit: 4,
  read: (kernel, task) => kernelReadBytes(kernel, frameAddress(kernel, task), PT_SIZE),
  write(kernel, task, bytes) {
    const view = new DataView(bytes.buffer, bytes.byteOffset);
    const cpsr = validCpsr(task, view.getInt32(PT.cpsr, true));
    if (cpsr === undefined) return false;
    view.setInt32(PT.cpsr, cpsr, true);
    kernelWriteBytes(kernel, frameAddress(kernel, task), bytes);
    return true;
  },
};

/** struct user_fp of the FPA, which no processor here has. */
const FPA_BYTES = 116;
const FPA: RegisterSet = {
  type: NT_FPREGSET,
  bytes: FPA_BYTES,
  unit: 4,
  read: () => new Uint8Array(FPA_BYTES),
  write: () => true,
};

/** d0 to d31 and FPSCR. */
const VFP: RegisterSet = {
  type: NT_ARM_VFP,
  bytes: VFP_SET_BYTES,
  unit: 4,
  read: (kernel, task) => withCpu(kernel, task, saveVfp),
  write(kernel, task, bytes) {
    withCpu(kernel, task, (cpu) => loadVfp(cpu, bytes));
    return true;
  },
};

const REQUESTS: ReadonlyMap<number, readonly [RegisterSet, boolean]> = new Map([
  [12, [GENERAL, false]],
  [13, [GENERAL, true]],
  [14, [FPA, false]],
  [15, [FPA, true]],
  [27, [VFP, false]],
  [28, [VFP, true]],
]);
const PTRACE_GET_THREAD_AREA = 22;
const PTRACE_SET_SYSCALL = 23;

function setCall(kernel: Kernel, task: Task, number: number): void {
  kernelWrite32(kernel, threadInfo(frameAddress(kernel, task)) + TI_SYSCALL, number);
}

/** There is no single-stepping on ARM Linux: debuggers put a breakpoint on what comes next. */
export const debug: DebugAbi = {
  auditArch: AUDIT_ARCH_ARM,
  elfMachine: EM_ARM,
  narrowIds: true,
  stackWalk,
  registerSets: [GENERAL, FPA, VFP],

  peekUser(kernel, task, offset) {
    if (offset & 3) return undefined;
    if (offset < PT_SIZE) return kernelRead32(kernel, frameAddress(kernel, task) + offset);
    if (offset === PT_TEXT_ADDR) return textStart(task);
    if (offset === PT_DATA_ADDR) return task.mm?.brkStart ?? 0;
    if (offset === PT_TEXT_END_ADDR) return task.mm?.vmas[0]?.end ?? 0;
    return offset < USER_BYTES ? 0 : undefined;
  },
  pokeUser(kernel, task, offset, value) {
    if (offset & 3 || offset >= USER_BYTES) return false;
    if (offset >= PT_SIZE) return true;
    const bytes = GENERAL.read(kernel, task)!;
    new DataView(bytes.buffer).setInt32(offset, value, true);
    return GENERAL.write(kernel, task, bytes);
  },

  request(kernel, tracer, task, request, _addr, data) {
    if (request === PTRACE_GET_THREAD_AREA) {
      const value = withCpu(kernel, task, (cpu) => cpu.get(reg('tpidruro')));
      return writeWord(kernel, tracer, data, value) ? 0 : -EFAULT;
    }
    if (request === PTRACE_SET_SYSCALL) {
      setCall(kernel, task, data);
      return 0;
    }
    return wholeSetRequest(kernel, tracer, task, REQUESTS, request, data);
  },

  callAtEntry(kernel, task) {
    const frame = frameAddress(kernel, task);
    return {
      number: kernelRead32(kernel, threadInfo(frame) + TI_SYSCALL),
      args: [PT.origR0, PT.r1, PT.r2, PT.r3, PT.r4, PT.r5].map((offset) => kernelRead32(kernel, frame + offset)),
    };
  },
  setCall,

  // `kml_return` is BX LR.
  leaveDirectCall(kernel, _task, frame) {
    if (kernelRead32(kernel, frame + PT.pc) >>> 0 !== kernel.image.symbols.get('kml_return')) return;
    setFramePc(kernel, frame, kernelRead32(kernel, frame + PT.lr));
  },
};
