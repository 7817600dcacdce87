import { type IsaBackend, once } from '@kml/core';
import { type Kernel, type LinuxAbi, stackArguments, type Task } from '@kml/kernel';
import { COUNT_RESOLUTION, GENERAL, mipsel as mipselIsa, mips as mipsIsa, readCount } from '../isa/index.ts';
import { auxv } from './auxv.ts';
import { boot, flushThread, newContext, setTls, switchTo } from './context.ts';
import { cpuinfoText } from './cpuinfo.ts';
import { debugAbi } from './debug.ts';
import { refuseElf } from './elf.ts';
import { fixupException, readException } from './exceptions.ts';
import { PT_MIPS_ABIFLAGS, prctl } from './fp-mode.ts';
import { forkFrame, frameAccess, startFrame } from './frame.ts';
import { buildImage } from './image.ts';
import { KERNEL_BASE, USER_END } from './layout.ts';
import { BIG_ENDIAN_LAYOUTS, LAYOUTS } from './layouts.ts';
import { NUMBERS } from './numbers.ts';
import { privateKernelCall } from './private-calls.ts';
import { PRIVATE_SYSCALLS } from './private-syscalls.ts';
import { A0, A1, PT, PT_SIZE, SP, V0 } from './pt-regs.ts';
import { undoRecognised } from './recognised.ts';
import { rewriteAbi } from './rewrite.ts';
import { setupSignal, sigreturn } from './signal-frame.ts';
import { encodeStat, encodeStat64 } from './stat.ts';
import { SYSCALL_NUMBERS } from './syscall-numbers.ts';
import { vdsoImage, vdsoOffset } from './vdso-image.ts';

/** Length of the kernel call, one word. */
const KERNEL_CALL_BYTES = 4;
/** Arguments in registers: A0 to A3. */
const REGISTER_ARGUMENTS = GENERAL.slice(A0, A0 + 4);

/** Arguments of the stub that makes the kernel call, a C function: in registers, then from 16(SP) up. */
function syscallArguments(kernel: Kernel, count: number, words: Int32Array): void {
  const { cpu } = kernel;
  const registers = REGISTER_ARGUMENTS.length;
  cpu.getAll(REGISTER_ARGUMENTS, Math.min(count, registers), words);
  if (count > registers) stackArguments(kernel, cpu.get(GENERAL[SP]!) + PT.arg4, count - registers, words, registers);
}

/** What Linux looks like on MIPS, o32 ABI, in one byte order. */
function abiOf(isa: IsaBackend): LinuxAbi {
  const { byteOrder } = isa;
  const little = byteOrder === 'little';
  return {
    name: isa.name,
    isa,
    machine: 'mips',
    // AT_PLATFORM: there is none on MIPS.
    platform: '',
    basePlatform: 'mips32r2',
    checkElf: (header) => refuseElf(header, byteOrder),
    markSegment: PT_MIPS_ABIFLAGS,

    shmAlignment: 0x4_0000,
    entryWays: { user: ['trap'], kernel: ['trap', 'direct', 'recognised'] },
    taskSize: KERNEL_BASE,
    stackTop: USER_END,
    mmapBase: 0x77ff_8000,
    dynBase: 0x5555_0000,

    buildImage: once(() => buildImage(byteOrder)),
    boot,
    kernelCallBytes: KERNEL_CALL_BYTES,
    privateKernelCall,

    syscallNumbers: SYSCALL_NUMBERS,
    privateSyscalls: PRIVATE_SYSCALLS,
    alignsPairs: true,
    prctl,
    syscallArguments,
    resultSlot: GENERAL[V0]!,
    kernelCallArgument: (kernel, index) => kernel.cpu.get(GENERAL[index === 0 ? A0 : A1]!) >>> 0,
    undoRecognised,
    readException,
    fixupException,

    frameBytes: PT_SIZE,
    startFrame,
    forkFrame,
    newContext: (kernel: Kernel, child: Task) => newContext(kernel, child),
    setTls,
    switchTo,
    flushThread,
    frame: frameAccess,

    setupSignal,
    sigreturn,
    rewrite: rewriteAbi(little),
    debug: debugAbi(little),

    auxv,
    vdso: () => vdsoImage(byteOrder),
    vdsoCounter: { cycles: COUNT_RESOLUTION, value: readCount },
    vdsoSymbol: (mm, name) => mm.vdso + vdsoOffset(name),

    numbers: NUMBERS,
    signalCount: 128,
    layouts: little ? LAYOUTS : BIG_ENDIAN_LAYOUTS,
    u64Alignment: 8,
    encodeStat64: (stat) => encodeStat64(stat, little),
    encodeStat: (stat) => encodeStat(stat, little),
    cpuinfo(kernel) {
      const { clockHz } = kernel.options;
      const model = isa.cpuModels.find((candidate) => candidate.clockHz === clockHz) ?? isa.cpuModels[0]!;
      return cpuinfoText(model.title, clockHz);
    },
  };
}

/** What Linux looks like on MIPS, big-endian. */
export const mips: LinuxAbi = abiOf(mipsIsa);
/** What Linux looks like on MIPS, little-endian. */
export const mipsel: LinuxAbi = abiOf(mipselIsa);
