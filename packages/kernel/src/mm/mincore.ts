import { PAGE_SIZE } from '@kml/core';
import { EFAULT, EINVAL, ENOMEM } from '../errno.ts';
import type { Kernel } from '../kernel.ts';
import type { Task } from '../types.ts';
import { holdsFrame } from './pte.ts';
import { accessOk, copyOut } from './user-access.ts';
import { findVma, isCovered, pageAlign } from './vma.ts';

/** mincore(2): one byte a page at `vector`, bit 0 set where the page is in memory. Linux 6.1 mm/mincore.c */
export function mincore(kernel: Kernel, task: Task, address: number, length: number, vector: number): number {
  const mm = task.mm!;
  if (address % PAGE_SIZE !== 0) return -EINVAL;
  const end = address + pageAlign(length);
  if (end > kernel.abi.taskSize) return -ENOMEM;
  const bytes = new Uint8Array((end - address) / PAGE_SIZE);
  if (!accessOk(kernel, task, vector, bytes.length)) return -EFAULT;
  if (!isCovered(mm, address, end)) return -ENOMEM;
  for (let i = 0; i < bytes.length; i++) {
    const page = address / PAGE_SIZE + i;
    if (holdsFrame(mm.space.pages.get(page))) {
      bytes[i] = 1;
      continue;
    }
    const vma = findVma(mm, page * PAGE_SIZE)!;
    if (vma.file?.inode.pages.has(page + (vma.offset - vma.start) / PAGE_SIZE)) bytes[i] = 1;
  }
  return copyOut(kernel, task, vector, bytes) ? 0 : -EFAULT;
}
