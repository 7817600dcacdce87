/** What debuggers and core files see of a task. Linux 6.1 arch/mips/kernel/ptrace.c, ptrace32.c */
import {
  type DebugAbi,
  EFAULT,
  frameAddress,
  type Kernel,
  kernelRead32,
  kernelWrite32,
  NT_FPREGSET,
  NT_PRSTATUS,
  type RegisterSet,
  StructReader,
  StructWriter,
  type Task,
  wholeSetRequest,
  withCpu,
  writeWord,
} from '@kml/kernel';
import { FIR } from '../isa/identity.ts';
import { readFcsr, reg, writeFcsr } from '../isa/index.ts';
import { SYSCALL_BASE } from './entry/constants.ts';
import { NAN_BITS } from './fp-mode.ts';
import { hasFr, readFloat32, readFloat64, writeFloat32, writeFloat64 } from './fp-registers.ts';
import { A0, PT, ptReg, RA, V0 } from './pt-regs.ts';
import { stackWalk } from './stack-walk.ts';

const EM_MIPS = 8;
const AUDIT_LITTLE = 0x4000_0000;
/** FCSR's Cause field: what would trap at once cannot be set. */
const FCSR_CAUSES = 0x3_f000;

/** Places of PTRACE_PEEKUSR. Linux 6.1 arch/mips/include/uapi/asm/ptrace.h */
const FPR_BASE = 32;
const USER_PLACES: ReadonlyMap<number, number> = new Map([
  [64, PT.epc],
  [65, PT.cause],
  [66, PT.badVAddr],
  [67, PT.hi],
  [68, PT.lo],
]);
const FPC_CSR = 69;
const FPC_EIR = 70;
const USER_LOCAL = reg('userLocal');

const word = (kernel: Kernel, task: Task, offset: number): number =>
  kernelRead32(kernel, frameAddress(kernel, task) + offset);
const store = (kernel: Kernel, task: Task, offset: number, value: number): void =>
  kernelWrite32(kernel, frameAddress(kernel, task) + offset, value);

/** Order behind the general registers, and whether a tracer may change it. */
const REST = [
  [PT.lo, true],
  [PT.hi, true],
  [PT.epc, true],
  [PT.badVAddr, false],
  [PT.status, false],
  [PT.cause, false],
] as const;

/** elf_gregset_t of o32: six words of nothing, then the registers; K0 and K1 are not shown. */
const GREG_BYTES = 45 * 4;
const GENERAL: RegisterSet = {
  type: NT_PRSTATUS,
  bytes: GREG_BYTES,
  unit: 4,
  read(kernel, task) {
    const out = new StructWriter(kernel, GREG_BYTES).at(7 * 4);
    for (let n = 1; n < 32; n++) out.u32(n === 26 || n === 27 ? 0 : word(kernel, task, ptReg(n)));
    for (const [offset] of REST) out.u32(word(kernel, task, offset));
    return out.bytes;
  },
  write(kernel, task, bytes) {
    const from = new StructReader(kernel, bytes);
    for (let n = 1; n < 32; n++) if (n !== 26 && n !== 27) store(kernel, task, ptReg(n), from.i32((6 + n) * 4));
    REST.forEach(([offset, mutable], index) => {
      if (mutable) store(kernel, task, offset, from.i32((38 + index) * 4));
    });
    return true;
  },
};

/** struct pt_regs of PTRACE_GETREGS: everything in 64 bits, sign-extended. */
const WIDE_BYTES = 38 * 8;
const WIDE: RegisterSet = {
  type: -1,
  bytes: WIDE_BYTES,
  unit: 8,
  read(kernel, task) {
    const out = new StructWriter(kernel, WIDE_BYTES).at(8);
    for (let n = 1; n < 32; n++) out.u64(word(kernel, task, ptReg(n)));
    for (const [offset] of REST) out.u64(word(kernel, task, offset));
    return out.bytes;
  },
  write(kernel, task, bytes) {
    const from = new StructReader(kernel, bytes);
    const low = (index: number) => Number(BigInt.asIntN(32, from.u64(index * 8)));
    for (let n = 1; n < 32; n++) store(kernel, task, ptReg(n), low(n));
    REST.forEach(([offset, mutable], index) => {
      if (mutable) store(kernel, task, offset, low(32 + index));
    });
    return true;
  },
};

/** 32 registers of 64 bits, FCSR, FIR. */
const FP_BYTES = 33 * 8;
const FLOATING: RegisterSet = {
  type: NT_FPREGSET,
  bytes: FP_BYTES,
  unit: 8,
  read: (kernel, task) =>
    withCpu(kernel, task, (cpu) => {
      const out = new StructWriter(kernel, FP_BYTES);
      for (let n = 0; n < 32; n++) {
        const [low, high] = readFloat64(cpu, n);
        out.u64((BigInt(high >>> 0) << 32n) | BigInt(low >>> 0));
      }
      return out.u32(readFcsr(cpu)).u32(FIR).bytes;
    }),
  write(kernel, task, bytes) {
    const from = new StructReader(kernel, bytes);
    withCpu(kernel, task, (cpu) => {
      for (let n = 0; n < 32; n++) {
        const value = from.u64(8 * n);
        writeFloat64(cpu, n, Number(value & 0xffff_ffffn) | 0, Number(value >> 32n) | 0);
      }
      writeFcsr(cpu, (from.u32(32 * 8) & ~(FCSR_CAUSES | NAN_BITS)) | (readFcsr(cpu) & NAN_BITS));
    });
    return true;
  },
};

const REQUESTS: ReadonlyMap<number, readonly [RegisterSet, boolean]> = new Map([
  [12, [WIDE, false]],
  [13, [WIDE, true]],
  [14, [FLOATING, false]],
  [15, [FLOATING, true]],
]);
const PTRACE_GET_THREAD_AREA = 25;
const PTRACE_SET_THREAD_AREA = 26;

/** There is no single-stepping on MIPS Linux: debuggers put a breakpoint on what comes next. */
export function debugAbi(little: boolean): DebugAbi {
  return {
    auditArch: little ? EM_MIPS | AUDIT_LITTLE : EM_MIPS,
    elfMachine: EM_MIPS,
    stackWalk,
    registerSets: [GENERAL, FLOATING],

    peekUser(kernel, task, place) {
      if (place < 32) return word(kernel, task, ptReg(place));
      const offset = USER_PLACES.get(place);
      if (offset !== undefined) return word(kernel, task, offset);
      if (place < FPR_BASE + 32) {
        return withCpu(kernel, task, (cpu) =>
          hasFr(cpu) ? readFloat64(cpu, place - FPR_BASE)[0] : readFloat32(cpu, place - FPR_BASE),
        );
      }
      if (place === FPC_CSR) return withCpu(kernel, task, readFcsr);
      if (place === FPC_EIR) return FIR;
      return undefined;
    },
    pokeUser(kernel, task, place, value) {
      if (place < 32) {
        store(kernel, task, ptReg(place), value);
        return true;
      }
      const offset = USER_PLACES.get(place);
      if (offset === PT.epc || offset === PT.hi || offset === PT.lo) {
        store(kernel, task, offset, value);
        return true;
      }
      if (place >= FPR_BASE && place < FPR_BASE + 32) {
        withCpu(kernel, task, (cpu) => writeFloat32(cpu, place - FPR_BASE, value));
        return true;
      }
      if (place !== FPC_CSR) return false;
      withCpu(kernel, task, (cpu) => writeFcsr(cpu, (value & ~(FCSR_CAUSES | NAN_BITS)) | (readFcsr(cpu) & NAN_BITS)));
      return true;
    },

    request(kernel, tracer, task, request, _addr, data) {
      if (request === PTRACE_GET_THREAD_AREA) {
        const value = withCpu(kernel, task, (cpu) => cpu.get(USER_LOCAL));
        return writeWord(kernel, tracer, data, value) ? 0 : -EFAULT;
      }
      if (request === PTRACE_SET_THREAD_AREA) {
        withCpu(kernel, task, (cpu) => cpu.set(USER_LOCAL, data));
        return 0;
      }
      return wholeSetRequest(kernel, tracer, task, REQUESTS, request, data);
    },

    // The number of a call by way of syscall(2) is its first argument.
    callAtEntry(kernel, task) {
      const given = word(kernel, task, ptReg(V0));
      const registers = [0, 1, 2, 3].map((n) => word(kernel, task, ptReg(A0 + n)));
      const stack = [0, 1, 2].map((n) => word(kernel, task, PT.arg4 + 4 * n));
      const all = [...registers, ...stack];
      return given === SYSCALL_BASE
        ? { number: all[0]!, args: all.slice(1, 7) }
        : { number: given, args: all.slice(0, 6) };
    },
    // `kml_return` is JR RA.
    leaveDirectCall(kernel, task, frame) {
      if (kernelRead32(kernel, frame + PT.epc) >>> 0 !== kernel.image.symbols.get('kml_return')) return;
      store(kernel, task, PT.epc, word(kernel, task, ptReg(RA)));
    },
    setCall: (kernel, task, number) => store(kernel, task, ptReg(V0), number),
  };
}
