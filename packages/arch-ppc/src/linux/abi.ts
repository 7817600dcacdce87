import { KERNEL_GO_ON, once } from '@kml/core';
import { ENOSYS, type Kernel, type LinuxAbi, type Task } from '@kml/kernel';
import { ppc as isa, reg, TIMEBASE_SHIFT, timeBaseLow } from '../isa/index.ts';
import { auxv } from './auxv.ts';
import { boot, flushThread, newContext, switchTo } from './context.ts';
import { cpuinfoText } from './cpuinfo.ts';
import { debug } from './debug.ts';
import { emulateInstruction } from './emulate.ts';
import { KC_EMULATE } from './entry/constants.ts';
import { readException } from './exceptions.ts';
import { forkFrame, frameAccess, setTls, startFrame } from './frame.ts';
import { buildImage } from './image.ts';
import { TASK_SIZE } from './layout.ts';
import { LAYOUTS, NUMBERS } from './numbers.ts';
import { prctl } from './prctl.ts';
import { PRIVATE_SYSCALLS } from './private-syscalls.ts';
import { PT_SIZE } from './pt-regs.ts';
import { undoRecognised } from './recognised.ts';
import { rewrite } from './rewrite.ts';
import { setupSignal, sigreturn } from './signal-frame.ts';
import { encodeStat, encodeStat64 } from './stat.ts';
import { SYSCALL_NUMBERS } from './syscall-numbers.ts';
import { vdsoImage, vdsoOffset } from './vdso-image.ts';

const ELFCLASS32 = 1;
const ELFDATA2MSB = 2;
const EM_PPC = 20;

const R3 = reg('r3');
const ARGUMENTS = ['r3', 'r4', 'r5', 'r6', 'r7', 'r8'].map(reg);

/** What Linux looks like on 32-bit PowerPC. */
export const powerpc: LinuxAbi = {
  name: 'powerpc',
  isa,
  machine: 'ppc',
  platform: 'ppc750',
  checkElf({ class: elfClass, data, machine }) {
    if (elfClass !== ELFCLASS32 || data !== ELFDATA2MSB) return 'not a 32-bit big-endian file';
    return machine === EM_PPC ? undefined : `made for machine ${machine}, not PowerPC`;
  },

  entryWays: { user: ['trap'], kernel: ['trap', 'direct', 'recognised'] },
  taskSize: TASK_SIZE,
  stackTop: TASK_SIZE,
  mmapBase: 0xb7ff_f000,
  dynBase: 0x0040_0000,

  buildImage: once(buildImage),
  boot,
  kernelCallBytes: 4,
  privateKernelCall(kernel, number) {
    kernel.cpu.set(R3, number === KC_EMULATE ? Number(emulateInstruction(kernel)) : -ENOSYS);
    return KERNEL_GO_ON;
  },

  syscallNumbers: SYSCALL_NUMBERS,
  privateSyscalls: PRIVATE_SYSCALLS,
  prctl,
  // The stub that makes the kernel call is a C function.
  syscallArguments: (kernel, count, words) => kernel.cpu.getAll(ARGUMENTS, count, words),
  alignsPairs: true,
  resultSlot: R3,
  kernelCallArgument: (kernel, index) => kernel.cpu.get(ARGUMENTS[index]!) >>> 0,
  undoRecognised,
  readException,

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
  vdso: (kernel) => vdsoImage(kernel.options.clockHz),
  vdsoCounter: { cycles: 2 ** TIMEBASE_SHIFT, value: timeBaseLow },
  vdsoSymbol: (mm, name) => mm.vdso + vdsoOffset(name),

  numbers: NUMBERS,
  layouts: LAYOUTS,
  u64Alignment: 8,
  encodeStat64,
  encodeStat,
  cpuinfo: (kernel) => cpuinfoText(kernel.options.clockHz),
};
