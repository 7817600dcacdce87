import type { Kernel } from '../kernel.ts';
import type { ThreadGroup } from '../types.ts';
import { disarmPosixTimer } from './posix-timers.ts';
import { cancelTimer } from './timers.ts';

/** At exec: timers made by timer_create go, interval timers stay. */
export function deletePosixTimers(kernel: Kernel, group: ThreadGroup): void {
  for (const id of group.posixTimers.keys()) disarmPosixTimer(kernel, group, id);
  group.posixTimers.clear();
}

/** At the end of a process: all its timers go. */
export function cancelGroupTimers(kernel: Kernel, group: ThreadGroup): void {
  deletePosixTimers(kernel, group);
  cancelTimer(kernel, 'itimer', group.pid);
  for (const timer of [group.timers.real, group.timers.virtual, group.timers.prof]) timer.expires = undefined;
}
