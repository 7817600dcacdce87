import { PAGE_SIZE } from '@kml/core';
import { EBUSY, EINVAL, ENOMEM } from '../errno.ts';
import type { Kernel } from '../kernel.ts';
import type { Task } from '../types.ts';
import { MS_ASYNC, MS_INVALIDATE, MS_SYNC } from './mmap-flags.ts';
import { writebackPages } from './page-cache.ts';
import { findVmaIndex, isCovered, pageAlign } from './vma.ts';

/** msync(2): 0 or -errno. Linux 6.1 mm/msync.c */
export function msync(kernel: Kernel, task: Task, address: number, length: number, flags: number): number {
  const mm = task.mm!;
  if (flags & ~(MS_ASYNC | MS_INVALIDATE | MS_SYNC) || address % PAGE_SIZE !== 0) return -EINVAL;
  if (flags & MS_ASYNC && flags & MS_SYNC) return -EINVAL;
  const end = address + pageAlign(length);
  if (end > 0x1_0000_0000) return -ENOMEM;
  for (let index = findVmaIndex(mm, address); index < mm.vmas.length && mm.vmas[index]!.start < end; index++) {
    const vma = mm.vmas[index]!;
    if (flags & MS_INVALIDATE && vma.locked) return -EBUSY;
    if (!(flags & MS_SYNC) || !vma.shared || vma.file === undefined) continue;
    const first = (vma.offset + Math.max(address, vma.start) - vma.start) / PAGE_SIZE;
    const last = (vma.offset + Math.min(end, vma.end) - vma.start) / PAGE_SIZE;
    const failed = writebackPages(kernel, vma.file.inode, first, last);
    if (failed) return failed;
  }
  return isCovered(mm, address, end) ? 0 : -ENOMEM;
}
