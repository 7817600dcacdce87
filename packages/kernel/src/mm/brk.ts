import type { Kernel } from '../kernel.ts';
import { RLIMIT_DATA } from '../task/rlimit-numbers.ts';
import type { Task } from '../types.ts';
import { limitOf } from './limits.ts';
import { mayCommit, mayExpand, readImpliesExec } from './mmap.ts';
import { unmapRange } from './munmap.ts';
import { populate } from './populate.ts';
import { PROT_EXEC, PROT_READ, PROT_WRITE } from './pte.ts';
import { STACK_GUARD_GAP } from './stack-growth.ts';
import { findVmaIndex, insertVma, newVma, pageAlign } from './vma.ts';

/** brk(2): the break after the call, changed or not. Linux 6.1 mm/mmap.c: brk */
export function brk(kernel: Kernel, task: Task, address: number): number {
  const mm = task.mm!;
  if (address < mm.brkStart) return mm.brk;
  if (address - mm.brkStart > limitOf(task, RLIMIT_DATA)) return mm.brk;
  const oldEnd = pageAlign(mm.brk);
  const newEnd = pageAlign(address);
  if (newEnd < oldEnd) unmapRange(kernel, mm, newEnd, oldEnd);
  else if (newEnd > oldEnd && !growHeap(kernel, task, oldEnd, newEnd)) return mm.brk;
  mm.brk = address;
  return address;
}

function growHeap(kernel: Kernel, task: Task, from: number, to: number): boolean {
  const mm = task.mm!;
  if (to > kernel.abi.taskSize) return false;
  const next = mm.vmas[findVmaIndex(mm, from)];
  if (next !== undefined && next.start - (next.growsDown ? STACK_GUARD_GAP : 0) < to) return false;
  if (!mayExpand(task, mm, to - from, true) || !mayCommit(kernel, to - from)) return false;
  const vma = newVma(from, to, PROT_READ | PROT_WRITE | (readImpliesExec(task, mm) ? PROT_EXEC : 0));
  vma.name = '[heap]';
  vma.locked = mm.lockFuture;
  insertVma(kernel, mm, vma);
  if (vma.locked) populate(kernel, mm, from, to, false);
  return true;
}
