/** shmget, shmat, shmdt. Linux 6.1 ipc/shm.c */
import { PAGE_SIZE } from '@kml/core';
import { EACCES, EINVAL, ENOMEM, ENOSPC } from '../../errno.ts';
import { O_RDONLY, O_RDWR } from '../../fs/open-flags.ts';
import type { Kernel } from '../../kernel.ts';
import { mayCommit, mmap } from '../../mm/mmap.ts';
import { MAP_FIXED, MAP_SHARED } from '../../mm/mmap-flags.ts';
import { unmapRange } from '../../mm/munmap.ts';
import { PROT_EXEC, PROT_READ, PROT_WRITE } from '../../mm/pte.ts';
import { newSharedMemory } from '../../mm/shared-memory.ts';
import { findVmaIndex, isFree, pageAlign } from '../../mm/vma.ts';
import type { OpenFile, Task } from '../../types.ts';
import {
  ipcAdd,
  ipcFind,
  ipcGet,
  ipcPermits,
  MAY_EXEC_IPC,
  MAY_READ_IPC,
  MAY_WRITE_IPC,
  newIpcObject,
  seconds,
} from './ids.ts';
import { dropAttachment, segmentMapped } from './shm-attach.ts';
import { type ShmSegment, sysvState } from './state.ts';

const SHM_HUGETLB = 0o4000;
const SHM_NORESERVE = 0o10000;

const SHM_RDONLY = 0o10000;
const SHM_RND = 0o20000;
const SHM_REMAP = 0o40000;
const SHM_EXEC = 0o100000;

/** Pages of all segments. */
export function segmentPages(kernel: Kernel): number {
  let pages = 0;
  for (const { size } of sysvState(kernel).shm.objects.values()) pages += Math.ceil(size / PAGE_SIZE);
  return pages;
}

export function shmget(kernel: Kernel, task: Task, key: number, size: number, flags: number): number {
  const { shm } = sysvState(kernel);
  const create = () => newSegment(kernel, task, key, size, flags);
  return ipcGet(task, shm, key, flags, create, (segment) => (segment.size < size ? -EINVAL : 0));
}

/** Linux: newseg */
function newSegment(kernel: Kernel, task: Task, key: number, size: number, flags: number): number {
  const { shm, limits } = sysvState(kernel);
  if (size < 1 || size > limits.shmmax) return -EINVAL;
  if (segmentPages(kernel) + Math.ceil(size / PAGE_SIZE) > limits.shmall) return -ENOSPC;
  if (shm.objects.size >= limits.shmmni) return -ENOSPC;
  // There are no huge pages.
  if (flags & SHM_HUGETLB) return -EINVAL;
  if (!(flags & SHM_NORESERVE) && !mayCommit(kernel, size)) return -ENOMEM;
  const name = `/SYSV${(key >>> 0).toString(16).padStart(8, '0')} (deleted)`;
  const segment: ShmSegment = {
    ...newIpcObject(task, key, flags),
    size,
    memory: newSharedMemory(kernel, pageAlign(size), 'sysv', name),
    attached: [],
    atime: 0,
    dtime: 0,
    ctime: seconds(kernel),
    creator: task.group.pid,
    lastUser: 0,
  };
  const { inode } = segment.memory;
  Object.assign(inode, { uid: segment.uid, gid: segment.gid, mode: 0o100000 | segment.mode });
  const id = ipcAdd(shm, segment, limits.shmmni);
  // /proc/PID/maps shows the id as the inode's number.
  inode.ino = id;
  return id;
}

/** The address asked for: 0 for any, or -EINVAL. */
function attachAddress(kernel: Kernel, address: number, flags: number): number {
  if (address === 0) return flags & SHM_REMAP ? -EINVAL : 0;
  const alignment = kernel.abi.shmAlignment ?? PAGE_SIZE;
  const off = address % alignment;
  if (off === 0) return address;
  if (!(flags & SHM_RND)) return -EINVAL;
  const rounded = address - off;
  return rounded === 0 && flags & SHM_REMAP ? -EINVAL : rounded;
}

/** The address, or -errno. Linux: do_shmat */
export function shmat(kernel: Kernel, task: Task, id: number, address: number, flags: number): number {
  const at = attachAddress(kernel, address, flags);
  if (at < 0) return at;
  const segment = ipcFind(sysvState(kernel).shm, id);
  if (typeof segment === 'number') return segment;
  const readOnly = (flags & SHM_RDONLY) !== 0;
  const executes = (flags & SHM_EXEC) !== 0;
  const needs = MAY_READ_IPC | (readOnly ? 0 : MAY_WRITE_IPC) | (executes ? MAY_EXEC_IPC : 0);
  if (!ipcPermits(task, segment, needs)) return -EACCES;
  const length = segment.memory.inode.size;
  if (address !== 0 && !(flags & SHM_REMAP)) {
    if (at + segment.size > 0xffff_ffff || !isFree(task.mm!, at, at + length)) return -EINVAL;
  }
  const file: OpenFile = { ...segment.memory, kind: 'sysv-shm', data: segment, flags: readOnly ? O_RDONLY : O_RDWR };
  file.refs = 1;
  segment.attached.push(file);
  const prot = PROT_READ | (readOnly ? 0 : PROT_WRITE) | (executes ? PROT_EXEC : 0);
  const how = MAP_SHARED | (address === 0 ? 0 : MAP_FIXED);
  const result = mmap(kernel, task, at, segment.size, prot, how, file, 0);
  if (result >= 0) segmentMapped(kernel, file);
  dropAttachment(kernel, file);
  return result;
}

/** Unmaps what is left of one attachment. Linux: ksys_shmdt */
export function shmdt(kernel: Kernel, task: Task, address: number): number {
  const mm = task.mm!;
  if (address % PAGE_SIZE !== 0) return -EINVAL;
  let file: OpenFile | undefined;
  let end = Number.POSITIVE_INFINITY;
  for (let at = address; at < end; ) {
    const vma = mm.vmas[findVmaIndex(mm, at)];
    if (vma === undefined) break;
    at = vma.end;
    if (vma.file?.kind !== 'sysv-shm' || vma.start - address !== vma.offset) continue;
    if (file !== undefined && vma.file !== file) continue;
    if (file === undefined) end = address + vma.file.inode.size;
    file = vma.file;
    unmapRange(kernel, mm, vma.start, vma.end);
  }
  return file === undefined ? -EINVAL : 0;
}
