import type { Kernel } from '../kernel.ts';
import { TIF_NEED_RESCHED } from '../kernel-memory.ts';
import { setWork } from '../task/thread-info.ts';
import type { Task } from '../types.ts';
import { isRealtime, SCHED_OTHER } from './policy.ts';
import { chargeTask, checkPreempt, dequeue, enqueue } from './run-queue.ts';
import { weigh } from './weights.ts';

/** Changes what decides on a task's place in the queue, and its place with it. Linux 6.1 kernel/sched/core.c: __setscheduler_prio */
function reorder(kernel: Kernel, task: Task, change: () => void): void {
  const { current, runQueue, sched } = kernel.state;
  const before = task.priority;
  const queued = runQueue.includes(task);
  if (task === current) chargeTask(kernel, task, 'user');
  if (queued) dequeue(kernel, task);
  change();
  weigh(task);
  const after = task.priority;
  if (before > 0 && after === 0) task.vruntime = Math.max(task.vruntime, sched.minVruntime);
  // Raised, it goes behind its new equals; lowered, before them.
  if (queued) {
    enqueue(kernel, task, after < before);
    checkPreempt(kernel, task);
  } else if (task === current && after !== before && runQueue.length > 0) setWork(kernel, task, TIF_NEED_RESCHED);
}

/** Gives a task a policy and real-time priority. */
export function changePolicy(kernel: Kernel, task: Task, policy: number, priority: number): void {
  reorder(kernel, task, () => {
    task.policy = policy;
    task.rtPriority = priority;
    task.turnUsed = 0;
  });
}

/** Lends a task a real-time priority (0 ends that). */
export function setBoost(kernel: Kernel, task: Task, priority: number): void {
  if (task.boost === priority) return;
  reorder(kernel, task, () => {
    task.boost = priority;
  });
}

/** At fork. Linux 6.1 kernel/sched/core.c: sched_fork */
export function inheritPolicy(parent: Task, child: Task): void {
  child.nice = parent.nice;
  child.policy = parent.policy;
  child.rtPriority = parent.rtPriority;
  if (parent.resetOnFork) {
    if (isRealtime(parent.policy)) child.nice = 0;
    child.policy = isRealtime(parent.policy) ? SCHED_OTHER : parent.policy;
    child.rtPriority = 0;
    child.nice = Math.max(child.nice, 0);
  }
  weigh(child);
}
