/** System calls of clocks and timers, by man-page family. */

import type { SyscallDef } from '../syscalls/define.ts';
import { ADJTIMEX_SYSCALLS } from './syscalls/adjtimex.ts';
import { CLOCK_SYSCALLS } from './syscalls/clock.ts';
import { ITIMER_SYSCALLS } from './syscalls/itimer.ts';
import { SLEEP_SYSCALLS } from './syscalls/sleep.ts';
import { TIMER_SYSCALLS } from './syscalls/timer.ts';

export const TIME_SYSCALLS: readonly SyscallDef[] = [
  ...CLOCK_SYSCALLS,
  ...ADJTIMEX_SYSCALLS,
  ...SLEEP_SYSCALLS,
  ...ITIMER_SYSCALLS,
  ...TIMER_SYSCALLS,
];
