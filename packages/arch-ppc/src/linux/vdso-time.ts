/**
 * The vDSO's functions that tell the time from the page in front of it and the time base, and ask the
 * kernel where that does not do. Linux 6.1 arch/powerpc/kernel/vdso/gettimeofday.S, lib/vdso/gettimeofday.c
 */
import { syscallNumber, VDSO_DATA, VDSO_SHIFT } from '@kml/kernel';
import { SYSCALL_NUMBERS } from './syscall-numbers.ts';

const { sequence, multiplier, counter, monotonic, realtime, zone } = VDSO_DATA;
const NANOSECONDS = 1_000_000_000;

const numberOf = (name: string): number => syscallNumber(SYSCALL_NUMBERS, name);

/** Asks the kernel, whose answer is the function's: r3, and CR0.SO. */
const ask = (call: string): string => `
  li r0, ${numberOf(call)}
  sc
  blr`;

/** The end of a function that has succeeded. */
const DONE = `
  li r3, 0
  crclr 3
  blr`;

const READ = `
  mflr r12
  bl vdso_read
  mtlr r12
  cmpwi r11, 0`;

/** A clock_gettime whose structure has members of so many bytes, the low word of each last. */
const clockGettime = (name: string, call: string, bytes: 4 | 8): string => `
${name}:${READ}
  beq ${name}_ask
  stw r8, ${bytes - 4}(r4)
  stw r9, ${2 * bytes - 4}(r4)${bytes === 8 ? '\n  li r5, 0\n  stw r5, 0(r4)\n  stw r5, 8(r4)' : ''}${DONE}
${name}_ask:${ask(call)}
`;

/**
 * vdso_read: the clock r3 as seconds r8 and nanoseconds r9, and the data page in r10; r11 is 0 if only
 * the kernel knows. It changes r5 to r7.
 */
export const TIME_CODE = `${clockGettime('__kernel_clock_gettime', 'clock_gettime', 4)}
${clockGettime('__kernel_clock_gettime64', 'clock_gettime64', 8)}
__kernel_gettimeofday:
  mr r0, r3
  li r3, 0${READ}
  mr r3, r0
  beq __kernel_gettimeofday_ask
  cmpwi r3, 0
  beq __kernel_gettimeofday_zone
  li r5, 1000
  divwu r9, r9, r5
  stw r8, 0(r3)
  stw r9, 4(r3)
__kernel_gettimeofday_zone:
  cmpwi r4, 0
  beq __kernel_gettimeofday_done
  lwz r5, ${zone}(r10)
  lwz r6, ${zone + 4}(r10)
  stw r5, 0(r4)
  stw r6, 4(r4)
__kernel_gettimeofday_done:${DONE}
__kernel_gettimeofday_ask:${ask('gettimeofday')}
__kernel_time:
  mr r0, r3
  li r3, 0${READ}
  mr r3, r0
  beq __kernel_time_ask
  cmpwi r3, 0
  beq __kernel_time_done
  stw r8, 0(r3)
__kernel_time_done:
  mr r3, r8
  crclr 3
  blr
__kernel_time_ask:${ask('time')}
__kernel_clock_getres:${ask('clock_getres')}
vdso_read:
  mflr r10
  rlwinm r10, r10, 0, 0, 19
  addi r10, r10, -4096
  lwz r5, ${multiplier}(r10)
  cmpwi r5, 0
  beq vdso_unknown
  addi r11, r10, ${monotonic}
  cmpwi r3, 1
  beq vdso_fine
  cmpwi r3, 4
  beq vdso_fine
  cmpwi r3, 7
  beq vdso_fine
  cmpwi r3, 6
  beq vdso_coarse
  addi r11, r10, ${realtime}
  cmpwi r3, 0
  beq vdso_fine
  cmpwi r3, 11
  beq vdso_fine
  cmpwi r3, 5
  beq vdso_coarse
vdso_unknown:
  li r11, 0
  blr
vdso_coarse:
  lwz r6, ${sequence}(r10)
  lwz r8, 0(r11)
  lwz r9, 4(r11)
  lwz r7, ${sequence}(r10)
  cmplw r7, r6
  bne vdso_coarse
  blr
vdso_fine:
  lwz r6, ${sequence}(r10)
  mftb r7
  lwz r8, ${counter}(r10)
  subf r7, r8, r7
  mulhwu r8, r7, r5
  mullw r7, r7, r5
  srwi r7, r7, ${VDSO_SHIFT}
  slwi r8, r8, ${32 - VDSO_SHIFT}
  or r9, r7, r8
  lwz r7, 4(r11)
  add r9, r9, r7
  lwz r8, 0(r11)
  lwz r7, ${sequence}(r10)
  cmplw r7, r6
  bne vdso_fine
  lis r7, ${NANOSECONDS >>> 16}
  ori r7, r7, ${NANOSECONDS & 0xffff}
vdso_carry:
  cmplw r9, r7
  blt vdso_done
  subf r9, r7, r9
  addi r8, r8, 1
  b vdso_carry
vdso_done:
  blr
`;

/** Names that programs look up. */
export const TIME_FUNCTIONS = [
  '__kernel_clock_gettime',
  '__kernel_clock_gettime64',
  '__kernel_gettimeofday',
  '__kernel_time',
  '__kernel_clock_getres',
];
