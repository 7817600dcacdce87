import type { Kernel } from '../kernel.ts';
import { TIF_NEED_RESCHED } from '../kernel-memory.ts';
import { setWork } from '../task/thread-info.ts';
import type { Task } from '../types.ts';
import { SCHED_IDLE, SCHED_OTHER } from './policy.ts';
import { chargeRealtime, checkRealtime, renewRealtime } from './realtime.ts';
import { renewRealtimeLimit } from './realtime-limit.ts';
import { NICE_0_WEIGHT } from './weights.ts';

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

/**
 * Puts a runnable task (not the current one) into the queue at its place: real-time tasks by priority,
 * behind their equals (`head`: before them), then the others by vruntime.
 */
export function enqueue(kernel: Kernel, task: Task, head = false): void {
  const queue = kernel.state.runQueue;
  const priority = task.priority;
  let low = 0;
  let high = queue.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (staysBefore(queue[middle]!, task, priority, head)) low = middle + 1;
    else high = middle;
  }
  if (low === queue.length) queue.push(task);
  else queue.splice(low, 0, task);
}

function staysBefore(other: Task, task: Task, priority: number, head: boolean): boolean {
  const others = other.priority;
  if (others !== priority) return others > priority;
  return priority > 0 ? !head : other.vruntime <= task.vruntime;
}

export function dequeue(kernel: Kernel, task: Task): void {
  const at = kernel.state.runQueue.indexOf(task);
  if (at >= 0) kernel.state.runQueue.splice(at, 1);
}

/** The first task in the queue that fair share is for. */
export function firstFair(kernel: Kernel): Task | undefined {
  for (const task of kernel.state.runQueue) if (task.priority === 0) return task;
  return undefined;
}

/**
 * Takes the task that runs next off the queue; undefined: nothing but the idle task can run. Real-time
 * tasks that have used up their part of the period leave the CPU to the others.
 */
export function takeNext(kernel: Kernel): Task | undefined {
  const { runQueue, sched } = kernel.state;
  const next = sched.rtThrottled ? firstFair(kernel) : undefined;
  // Mostly there is one: shift and splice cost what a call into the host costs.
  if (next === undefined) return runQueue.length > 1 ? runQueue.shift() : runQueue.pop();
  dequeue(kernel, next);
  return next;
}

/**
 * A task became runnable. A sleeper starts a little before the others, not with all the time it
 * slept, and takes the CPU at once if it is well behind the current task, or of a higher priority.
 */
export function makeRunnable(kernel: Kernel, task: Task): void {
  const { state } = kernel;
  if (task === state.current || state.runQueue.includes(task)) return;
  renewRealtimeLimit(task);
  const start = state.sched.minVruntime - toCycles(kernel, SCHED_LATENCY_NS / 2);
  if (task.vruntime < start) task.vruntime = start;
  enqueue(kernel, task);
  checkPreempt(kernel, task);
}

/** Whether a task that joined the queue takes the CPU from the current one. Linux 6.1 kernel/sched/core.c: check_preempt_curr */
export function checkPreempt(kernel: Kernel, task: Task): void {
  const { current, sched } = kernel.state;
  if (current === undefined || current === sched.idle || current.state !== 'runnable') return;
  chargeTask(kernel, current, 'user');
  const own = task.priority;
  const others = current.priority;
  let preempts: boolean;
  if (own > 0 || others > 0) preempts = own > others && !sched.rtThrottled;
  else if (current.policy === SCHED_IDLE && task.policy !== SCHED_IDLE) preempts = true;
  else if (task.policy !== SCHED_OTHER) preempts = false;
  else {
    const granularity = (toCycles(kernel, WAKEUP_GRANULARITY_NS) * NICE_0_WEIGHT) / task.weight;
    preempts = task.vruntime + granularity < current.vruntime;
  }
  if (preempts) setWork(kernel, current, TIF_NEED_RESCHED);
}

/** Charges the current task the cycles since it was last charged. */
export function chargeTask(kernel: Kernel, task: Task, to: 'user' | 'system'): void {
  const now = kernel.engine.cycles();
  const used = now - task.chargedAt;
  if (used <= 0) return;
  task.chargedAt = now;
  if (to === 'user') task.userCycles += used;
  else task.systemCycles += used;
  const { state } = kernel;
  if (task.priority > 0) {
    chargeRealtime(kernel, task, used);
    return;
  }
  task.vruntime += (used * NICE_0_WEIGHT) / task.weight;
  const first = firstFair(kernel);
  const least = first === undefined ? task.vruntime : Math.min(first.vruntime, task.vruntime);
  if (task !== state.sched.idle && least > state.sched.minVruntime) state.sched.minVruntime = least;
}

/** At a tick: has the current task to make room for another? */
export function checkSlice(kernel: Kernel, task: Task): void {
  const queue = kernel.state.runQueue;
  renewRealtime(kernel);
  if (queue.length === 0) return;
  if (task.priority > 0) checkRealtime(kernel, task);
  else if (queue[0]!.priority > 0 && !kernel.state.sched.rtThrottled) {
    setWork(kernel, task, TIF_NEED_RESCHED);
  } else checkFairSlice(kernel, task);
}

/** Has the task used up its share of the period while others wait? */
function checkFairSlice(kernel: Kernel, task: Task): void {
  const first = firstFair(kernel);
  if (first === undefined) return;
  let total = task.weight;
  let count = 1;
  for (const other of kernel.state.runQueue) {
    if (other.priority > 0) continue;
    total += other.weight;
    count++;
  }
  const period = Math.max(SCHED_LATENCY_NS, count * MIN_GRANULARITY_NS);
  const slice = (toCycles(kernel, period) * task.weight) / total;
  const ran = kernel.engine.cycles() - task.sliceStart;
  if (ran >= slice || (ran >= toCycles(kernel, MIN_GRANULARITY_NS) && task.vruntime - first.vruntime > slice)) {
    setWork(kernel, task, TIF_NEED_RESCHED);
  }
}
