import { NR_SYSCALLS } from './constants.ts';

/**
 * What sys_call_table points at: for each number a function in the C convention (arguments in r3 to r8,
 * result in r3) that makes the kernel call of that number. Numbers without a call have one too.
 */
export const SYSTEM_CALL_STUBS = Array.from(
  { length: NR_SYSCALLS },
  (_, number) => `
stub_${number}:
  kernelcall ${number}
  blr`,
).join('');

/** Calls that copy, replace, read or change the whole frame, also by the direct call: those that KML marks, later ones and PowerPC's own. KML arch/x86/syscalls/syscall_32.tbl */
export const FRAME_CALLS: ReadonlySet<string> = new Set([
  ...['fork', 'vfork', 'clone', 'clone3', 'execve', 'execveat', 'sigreturn', 'rt_sigreturn'],
  ...['sigsuspend', 'rt_sigsuspend', 'sigaltstack', 'swapcontext', 'debug_setcontext'],
  // PR_SET_FPEXC: MSR.
  'prctl',
]);
