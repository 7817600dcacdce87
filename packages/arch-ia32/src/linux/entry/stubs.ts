import { NR_SYSCALLS } from './constants.ts';

/**
 * What sys_call_table points at: for each number a function in the C convention (arguments on the
 * stack, result in EAX) that makes the kernel call of that number. Numbers without a call have one too.
 */
export const SYSTEM_CALL_STUBS = Array.from(
  { length: NR_SYSCALLS },
  (_, number) => `
  .align 8
stub_${number}:
  kernelcall ${number}
  ret`,
).join('');

/** Calls that need the whole frame: the ten that KML marks, and those that came later. KML arch/x86/syscalls/syscall_32.tbl */
export const FRAME_CALLS: ReadonlySet<string> = new Set([
  'fork',
  'execve',
  'sigsuspend',
  'iopl',
  'sigreturn',
  'clone',
  'rt_sigreturn',
  'rt_sigsuspend',
  'sigaltstack',
  'vfork',
  'clone3',
  'execveat',
]);
