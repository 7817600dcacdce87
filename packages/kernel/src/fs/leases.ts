import { EACCES, EAGAIN, EINVAL } from '../errno.ts';
import type { Kernel } from '../kernel.ts';
import { blockOn } from '../sched/wait.ts';
import { CAP, capable } from '../task/capabilities.ts';
import { monotonicNs } from '../time/clock.ts';
import type { Inode, OpenFile, Task } from '../types.ts';
import { setFileOwner, signalOwner } from './file-owner.ts';
import { fsState } from './fs-state.ts';
import { isRegular } from './mode.ts';
import { notify, POLL_MSG } from './notify.ts';
import { canRead, canWrite, O_NONBLOCK } from './open-flags.ts';

export const F_RDLCK = 0;
export const F_WRLCK = 1;
export const F_UNLCK = 2;

/** A lease: its holder is told before someone opens or cuts the file. Linux 6.1 fs/locks.c: struct file_lock, FL_LEASE */
export interface Lease {
  readonly file: OpenFile;
  readonly fd: number;
  /** F_RDLCK or F_WRLCK. */
  type: number;
  /** What it is to become, while somebody waits for that; and until when, in monotonic nanoseconds. */
  breaking: number | undefined;
  deadline: bigint;
}

/** As sysctl fs.lease-break-time: 45 seconds. */
const BREAK_TIME_NS = 45_000_000_000n;

function leasesOf(kernel: Kernel, inode: Inode): Lease[] {
  const { leases } = fsState(kernel);
  return leases.length === 0 ? leases : leases.filter((lease) => lease.file.inode === inode);
}

/** F_GETLEASE: what the lease is, or is to become. */
export function getLease(kernel: Kernel, file: OpenFile): number {
  const own = leasesOf(kernel, file.inode).find((lease) => lease.file === file);
  return own === undefined ? F_UNLCK : (own.breaking ?? own.type);
}

/** How many open files on the inode write, and how many there are. */
function countOpen(kernel: Kernel, inode: Inode): { writers: number; all: number } {
  const seen = new Set<OpenFile>();
  for (const task of kernel.state.tasks.values()) {
    for (const entry of task.files.fds) if (entry?.file.inode === inode) seen.add(entry.file);
  }
  return { writers: [...seen].filter(({ flags }) => canWrite(flags)).length, all: seen.size };
}

/** F_SETLEASE: 0 or -errno. Linux 6.1 fs/locks.c: generic_setlease, generic_add_lease */
export function setLease(kernel: Kernel, task: Task, file: OpenFile, fd: number, type: number): number {
  const { inode } = file;
  if (task.cred.fsuid !== inode.uid && !capable(task.cred, CAP.lease)) return -EACCES;
  if (!isRegular(inode.mode)) return -EINVAL;
  const held = leasesOf(kernel, inode);
  const own = held.find((lease) => lease.file === file);
  if (type === F_UNLCK) {
    if (own === undefined) return -EAGAIN;
    endLease(kernel, own);
    return 0;
  }
  if (type !== F_RDLCK && type !== F_WRLCK) return -EINVAL;
  const { writers, all } = countOpen(kernel, inode);
  if (type === F_RDLCK && writers > 0) return -EAGAIN;
  if (type === F_WRLCK && all > 1) return -EAGAIN;
  if (held.some((lease) => lease !== own && (type === F_WRLCK || lease.breaking !== undefined))) return -EAGAIN;
  if (own !== undefined) {
    own.type = type;
    own.breaking = undefined;
    notify(kernel, fsState(kernel).leaseQueue);
    return 0;
  }
  fsState(kernel).leases.push({ file, fd, type, breaking: undefined, deadline: 0n });
  if (file.owner === undefined || file.owner.id === 0) setFileOwner(kernel, task, file, 1, task.group.pid);
  return 0;
}

function endLease(kernel: Kernel, lease: Lease): void {
  const state = fsState(kernel);
  state.leases = state.leases.filter((other) => other !== lease);
  delete lease.file.owner;
  notify(kernel, state.leaseQueue);
}

/**
 * Somebody opens the file or cuts it: leases that stand in the way are to be given up. 0, -EAGAIN where
 * the call may not wait, or BLOCKED. Linux 6.1 fs/locks.c: __break_lease
 */
export function breakLeases(kernel: Kernel, task: Task, inode: Inode, writes: boolean, flags: number): number {
  if (fsState(kernel).leases.length === 0) return 0;
  const inTheWay = leasesOf(kernel, inode).filter((lease) => writes || lease.type === F_WRLCK);
  if (inTheWay.length === 0) return 0;
  const now = monotonicNs(kernel);
  const becomes = writes ? F_UNLCK : F_RDLCK;
  for (const lease of inTheWay) {
    if (lease.breaking === undefined) {
      lease.breaking = becomes;
      lease.deadline = now + BREAK_TIME_NS;
      signalOwner(kernel, lease.file, lease.fd, POLL_MSG);
    } else if (lease.deadline <= now) {
      // The holder did nothing: it is done for it.
      if (becomes === F_UNLCK) endLease(kernel, lease);
      else lease.type = F_RDLCK;
    }
  }
  const left = leasesOf(kernel, inode).filter((lease) => writes || lease.type === F_WRLCK);
  if (left.length === 0) return 0;
  if (flags & O_NONBLOCK) return -EAGAIN;
  // Those that were broken first are up first.
  const { deadline } = left[0]!;
  return blockOn(kernel, task, [fsState(kernel).leaseQueue], { deadline });
}

/** The file is closed. */
export function dropLease(kernel: Kernel, file: OpenFile): void {
  if (fsState(kernel).leases.length === 0) return;
  for (const lease of leasesOf(kernel, file.inode)) if (lease.file === file) endLease(kernel, lease);
}

/** Whether an open with these flags writes. */
export function opensForWriting(flags: number): boolean {
  return canWrite(flags) || !canRead(flags);
}
