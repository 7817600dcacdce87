import { EFAULT, EINVAL } from '../errno.ts';
import type { Kernel } from '../kernel.ts';
import { accessOk } from '../mm/user-access.ts';
import { findVmaIndex } from '../mm/vma.ts';
import type { Task } from '../types.ts';

/**
 * What a futex is known by: address space and address, or for a shared mapping the file and offset
 * behind it. -EINVAL for an unaligned address, -EFAULT for one outside. Linux 6.1 kernel/futex/core.c: get_futex_key
 */
export function futexKey(kernel: Kernel, task: Task, address: number, shared: boolean): string | number {
  const at = address >>> 0;
  if (at & 3) return -EINVAL;
  if (!accessOk(kernel, task, at, 4) || task.mm === undefined) return -EFAULT;
  if (shared) {
    const vma = task.mm.vmas[findVmaIndex(task.mm, at)];
    if (vma?.shared && vma.file !== undefined && vma.start <= at) {
      const { inode } = vma.file;
      return `futex:${inode.superblock.dev}:${inode.ino}:${at - vma.start + vma.offset}`;
    }
  }
  return `futex:${task.mm.space.id}@${at}`;
}
