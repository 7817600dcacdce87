/** shmctl(2). Linux 6.1 ipc/shm.c: ksys_shmctl */
import { StructWriter } from '../../abi/struct.ts';
import { EACCES, EFAULT, EINVAL, EPERM } from '../../errno.ts';
import type { Kernel } from '../../kernel.ts';
import { limitOf } from '../../mm/limits.ts';
import { CAP, capable } from '../../task/capabilities.ts';
import { RLIMIT_MEMLOCK } from '../../task/rlimit-numbers.ts';
import type { Task } from '../../types.ts';
import {
  IPC_INFO,
  IPC_PRIVATE,
  IPC_RMID,
  IPC_SET,
  IPC_STAT,
  ipcAt,
  ipcFind,
  ipcHighest,
  ipcOwner,
  ipcPermits,
  MAY_READ_IPC,
  seconds,
} from './ids.ts';
import { segmentPages } from './shm.ts';
import { attachCount, destroySegment, SHM_DEST } from './shm-attach.ts';
import { type ShmSegment, sysvState } from './state.ts';
import { give, permWriter, putTime, readPerm, sysvLayout, updatePerm } from './structs.ts';

const SHM_LOCK = 11;
const SHM_UNLOCK = 12;
const SHM_STAT = 13;
const SHM_INFO = 14;
const SHM_STAT_ANY = 15;
/** Mode bit of a segment that stays in memory. */
const SHM_LOCKED = 0o2000;

export function shmctl(kernel: Kernel, task: Task, id: number, command: number, address: number): number {
  if (id < 0 || command < 0) return -EINVAL;
  switch (command) {
    case IPC_INFO:
      return limitsOf(kernel, task, address);
    case SHM_INFO:
      return usage(kernel, task, address);
    case IPC_STAT:
    case SHM_STAT:
    case SHM_STAT_ANY:
      return status(kernel, task, id, command, address);
    case IPC_SET:
    case IPC_RMID:
      return change(kernel, task, id, command, address);
    case SHM_LOCK:
    case SHM_UNLOCK:
      return lock(kernel, task, id, command === SHM_LOCK);
    default:
      return -EINVAL;
  }
}

/** struct shminfo64: shmmax, shmmin, shmmni, shmseg, shmall. */
function limitsOf(kernel: Kernel, task: Task, address: number): number {
  const { shm, limits } = sysvState(kernel);
  const out = new StructWriter(kernel, 36).u32(limits.shmmax).u32(1).u32(limits.shmmni).u32(limits.shmmni);
  return give(kernel, task, address, out.u32(limits.shmall), ipcHighest(shm));
}

/** Pages of a segment in memory and in swap. */
export function segmentUsage(segment: ShmSegment): { present: number; swapped: number } {
  const { inode } = segment.memory;
  const { slots } = inode.data as { slots: ReadonlyMap<number, number> };
  let swapped = 0;
  for (const index of slots.keys()) if (!inode.pages.has(index)) swapped++;
  return { present: inode.pages.size, swapped };
}

/** struct shm_info: used_ids, shm_tot, shm_rss, shm_swp, swap_attempts, swap_successes. */
function usage(kernel: Kernel, task: Task, address: number): number {
  const { shm } = sysvState(kernel);
  let [present, swapped] = [0, 0];
  for (const segment of shm.objects.values()) {
    const used = segmentUsage(segment);
    present += used.present;
    swapped += used.swapped;
  }
  const out = new StructWriter(kernel, 24).u32(shm.objects.size).u32(segmentPages(kernel)).u32(present).u32(swapped);
  return give(kernel, task, address, out, ipcHighest(shm));
}

/** struct shmid64_ds of an id, or of an index. */
function status(kernel: Kernel, task: Task, id: number, command: number, address: number): number {
  const { shm } = sysvState(kernel);
  const segment = command === IPC_STAT ? ipcFind(shm, id) : ipcAt(shm, id);
  if (typeof segment === 'number') return segment;
  if (command !== SHM_STAT_ANY && !ipcPermits(task, segment, MAY_READ_IPC)) return -EACCES;
  const layout = sysvLayout(kernel).shm;
  const out = permWriter(kernel, segment, layout.bytes);
  out.at(layout.segsz).u32(segment.size);
  putTime(out, layout.atime, segment.atime);
  putTime(out, layout.dtime, segment.dtime);
  putTime(out, layout.ctime, segment.ctime);
  out.at(layout.pids).u32(segment.creator).u32(segment.lastUser).u32(attachCount(segment));
  return give(kernel, task, address, out, command === IPC_STAT ? 0 : segment.id);
}

/** IPC_SET, IPC_RMID. Linux: shmctl_down, do_shm_rmid */
function change(kernel: Kernel, task: Task, id: number, command: number, address: number): number {
  const layout = sysvLayout(kernel).shm;
  const perm = command === IPC_SET ? readPerm(kernel, task, address, layout.bytes) : undefined;
  if (command === IPC_SET && perm === undefined) return -EFAULT;
  const segment = ipcFind(sysvState(kernel).shm, id);
  if (typeof segment === 'number') return segment;
  const refused = ipcOwner(task, segment);
  if (refused !== 0) return refused;
  if (perm !== undefined) {
    updatePerm(segment, perm);
    segment.ctime = seconds(kernel);
  } else if (attachCount(segment) === 0) {
    destroySegment(kernel, segment);
  } else {
    // Nobody finds it by its key any more.
    segment.mode |= SHM_DEST;
    segment.key = IPC_PRIVATE;
  }
  return 0;
}

/** SHM_LOCK, SHM_UNLOCK: whether its pages stay in memory. */
function lock(kernel: Kernel, task: Task, id: number, locks: boolean): number {
  const segment = ipcFind(sysvState(kernel).shm, id);
  if (typeof segment === 'number') return segment;
  const { euid } = task.cred;
  if (!capable(task.cred, CAP.ipcLock)) {
    if (euid !== segment.uid && euid !== segment.cuid) return -EPERM;
    if (locks && limitOf(task, RLIMIT_MEMLOCK) === 0) return -EPERM;
  }
  segment.mode = locks ? segment.mode | SHM_LOCKED : segment.mode & ~SHM_LOCKED;
  (segment.memory.inode.data as { pinned?: boolean }).pinned = locks;
  return 0;
}
