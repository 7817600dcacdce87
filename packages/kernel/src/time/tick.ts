import { KERNEL_GO_ON, KERNEL_LEAVE } from '@kml/core';
import type { Kernel } from '../kernel.ts';
import { CPU_AREA, KERNEL_DATA_OFFSET } from '../kernel-memory.ts';
import { kernelRead32, kernelWrite32 } from '../mm/kernel-access.ts';
import { hex32 } from '../report/console.ts';
import { panic } from '../report/panic.ts';
import { updateLoad } from '../sched/load-average.ts';
import { limitRealtime } from '../sched/realtime-limit.ts';
import { chargeTask, checkSlice } from '../sched/run-queue.ts';
import { threadInfoAddress } from '../task/thread-info.ts';
import type { Task } from '../types.ts';
import { monotonicNs, realtimeNs } from './clock.ts';
import { expireCpuTimers } from './cpu-timers.ts';
import { cpuItimers } from './itimers.ts';
import { expireTimers } from './timers.ts';
import { updateVdsoData } from './vdso-data.ts';

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
  engine.addCycles(kernel.work.interrupt);
  time.pendingSince = undefined;
  time.nextLook = 0;
  engine.stop();
  const now = monotonicNs(kernel);
  if (now >= time.nextTick) {
    state.counters.ticks++;
    time.nextTick = (now / time.tickNs + 1n) * time.tickNs;
  }
  updateClockMirror(kernel, now);
  updateLoad(kernel);
  expireTimers(kernel);
  const task = state.current!;
  if (!checkCurrent(kernel, task)) return KERNEL_LEAVE;
  if (task !== state.sched.idle) {
    chargeTask(kernel, task, fromUser ? 'user' : 'system');
    cpuItimers(kernel, task);
    limitRealtime(kernel, task);
    expireCpuTimers(kernel);
    checkSlice(kernel, task);
  }
  return KERNEL_GO_ON;
}

/**
 * Whether the word that names the current task still does. A kernel-mode program may have overwritten it;
 * the entry code then sees no work any more, and neither signals nor the scheduler would ever end its loop.
 */
function checkCurrent(kernel: Kernel, task: Task): boolean {
  const word = kernelRead32(kernel, kernel.abi.taskSize + KERNEL_DATA_OFFSET + CPU_AREA.current) >>> 0;
  if (word === threadInfoAddress(kernel, task)) return true;
  panic(
    kernel,
    `the pointer to the current task was overwritten: ${hex32(word)}, ${task.comm} (pid ${task.group.pid})`,
  );
  return false;
}

/** Writes the ticks since boot and the time of day where guest code can read them. */
export function updateClockMirror(kernel: Kernel, now: bigint): void {
  const { state } = kernel;
  const area = kernel.abi.taskSize + KERNEL_DATA_OFFSET;
  const real = realtimeNs(kernel);
  state.time.coarse = real;
  state.jiffies = Number(now / state.time.tickNs);
  kernelWrite32(kernel, area + CPU_AREA.jiffies, state.jiffies | 0);
  kernelWrite32(kernel, area + CPU_AREA.seconds, Number(BigInt.asIntN(32, real / SECOND)));
  kernelWrite32(kernel, area + CPU_AREA.nanoseconds, Number(real % SECOND));
  updateVdsoData(kernel, now);
}
