import { fsState } from '../fs/fs-state.ts';
import { notify } from '../fs/notify.ts';
import type { TimerFile } from '../fs/timerfd.ts';
import type { Kernel } from '../kernel.ts';
import type { PosixTimer, Task, ThreadGroup } from '../types.ts';
import { monotonicNs, realtimeNs } from './clock.ts';
import { CLOCK_REALTIME } from './clock-ids.ts';
import { startPosixTimer } from './posix-timers.ts';
import { setTimer } from './timers.ts';
import { updateVdsoData } from './vdso-data.ts';

/** The monotonic time at which the real-time clock will show `ns`, for a wait of the task's call: it moves when that clock is set. */
export function realtimeDeadline(kernel: Kernel, task: Task, ns: bigint): bigint {
  task.onRealtime = true;
  return ns - realtimeNs(kernel) + monotonicNs(kernel);
}

/**
 * Sets the real-time clock to so many nanoseconds since the epoch. What waits for a time of it moves
 * along: POSIX timers, timer descriptors, system calls. Linux 6.1 kernel/time/hrtimer.c: clock_was_set
 */
export function setRealtime(kernel: Kernel, ns: bigint): void {
  const ahead = ns - realtimeNs(kernel);
  const { state } = kernel;
  state.time.setBy += ahead;
  state.time.coarse = 0n;
  updateVdsoData(kernel, monotonicNs(kernel));
  for (const group of state.groups.values()) {
    for (const timer of group.posixTimers.values()) movePosixTimer(kernel, group, timer, ahead);
  }
  for (const timer of fsState(kernel).timerFiles.values()) moveTimerFile(kernel, timer, ahead);
  for (const task of state.tasks.values()) if (task.inCall && task.onRealtime) moveWait(kernel, task, ahead);
}

function movePosixTimer(kernel: Kernel, group: ThreadGroup, timer: PosixTimer, ahead: bigint): void {
  if (timer.clock !== CLOCK_REALTIME || !timer.absolute || timer.expires === undefined) return;
  timer.expires -= ahead;
  if (!timer.waiting) startPosixTimer(kernel, group, timer);
}

/** Linux 6.1 fs/timerfd.c: timerfd_clock_was_set */
function moveTimerFile(kernel: Kernel, timer: TimerFile, ahead: bigint): void {
  if (timer.clock !== CLOCK_REALTIME) return;
  if (timer.absolute && timer.expires !== undefined) {
    timer.expires -= ahead;
    if (!timer.expired) setTimer(kernel, 'timerfd', timer.id, timer.expires);
  }
  if (!timer.cancelOnSet) return;
  timer.cancelled = true;
  timer.ticks++;
  notify(kernel, timer.queue);
}

/** The deadline is where the task sleeps, and where the call remembers it. */
function moveWait(kernel: Kernel, task: Task, ahead: bigint): void {
  const { wait, restart } = task;
  if (restart !== undefined && typeof restart.deadline === 'bigint') restart.deadline -= ahead;
  if (wait?.deadline === undefined) return;
  wait.deadline -= ahead;
  setTimer(kernel, 'wait', task.tid, wait.deadline);
}
