/** Growth of a stack mapping towards lower addresses. Linux 6.1 mm/mmap.c: expand_downwards */
import { PAGE_SIZE } from '@kml/core';
import type { Kernel } from '../kernel.ts';
import { RLIMIT_AS, RLIMIT_STACK } from '../task/rlimit-numbers.ts';
import type { Mm, Task, Vma } from '../types.ts';
import { limitOf } from './limits.ts';
import { MMAP_MIN_ADDRESS } from './placement.ts';
import { findVmaIndex } from './vma.ts';

/** Addresses kept free between a stack and an accessible mapping below it. */
export const STACK_GUARD_GAP = 256 * PAGE_SIZE;

/** Extends the VMA down to the page of `address`: false where a limit or the guard gap forbids it. */
export function expandStack(_kernel: Kernel, task: Task, mm: Mm, vma: Vma, address: number): boolean {
  if (!vma.growsDown) return false;
  const start = address - (address % PAGE_SIZE);
  if (start < MMAP_MIN_ADDRESS) return false;
  if (vma.end - start > limitOf(task, RLIMIT_STACK)) return false;
  const growth = vma.start - start;
  if (mm.mappedBytes + growth > limitOf(task, RLIMIT_AS)) return false;
  const below = mm.vmas[findVmaIndex(mm, vma.start) - 1];
  if (below !== undefined && !below.growsDown && below.prot !== 0 && start - below.end < STACK_GUARD_GAP) return false;
  if (below !== undefined && start < below.end) return false;
  vma.start = start;
  mm.mappedBytes += growth;
  if (vma.locked) mm.lockedBytes += growth;
  return true;
}
