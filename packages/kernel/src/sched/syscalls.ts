/** Scheduling: sched_yield, nice, priorities, affinity, getcpu. Linux 6.1 kernel/sched/core.c, kernel/sys.c */

import { EACCES, EFAULT, EINVAL, EPERM, ESRCH } from '../errno.ts';
import type { Kernel } from '../kernel.ts';
import { TIF_NEED_RESCHED } from '../kernel-memory.ts';
import { copyIn, writeWord } from '../mm/user-access.ts';
import { full, type SyscallDef } from '../syscalls/define.ts';
import { CAP, capable } from '../task/capabilities.ts';
import { setWork } from '../task/thread-info.ts';
import { writeTimespec } from '../time/timespec.ts';
import type { Task } from '../types.ts';
import { IO_PRIORITY_SYSCALLS } from './io-priority.ts';
import { SCHED_FIFO, SCHED_RR } from './policy.ts';
import { clampNice, mayReduce, POLICY_SYSCALLS, sameOwner, targetOf } from './policy-syscalls.ts';
import { RR_INTERVAL_NS } from './realtime.ts';
import { RSEQ_SYSCALLS } from './rseq.ts';
import { chargeTask, SCHED_LATENCY_NS } from './run-queue.ts';
import { changeNice } from './weights.ts';

/** The caller goes behind all that could run, a real-time task behind its equals. */
function schedYield(kernel: Kernel, task: Task): number {
  const queue = kernel.state.runQueue;
  if (queue.length === 0) return 0;
  chargeTask(kernel, task, 'user');
  const last = queue.at(-1)!;
  if (task.priority > 0) task.toTail = true;
  else if (last.priority === 0) task.vruntime = Math.max(task.vruntime, last.vruntime);
  setWork(kernel, task, TIF_NEED_RESCHED);
  return 0;
}

/** Linux 6.1 kernel/sys.c: set_one_prio */
function setNice(caller: Task, target: Task, wanted: number): number {
  if (!sameOwner(caller, target) && !capable(caller.cred, CAP.sysNice)) return -EPERM;
  const nice = clampNice(wanted);
  if (nice < target.nice && !mayReduce(target, nice) && !capable(caller.cred, CAP.sysNice)) return -EACCES;
  changeNice(target, nice);
  return 0;
}

const PRIO_PROCESS = 0;
const PRIO_PGRP = 1;
const PRIO_USER = 2;

function targets(kernel: Kernel, task: Task, which: number, who: number): Task[] | undefined {
  const all = [...kernel.state.tasks.values()].filter((other) => other.tid > 0);
  switch (which) {
    case PRIO_PROCESS:
      return all.filter((other) => other.tid === (who === 0 ? task.tid : who));
    case PRIO_PGRP:
      return all.filter((other) => other.group.pgid === (who === 0 ? task.group.pgid : who));
    case PRIO_USER:
      return all.filter((other) => other.cred.uid === (who === 0 ? task.cred.uid : who));
    default:
      return undefined;
  }
}

function setpriority(kernel: Kernel, task: Task, which: number, who: number, nice: number): number {
  const found = targets(kernel, task, which, who);
  if (found === undefined) return -EINVAL;
  let result = found.length === 0 ? -ESRCH : 0;
  for (const target of found) {
    const one = setNice(task, target, nice);
    if (one !== 0) result = one;
  }
  return result;
}

/** The best nice value of those meant, as 20 - nice: never negative. */
function getpriority(kernel: Kernel, task: Task, which: number, who: number): number {
  const found = targets(kernel, task, which, who);
  if (found === undefined) return -EINVAL;
  return found.length === 0 ? -ESRCH : Math.max(...found.map((target) => 20 - target.nice));
}

/** The caller's own: always of the same owner. Linux 6.1 kernel/sched/core.c: nice */
function niceCall(_kernel: Kernel, task: Task, increment: number): number {
  const result = setNice(task, task, clampNice(task.nice + Math.max(-40, Math.min(40, increment))));
  return result === -EACCES ? -EPERM : result;
}

/** One CPU: a mask must contain it. */
function setAffinity(kernel: Kernel, task: Task, pid: number, size: number, address: number): number {
  const bytes = copyIn(kernel, task, address, Math.min(size, 128));
  if (bytes === undefined) return -EFAULT;
  const target = pid < 0 ? -ESRCH : targetOf(kernel, task, pid);
  if (typeof target === 'number') return target;
  if (!sameOwner(task, target) && !capable(task.cred, CAP.sysNice)) return -EPERM;
  const first = kernel.abi.isa.byteOrder === 'little' ? 0 : 3;
  return ((bytes[first] ?? 0) & 1) === 0 ? -EINVAL : 0;
}

function getAffinity(kernel: Kernel, task: Task, pid: number, size: number, address: number): number {
  if (size < 4 || size & 3) return -EINVAL;
  const target = pid < 0 ? -ESRCH : targetOf(kernel, task, pid);
  if (typeof target === 'number') return target;
  return writeWord(kernel, task, address, 1) ? 4 : -EFAULT;
}

function getcpu(kernel: Kernel, task: Task, cpu: number, node: number): number {
  const stored = (cpu === 0 || writeWord(kernel, task, cpu, 0)) && (node === 0 || writeWord(kernel, task, node, 0));
  return stored ? 0 : -EFAULT;
}

/** Linux 6.1: get_rr_interval of each class; a task under SCHED_FIFO has its turn without end. */
function rrInterval(wide: boolean) {
  return (kernel: Kernel, task: Task, pid?: number, address?: number): number => {
    const target = targetOf(kernel, task, pid!);
    if (typeof target === 'number') return target;
    const fair = target.policy === SCHED_FIFO ? 0 : SCHED_LATENCY_NS;
    const ns = target.policy === SCHED_RR ? RR_INTERVAL_NS : fair;
    return writeTimespec(kernel, task, address!, BigInt(ns), wide);
  };
}

export const SCHED_SYSCALLS: readonly SyscallDef[] = [
  ...IO_PRIORITY_SYSCALLS,
  ...POLICY_SYSCALLS,
  ...RSEQ_SYSCALLS,
  full('sched_yield', [], schedYield),
  full('nice', ['int'], niceCall),
  full('setpriority', ['int', 'int', 'int'], setpriority),
  full('getpriority', ['int', 'int'], getpriority),
  full('sched_rr_get_interval', ['pid', 'ptr'], rrInterval(false)),
  full('sched_rr_get_interval_time64', ['pid', 'ptr'], rrInterval(true)),
  full('sched_setaffinity', ['pid', 'uint', 'ptr'], setAffinity),
  full('sched_getaffinity', ['pid', 'uint', 'ptr'], getAffinity),
  full('getcpu', ['ptr', 'ptr', 'ptr'], getcpu),
];
