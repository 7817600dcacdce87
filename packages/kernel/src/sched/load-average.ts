import type { Kernel } from '../kernel.ts';
import { monotonicNs } from '../time/clock.ts';

/** Fixed point of the averages: 11 bits behind the point. Linux 6.1 include/linux/sched/loadavg.h */
const FSHIFT = 11;
const FIXED_1 = 1 << FSHIFT;
/** What of an average is left after a period: of one, five and fifteen minutes. */
const EXPONENTS = [1884, 2014, 2037];
/** Linux: LOAD_FREQ, 5 HZ + 1 ticks at 100 Hz */
const PERIOD_NS = 5_010_000_000n;
/** After so many idle periods nothing is left of an average that is not absurd. */
const MOST_IDLE = 10_000n;
/** Linux: SI_LOAD_SHIFT */
const SYSINFO_SHIFT = 16;

/** Averages of the number of runnable tasks, in fixed point, and when the next period is over. */
export interface LoadState {
  averages: number[];
  next: bigint;
}

export function newLoadState(): LoadState {
  return { averages: EXPONENTS.map(() => 0), next: PERIOD_NS };
}

/** An average a period later, with so many runnable tasks. Linux 6.1 include/linux/sched/loadavg.h: calc_load */
export function laterLoad(average: number, exponent: number, tasks: number): number {
  const active = tasks * FIXED_1;
  const sum = average * exponent + active * (FIXED_1 - exponent);
  return Math.floor((active >= average ? sum + FIXED_1 - 1 : sum) / FIXED_1);
}

/**
 * Brings the averages up to date: to be called at a tick, and before they are read. There are no ticks
 * while the machine is idle: periods that passed since the last one had nothing to run.
 * Linux 6.1 kernel/sched/loadavg.c: calc_global_load
 */
export function updateLoad(kernel: Kernel): void {
  const { load } = kernel.state.sched;
  const now = monotonicNs(kernel);
  if (now < load.next) return;
  const passed = (now - load.next) / PERIOD_NS;
  for (let idle = passed < MOST_IDLE ? passed : MOST_IDLE; idle > 0n; idle--) advance(load, 0);
  advance(load, runnable(kernel));
  load.next += (passed + 1n) * PERIOD_NS;
}

function advance(load: LoadState, tasks: number): void {
  load.averages = load.averages.map((average, i) => laterLoad(average, EXPONENTS[i]!, tasks));
}

function runnable({ state }: Kernel): number {
  const { current, runQueue, sched } = state;
  return runQueue.length + (current !== undefined && current !== sched.idle && current.state === 'runnable' ? 1 : 0);
}

/** The three averages as /proc/loadavg has them: "0.12 0.05 0.01". */
export function loadText(kernel: Kernel): string {
  updateLoad(kernel);
  return kernel.state.sched.load.averages
    .map((average) => {
      // Half of the last digit that is shown.
      const shown = average + Math.floor(FIXED_1 / 200);
      const fraction = ((shown & (FIXED_1 - 1)) * 100) >> FSHIFT;
      return `${shown >> FSHIFT}.${String(fraction).padStart(2, '0')}`;
    })
    .join(' ');
}

/** The same as sysinfo(2) has them: with 16 bits behind the point. */
export function sysinfoLoads(kernel: Kernel): number[] {
  updateLoad(kernel);
  return kernel.state.sched.load.averages.map((average) => average << (SYSINFO_SHIFT - FSHIFT));
}
