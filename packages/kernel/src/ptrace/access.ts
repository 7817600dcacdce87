import { CAP, type CapSet, capable } from '../task/capabilities.ts';
import type { Task } from '../types.ts';

const isSubset = (a: CapSet, b: CapSet): boolean => (a.low & ~b.low) === 0 && (a.high & ~b.high) === 0;

/**
 * Whether a task may look into another: the same real ids as all of its, a dumpable process, and no
 * capability that the looker lacks; or CAP_SYS_PTRACE. `ids`: the looker's real ones (ptrace and its
 * like), or those of its file accesses (/proc). Linux 6.1 kernel/ptrace.c: __ptrace_may_access
 */
export function mayAccess(task: Task, target: Task, ids: 'real' | 'fs' = 'real'): boolean {
  if (task.group === target.group || capable(task.cred, CAP.sysPtrace)) return true;
  const { cred } = task;
  const [uid, gid] = ids === 'real' ? [cred.uid, cred.gid] : [cred.fsuid, cred.fsgid];
  const to = target.cred;
  const same =
    [to.uid, to.euid, to.suid].every((id) => id === uid) && [to.gid, to.egid, to.sgid].every((id) => id === gid);
  if (!same || (target.mm !== undefined && target.mm.dumpable !== 1)) return false;
  return isSubset(to.caps.permitted, ids === 'real' ? cred.caps.permitted : cred.caps.effective);
}
