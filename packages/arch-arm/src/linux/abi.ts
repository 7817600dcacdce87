import { KERNEL_GO_ON, once } from '@kml/core';
import { ENOSYS, type Kernel, type LinuxAbi, NO_RESULT, panic, stackArguments, type Task } from '@kml/kernel';
import { arm } from '../isa/backend.ts';
import { reg } from '../isa/state.ts';
import { auxv } from './auxv.ts';
import { boot, flushThread, newContext, setTls, switchTo } from './context.ts';
import { cpuinfoText } from './cpuinfo.ts';
import { debug } from './debug.ts';
import { KC_BAD_CALL, KC_BAD_VECTOR, KC_OABI_CALL, KC_UNALIGNED } from './entry/constants.ts';
import { fixupException, readException } from './exceptions.ts';
import { forkFrame, frameAccess, startFrame } from './frame.ts';
import { buildImage } from './image.ts';
import { TASK_SIZE } from './layout.ts';
import { OPEN_FLAGS } from './open-flags.ts';
import { badCall, PRIVATE_NUMBERS, PRIVATE_SYSCALLS } from './private-syscalls.ts';
import { PT_SIZE } from './pt-regs.ts';
import { undoRecognised } from './recognised.ts';
import { rewrite } from './rewrite.ts';
import { setupSignal, sigreturn } from './signal-frame.ts';
import { returnIndex, SIGPAGE_IMAGE } from './sigpage.ts';
import { encodeStat, encodeStat64 } from './stat.ts';
import { SYSCALL_NUMBERS } from './syscall-numbers.ts';
import { fixUnaligned } from './unaligned.ts';

const ELFCLASS32 = 1;
const ELFDATA2LSB = 1;
const EM_ARM = 40;
/** e_flags: EABI version, code in the other byte order. Linux 6.1 arch/arm/include/asm/elf.h */
const EF_ARM_EABI_MASK = 0xff00_0000;
const EF_ARM_BE8 = 0x0080_0000;

const KERNEL_CALL_BYTES = 4;
const ARGUMENTS = [0, 1, 2, 3].map((n) => reg(`r${n}`));
const RESULT = ARGUMENTS[0]!;
const SP = reg('r13');

function checkElf({ class: elfClass, data, machine, flags }: Parameters<LinuxAbi['checkElf']>[0]): string | undefined {
  if (elfClass !== ELFCLASS32 || data !== ELFDATA2LSB) return 'not a 32-bit little-endian file';
  if (machine !== EM_ARM) return `made for machine ${machine}, not ARM`;
  if ((flags & EF_ARM_EABI_MASK) === 0) return 'made for the old ABI';
  return (flags & EF_ARM_BE8) !== 0 ? 'big-endian (BE8)' : undefined;
}

/** Kernel calls of the entry code that only ARM has. */
function privateKernelCall(kernel: Kernel, number: number): number {
  const { cpu } = kernel;
  const task = kernel.state.current!;
  const argument = cpu.get(RESULT) >>> 0;
  let result = -ENOSYS;
  if (number === KC_BAD_CALL) {
    result = badCall(kernel, task, argument);
    if (result === NO_RESULT) result = argument;
  } else if (number === KC_OABI_CALL) {
    kernel.host.log.info({ pid: task.tid, comm: task.comm, call: argument }, 'system call of the old ABI');
  } else if (number === KC_UNALIGNED) result = fixUnaligned(kernel, task, argument) ? 1 : 0;
  else if (number === KC_BAD_VECTOR) panic(kernel, 'an exception that nothing raises');
  cpu.set(RESULT, result);
  return KERNEL_GO_ON;
}

/** What Linux looks like on ARM with the EABI, soft or hard float. */
export const armEabi: LinuxAbi = {
  name: 'arm',
  isa: arm,
  bankedStackPointer: 'r13Usr',
  machine: 'armv7l',
  platform: 'v7l',
  checkElf,

  shmAlignment: 0x4000,
  entryWays: { user: ['trap'], kernel: ['trap', 'direct', 'recognised'] },
  taskSize: TASK_SIZE,
  stackTop: TASK_SIZE,
  mmapBase: 0xb6ff_f000,
  dynBase: 0x0040_0000,

  buildImage: once(buildImage),
  boot,
  kernelCallBytes: KERNEL_CALL_BYTES,
  privateKernelCall,

  syscallNumbers: new Map([...SYSCALL_NUMBERS, ...PRIVATE_NUMBERS]),
  privateSyscalls: PRIVATE_SYSCALLS,
  // The stub that makes the kernel call is a C function: four arguments in registers, the rest on the stack.
  syscallArguments(kernel, count, words) {
    kernel.cpu.getAll(ARGUMENTS, Math.min(count, 4), words);
    if (count > 4) stackArguments(kernel, kernel.cpu.get(SP), count - 4, words, 4);
  },
  alignsPairs: true,
  resultSlot: RESULT,
  kernelCallArgument: (kernel, index) => kernel.cpu.get(ARGUMENTS[index]!) >>> 0,
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
  rewrite,
  debug,

  auxv,
  vdso: () => SIGPAGE_IMAGE,
  vdsoName: '[sigpage]',
  vdsoSymbol: (mm, name) => mm.vdso + 4 * returnIndex(false, name === 'rt_sigreturn'),

  numbers: { oflags: OPEN_FLAGS },
  u64Alignment: 8,
  encodeStat64,
  encodeStat,
  cpuinfo(kernel) {
    const { clockHz } = kernel.options;
    const model = arm.cpuModels.find((candidate) => candidate.clockHz === clockHz) ?? arm.cpuModels[0]!;
    return cpuinfoText(model.title, clockHz);
  },
};
