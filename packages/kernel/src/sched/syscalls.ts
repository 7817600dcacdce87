/** Scheduling: sched_yield, nice, priorities, policies, affinity, getcpu. Linux 6.1 kernel/sched/core.c, kernel/sys.c */
import { StructReader, StructWriter } from '../abi/struct.ts';
import { E2BIG, EACCES, EFAULT, EINVAL, EPERM, ESRCH } from '../errno.ts';
import type { Kernel } from '../kernel.ts';
import { TIF_NEED_RESCHED } from '../kernel-memory.ts';
import { copyIn, copyOut, readWord, writeWord } from '../mm/user-access.ts';
import { full, partial, type SyscallDef } from '../syscalls/define.ts';
import { CAP, capable } from '../task/capabilities.ts';
import { RLIMIT_NICE } from '../task/rlimit-numbers.ts';
import { setWork } from '../task/thread-info.ts';
import { writeTimespec } from '../time/timespec.ts';
import type { Task } from '../types.ts';
import { IO_PRIORITY_SYSCALLS } from './io-priority.ts';
import { priorityRange, SCHED_OTHER, SCHED_RESET_ON_FORK } from './policy.ts';
import { chargeTask, SCHED_LATENCY_NS } from './run-queue.ts';

/** The caller goes behind all that could run. */
function schedYield(kernel: Kernel, task: Task): number {
  const queue = kernel.state.runQueue;
  if (queue.length === 0) return 0;
  chargeTask(kernel, task, 'user');
  task.vruntime = Math.max(task.vruntime, queue.at(-1)!.vruntime);
  setWork(kernel, task, TIF_NEED_RESCHED);
  return 0;
}

const clampNice = (nice: number): number => Math.max(-20, Math.min(19, nice));

/** Linux 6.1 kernel/sys.c: set_one_prio */
function setNice(caller: Task, target: Task, wanted: number): number {
  const own = caller.cred.euid === target.cred.euid || caller.cred.euid === target.cred.uid;
  if (!capable(caller.cred, CAP.sysNice) && !own) return -EPERM;
  const nice = clampNice(wanted);
  const lowest = 20 - target.group.rlimits[RLIMIT_NICE]!.current;
  if (nice < target.nice && !capable(caller.cred, CAP.sysNice) && nice < lowest) return -EACCES;
  target.nice = nice;
  return 0;
}

const PRIO_PROCESS = 0;
const PRIO_PGRP = 1;
const PRIO_USER = 2;

function targets(kernel: Kernel, task: Task, which: number, who: number): Task[] | undefined {
  const all = [...kernel.state.tasks.values()].filter((other) => other.tid > 1);
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

function niceCall(_kernel: Kernel, task: Task, increment: number): number {
  const result = setNice(task, task, clampNice(task.nice + Math.max(-40, Math.min(40, increment))));
  return result === -EACCES ? -EPERM : result;
}

function targetOf(kernel: Kernel, task: Task, pid: number): Task | number {
  if (pid < 0) return -EINVAL;
  return pid === 0 ? task : (kernel.state.tasks.get(pid) ?? -ESRCH);
}

function applyPolicy(caller: Task, target: Task, policy: number, priority: number): number {
  const kind = policy & ~SCHED_RESET_ON_FORK;
  const range = priorityRange(kind);
  if (range === undefined || priority < range.min || priority > range.max) return -EINVAL;
  if (range.max > 0 && !capable(caller.cred, CAP.sysNice)) return -EPERM;
  target.policy = kind;
  target.rtPriority = priority;
  return 0;
}

function setScheduler(kernel: Kernel, task: Task, pid: number, policy: number, param: number): number {
  const target = targetOf(kernel, task, pid);
  if (typeof target === 'number') return target;
  const priority = readWord(kernel, task, param);
  if (priority === undefined) return -EFAULT;
  return applyPolicy(task, target, policy < 0 ? target.policy : policy, priority);
}

/** struct sched_attr, first version. */
const ATTR_BYTES = 48;

function setAttr(kernel: Kernel, task: Task, pid: number, address: number, flags: number): number {
  const target = targetOf(kernel, task, pid);
  if (typeof target === 'number') return target;
  const bytes = copyIn(kernel, task, address, ATTR_BYTES);
  if (bytes === undefined) return -EFAULT;
  const reader = new StructReader(kernel, bytes);
  if (flags !== 0) return -EINVAL;
  if (reader.u32(0) !== 0 && reader.u32(0) < ATTR_BYTES) return -E2BIG;
  const result = applyPolicy(task, target, reader.u32(4), reader.u32(20));
  return result === 0 && reader.u32(4) === SCHED_OTHER ? setNice(task, target, reader.i32(16)) : result;
}

function getAttr(kernel: Kernel, task: Task, pid: number, address: number, size: number): number {
  const target = targetOf(kernel, task, pid);
  if (typeof target === 'number') return target;
  if (size < ATTR_BYTES) return -EINVAL;
  const writer = new StructWriter(kernel, ATTR_BYTES).u32(ATTR_BYTES).u32(target.policy);
  writer.u64(0).u32(target.nice).u32(target.rtPriority);
  return copyOut(kernel, task, address, writer.bytes) ? 0 : -EFAULT;
}

/** The task whose affinity is meant: here a negative number is one that nobody has. Linux 6.1 kernel/sched/core.c: find_process_by_pid */
function affinityTarget(kernel: Kernel, task: Task, pid: number): Task | number {
  return pid < 0 ? -ESRCH : targetOf(kernel, task, pid);
}

/** One CPU: a mask must contain it. */
function setAffinity(kernel: Kernel, task: Task, pid: number, size: number, address: number): number {
  const target = affinityTarget(kernel, task, pid);
  if (typeof target === 'number') return target;
  const bytes = copyIn(kernel, task, address, Math.min(size, 128));
  if (bytes === undefined) return -EFAULT;
  const first = kernel.abi.isa.byteOrder === 'little' ? 0 : 3;
  return ((bytes[first] ?? 0) & 1) === 0 ? -EINVAL : 0;
}

function getAffinity(kernel: Kernel, task: Task, pid: number, size: number, address: number): number {
  const target = affinityTarget(kernel, task, pid);
  if (typeof target === 'number') return target;
  if (size < 4 || size & 3) return -EINVAL;
  return writeWord(kernel, task, address, 1) ? 4 : -EFAULT;
}

function getcpu(kernel: Kernel, task: Task, cpu: number, node: number): number {
  const stored = (cpu === 0 || writeWord(kernel, task, cpu, 0)) && (node === 0 || writeWord(kernel, task, node, 0));
  return stored ? 0 : -EFAULT;
}

function rrInterval(wide: boolean) {
  return (kernel: Kernel, task: Task, pid?: number, address?: number): number => {
    const target = targetOf(kernel, task, pid!);
    if (typeof target === 'number') return target;
    return writeTimespec(kernel, task, address!, BigInt(SCHED_LATENCY_NS), wide);
  };
}

const NOTE = 'kept and reported; all tasks are scheduled by fair share';

export const SCHED_SYSCALLS: readonly SyscallDef[] = [
  ...IO_PRIORITY_SYSCALLS,
  full('sched_yield', [], schedYield),
  full('nice', ['int'], niceCall),
  full('setpriority', ['int', 'int', 'int'], setpriority),
  full('getpriority', ['int', 'int'], getpriority),
  partial('sched_setscheduler', ['pid', 'int', 'ptr'], NOTE, setScheduler),
  partial('sched_setparam', ['pid', 'ptr'], NOTE, (kernel, task, pid, param) =>
    setScheduler(kernel, task, pid!, -1, param!),
  ),
  partial('sched_setattr', ['pid', 'ptr', 'flags'], NOTE, setAttr),
  full('sched_getattr', ['pid', 'ptr', 'uint', 'flags'], getAttr),
  full('sched_getscheduler', ['pid'], (kernel, task, pid) => {
    const target = targetOf(kernel, task, pid!);
    return typeof target === 'number' ? target : target.policy;
  }),
  full('sched_getparam', ['pid', 'ptr'], (kernel, task, pid, param) => {
    const target = targetOf(kernel, task, pid!);
    if (typeof target === 'number') return target;
    return writeWord(kernel, task, param!, target.rtPriority) ? 0 : -EFAULT;
  }),
  full('sched_get_priority_min', ['int'], (_kernel, _task, policy) => priorityRange(policy!)?.min ?? -EINVAL),
  full('sched_get_priority_max', ['int'], (_kernel, _task, policy) => priorityRange(policy!)?.max ?? -EINVAL),
  full('sched_rr_get_interval', ['pid', 'ptr'], rrInterval(false)),
  full('sched_rr_get_interval_time64', ['pid', 'ptr'], rrInterval(true)),
  full('sched_setaffinity', ['pid', 'uint', 'ptr'], setAffinity),
  full('sched_getaffinity', ['pid', 'uint', 'ptr'], getAffinity),
  full('getcpu', ['ptr', 'ptr', 'ptr'], getcpu),
];
