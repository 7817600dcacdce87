/** mprotect(2): Linux 6.1 mm/mprotect.c: do_mprotect_pkey, change_protection */
import { makePte, PAGE_SIZE, PTE_ACCESSED, PTE_DIRTY, PTE_EXEC, PTE_PRESENT, PTE_WRITE, pteFrame } from '@kml/core';
import { EACCES, EINVAL, ENOMEM } from '../errno.ts';
import type { Kernel } from '../kernel.ts';
import { giveUpStubs } from '../rewrite/forget.ts';
import { RLIMIT_DATA } from '../task/rlimit-numbers.ts';
import type { Mm, Task, Vma } from '../types.ts';
import { isExclusive } from './fault.ts';
import { limitOf } from './limits.ts';
import { dataBytes, mayCommit, readImpliesExec } from './mmap.ts';
import { PROT_GROWSDOWN, PROT_GROWSUP, PROT_SEM } from './mmap-flags.ts';
import { holdsFrame, PROT_EXEC, PROT_READ, PROT_WRITE, pteFlags } from './pte.ts';
import { mmState } from './state.ts';
import { findVma, findVmaIndex, forEachVma, isCovered, mergeAround, pageAlign } from './vma.ts';

/** mprotect(2): 0 or -errno. */
export function mprotect(kernel: Kernel, task: Task, address: number, length: number, prot: number): number {
  const mm = task.mm!;
  const known = PROT_READ | PROT_WRITE | PROT_EXEC | PROT_SEM | PROT_GROWSDOWN | PROT_GROWSUP;
  const grows = prot & (PROT_GROWSDOWN | PROT_GROWSUP);
  if (prot & ~known || grows === (PROT_GROWSDOWN | PROT_GROWSUP) || address % PAGE_SIZE !== 0) return -EINVAL;
  if (length === 0) return 0;
  const end = address + pageAlign(length);
  let start = address;
  if (end > 0x1_0000_0000) return -ENOMEM;
  if (grows !== 0) {
    const vma = findVma(mm, address);
    if (grows & PROT_GROWSUP || vma === undefined || !vma.growsDown) return -EINVAL;
    start = vma.start;
  }
  let rights = prot & (PROT_READ | PROT_WRITE | PROT_EXEC);
  if (rights & PROT_READ && readImpliesExec(task, mm)) rights |= PROT_EXEC;
  const covered = isCovered(mm, start, end);
  const allowed = checkRights(mm, start, end, rights);
  // The VMAs before the first that refuses, or before the first hole, do change.
  const until = Math.min(allowed, covered ? end : firstHole(mm, start, end));
  if (!mayWriteMore(kernel, task, mm, start, until, rights)) return -ENOMEM;
  changeProtection(kernel, mm, start, until, rights);
  if (until === end) return 0;
  return until === allowed ? -EACCES : -ENOMEM;
}

/** Address of the first VMA in the range that does not permit the protection; `end` if all do. */
function checkRights(mm: Mm, start: number, end: number, prot: number): number {
  for (let index = findVmaIndex(mm, start); index < mm.vmas.length && mm.vmas[index]!.start < end; index++) {
    if (prot & ~mm.vmas[index]!.maxProt) return Math.max(start, mm.vmas[index]!.start);
  }
  return end;
}

function firstHole(mm: Mm, start: number, end: number): number {
  let at = start;
  for (let index = findVmaIndex(mm, start); at < end; index++) {
    const vma = mm.vmas[index];
    if (vma === undefined || vma.start > at) return at;
    at = vma.end;
  }
  return end;
}

/** Whether what becomes private and writable stays within RLIMIT_DATA and could be backed. */
function mayWriteMore(kernel: Kernel, task: Task, mm: Mm, start: number, end: number, prot: number): boolean {
  if ((prot & PROT_WRITE) === 0) return true;
  let bytes = 0;
  for (let index = findVmaIndex(mm, start); index < mm.vmas.length && mm.vmas[index]!.start < end; index++) {
    const vma = mm.vmas[index]!;
    if (!vma.shared && (vma.prot & PROT_WRITE) === 0) bytes += Math.min(end, vma.end) - Math.max(start, vma.start);
  }
  if (bytes === 0) return true;
  const limit = limitOf(task, RLIMIT_DATA);
  const within = limit === Number.POSITIVE_INFINITY || dataBytes(mm) + bytes <= limit;
  return within && mayCommit(kernel, bytes);
}

function changeProtection(kernel: Kernel, mm: Mm, start: number, end: number, prot: number): void {
  if (start >= end) return;
  if (mm.rewrite !== undefined && (prot & PROT_EXEC) === 0) giveUpStubs(kernel, mm, start, end);
  forEachVma(mm, start, end, (vma) => {
    if (vma.prot === prot) return;
    vma.prot = prot;
    protectPages(kernel, mm, vma);
  });
  mergeAround(kernel, mm, start, end);
}

/** Rewrites the entries of a VMA whose protection has changed. */
function protectPages(kernel: Kernel, mm: Mm, vma: Vma): void {
  const { leaves } = mm.space.pages;
  for (let page = vma.start / PAGE_SIZE; page < vma.end / PAGE_SIZE; page++) {
    const leaf = leaves[page >>> 10];
    if (leaf === undefined) {
      page |= 1023;
      continue;
    }
    const entry = leaf[page & 1023]!;
    if (!holdsFrame(entry)) continue;
    const frame = pteFrame(entry);
    // The accessed bit of code depends on what was translated when: it must not become data's.
    const keep = entry & (entry & PTE_EXEC ? PTE_DIRTY : PTE_ACCESSED | PTE_DIRTY);
    const flags = pteFlags(vma.prot, mayStayWritable(kernel, vma, entry, frame));
    // An accessed bit means nothing in an entry that is not present.
    kernel.mmu.setEntry(mm.space, page, makePte(frame, flags | (flags & PTE_PRESENT ? keep : keep & PTE_DIRTY)));
  }
}

/** Whether the entry may be writable at once; other pages take the write fault (copy-on-write, dirty marking). */
function mayStayWritable(kernel: Kernel, vma: Vma, entry: number, frame: number): boolean {
  if (vma.shared) return (entry & PTE_WRITE) !== 0;
  return isExclusive(kernel, frame) && mmState(kernel).frames.slot[frame] === 0;
}
