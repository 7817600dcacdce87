/** madvise(2): Linux 6.1 mm/madvise.c */
import { PAGE_SIZE } from '@kml/core';
import { EACCES, EFAULT, EINVAL, ENOMEM } from '../errno.ts';
import { canWrite } from '../fs/open-flags.ts';
import type { Kernel } from '../kernel.ts';
import { giveUpStubs } from '../rewrite/forget.ts';
import type { Mm, Task, Vma } from '../types.ts';
import { punchPages } from './page-cache.ts';
import { populate } from './populate.ts';
import { isSharedMemory } from './shared-memory.ts';
import { findVmaIndex, forEachVma, isCovered, mergeAround, pageAlign } from './vma.ts';
import { zapRange } from './zap.ts';

const MADV_NORMAL = 0;
const MADV_RANDOM = 1;
const MADV_SEQUENTIAL = 2;
const MADV_WILLNEED = 3;
const MADV_DONTNEED = 4;
const MADV_FREE = 8;
const MADV_REMOVE = 9;
const MADV_DONTFORK = 10;
const MADV_DOFORK = 11;
const MADV_HUGEPAGE = 14;
const MADV_NOHUGEPAGE = 15;
const MADV_DONTDUMP = 16;
const MADV_DODUMP = 17;
const MADV_WIPEONFORK = 18;
const MADV_KEEPONFORK = 19;
const MADV_COLD = 20;
const MADV_PAGEOUT = 21;
const MADV_POPULATE_READ = 22;
const MADV_POPULATE_WRITE = 23;

/** Advice without consequence here: read-ahead and reclaim follow use alone. */
const NO_EFFECT: ReadonlySet<number> = new Set([
  MADV_NORMAL,
  MADV_RANDOM,
  MADV_SEQUENTIAL,
  MADV_WILLNEED,
  MADV_HUGEPAGE,
  MADV_NOHUGEPAGE,
  MADV_COLD,
  MADV_PAGEOUT,
]);

/** Advice that a VMA keeps. */
const KEPT: ReadonlySet<number> = new Set([
  MADV_DONTFORK,
  MADV_DOFORK,
  MADV_DONTDUMP,
  MADV_DODUMP,
  MADV_WIPEONFORK,
  MADV_KEEPONFORK,
]);

/** What one VMA does on the advice, in [start, end): 0 or -errno. */
function adviseVma(kernel: Kernel, mm: Mm, vma: Vma, start: number, end: number, advice: number): number {
  switch (advice) {
    case MADV_DONTNEED:
      if (vma.locked) return -EINVAL;
      zapRange(kernel, mm, start, end);
      return 0;
    case MADV_FREE:
      if (vma.file !== undefined) return -EINVAL;
      zapRange(kernel, mm, start, end);
      return 0;
    case MADV_REMOVE:
      return removePages(kernel, vma, start, end);
    default:
      return 0;
  }
}

/** MADV_REMOVE: punches a hole into the object behind a shared mapping. Linux: madvise_remove */
function removePages(kernel: Kernel, vma: Vma, start: number, end: number): number {
  if (vma.locked || vma.file === undefined) return -EINVAL;
  if (!vma.shared || !canWrite(vma.file.flags)) return -EACCES;
  if (!isSharedMemory(vma.file.inode)) return -EINVAL;
  const first = (vma.offset + start - vma.start) / PAGE_SIZE;
  punchPages(kernel, vma.file.inode, first, first + (end - start) / PAGE_SIZE);
  return 0;
}

/** Advice that the VMA keeps: what fork and core files do with it. */
function setKeptAdvice(mm: Mm, start: number, end: number, advice: number): number {
  for (let index = findVmaIndex(mm, start); index < mm.vmas.length && mm.vmas[index]!.start < end; index++) {
    const vma = mm.vmas[index]!;
    if (advice === MADV_WIPEONFORK && (vma.file !== undefined || vma.shared)) return -EINVAL;
  }
  forEachVma(mm, start, end, (vma) => {
    if (advice === MADV_DONTFORK || advice === MADV_DOFORK) vma.dontFork = advice === MADV_DONTFORK;
    else if (advice === MADV_DONTDUMP || advice === MADV_DODUMP) vma.dontDump = advice === MADV_DONTDUMP;
    else vma.wipeOnFork = advice === MADV_WIPEONFORK;
  });
  return 0;
}

/** madvise(2): 0 or -errno. Holes give -ENOMEM, after the advice was applied to what is mapped. */
export function madvise(kernel: Kernel, task: Task, address: number, length: number, advice: number): number {
  const mm = task.mm!;
  const end = address + pageAlign(length);
  const kept = KEPT.has(advice);
  const known = kept || NO_EFFECT.has(advice) || isActive(advice);
  if (!known || address % PAGE_SIZE !== 0 || end > 0x1_0000_0000) return -EINVAL;
  if (end === address) return 0;
  if (advice === MADV_POPULATE_READ || advice === MADV_POPULATE_WRITE) {
    if (!isCovered(mm, address, end)) return -ENOMEM;
    return populate(kernel, mm, address, end, advice === MADV_POPULATE_WRITE) ? 0 : -EFAULT;
  }
  let result = isCovered(mm, address, end) ? 0 : -ENOMEM;
  if (kept) {
    if (mm.rewrite !== undefined) giveUpStubs(kernel, mm, address, end);
    result = setKeptAdvice(mm, address, end, advice) || result;
    mergeAround(kernel, mm, address, end);
    return result;
  }
  if (mm.rewrite !== undefined && !NO_EFFECT.has(advice)) giveUpStubs(kernel, mm, address, end);
  for (let index = findVmaIndex(mm, address); index < mm.vmas.length && mm.vmas[index]!.start < end; index++) {
    const vma = mm.vmas[index]!;
    const failed = adviseVma(kernel, mm, vma, Math.max(address, vma.start), Math.min(end, vma.end), advice);
    if (failed) return failed;
  }
  return result;
}

function isActive(advice: number): boolean {
  return (
    advice === MADV_DONTNEED ||
    advice === MADV_FREE ||
    advice === MADV_REMOVE ||
    advice === MADV_POPULATE_READ ||
    advice === MADV_POPULATE_WRITE
  );
}
