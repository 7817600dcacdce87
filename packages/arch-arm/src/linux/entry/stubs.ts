import { FRAME_CALLS as COMMON } from '@kml/kernel';
import { ARM_NR_COUNT, ARM_PRIVATE_CALLS } from '../layout.ts';
import { NR_SYSCALLS } from './constants.ts';

/**
 * What the call tables point at: for each number a function in the C convention (arguments in r0 to r3
 * and on the stack, result in r0) that makes the kernel call of that number. Numbers without a call
 * have one too.
 */
export const SYSTEM_CALL_STUBS = [
  ...Array.from({ length: NR_SYSCALLS }, (_, number) => number),
  ...Array.from({ length: ARM_NR_COUNT }, (_, number) => ARM_PRIVATE_CALLS + number),
]
  .map(
    (number) => `
stub_${number}:
  kernelcall ${number}
  bx lr`,
  )
  .join('');

/** Calls that need the whole frame, also by the direct call. */
export const FRAME_CALLS: ReadonlySet<string> = new Set(COMMON);
