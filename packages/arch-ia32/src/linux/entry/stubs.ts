import { FRAME_CALLS as COMMON } from '@kml/kernel';
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

/** Calls that need the whole frame. */
export const FRAME_CALLS: ReadonlySet<string> = new Set([...COMMON, 'iopl']);
