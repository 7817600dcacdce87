import { EFAULT, EINVAL } from '../errno.ts';
import type { Kernel } from '../kernel.ts';
import { accessOk } from '../mm/user-access.ts';
import { findVmaIndex } from '../mm/vma.ts';
import type { Task } from '../types.ts';

/** What a futex is known by: a number for one of an address space (its id, then the address), else a string. */
export type FutexKey = string | number;

/** -errno where there is no key; a type of its own, so that what is left is a string or a number. */
export type NoKey = number & { readonly none: true };

/** Whether a key is none, but -errno. */
export function isNoKey(key: FutexKey): key is NoKey {
  return typeof key === 'number' && key < 0;
}

/**
 * The key of a futex: address space and address, or for a shared mapping the file and offset
 * behind it. -EINVAL for an unaligned address, -EFAULT for one outside. Linux 6.1 kernel/futex/core.c: get_futex_key
 */
export function futexKey(kernel: Kernel, task: Task, address: number, shared: boolean): FutexKey {
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
  return task.mm.space.id * 2 ** 32 + at;
}
