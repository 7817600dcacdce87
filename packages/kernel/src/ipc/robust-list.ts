/** Robust futexes: locks a thread still holds at its end are marked and a waiter is woken. Linux 6.1 kernel/futex/core.c: exit_robust_list */
import type { Kernel } from '../kernel.ts';
import { readWord, writeWord } from '../mm/user-access.ts';
import type { Task } from '../types.ts';
import { futexWake } from './futex.ts';
import { FUTEX_OWNER_DIED, FUTEX_TID_MASK, FUTEX_WAITERS } from './futex-pi.ts';

/** Longest list that is followed. Linux: ROBUST_LIST_LIMIT */
const LIST_LIMIT = 2048;
/** struct robust_list_head: first entry, offset of the futex word, entry being changed. */
export const ROBUST_HEAD_BYTES = 12;

export function exitRobustList(kernel: Kernel, task: Task): void {
  const head = task.robustList;
  task.robustList = 0;
  if (head === 0) return;
  const offset = readWord(kernel, task, head + 4);
  const pending = readWord(kernel, task, head + 8);
  let entry = readWord(kernel, task, head);
  if (offset === undefined || pending === undefined) return;
  for (let count = 0; entry !== undefined && entry >>> 0 !== head && count < LIST_LIMIT; count++) {
    // Bit 0 marks a priority-inheritance futex: exitPiFutexes hands it over.
    const next = readWord(kernel, task, entry & ~1);
    const inherits = (entry & 1) !== 0;
    if ((entry & ~1) !== (pending & ~1)) markDead(kernel, task, ((entry & ~1) + offset) >>> 0, inherits, false);
    entry = next;
  }
  if (pending !== 0) markDead(kernel, task, ((pending & ~1) + offset) >>> 0, (pending & 1) !== 0, true);
}

function markDead(kernel: Kernel, task: Task, address: number, inherits: boolean, pending: boolean): void {
  if (address & 3) return;
  const word = readWord(kernel, task, address);
  if (word === undefined) return;
  // A lock being taken or given up: someone may wait for a wake-up that the dead thread owed.
  if (pending && !inherits && word === 0) {
    futexWake(kernel, task, address, 1);
    return;
  }
  if ((word & FUTEX_TID_MASK) !== task.tid) return;
  writeWord(kernel, task, address, (word & FUTEX_WAITERS) | FUTEX_OWNER_DIED);
  if (!inherits && word & FUTEX_WAITERS) futexWake(kernel, task, address, 1);
}
