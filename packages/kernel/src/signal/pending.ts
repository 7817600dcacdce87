import type { Kernel } from '../kernel.ts';
import { TIF_SIGPENDING } from '../kernel-memory.ts';
import { clearWork, setWork } from '../task/thread-info.ts';
import { timerSignalTaken } from '../time/timer-signals.ts';
import type { PendingSignals, SigInfo, SigSet, Task } from '../types.ts';
import { SIGKILL, SIGSTOP, SYNCHRONOUS } from './numbers.ts';
import { common, hasSignal, intersects, isWithin, lowestOf, NO_SIGNALS, sigBit, sigSet, without } from './sig-set.ts';

/** Whether a signal waits that ends an interruptible sleep. */
export function signalPending(_kernel: Kernel, task: Task): boolean {
  return (task.work & TIF_SIGPENDING) !== 0;
}

/** Whether the task is to die: ends any sleep. */
export function fatalSignalPending(task: Task): boolean {
  return (task.work & TIF_SIGPENDING) !== 0 && hasSignal(task.pending.set, SIGKILL);
}

/** Whether signals wait that the mask lets through. */
export function hasDeliverable(task: Task): boolean {
  return !isWithin(task.pending.set, task.sigMask) || !isWithin(task.group.pending.set, task.sigMask);
}

/** Whether the task is to stop: its process does, or for its tracer. */
function stopDue(task: Task): boolean {
  const { tracing } = task;
  return task.stopSignal !== 0 || (tracing !== undefined && (tracing.trapStop || tracing.trapNotify));
}

/** Brings TIF_SIGPENDING in line with masks and queues. Linux 6.1 kernel/signal.c: recalc_sigpending */
export function recalcSigPending(kernel: Kernel, task: Task): void {
  if (hasDeliverable(task) || stopDue(task)) setWork(kernel, task, TIF_SIGPENDING);
  else if (task.work & TIF_SIGPENDING) clearWork(kernel, task, TIF_SIGPENDING);
}

/** Changes a task's signal mask. */
export function setSigMask(kernel: Kernel, task: Task, mask: SigSet): void {
  task.sigMask = intersects(mask, KILL_STOP) ? without(mask, KILL_STOP) : mask;
  recalcSigPending(kernel, task);
}

const KILL_STOP = sigSet(SIGKILL, SIGSTOP);

/**
 * Number of the signal to take first out of a set, of those that `mask` lets through: those raised by
 * instructions, then the lowest. 0: none.
 */
export function firstSignal(set: SigSet, mask: SigSet = NO_SIGNALS): number {
  const synchronous = intersects(set, SYNCHRONOUS) ? lowestOf(common(set, SYNCHRONOUS), mask) : 0;
  return synchronous !== 0 ? synchronous : lowestOf(set, mask);
}

/** Takes one instance of a signal off a queue; the bit goes with the last one. */
export function takeFrom(pending: PendingSignals, signo: number): SigInfo {
  const { queue } = pending;
  const at = indexOfSignal(queue, signo, 0);
  const info = at >= 0 ? takeAt(queue, at) : { signo, code: 0, errno: 0, pid: 0, uid: 0, addr: 0, status: 0, value: 0 };
  if (at < 0 || indexOfSignal(queue, signo, at) < 0) pending.set = without(pending.set, sigBit(signo));
  return info;
}

function takeAt(queue: SigInfo[], at: number): SigInfo {
  return at === queue.length - 1 ? queue.pop()! : queue.splice(at, 1)[0]!;
}

function indexOfSignal(queue: readonly SigInfo[], signo: number, from: number): number {
  for (let at = from; at < queue.length; at++) if (queue[at]!.signo === signo) return at;
  return -1;
}

/** Takes the next signal that `mask` does not block: the thread's own first, then the process's. */
export function dequeueSignal(kernel: Kernel, task: Task, mask: SigSet): SigInfo | undefined {
  let { pending } = task;
  let signo = firstSignal(pending.set, mask);
  if (signo === 0) {
    pending = task.group.pending;
    signo = firstSignal(pending.set, mask);
    if (signo === 0) return undefined;
  }
  const info = takeFrom(pending, signo);
  recalcSigPending(kernel, task);
  timerSignalTaken(kernel, task.group, info);
  return info;
}

/** Drops all instances of the signals of a set. */
export function flushSignals(pending: PendingSignals, set: SigSet): void {
  if (!intersects(pending.set, set)) return;
  pending.set = without(pending.set, set);
  pending.queue = pending.queue.filter((info) => !hasSignal(set, info.signo));
}
