import { BLOCKED, ERESTARTSYS } from '../errno.ts';
import type { Kernel } from '../kernel.ts';
import { fatalSignalPending, signalPending } from '../signal/pending.ts';
import { setState } from '../task/thread-info.ts';
import { cancelTimer, registerTimerKind, setTimer } from '../time/timers.ts';
import type { Task, WaitQueue } from '../types.ts';
import { makeRunnable } from './run-queue.ts';

export interface BlockOptions {
  /** Monotonic nanoseconds; when it passes the task is woken with Task.timedOut set. */
  deadline?: bigint | undefined;
  /** Default true. False: only a fatal signal ends the wait. */
  interruptible?: boolean;
  /** What the call gives when a signal ends it: -ERESTARTSYS unless said otherwise (the bytes done, -EINTR, another restart class). */
  onSignal?: number;
}

/**
 * Puts the task to sleep on any number of queues: a system call returns what this returns. BLOCKED:
 * the call is executed again when a queue is woken, the deadline passes (task.timedOut is then
 * set) or a signal comes; its handler finds its condition true, or comes here again. With a signal
 * pending the wait does not begin, or is over, and `onSignal` is the call's result.
 * Linux 6.1 kernel/sched/wait.c: prepare_to_wait_event
 * @param queues the wait keeps this array
 */
export function blockOn(kernel: Kernel, task: Task, queues: WaitQueue[], options?: BlockOptions): number {
  const interruptible = options?.interruptible ?? true;
  if (interruptible ? signalPending(kernel, task) : fatalSignalPending(task)) return options?.onSignal ?? -ERESTARTSYS;
  for (const queue of queues) queue.waiters.push(task.tid);
  task.wait = { queues, deadline: options?.deadline, interruptible };
  setState(kernel, task, 'sleeping');
  task.timedOut = false;
  if (options?.deadline !== undefined) setTimer(kernel, 'wait', task.tid, options.deadline);
  return BLOCKED;
}

/** Wakes the first `count` tasks of a queue (all unless said). Answers how many. */
export function wake(kernel: Kernel, queue: WaitQueue, count = Number.POSITIVE_INFINITY): number {
  let woken = 0;
  while (queue.waiters.length > 0 && woken < count) {
    const task = kernel.state.tasks.get(queue.waiters[0]!);
    if (task?.wait?.queues.includes(queue)) {
      wakeTask(kernel, task);
      woken++;
    } else queue.waiters.shift();
  }
  return woken;
}

/** Ends a task's sleep, whatever it waited for. */
export function wakeTask(kernel: Kernel, task: Task): void {
  if (task.state !== 'sleeping') return;
  leaveQueues(kernel, task);
  setState(kernel, task, 'runnable');
  makeRunnable(kernel, task);
}

/** Takes the task off everything it waits on: it is woken, or dies. */
export function leaveQueues(kernel: Kernel, task: Task): void {
  const wait = task.wait;
  if (wait === undefined) return;
  task.wait = undefined;
  for (const queue of wait.queues) {
    if (queue.waiters.length === 1 && queue.waiters[0] === task.tid) {
      queue.waiters.pop();
      continue;
    }
    // A task may stand on one queue twice (poll of the same file): all places go.
    for (let at = queue.waiters.indexOf(task.tid); at >= 0; at = queue.waiters.indexOf(task.tid, at)) {
      queue.waiters.splice(at, 1);
    }
  }
  if (wait.deadline !== undefined) cancelTimer(kernel, 'wait', task.tid);
}

registerTimerKind('wait', (kernel, timer) => {
  const task = kernel.state.tasks.get(timer.id);
  if (task?.state !== 'sleeping') return;
  wakeTask(kernel, task);
  task.timedOut = true;
});
