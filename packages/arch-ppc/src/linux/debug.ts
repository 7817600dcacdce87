/** What debuggers and core files see of a task. Linux 6.1 arch/powerpc/kernel/ptrace */
import {
  type DebugAbi,
  frameAddress,
  type Kernel,
  kernelRead32,
  kernelReadBytes,
  kernelWrite32,
  NT_FPREGSET,
  NT_PRSTATUS,
  type RegisterSet,
  type Task,
  wholeSetRequest,
  withCpu,
} from '@kml/kernel';
import { MSR_SE } from '../isa/state.ts';
import { FP_BYTES, loadFpState, saveFpState } from './fp-state.ts';
import { PT, PT_SIZE } from './pt-regs.ts';
import { stackWalk } from './stack-walk.ts';

const EM_PPC = 20;
const AUDIT_ARCH_PPC = 20;
/** elf_gregset_t: 44 words of pt_regs, then zeros. */
const GREG_BYTES = 48 * 4;
/** PTRACE_PEEKUSR counts in words: general registers, from here floating point in words, then FPSCR. */
const PT_FPR0 = 48;
const PT_FPSCR = PT_FPR0 + 2 * 32 + 1;
/** What a tracer may change of MSR. Linux: MSR_DEBUGCHANGE */
const MSR_CHANGEABLE = MSR_SE | 0x200;

/** Registers behind the general ones that a tracer may change. Linux: ptrace_put_reg, gpr_set */
const MUTABLE: ReadonlySet<number> = new Set([PT.nip, PT.origR3, PT.ctr, PT.link, PT.xer, PT.ccr, PT.result]);

function setRegister(kernel: Kernel, task: Task, offset: number, value: number): void {
  const at = frameAddress(kernel, task) + offset;
  if (offset <= PT.r31 || MUTABLE.has(offset)) kernelWrite32(kernel, at, value);
  else if (offset === PT.msr) {
    kernelWrite32(kernel, at, (kernelRead32(kernel, at) & ~MSR_CHANGEABLE) | (value & MSR_CHANGEABLE));
  } else if (offset === PT.trap) kernelWrite32(kernel, at, value & 0xfff0);
}

/** pt_regs with `bytes` bytes. */
function generalSet(type: number, bytes: number): RegisterSet {
  return {
    type,
    bytes,
    unit: 4,
    read(kernel, task) {
      const image = new Uint8Array(bytes);
      image.set(kernelReadBytes(kernel, frameAddress(kernel, task), PT_SIZE));
      return image;
    },
    write(kernel, task, image) {
      const view = new DataView(image.buffer, image.byteOffset);
      for (let offset = 0; offset < PT_SIZE; offset += 4) setRegister(kernel, task, offset, view.getInt32(offset));
      return true;
    },
  };
}

const GENERAL = generalSet(NT_PRSTATUS, GREG_BYTES);
const PLAIN = generalSet(-1, PT_SIZE);

const FLOATING: RegisterSet = {
  type: NT_FPREGSET,
  bytes: FP_BYTES,
  unit: 8,
  read: (kernel, task) => withCpu(kernel, task, saveFpState),
  write(kernel, task, bytes) {
    withCpu(kernel, task, (cpu) => loadFpState(cpu, bytes));
    return true;
  },
};

const REQUESTS: ReadonlyMap<number, readonly [RegisterSet, boolean]> = new Map([
  [12, [PLAIN, false]],
  [13, [PLAIN, true]],
  [14, [FLOATING, false]],
  [15, [FLOATING, true]],
]);

export const debug: DebugAbi = {
  auditArch: AUDIT_ARCH_PPC,
  elfMachine: EM_PPC,
  stackWalk,
  registerSets: [GENERAL, FLOATING],

  peekUser(kernel, task, offset) {
    if (offset & 3) return undefined;
    if (offset < PT_SIZE) return kernelRead32(kernel, frameAddress(kernel, task) + offset);
    const place = offset >>> 2;
    if (place < PT_FPR0 || place > PT_FPSCR) return undefined;
    return new DataView(FLOATING.read(kernel, task)!.buffer).getInt32((place - PT_FPR0) * 4);
  },
  pokeUser(kernel, task, offset, value) {
    if (offset & 3) return false;
    if (offset < PT_SIZE) {
      setRegister(kernel, task, offset, value);
      return true;
    }
    const place = offset >>> 2;
    if (place < PT_FPR0 || place > PT_FPSCR) return false;
    const bytes = FLOATING.read(kernel, task)!;
    new DataView(bytes.buffer).setInt32((place - PT_FPR0) * 4, value);
    return FLOATING.write(kernel, task, bytes);
  },

  request: (kernel, tracer, task, request, _addr, data) =>
    wholeSetRequest(kernel, tracer, task, REQUESTS, request, data),

  callAtEntry(kernel, task) {
    const word = (offset: number) => kernelRead32(kernel, frameAddress(kernel, task) + offset);
    return { number: word(PT.r0), args: [PT.origR3, PT.r4, PT.r5, PT.r6, PT.r7, PT.r8].map(word) };
  },
  setCall: (kernel, task, number) => kernelWrite32(kernel, frameAddress(kernel, task) + PT.r0, number),

  // `kml_return` is BLR.
  leaveDirectCall(kernel, _task, frame) {
    if (kernelRead32(kernel, frame + PT.nip) >>> 0 !== kernel.image.symbols.get('kml_return')) return;
    kernelWrite32(kernel, frame + PT.nip, kernelRead32(kernel, frame + PT.link));
  },

  singleStep(kernel, _task, frame, on) {
    const msr = kernelRead32(kernel, frame + PT.msr);
    kernelWrite32(kernel, frame + PT.msr, on ? msr | MSR_SE : msr & ~MSR_SE);
  },
};
