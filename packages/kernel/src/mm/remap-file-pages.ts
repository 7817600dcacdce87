import { PAGE_SIZE } from '@kml/core';
import { EINVAL } from '../errno.ts';
import type { Kernel } from '../kernel.ts';
import type { Task } from '../types.ts';
import { mmap } from './mmap.ts';
import { MAP_FIXED, MAP_LOCKED, MAP_NONBLOCK, MAP_POPULATE, MAP_SHARED } from './mmap-flags.ts';
import { findVma } from './vma.ts';

/** remap_file_pages(2): another part of the file of a shared mapping shows there. Linux 6.1 mm/mmap.c */
export function remapFilePages(
  kernel: Kernel,
  task: Task,
  address: number,
  length: number,
  prot: number,
  pageOffset: number,
  flags: number,
): number {
  const start = address - (address % PAGE_SIZE);
  const bytes = length - (length % PAGE_SIZE);
  if (prot !== 0 || bytes === 0 || start + bytes > 0x1_0000_0000) return -EINVAL;
  const vma = findVma(task.mm!, start);
  if (vma === undefined || !vma.shared || vma.file === undefined || start + bytes > vma.end) return -EINVAL;
  const how = (flags & MAP_NONBLOCK) | MAP_SHARED | MAP_FIXED | MAP_POPULATE | (vma.locked ? MAP_LOCKED : 0);
  const result = mmap(kernel, task, start, bytes, vma.prot, how, vma.file, pageOffset * PAGE_SIZE);
  return Math.min(result, 0);
}
