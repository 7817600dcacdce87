/** Process groups and sessions. Linux 6.1 kernel/exit.c, kernel/sys.c */
import type { Kernel } from '../kernel.ts';
import type { ThreadGroup } from '../types.ts';

/** Whether no member of a process group has a parent outside it in the same session: nobody can do job control for it. */
export function isOrphanedPgrp(kernel: Kernel, pgid: number, ignoring?: ThreadGroup): boolean {
  for (const group of kernel.state.groups.values()) {
    if (group.pgid !== pgid || group === ignoring || group.exited) continue;
    const { parent } = group;
    if (parent === undefined || parent.pid === 1 || parent === ignoring) continue;
    if (parent.pgid !== pgid && parent.sid === group.sid) return false;
  }
  return true;
}

/** Whether a member of the process group is stopped. */
export function hasStoppedJobs(kernel: Kernel, pgid: number): boolean {
  for (const group of kernel.state.groups.values()) if (group.pgid === pgid && group.stopped) return true;
  return false;
}

/** A process that is alive or not yet waited for. */
export function findGroup(kernel: Kernel, pid: number): ThreadGroup | undefined {
  return kernel.state.groups.get(pid);
}

/** Session of a process group, or undefined where it has no member. */
export function sessionOfPgrp(kernel: Kernel, pgid: number): number | undefined {
  for (const group of kernel.state.groups.values()) if (group.pgid === pgid) return group.sid;
  return undefined;
}
