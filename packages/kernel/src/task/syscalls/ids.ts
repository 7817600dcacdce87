/** Process, thread, process-group and session ids. Linux 6.1 kernel/sys.c */
import { EACCES, EINVAL, EPERM, ESRCH } from '../../errno.ts';
import type { Kernel } from '../../kernel.ts';
import { full, type SyscallDef, steady } from '../../syscalls/define.ts';
import type { Task, ThreadGroup } from '../../types.ts';
import { findGroup, sessionOfPgrp } from '../jobs.ts';

function groupOf(kernel: Kernel, task: Task, pid: number): ThreadGroup | undefined {
  if (pid === 0) return task.group;
  return findGroup(kernel, pid) ?? kernel.state.tasks.get(pid)?.group;
}

/** Linux 6.1 kernel/sys.c: setpgid */
function setpgid(kernel: Kernel, task: Task, pid: number, wanted: number): number {
  const own = task.group;
  const id = pid === 0 ? own.pid : pid;
  const pgid = wanted === 0 ? id : wanted;
  if (pgid < 0) return -EINVAL;
  const group = findGroup(kernel, id);
  if (group === undefined) return -ESRCH;
  if (group.parent === own) {
    if (group.sid !== own.sid) return -EPERM;
    if (group.didExec) return -EACCES;
  } else if (group !== own) return -ESRCH;
  if (group.sid === group.pid) return -EPERM;
  if (pgid !== id && sessionOfPgrp(kernel, pgid) !== own.sid) return -EPERM;
  group.pgid = pgid;
  return 0;
}

function getpgid(kernel: Kernel, task: Task, pid: number): number {
  return groupOf(kernel, task, pid)?.pgid ?? -ESRCH;
}

/** Linux 6.1 kernel/sys.c: ksys_setsid */
function setsid(kernel: Kernel, task: Task): number {
  const { group } = task;
  if (group.sid === group.pid || sessionOfPgrp(kernel, group.pid) !== undefined) return -EPERM;
  group.sid = group.pid;
  group.pgid = group.pid;
  group.tty = 0;
  return group.pid;
}

export const ID_SYSCALLS: readonly SyscallDef[] = [
  steady('getpid', (_kernel, task) => task.group.pid),
  steady('gettid', (_kernel, task) => task.tid),
  steady('getppid', (_kernel, task) => task.group.parent?.pid ?? 0),
  full('getpgid', ['pid'], getpgid),
  steady('getpgrp', (_kernel, task) => task.group.pgid),
  full('setpgid', ['pid', 'pid'], setpgid),
  full('getsid', ['pid'], (kernel, task, pid) => groupOf(kernel, task, pid!)?.sid ?? -ESRCH),
  full('setsid', [], setsid),
  full('set_tid_address', ['ptr'], (_kernel, task, address) => {
    task.clearChildTid = address!;
    return task.tid;
  }),
];
