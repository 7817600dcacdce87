import {
  ADVICE_FIRST_FADVISE,
  DIRECT_MMAP,
  EFAULT,
  EINVAL,
  ENOENT,
  ENOSYS,
  EPERM,
  full,
  type Kernel,
  NO_RESULT,
  ONE_WORD_SIGSUSPEND,
  type SyscallDef,
  stub,
  type Task,
  wideIdCalls,
} from '@kml/kernel';
import { stackTop } from './context.ts';
import { PT_SIZE } from './pt-regs.ts';
import { restoreUcontext, saveUcontext, UCONTEXT_BYTES } from './signal-frame.ts';

/**
 * swapcontext(2), which only 32-bit PowerPC has: saves the registers and mask as a ucontext, then takes
 * another's. Linux 6.1 arch/powerpc/kernel/signal_32.c
 */
function swapcontext(kernel: Kernel, task: Task, old: number, next: number, size: number): number {
  if (size < UCONTEXT_BYTES) return -EINVAL;
  const frame = stackTop(task) - PT_SIZE;
  if (old !== 0 && !saveUcontext(kernel, task, frame, old)) return -EFAULT;
  if (next === 0) return 0;
  return restoreUcontext(kernel, task, frame, next, false) ? NO_RESULT : -EFAULT;
}

/** Calls that only PowerPC has, or has in a shape of its own. */
export const PRIVATE_SYSCALLS: readonly SyscallDef[] = [
  ...wideIdCalls(),
  DIRECT_MMAP,
  ADVICE_FIRST_FADVISE,
  ONE_WORD_SIGSUSPEND,
  full('swapcontext', ['ptr', 'ptr', 'long'], swapcontext),
  stub('debug_setcontext', ['ptr', 'int', 'ptr'], -EINVAL, 'there is no debugger to return to'),
  stub('switch_endian', [], -EINVAL, 'the CPU has no such mode in use'),
  stub('subpage_prot', ['ulong', 'ulong', 'ptr'], -ENOENT, 'pages are 4 KiB'),
  stub('rtas', ['ptr'], -EPERM, 'there is no firmware to call'),
  stub('pciconfig_read', ['ulong', 'ulong', 'ulong', 'ulong', 'ptr'], -ENOSYS, 'there is no PCI bus'),
  stub('pciconfig_write', ['ulong', 'ulong', 'ulong', 'ulong', 'ptr'], -ENOSYS, 'there is no PCI bus'),
  stub('pciconfig_iobase', ['long', 'ulong', 'ulong'], -ENOSYS, 'there is no PCI bus'),
];
