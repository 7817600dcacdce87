/** Doing operations on a semaphore array: at once, or later on behalf of who waits. Linux 6.1 ipc/sem.c */
import { EAGAIN, ERANGE } from '../../errno.ts';
import type { Kernel } from '../../kernel.ts';
import { wakeTask } from '../../sched/wait.ts';
import { IPC_NOWAIT, seconds } from './ids.ts';
import type { SemArray, SemOp, SemUndo, SemWaiter } from './state.ts';

export const SEM_UNDO = 0x1000;
const SEMVMX = 32_767;
const SEMAEM = 32_767;

/** What an attempt came to: done, impossible (-errno), or the index of the operation that has to wait. */
export type Attempt = { readonly result: number } | { readonly blocking: number };

/** Does all operations or none. Linux: perform_atomic_semop */
export function tryOperations(array: SemArray, ops: readonly SemOp[], undo: SemUndo | undefined, pid: number): Attempt {
  const values = array.sems.map((sem) => sem.value);
  const adjust = undo === undefined ? [] : [...undo.adjust];
  for (let at = 0; at < ops.length; at++) {
    const { num, op, flags } = ops[at]!;
    const value = values[num]! + op;
    if (value < 0 || (op === 0 && value !== 0)) return flags & IPC_NOWAIT ? { result: -EAGAIN } : { blocking: at };
    if (value > SEMVMX) return { result: -ERANGE };
    if (flags & SEM_UNDO) {
      adjust[num] = adjust[num]! - op;
      if (adjust[num]! < -SEMAEM - 1 || adjust[num]! > SEMAEM) return { result: -ERANGE };
    }
    values[num] = value;
  }
  for (const { num } of ops) {
    array.sems[num]!.value = values[num]!;
    array.sems[num]!.pid = pid;
  }
  if (undo !== undefined) undo.adjust.splice(0, adjust.length, ...adjust);
  return { result: 0 };
}

/** Whether the waiter is still there: it may have been killed. */
function isWaiting(kernel: Kernel, waiter: SemWaiter): boolean {
  return kernel.state.tasks.get(waiter.tid)?.restart === waiter;
}

/** Takes a waiter off the array's list. */
export function dropWaiter(waiter: SemWaiter): void {
  const at = waiter.array.waiters.indexOf(waiter);
  if (at >= 0) waiter.array.waiters.splice(at, 1);
}

/** Ends a wait with a result. */
export function finishWaiter(kernel: Kernel, waiter: SemWaiter, result: number): void {
  dropWaiter(waiter);
  waiter.result = result;
  const task = kernel.state.tasks.get(waiter.tid);
  if (task !== undefined) wakeTask(kernel, task);
}

/** First waiter, in order, whose operations can be done now or never; those that only wait for zero come first. */
function completeOne(kernel: Kernel, array: SemArray, alters: boolean): boolean {
  for (const waiter of [...array.waiters]) {
    if (waiter.alters !== alters) continue;
    if (!isWaiting(kernel, waiter)) {
      dropWaiter(waiter);
      continue;
    }
    const pid = kernel.state.tasks.get(waiter.tid)!.group.pid;
    const attempt = tryOperations(array, waiter.ops, waiter.undo, pid);
    if ('blocking' in attempt) {
      waiter.blocking = attempt.blocking;
      continue;
    }
    finishWaiter(kernel, waiter, attempt.result);
    return true;
  }
  return false;
}

/** Values have changed: all operations that can be done now are. Linux: do_smart_update */
export function completeWaiters(kernel: Kernel, array: SemArray): void {
  array.otime = seconds(kernel);
  reviewWaiters(kernel, array);
}

/** The same where no operation was the cause (SETVAL): the time of the last one changes only if another is done now. */
export function reviewWaiters(kernel: Kernel, array: SemArray): void {
  while (completeOne(kernel, array, false) || completeOne(kernel, array, true)) array.otime = seconds(kernel);
}
