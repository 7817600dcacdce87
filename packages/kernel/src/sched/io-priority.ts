/** ioprio_set, ioprio_get: priorities are kept and reported; no request here waits for another. Linux 6.1 block/ioprio.c */
import { EINVAL, EPERM, ESRCH } from '../errno.ts';
import type { Kernel } from '../kernel.ts';
import { partial, type SyscallDef } from '../syscalls/define.ts';
import { CAP, capable } from '../task/capabilities.ts';
import type { Task } from '../types.ts';
import { SCHED_FIFO, SCHED_IDLE, SCHED_RR } from './policy.ts';

const IOPRIO_WHO_PROCESS = 1;
const IOPRIO_WHO_PGRP = 2;
const IOPRIO_WHO_USER = 3;

const CLASS_SHIFT = 13;
const CLASS_NONE = 0;
const CLASS_REALTIME = 1;
const CLASS_BEST_EFFORT = 2;
const CLASS_IDLE = 3;
const LEVELS = 8;

/** 0 or -errno. Linux: ioprio_check_cap */
function check(task: Task, priority: number): number {
  const level = priority & ((1 << CLASS_SHIFT) - 1);
  switch (priority >> CLASS_SHIFT) {
    case CLASS_REALTIME:
      if (!capable(task.cred, CAP.sysAdmin) && !capable(task.cred, CAP.sysNice)) return -EPERM;
      return level < LEVELS ? 0 : -EINVAL;
    case CLASS_BEST_EFFORT:
      return level < LEVELS ? 0 : -EINVAL;
    case CLASS_IDLE:
      return 0;
    case CLASS_NONE:
      return level === 0 ? 0 : -EINVAL;
    default:
      return -EINVAL;
  }
}

/** Those meant; undefined for a kind that does not exist. */
function subjects(kernel: Kernel, task: Task, which: number, who: number): Task[] | undefined {
  const all = [...kernel.state.tasks.values()].filter((other) => other.tid > 0);
  if (which === IOPRIO_WHO_PROCESS) return all.filter(({ tid }) => tid === (who === 0 ? task.tid : who));
  if (which === IOPRIO_WHO_PGRP) return all.filter(({ group }) => group.pgid === (who === 0 ? task.group.pgid : who));
  if (which === IOPRIO_WHO_USER) return all.filter(({ cred }) => cred.uid === (who === 0 ? task.cred.uid : who));
  return undefined;
}

function ioprioSet(kernel: Kernel, task: Task, which: number, who: number, priority: number): number {
  const refused = check(task, priority);
  if (refused !== 0) return refused;
  const found = subjects(kernel, task, which, who);
  if (found === undefined) return -EINVAL;
  for (const target of found) {
    const { euid, uid } = task.cred;
    if (!capable(task.cred, CAP.sysNice) && target.cred.uid !== euid && target.cred.uid !== uid) return -EPERM;
    target.ioPriority = priority;
  }
  return found.length === 0 ? -ESRCH : 0;
}

/** What counts where none was set: it follows from policy and nice value. Linux: __get_task_ioprio */
function effective(task: Task): number {
  if (task.ioPriority !== undefined && task.ioPriority !== 0) return task.ioPriority;
  const level = Math.floor((task.nice + 20) / 5);
  if (task.policy === SCHED_IDLE) return (CLASS_IDLE << CLASS_SHIFT) | level;
  const realtime = task.policy === SCHED_FIFO || task.policy === SCHED_RR;
  return ((realtime ? CLASS_REALTIME : CLASS_BEST_EFFORT) << CLASS_SHIFT) | level;
}

/** One thread's own, or the best of several. */
function ioprioGet(kernel: Kernel, task: Task, which: number, who: number): number {
  const found = subjects(kernel, task, which, who);
  if (found === undefined) return -EINVAL;
  if (found.length === 0) return -ESRCH;
  return which === IOPRIO_WHO_PROCESS ? (found[0]!.ioPriority ?? 0) : Math.min(...found.map(effective));
}

const NOTE = 'kept and reported, without effect';

export const IO_PRIORITY_SYSCALLS: readonly SyscallDef[] = [
  partial('ioprio_set', ['int', 'int', 'int'], NOTE, ioprioSet),
  partial('ioprio_get', ['int', 'int'], NOTE, ioprioGet),
];
