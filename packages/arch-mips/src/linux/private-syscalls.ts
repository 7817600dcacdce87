/** System calls that only MIPS has, or has otherwise. Linux 6.1 arch/mips/kernel/syscall.c, arch/mips/mm/cache.c */
import {
  DIRECT_MMAP,
  EFAULT,
  EINVAL,
  ENOSYS,
  full,
  type Kernel,
  kernelRead32,
  kernelWrite32,
  partial,
  pipeDescriptors,
  readWord,
  type SyscallDef,
  stub,
  type Task,
  wideIdCalls,
  writeWord,
} from '@kml/kernel';
import { setThreadArea } from './context.ts';
import { cpuWord } from './layout.ts';
import { PT_SIZE, ptReg, V1 } from './pt-regs.ts';

/** pipe(2): the descriptors come back in V0 and V1. */
function pipe(kernel: Kernel, task: Task): number {
  const ends = pipeDescriptors(kernel, task, 0);
  if (typeof ends === 'number') return ends;
  const frame = kernelRead32(kernel, cpuWord('stackTop')) - PT_SIZE;
  kernelWrite32(kernel, (frame + ptReg(V1)) >>> 0, ends[1]);
  return ends[0];
}

const CACHES = 3;

/** cacheflush(2): caches hide nothing here. */
function cacheflush(_kernel: Kernel, _task: Task, _address: number, _bytes: number, which: number): number {
  return which & ~CACHES ? -EINVAL : 0;
}

/** Commands of sysmips. Linux 6.1 arch/mips/include/uapi/asm/sysmips.h */
const FLUSH_CACHE = 3;
const MIPS_FIXADE = 7;
const MIPS_ATOMIC_SET = 2001;

/** sysmips(2). */
function sysmips(kernel: Kernel, task: Task, command: number, first: number, second: number): number {
  switch (command) {
    case MIPS_ATOMIC_SET:
      return atomicSet(kernel, task, first, second);
    case MIPS_FIXADE:
      return first & ~3 ? -EINVAL : 0;
    case FLUSH_CACHE:
      return 0;
    default:
      return -EINVAL;
  }
}

/** Exchanges a word: the old one is the result, whatever it looks like. */
function atomicSet(kernel: Kernel, task: Task, address: number, value: number): number {
  if (address & 3) return -EINVAL;
  const old = readWord(kernel, task, address);
  return old === undefined || !writeWord(kernel, task, address, value) ? -EFAULT : old;
}

/** Numbers of calls that others are made of, less SYSCALL_BASE. */
const RT_SIGSUSPEND = 199;

/** sigsuspend(2): the mask is passed by address, and is a whole set. */
function sigsuspend(kernel: Kernel, task: Task, address: number): number {
  return kernel.syscalls[RT_SIGSUSPEND]!.handler(kernel, task, address, 16);
}

export const PRIVATE_SYSCALLS: readonly SyscallDef[] = [
  ...wideIdCalls(),
  DIRECT_MMAP,
  full('pipe', [], pipe),
  full('set_thread_area', ['ptr'], setThreadArea),
  full('cacheflush', ['ptr', 'size', 'flags'], cacheflush),
  full('sigsuspend', ['ptr'], sigsuspend),
  partial(
    'sysmips',
    ['int', 'ulong', 'ulong'],
    'MIPS_ATOMIC_SET of a word that looks like an error gives one',
    sysmips,
  ),
  stub('cachectl', ['ptr', 'size', 'int'], -ENOSYS, 'Linux has none either'),
];
