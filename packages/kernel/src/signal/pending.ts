import type { Kernel } from '../kernel.ts';
import { TIF_SIGPENDING } from '../kernel-memory.ts';
import { clearWork, setWork } from '../task/thread-info.ts';
import { timerSignalTaken } from '../time/timer-signals.ts';
import type { PendingSignals, SigInfo, SigSet, Task } from '../types.ts';
import { SIGKILL, SYNCHRONOUS, sigBit } from './numbers.ts';

/** Whether a signal waits that ends an interruptible sleep. */
export function signalPending(_kernel: Kernel, task: Task): boolean {
  return (task.work & TIF_SIGPENDING) !== 0;
}

/** Whether the task is to die: ends any sleep. */
export function fatalSignalPending(task: Task): boolean {
  return (task.work & TIF_SIGPENDING) !== 0 && (task.pending.set & sigBit(SIGKILL)) !== 0n;
}

/** Whether signals wait that the mask lets through. */
export function hasDeliverable(task: Task): boolean {
  return ((task.pending.set | task.group.pending.set) & ~task.sigMask) !== 0n;
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
  task.sigMask = mask & ~KILL_STOP;
  recalcSigPending(kernel, task);
}

const KILL_STOP = sigBit(SIGKILL) | sigBit(19);

/** Number of the signal to take first out of a set: those raised by instructions, then the lowest. 0: none. */
export function firstSignal(set: SigSet): number {
  const synchronous = set & SYNCHRONOUS;
  const from = synchronous !== 0n ? synchronous : set;
  if (from === 0n) return 0;
  for (let rest = from, before = 0; ; rest >>= 32n, before += 32) {
    const low = Number(rest & 0xffff_ffffn);
    if (low !== 0) return before + 32 - Math.clz32(low & -low);
  }
}

/** Takes one instance of a signal off a queue; the bit goes with the last one. */
export function takeFrom(pending: PendingSignals, signo: number): SigInfo {
  const at = pending.queue.findIndex((info) => info.signo === signo);
  const info: SigInfo =
    at >= 0
      ? pending.queue.splice(at, 1)[0]!
      : { signo, code: 0, errno: 0, pid: 0, uid: 0, addr: 0, status: 0, value: 0 };
  if (!pending.queue.some((other) => other.signo === signo)) pending.set &= ~sigBit(signo);
  return info;
}

/** Takes the next signal that `mask` does not block: the thread's own first, then the process's. */
export function dequeueSignal(kernel: Kernel, task: Task, mask: SigSet): SigInfo | undefined {
  for (const pending of [task.pending, task.group.pending]) {
    const signo = firstSignal(pending.set & ~mask);
    if (signo !== 0) {
      const info = takeFrom(pending, signo);
      recalcSigPending(kernel, task);
      timerSignalTaken(kernel, task.group, info);
      return info;
    }
  }
  return undefined;
}

/** Drops all instances of the signals of a set. */
export function flushSignals(pending: PendingSignals, set: SigSet): void {
  if ((pending.set & set) === 0n) return;
  pending.set &= ~set;
  pending.queue = pending.queue.filter((info) => (sigBit(info.signo) & set) === 0n);
}
