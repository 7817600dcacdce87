import type { AltStack, Task } from '../types.ts';

export const SS_ONSTACK = 1;
export const SS_DISABLE = 2;
export const SS_AUTODISARM = 0x8000_0000;

export function noAltStack(): AltStack {
  return { sp: 0, size: 0, flags: SS_DISABLE };
}

/** Whether a stack pointer lies on the task's alternate stack. Linux 6.1 include/linux/sched/signal.h: on_sig_stack */
export function onAltStack({ altStack }: Task, sp: number): boolean {
  if (altStack.flags & SS_AUTODISARM) return false;
  return sp >>> 0 > altStack.sp && (sp >>> 0) - altStack.sp <= altStack.size;
}

/** Whether a handler with SA_ONSTACK can have its frame there. */
export function hasAltStack({ altStack }: Task): boolean {
  return altStack.size > 0 && (altStack.flags & SS_DISABLE) === 0;
}

/** ss_flags of the stack_t in a signal frame. Linux 6.1 kernel/signal.c: __save_altstack */
export function altStackFlags({ altStack }: Task): number {
  return altStack.size === 0 ? SS_DISABLE : altStack.flags;
}

/** What SS_AUTODISARM asks for, once the frame is written. Linux 6.1 include/linux/signal.h: sas_ss_reset */
export function disarmAltStack(task: Task): void {
  if (task.altStack.flags & SS_AUTODISARM) task.altStack = noAltStack();
}

/** Takes back what a signal frame says, as a handler may have changed it. Linux 6.1 kernel/signal.c: restore_altstack */
export function restoreAltStack(task: Task, sp: number, size: number, flags: number): void {
  if (flags & SS_DISABLE) task.altStack = noAltStack();
  else task.altStack = { sp: sp >>> 0, size: size >>> 0, flags: (flags & SS_AUTODISARM) >>> 0 };
}
