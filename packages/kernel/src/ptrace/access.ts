import type { Kernel } from '../kernel.ts';
import type { Task } from '../types.ts';

/**
 * Whether a task may look into another: the same real ids as all of its, and it is dumpable; or root.
 * Linux 6.1 kernel/ptrace.c: __ptrace_may_access with PTRACE_MODE_REALCREDS
 */
export function mayAccess(_kernel: Kernel, task: Task, target: Task): boolean {
  if (task.group === target.group || task.cred.euid === 0) return true;
  const { uid, gid } = task.cred;
  const to = target.cred;
  const same =
    [to.uid, to.euid, to.suid].every((id) => id === uid) && [to.gid, to.egid, to.sgid].every((id) => id === gid);
  return same && (target.mm === undefined || target.mm.dumpable === 1);
}
