import { FRAME_CALLS as COMMON } from '@kml/kernel';
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

/** Calls that need the whole frame, also by the direct call; prctl for PR_SET_FPEXC, which changes MSR. */
export const FRAME_CALLS: ReadonlySet<string> = new Set([...COMMON, 'swapcontext', 'debug_setcontext', 'prctl']);
