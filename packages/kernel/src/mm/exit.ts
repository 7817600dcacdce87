/** A task leaves its address space: at exit and at exec. Linux 6.1 kernel/exit.c: exit_mm */
import type { Kernel } from '../kernel.ts';
import type { Mm, Task } from '../types.ts';
import { destroyMm } from './address-space.ts';

/** Gives back one use of an address space; the last one destroys it. */
export function releaseMm(kernel: Kernel, mm: Mm): void {
  if (--mm.users === 0) destroyMm(kernel, mm);
}

/** Takes the task out of its address space. */
export function exitMm(kernel: Kernel, task: Task): void {
  const { mm } = task;
  if (mm === undefined) return;
  task.mm = undefined;
  releaseMm(kernel, mm);
}

/** Another task shares the address space (CLONE_VM). Returns it. */
export function shareMm(mm: Mm): Mm {
  mm.users++;
  return mm;
}
