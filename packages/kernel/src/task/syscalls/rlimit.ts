/** Resource limits. Linux 6.1 kernel/sys.c: do_prlimit */
import { StructReader, StructWriter } from '../../abi/struct.ts';
import { EFAULT, EINVAL, EPERM, ESRCH } from '../../errno.ts';
import type { Kernel } from '../../kernel.ts';
import { copyIn, copyOut } from '../../mm/user-access.ts';
import { full, type SyscallDef } from '../../syscalls/define.ts';
import type { ResourceLimit, Task } from '../../types.ts';
import { CAP, capable } from '../capabilities.ts';
import { RLIM_INFINITY, RLIM_NLIMITS, RLIMIT_NOFILE } from '../rlimit-numbers.ts';

const NR_OPEN = 1 << 20;
const INFINITY_64 = 0xffff_ffff_ffff_ffffn;

/** "No limit" in a 32-bit struct rlimit. */
function infinityOf(kernel: Kernel): number {
  return kernel.abi.layouts?.rlimInfinity ?? 0xffff_ffff;
}

/** A 32-bit limit; `infinity` is what "no limit" looks like to the call. */
function encode32(kernel: Kernel, limit: ResourceLimit, infinity: number): Uint8Array {
  const most = Math.min(infinity, infinityOf(kernel));
  const clip = (value: number): number => Math.min(value, most);
  return new StructWriter(kernel, 8).u32(clip(limit.current)).u32(clip(limit.max)).bytes;
}

function get32(kernel: Kernel, task: Task, resource: number, address: number, infinity: number): number {
  const limit = task.group.rlimits[resource];
  if (resource >= RLIM_NLIMITS || limit === undefined) return -EINVAL;
  return copyOut(kernel, task, address, encode32(kernel, limit, infinity)) ? 0 : -EFAULT;
}

function setLimit(caller: Task, target: Task, resource: number, wanted: ResourceLimit): number {
  const limit = target.group.rlimits[resource]!;
  if (wanted.current > wanted.max) return -EINVAL;
  if (resource === RLIMIT_NOFILE && wanted.max > NR_OPEN) return -EPERM;
  if (wanted.max > limit.max && !capable(caller.cred, CAP.sysResource)) return -EPERM;
  target.group.rlimits[resource] = { current: wanted.current, max: wanted.max };
  return 0;
}

function setrlimit(kernel: Kernel, task: Task, resource: number, address: number): number {
  if (resource >= RLIM_NLIMITS) return -EINVAL;
  const bytes = copyIn(kernel, task, address, 8);
  if (bytes === undefined) return -EFAULT;
  const reader = new StructReader(kernel, bytes);
  const infinity = infinityOf(kernel);
  const read = (at: number): number => (reader.u32(at) >= infinity ? RLIM_INFINITY : reader.u32(at));
  return setLimit(task, task, resource, { current: read(0), max: read(4) });
}

function mayChange(caller: Task, target: Task): boolean {
  if (capable(caller.cred, CAP.sysResource) || caller.group === target.group) return true;
  const { uid, euid, suid } = target.cred;
  return caller.cred.uid === uid && caller.cred.uid === euid && caller.cred.uid === suid;
}

function prlimit64(kernel: Kernel, task: Task, pid: number, resource: number, next: number, old: number): number {
  if (resource >= RLIM_NLIMITS) return -EINVAL;
  const target = pid === 0 ? task : kernel.state.tasks.get(pid);
  if (target === undefined) return -ESRCH;
  if (!mayChange(task, target)) return -EPERM;
  const present = target.group.rlimits[resource]!;
  if (next !== 0) {
    const bytes = copyIn(kernel, task, next, 16);
    if (bytes === undefined) return -EFAULT;
    const reader = new StructReader(kernel, bytes);
    const read = (at: number): number => (reader.u64(at) === INFINITY_64 ? RLIM_INFINITY : Number(reader.u64(at)));
    const result = setLimit(task, target, resource, { current: read(0), max: read(8) });
    if (result !== 0) return result;
  }
  if (old === 0) return 0;
  const wide = (value: number): bigint => (value === RLIM_INFINITY ? INFINITY_64 : BigInt(value));
  const bytes = new StructWriter(kernel, 16).u64(wide(present.current)).u64(wide(present.max)).bytes;
  return copyOut(kernel, task, old, bytes) ? 0 : -EFAULT;
}

export const RLIMIT_SYSCALLS: readonly SyscallDef[] = [
  full('getrlimit', ['rlimit', 'ptr'], (kernel, task, resource, at) =>
    get32(kernel, task, resource!, at!, 0x7fff_ffff),
  ),
  full('ugetrlimit', ['rlimit', 'ptr'], (kernel, task, resource, at) =>
    get32(kernel, task, resource!, at!, 0xffff_ffff),
  ),
  full('setrlimit', ['rlimit', 'ptr'], setrlimit),
  full('prlimit64', ['pid', 'rlimit', 'ptr', 'ptr'], prlimit64),
];
