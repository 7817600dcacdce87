/** Scheduling policies: sched_setscheduler and its kin. Linux 6.1 kernel/sched/core.c: __sched_setscheduler */

import { PAGE_SIZE } from '@kml/core';
import { StructReader, StructWriter } from '../abi/struct.ts';
import { E2BIG, EFAULT, EINVAL, EPERM, ESRCH } from '../errno.ts';
import { piPriorityChanged } from '../ipc/futex-pi.ts';
import type { Kernel } from '../kernel.ts';
import { copyIn, copyOut, readWord, writeWord } from '../mm/user-access.ts';
import { full, partial, type SyscallDef } from '../syscalls/define.ts';
import { CAP, capable } from '../task/capabilities.ts';
import { RLIMIT_NICE, RLIMIT_RTPRIO } from '../task/rlimit-numbers.ts';
import type { Task } from '../types.ts';
import { changePolicy } from './change-policy.ts';
import { isRealtime, priorityRange, SCHED_IDLE, SCHED_RESET_ON_FORK } from './policy.ts';
import { changeNice } from './weights.ts';

/** Flags of struct sched_attr. */
const FLAG_RESET_ON_FORK = 1;
const FLAG_KEEP_POLICY = 8;
const FLAG_KEEP_PARAMS = 0x10;
const FLAGS_KNOWN = 0x7f;

/** What a call asks for; a policy below 0 keeps the present one and whether children are reset. */
interface Wanted {
  policy: number;
  resetOnFork: boolean;
  priority: number;
  nice: number;
}

export const clampNice = (nice: number): number => Math.max(-20, Math.min(19, nice));

/** The thread named by a call, 0 for the caller; -EINVAL, -ESRCH. */
export function targetOf(kernel: Kernel, task: Task, pid: number): Task | number {
  if (pid < 0) return -EINVAL;
  return pid === 0 ? task : (kernel.state.tasks.get(pid) ?? -ESRCH);
}

/** Linux: check_same_owner */
export function sameOwner(caller: Task, target: Task): boolean {
  return caller.cred.euid === target.cred.euid || caller.cred.euid === target.cred.uid;
}

/** Whether RLIMIT_NICE lets the nice value go down to that. Linux: is_nice_reduction */
export function mayReduce(target: Task, nice: number): boolean {
  return 20 - nice <= target.group.rlimits[RLIMIT_NICE]!.current;
}

/** Linux: user_check_sched_setscheduler */
function needsPrivilege(caller: Task, target: Task, wanted: Wanted, policy: number): boolean {
  if (isRealtime(policy)) {
    const limit = target.group.rlimits[RLIMIT_RTPRIO]!.current;
    if (policy !== target.policy && limit === 0) return true;
    if (wanted.priority > target.rtPriority && wanted.priority > limit) return true;
  } else if (wanted.nice < target.nice && !mayReduce(target, wanted.nice)) return true;
  if (target.policy === SCHED_IDLE && policy !== SCHED_IDLE && !mayReduce(target, target.nice)) return true;
  return !sameOwner(caller, target) || (target.resetOnFork && !wanted.resetOnFork);
}

function setPolicy(kernel: Kernel, caller: Task, target: Task, wanted: Wanted): number {
  const keeps = wanted.policy < 0;
  const policy = keeps ? target.policy : wanted.policy;
  const resetOnFork = keeps ? target.resetOnFork : wanted.resetOnFork;
  const range = priorityRange(policy);
  if (range === undefined || wanted.priority < range.min || wanted.priority > range.max) return -EINVAL;
  if (needsPrivilege(caller, target, { ...wanted, resetOnFork }, policy) && !capable(caller.cred, CAP.sysNice)) {
    return -EPERM;
  }
  target.resetOnFork = resetOnFork;
  if (!isRealtime(policy)) changeNice(target, wanted.nice);
  changePolicy(kernel, target, policy, wanted.priority);
  piPriorityChanged(kernel, target);
  return 0;
}

/** Linux: do_sched_setscheduler */
function setScheduler(kernel: Kernel, task: Task, pid: number, policy: number, param: number): number {
  if (param === 0 || pid < 0) return -EINVAL;
  const priority = readWord(kernel, task, param);
  if (priority === undefined) return -EFAULT;
  const target = targetOf(kernel, task, pid);
  if (typeof target === 'number') return target;
  const resetOnFork = policy >= 0 && (policy & SCHED_RESET_ON_FORK) !== 0;
  const kind = policy < 0 ? policy : policy & ~SCHED_RESET_ON_FORK;
  return setPolicy(kernel, task, target, { policy: kind, resetOnFork, priority, nice: target.nice });
}

/** struct sched_attr, first version and with utilisation clamps. */
const ATTR_BYTES_FIRST = 48;
const ATTR_BYTES = 56;

/** The structure's bytes, or -errno. Linux: sched_copy_attr */
function readAttr(kernel: Kernel, task: Task, address: number): Uint8Array | number {
  const size = readWord(kernel, task, address);
  if (size === undefined) return -EFAULT;
  const given = size === 0 ? ATTR_BYTES_FIRST : size >>> 0;
  const bytes = given < ATTR_BYTES_FIRST || given > PAGE_SIZE ? undefined : copyIn(kernel, task, address, given);
  if (bytes === undefined && given >= ATTR_BYTES_FIRST && given <= PAGE_SIZE) return -EFAULT;
  if (bytes === undefined || bytes.subarray(ATTR_BYTES).some((byte) => byte !== 0)) {
    return writeWord(kernel, task, address, ATTR_BYTES) ? -E2BIG : -EFAULT;
  }
  return bytes;
}

function setAttr(kernel: Kernel, task: Task, pid: number, address: number, flags: number): number {
  if (address === 0 || pid < 0 || flags !== 0) return -EINVAL;
  const bytes = readAttr(kernel, task, address);
  if (typeof bytes === 'number') return bytes;
  const reader = new StructReader(kernel, bytes);
  const policy = reader.i32(4);
  const options = Number(reader.u64(8));
  if (policy < 0) return -EINVAL;
  const target = targetOf(kernel, task, pid);
  if (typeof target === 'number') return target;
  if (options > FLAGS_KNOWN) return -EINVAL;
  const keepsParams = (options & FLAG_KEEP_PARAMS) !== 0;
  return setPolicy(kernel, task, target, {
    policy: options & FLAG_KEEP_POLICY ? -1 : policy,
    resetOnFork: (options & FLAG_RESET_ON_FORK) !== 0,
    priority: keepsParams ? target.rtPriority : reader.u32(20),
    nice: keepsParams ? target.nice : clampNice(reader.i32(16)),
  });
}

/** Nice value and priority are told where they count. */
function getAttr(kernel: Kernel, task: Task, pid: number, address: number, size: number, flags: number): number {
  if (address === 0 || pid < 0 || size > PAGE_SIZE || size < ATTR_BYTES_FIRST || flags !== 0) return -EINVAL;
  const target = targetOf(kernel, task, pid);
  if (typeof target === 'number') return target;
  const bytes = Math.min(size, ATTR_BYTES);
  const writer = new StructWriter(kernel, ATTR_BYTES).u32(bytes).u32(target.policy);
  writer.u64(target.resetOnFork ? FLAG_RESET_ON_FORK : 0).u32(isRealtime(target.policy) ? 0 : target.nice);
  writer.u32(target.rtPriority);
  return copyOut(kernel, task, address, writer.bytes.subarray(0, bytes)) ? 0 : -EFAULT;
}

function getScheduler(kernel: Kernel, task: Task, pid: number): number {
  const target = targetOf(kernel, task, pid);
  if (typeof target === 'number') return target;
  return target.policy | (target.resetOnFork ? SCHED_RESET_ON_FORK : 0);
}

function getParam(kernel: Kernel, task: Task, pid: number, param: number): number {
  const target = param === 0 ? -EINVAL : targetOf(kernel, task, pid);
  if (typeof target === 'number') return target;
  return writeWord(kernel, task, param, target.rtPriority) ? 0 : -EFAULT;
}

const NOTE = 'no SCHED_DEADLINE (EINVAL)';

export const POLICY_SYSCALLS: readonly SyscallDef[] = [
  full('sched_setscheduler', ['pid', 'int', 'ptr'], (kernel, task, pid, policy, param) =>
    policy! < 0 ? -EINVAL : setScheduler(kernel, task, pid!, policy!, param!),
  ),
  full('sched_setparam', ['pid', 'ptr'], (kernel, task, pid, param) => setScheduler(kernel, task, pid!, -1, param!)),
  partial('sched_setattr', ['pid', 'ptr', 'flags'], NOTE, setAttr),
  full('sched_getattr', ['pid', 'ptr', 'uint', 'flags'], getAttr),
  full('sched_getscheduler', ['pid'], getScheduler),
  full('sched_getparam', ['pid', 'ptr'], getParam),
  full('sched_get_priority_min', ['int'], (_kernel, _task, policy) => priorityRange(policy!)?.min ?? -EINVAL),
  full('sched_get_priority_max', ['int'], (_kernel, _task, policy) => priorityRange(policy!)?.max ?? -EINVAL),
];
