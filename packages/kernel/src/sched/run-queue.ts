import type { Kernel } from '../kernel.ts';
import { TIF_NEED_RESCHED } from '../kernel-memory.ts';
import { setWork } from '../task/thread-info.ts';
import type { Task } from '../types.ts';
import { NICE_0_WEIGHT, weightOf } from './weights.ts';

/**
 * Fair share: the task with the smallest vruntime (cycles used, divided by its weight) runs next.
 * Periods in nanoseconds, as Linux has them on one CPU. Linux 6.1 kernel/sched/fair.c
 */
export const SCHED_LATENCY_NS = 6_000_000;
export const MIN_GRANULARITY_NS = 750_000;
export const WAKEUP_GRANULARITY_NS = 1_000_000;

function toCycles(kernel: Kernel, ns: number): number {
  return (ns / 1e9) * kernel.options.clockHz;
}

/** Puts a runnable task (not the current one) into the queue at its place. */
export function enqueue(kernel: Kernel, task: Task): void {
  const queue = kernel.state.runQueue;
  let low = 0;
  let high = queue.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (queue[middle]!.vruntime <= task.vruntime) low = middle + 1;
    else high = middle;
  }
  queue.splice(low, 0, task);
}

export function dequeue(kernel: Kernel, task: Task): void {
  const at = kernel.state.runQueue.indexOf(task);
  if (at >= 0) kernel.state.runQueue.splice(at, 1);
}

/** Takes the task that runs next off the queue; undefined: nothing but the idle task can run. */
export function takeNext(kernel: Kernel): Task | undefined {
  return kernel.state.runQueue.shift();
}

/**
 * A task became runnable. A sleeper starts a little before the others, not with all the time it
 * slept, and takes the CPU at once if it is well behind the current task.
 */
export function makeRunnable(kernel: Kernel, task: Task): void {
  const { state } = kernel;
  if (task === state.current || state.runQueue.includes(task)) return;
  const start = state.sched.minVruntime - toCycles(kernel, SCHED_LATENCY_NS / 2);
  if (task.vruntime < start) task.vruntime = start;
  enqueue(kernel, task);
  const { current } = state;
  if (current === undefined || current === state.sched.idle || current.state !== 'runnable') return;
  chargeTask(kernel, current, 'user');
  const granularity = (toCycles(kernel, WAKEUP_GRANULARITY_NS) * NICE_0_WEIGHT) / weightOf(task.nice);
  if (task.vruntime + granularity < current.vruntime) setWork(kernel, current, TIF_NEED_RESCHED);
}

/** Charges the current task the cycles since it was last charged. */
export function chargeTask(kernel: Kernel, task: Task, to: 'user' | 'system'): void {
  const now = kernel.engine.cycles();
  const used = now - task.chargedAt;
  if (used <= 0) return;
  task.chargedAt = now;
  if (to === 'user') task.userCycles += used;
  else task.systemCycles += used;
  task.vruntime += (used * NICE_0_WEIGHT) / weightOf(task.nice);
  const { state } = kernel;
  const first = state.runQueue[0];
  const least = first === undefined ? task.vruntime : Math.min(first.vruntime, task.vruntime);
  if (task !== state.sched.idle && least > state.sched.minVruntime) state.sched.minVruntime = least;
}

/** At a tick: has the current task used up its share of the period while others wait? */
export function checkSlice(kernel: Kernel, task: Task): void {
  const queue = kernel.state.runQueue;
  if (queue.length === 0) return;
  let total = weightOf(task.nice);
  for (const other of queue) total += weightOf(other.nice);
  const period = Math.max(SCHED_LATENCY_NS, (queue.length + 1) * MIN_GRANULARITY_NS);
  const slice = (toCycles(kernel, period) * weightOf(task.nice)) / total;
  const ran = kernel.engine.cycles() - task.sliceStart;
  if (ran >= slice || (ran >= toCycles(kernel, MIN_GRANULARITY_NS) && task.vruntime - queue[0]!.vruntime > slice)) {
    setWork(kernel, task, TIF_NEED_RESCHED);
  }
}
