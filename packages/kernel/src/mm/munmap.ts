import { PAGE_SIZE } from '@kml/core';
import { EINVAL, ENOMEM } from '../errno.ts';
import type { Kernel } from '../kernel.ts';
import { forgetText } from '../rewrite/forget.ts';
import type { Mm, Task } from '../types.ts';
import { pageAlign, removeVmas } from './vma.ts';
import { zapRange } from './zap.ts';

/** vm.max_map_count */
export const MAX_MAP_COUNT = 65530;

/** Unmaps [start, end), whole pages, whatever is mapped there. */
export function unmapRange(kernel: Kernel, mm: Mm, start: number, end: number): void {
  if (mm.rewrite !== undefined) forgetText(kernel, mm, start, end);
  zapRange(kernel, mm, start, end);
  removeVmas(kernel, mm, start, end);
}

/** munmap(2). Linux 6.1 mm/mmap.c: do_mas_munmap */
export function munmap(kernel: Kernel, task: Task, address: number, length: number): number {
  const mm = task.mm!;
  const end = address + pageAlign(length);
  if (address % PAGE_SIZE !== 0 || length === 0 || end > kernel.abi.taskSize) return -EINVAL;
  if (mm.vmas.length >= MAX_MAP_COUNT) return -ENOMEM;
  unmapRange(kernel, mm, address, end);
  return 0;
}
