import { KERNEL_GO_ON, once } from '@kml/core';
import { ENOSYS, type Kernel, type LinuxAbi, stackArguments, type Task } from '@kml/kernel';
import { ia32 } from '../isa/backend.ts';
import { EAX, EDX, ESP } from '../isa/system/registers.ts';
import { auxv } from './auxv.ts';
import { boot, flushThread, newContext, switchTo } from './context.ts';
import { cpuinfoText } from './cpuinfo.ts';
import { debug } from './debug.ts';
import { fixupException, readException } from './exceptions.ts';
import { forkFrame, frameAccess, startFrame } from './frame.ts';
import { buildImage } from './image.ts';
import { TASK_SIZE } from './layout.ts';
import { PRIVATE_SYSCALLS } from './private-syscalls.ts';
import { PT_SIZE } from './pt-regs.ts';
import { rewrite } from './rewrite.ts';
import { setupSignal, sigreturn } from './signal-frame.ts';
import { encodeStat, encodeStat64 } from './stat.ts';
import { SYSCALL_NUMBERS } from './syscall-numbers.ts';
import { setTls } from './tls.ts';
import { VDSO_IMAGE, vdsoOffset } from './vdso-image.ts';

const ELFCLASS32 = 1;
const ELFDATA2LSB = 1;
const EM_386 = 3;
const EM_486 = 6;

/** Length of the kernel call, 0F 04 iw. */
const KERNEL_CALL_BYTES = 4;

/** What Linux looks like on IA-32. */
export const i386: LinuxAbi = {
  name: 'i386',
  isa: ia32,
  machine: 'i686',
  platform: 'i686',
  checkElf({ class: elfClass, data, machine }) {
    if (elfClass !== ELFCLASS32 || data !== ELFDATA2LSB) return 'not a 32-bit little-endian file';
    return machine === EM_386 || machine === EM_486 ? undefined : `made for machine ${machine}, not i386`;
  },

  entryWays: { user: ['trap', 'fast'], kernel: ['trap', 'direct', 'recognised'] },
  taskSize: TASK_SIZE,
  stackTop: TASK_SIZE,
  mmapBase: 0xb7ff_f000,
  dynBase: 0x0040_0000,

  buildImage: once(buildImage),
  boot,
  kernelCallBytes: KERNEL_CALL_BYTES,
  privateKernelCall(kernel) {
    kernel.cpu.set(EAX, -ENOSYS);
    return KERNEL_GO_ON;
  },

  syscallNumbers: SYSCALL_NUMBERS,
  privateSyscalls: PRIVATE_SYSCALLS,
  // The stub that makes the kernel call is a C function: return address, then arguments.
  syscallArguments: (kernel, count, words) => stackArguments(kernel, kernel.cpu.get(ESP) + 4, count, words, 0),
  resultSlot: EAX,
  kernelCallArgument: (kernel, index) => kernel.cpu.get(index === 0 ? EAX : EDX) >>> 0,
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
  rewrite,
  debug,

  auxv,
  vdso: () => VDSO_IMAGE,
  // The time-stamp counter.
  vdsoCounter: { cycles: 1, value: (cpu) => cpu.clock.cycles() % 2 ** 32 },
  vdsoSymbol: (mm, name) => mm.vdso + vdsoOffset(name),

  encodeStat64,
  encodeStat,
  cpuinfo(kernel) {
    const { clockHz } = kernel.options;
    const model = ia32.cpuModels.find((candidate) => candidate.clockHz === clockHz) ?? ia32.cpuModels[0]!;
    return cpuinfoText(model.title, clockHz);
  },
};
