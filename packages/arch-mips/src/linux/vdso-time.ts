/**
 * The vDSO's functions that tell the time from the page in front of it and Count (RDHWR 2), and ask the
 * kernel where that does not do. Linux 6.1 arch/mips/include/asm/vdso/gettimeofday.h, lib/vdso/gettimeofday.c
 */
import { syscallNumber, VDSO_DATA, VDSO_SHIFT } from '@kml/kernel';
import { SYSCALL_NUMBERS } from './syscall-numbers.ts';

const { sequence, multiplier, counter, monotonic, realtime, zone } = VDSO_DATA;
const NANOSECONDS = 1_000_000_000;

/** o32's numbers begin here. */
const FIRST_NUMBER = 4000;

const numberOf = (name: string): number => FIRST_NUMBER + syscallNumber(SYSCALL_NUMBERS, name);

/** Asks the kernel: these functions answer a negative errno. */
const ask = (name: string, call: string): string => `
  li v0, ${numberOf(call)}
  syscall
  beqz a3, ${name}_asked
  nop
  negu v0, v0
${name}_asked:
  jr ra
  nop`;

/** A clock_gettime whose structure has members of so many bytes; `low` is where their low words are. */
const clockGettime = (name: string, call: string, bytes: 4 | 8, low: number): string => `
${name}:
  move t9, ra
  bal vdso_read
  nop
  move ra, t9
  beqz v1, ${name}_ask
  nop
  sw t7, ${low}(a1)
  sw t5, ${bytes + low}(a1)${bytes === 8 ? `\n  sw zero, ${4 - low}(a1)\n  sw zero, ${12 - low}(a1)` : ''}
  jr ra
  move v0, zero
${name}_ask:${ask(name, call)}
`;

/**
 * vdso_read: the clock a0 as seconds t7 and nanoseconds t5, and the data page in t0; v1 is 0 if only the
 * kernel knows. It changes t1 to t7.
 */
export const timeCode = (byteOrder: 'big' | 'little'): string => `
${clockGettime('__vdso_clock_gettime', 'clock_gettime', 4, 0)}
${clockGettime('__vdso_clock_gettime64', 'clock_gettime64', 8, byteOrder === 'big' ? 4 : 0)}
__vdso_gettimeofday:
  move t9, ra
  move t8, a0
  bal vdso_read
  move a0, zero
  move a0, t8
  move ra, t9
  beqz v1, __vdso_gettimeofday_ask
  nop
  beqz a0, __vdso_gettimeofday_zone
  li t1, 1000
  divu t5, t1
  mflo t5
  sw t7, 0(a0)
  sw t5, 4(a0)
__vdso_gettimeofday_zone:
  beqz a1, __vdso_gettimeofday_done
  nop
  lw t1, ${zone}(t0)
  lw t2, ${zone + 4}(t0)
  sw t1, 0(a1)
  sw t2, 4(a1)
__vdso_gettimeofday_done:
  jr ra
  move v0, zero
__vdso_gettimeofday_ask:${ask('__vdso_gettimeofday', 'gettimeofday')}
__vdso_clock_getres:${ask('__vdso_clock_getres', 'clock_getres')}
vdso_read:
  srl t0, ra, 12
  sll t0, t0, 12
  addiu t0, t0, -4096
  lw t1, ${multiplier}(t0)
  beqz t1, vdso_unknown
  addiu v1, t0, ${monotonic}
  li t2, 1
  beq a0, t2, vdso_fine
  li t2, 4
  beq a0, t2, vdso_fine
  li t2, 7
  beq a0, t2, vdso_fine
  li t2, 6
  beq a0, t2, vdso_coarse
  nop
  addiu v1, t0, ${realtime}
  beqz a0, vdso_fine
  li t2, 11
  beq a0, t2, vdso_fine
  li t2, 5
  beq a0, t2, vdso_coarse
  nop
vdso_unknown:
  jr ra
  move v1, zero
vdso_coarse:
  lw t2, ${sequence}(t0)
  lw t7, 0(v1)
  lw t5, 4(v1)
  lw t6, ${sequence}(t0)
  bne t6, t2, vdso_coarse
  nop
  jr ra
  nop
vdso_fine:
  lw t2, ${sequence}(t0)
  rdhwr t3, 2
  lw t4, ${counter}(t0)
  subu t3, t3, t4
  multu t3, t1
  mflo t5
  mfhi t6
  srl t5, t5, ${VDSO_SHIFT}
  sll t6, t6, ${32 - VDSO_SHIFT}
  or t5, t5, t6
  lw t6, 4(v1)
  lw t7, 0(v1)
  addu t5, t5, t6
  lw t6, ${sequence}(t0)
  bne t6, t2, vdso_fine
  nop
  lui t6, ${NANOSECONDS >>> 16}
  ori t6, t6, ${NANOSECONDS & 0xffff}
vdso_carry:
  sltu t3, t5, t6
  bnez t3, vdso_done
  nop
  subu t5, t5, t6
  b vdso_carry
  addiu t7, t7, 1
vdso_done:
  jr ra
  nop
`;

/** Names that programs look up. */
export const TIME_FUNCTIONS = [
  '__vdso_clock_gettime',
  '__vdso_clock_gettime64',
  '__vdso_gettimeofday',
  '__vdso_clock_getres',
];
