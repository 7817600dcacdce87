import { KERNEL_GO_ON } from '@kml/core';
import type { Kernel } from '../kernel.ts';
import { CPU_AREA, KERNEL_DATA_OFFSET } from '../kernel-memory.ts';
import { kernelWrite32 } from '../mm/kernel-access.ts';
import { chargeTask, checkSlice } from '../sched/run-queue.ts';
import { WORK } from '../syscalls/work-cost.ts';
import { monotonicNs, realtimeNs } from './clock.ts';
import { cpuItimers } from './itimers.ts';
import { expireTimers } from './timers.ts';

const SECOND = 1_000_000_000n;

/** The timer interrupt's line. */
export const TIMER_LINE = 0;

/**
 * The timer interrupt: clock mirror, timers that are due, accounting, and whether the task's time is
 * up. `fromUser`: it hit user code. Ticks that passed while nobody could take the interrupt are made
 * up for, since all of this goes by the clock.
 */
export function timerInterrupt(kernel: Kernel, fromUser: boolean): number {
  const { state, engine } = kernel;
  const { time } = state;
  engine.setInterrupt(TIMER_LINE, false);
  engine.addCycles(WORK.interrupt);
  time.pendingSince = undefined;
  time.nextLook = 0;
  engine.stop();
  const now = monotonicNs(kernel);
  if (now >= time.nextTick) {
    state.counters.ticks++;
    time.nextTick = (now / time.tickNs + 1n) * time.tickNs;
  }
  updateClockMirror(kernel, now);
  expireTimers(kernel);
  const task = state.current!;
  if (task !== state.sched.idle) {
    chargeTask(kernel, task, fromUser ? 'user' : 'system');
    cpuItimers(kernel, task);
    checkSlice(kernel, task);
  }
  return KERNEL_GO_ON;
}

/** Writes the ticks since boot and the time of day where guest code can read them. */
export function updateClockMirror(kernel: Kernel, now: bigint): void {
  const { state } = kernel;
  const area = kernel.abi.taskSize + KERNEL_DATA_OFFSET;
  const real = realtimeNs(kernel);
  state.jiffies = Number(now / state.time.tickNs);
  kernelWrite32(kernel, area + CPU_AREA.jiffies, state.jiffies | 0);
  kernelWrite32(kernel, area + CPU_AREA.seconds, Number(BigInt.asIntN(32, real / SECOND)));
  kernelWrite32(kernel, area + CPU_AREA.nanoseconds, Number(real % SECOND));
}
