import type { Kernel } from '../kernel.ts';
import { TIF_NEED_RESCHED } from '../kernel-memory.ts';
import { setWork } from '../task/thread-info.ts';
import { cyclesToNs, monotonicNs } from '../time/clock.ts';
import type { Task } from '../types.ts';
import { SCHED_RR } from './policy.ts';

/**
 * Real-time tasks: the highest priority runs, first come first served (SCHED_FIFO) or in turns
 * (SCHED_RR); all others wait, but for the part of each period that is kept for them.
 * Linux 6.1 kernel/sched/rt.c
 */

/** A turn of SCHED_RR. Linux: RR_TIMESLICE */
export const RR_INTERVAL_NS = 100_000_000;
/** Real-time tasks may use so much of each period. Linux: sched_rt_period_us, sched_rt_runtime_us */
const PERIOD_NS = 1_000_000_000;
const RUNTIME_NS = 950_000_000;

function toCycles(kernel: Kernel, ns: number): number {
  return (ns / 1e9) * kernel.options.clockHz;
}

/** Accounts what a real-time task used. */
export function chargeRealtime(kernel: Kernel, task: Task, used: number): void {
  const { sched } = kernel.state;
  const now = Number(monotonicNs(kernel));
  sched.rtUsed += sched.rtStamp < 0 ? cyclesToNs(used, kernel.options.clockHz) : now - sched.rtStamp;
  sched.rtStamp = now;
  if (task.policy === SCHED_RR) task.turnUsed += used;
}

/** A task gets the CPU. */
export function beginRealtime(kernel: Kernel, task: Task): void {
  kernel.state.sched.rtStamp = task.priority > 0 ? Number(monotonicNs(kernel)) : -1;
}

/** At a tick: a new period begins when the old one is over. */
export function renewRealtime(kernel: Kernel): void {
  const { sched } = kernel.state;
  const now = Number(monotonicNs(kernel));
  if (now - sched.rtPeriodStart < PERIOD_NS) return;
  sched.rtPeriodStart = now;
  sched.rtUsed = 0;
  sched.rtThrottled = false;
}

/** At a tick of a real-time task while others wait: is its turn, or all real-time tasks' part of the period, over? */
export function checkRealtime(kernel: Kernel, task: Task): void {
  const { sched, runQueue } = kernel.state;
  if (sched.rtUsed >= RUNTIME_NS) {
    sched.rtThrottled = true;
    setWork(kernel, task, TIF_NEED_RESCHED);
  }
  if (task.policy !== SCHED_RR || task.turnUsed < toCycles(kernel, RR_INTERVAL_NS)) return;
  task.turnUsed = 0;
  if (runQueue[0]!.priority !== task.priority) return;
  task.toTail = true;
  setWork(kernel, task, TIF_NEED_RESCHED);
}
