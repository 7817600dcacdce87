/** SEM_UNDO: adjustments that are made when a process ends. Linux 6.1 ipc/sem.c: find_alloc_undo, exit_sem */
import type { Kernel } from '../../kernel.ts';
import type { Task } from '../../types.ts';
import { completeWaiters } from './sem-waiters.ts';
import type { SemArray, SemUndo } from './state.ts';

const SEMVMX = 32_767;

/** The task's adjustments of an array, made when first asked for. */
export function undoOf(task: Task, array: SemArray): SemUndo {
  task.semUndo ??= { users: 1, entries: new Map() };
  let undo = task.semUndo.entries.get(array);
  if (undo === undefined) {
    undo = { array, adjust: array.sems.map(() => 0) };
    task.semUndo.entries.set(array, undo);
    array.undos.push(undo);
  }
  return undo;
}

/** A new task shares its parent's adjustments (CLONE_SYSVSEM); otherwise it owes nothing. Linux: copy_semundo */
export function shareUndo(parent: Task, child: Task): void {
  parent.semUndo ??= { users: 1, entries: new Map() };
  parent.semUndo.users++;
  child.semUndo = parent.semUndo;
}

/** The task ends, or lets go of what it shares: with the last user the adjustments are made. */
export function exitUndo(kernel: Kernel, task: Task): void {
  const list = task.semUndo;
  task.semUndo = undefined;
  if (list === undefined || --list.users > 0) return;
  for (const { array, adjust } of list.entries.values()) {
    array.undos = array.undos.filter((undo) => undo.adjust !== adjust);
    if (array.removed) continue;
    adjust.forEach((by, num) => {
      if (by === 0) return;
      const sem = array.sems[num]!;
      sem.value = Math.max(0, Math.min(SEMVMX, sem.value + by));
      sem.pid = task.group.pid;
    });
    completeWaiters(kernel, array);
  }
}
