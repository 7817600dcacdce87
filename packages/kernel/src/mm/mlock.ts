/** mlock(2) and its family: Linux 6.1 mm/mlock.c. Locked memory is brought in and never paged out. */
import { PAGE_SIZE } from '@kml/core';
import { EAGAIN, EINVAL, ENOMEM, EPERM } from '../errno.ts';
import type { Kernel } from '../kernel.ts';
import { CAP, capable } from '../task/capabilities.ts';
import { RLIMIT_MEMLOCK } from '../task/rlimit-numbers.ts';
import type { Mm, Task } from '../types.ts';
import { limitOf } from './limits.ts';
import { MCL_CURRENT, MCL_FUTURE, MCL_ONFAULT, MLOCK_ONFAULT } from './mmap-flags.ts';
import { populate } from './populate.ts';
import { forEachVma, isCovered, mergeAround, pageAlign } from './vma.ts';

/** Whether so many locked bytes are permitted: 0 or -errno. */
function checkLimit(task: Task, bytes: number): number {
  if (capable(task.cred, CAP.ipcLock)) return 0;
  const limit = limitOf(task, RLIMIT_MEMLOCK);
  if (limit === 0) return -EPERM;
  return bytes > limit ? -ENOMEM : 0;
}

function setLocked(kernel: Kernel, mm: Mm, start: number, end: number, locked: boolean): void {
  forEachVma(mm, start, end, (vma) => {
    if (vma.locked === locked) return;
    vma.locked = locked;
    mm.lockedBytes += (locked ? 1 : -1) * (vma.end - vma.start);
  });
  mergeAround(kernel, mm, start, end);
}

/** Bytes of a range that are locked already. Linux: count_mm_mlocked_page_nr */
function lockedWithin(mm: Mm, start: number, end: number): number {
  let bytes = 0;
  for (const vma of mm.vmas) {
    if (vma.locked && vma.end > start && vma.start < end) bytes += Math.min(vma.end, end) - Math.max(vma.start, start);
  }
  return bytes;
}

/** mlock2(2); mlock(2) with flags 0. */
export function mlock(kernel: Kernel, task: Task, address: number, length: number, flags: number): number {
  const mm = task.mm!;
  if (flags & ~MLOCK_ONFAULT) return -EINVAL;
  const start = address - (address % PAGE_SIZE);
  const end = start + pageAlign(length + (address % PAGE_SIZE));
  if (end > 0x1_0000_0000) return -EINVAL;
  const refused = checkLimit(task, mm.lockedBytes + end - start - lockedWithin(mm, start, end));
  if (refused) return refused;
  const covered = isCovered(mm, start, end);
  setLocked(kernel, mm, start, end, true);
  if (!covered) return -ENOMEM;
  if (flags & MLOCK_ONFAULT) return 0;
  return populate(kernel, mm, start, end, false) ? 0 : -EAGAIN;
}

/** munlock(2) */
export function munlock(kernel: Kernel, task: Task, address: number, length: number): number {
  const mm = task.mm!;
  const start = address - (address % PAGE_SIZE);
  const end = start + pageAlign(length + (address % PAGE_SIZE));
  if (end > 0x1_0000_0000) return -EINVAL;
  const covered = isCovered(mm, start, end);
  setLocked(kernel, mm, start, end, false);
  return covered ? 0 : -ENOMEM;
}

/** mlockall(2) */
export function mlockall(kernel: Kernel, task: Task, flags: number): number {
  const mm = task.mm!;
  const known = MCL_CURRENT | MCL_FUTURE | MCL_ONFAULT;
  if (flags === 0 || flags & ~known || flags === MCL_ONFAULT) return -EINVAL;
  const refused = checkLimit(task, flags & MCL_CURRENT ? mm.mappedBytes : 0);
  if (refused) return refused;
  mm.lockFuture = (flags & MCL_FUTURE) !== 0;
  if ((flags & MCL_CURRENT) === 0) return 0;
  setLocked(kernel, mm, 0, kernel.abi.taskSize, true);
  // Pages that cannot be had do not make the call fail.
  if ((flags & MCL_ONFAULT) === 0) {
    for (const vma of mm.vmas) populate(kernel, mm, vma.start, vma.end, false);
  }
  return 0;
}

/** munlockall(2) */
export function munlockall(kernel: Kernel, task: Task): number {
  const mm = task.mm!;
  mm.lockFuture = false;
  setLocked(kernel, mm, 0, kernel.abi.taskSize, false);
  return 0;
}
