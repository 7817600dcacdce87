/**
 * Copying an address space: private pages are shared copy-on-write, all other present pages as they
 * are, so that the child takes no faults for what its parent had. Linux 6.1 mm/memory.c: copy_page_range
 */
import { PAGE_SIZE, PTE_ACCESSED, PTE_DIRTY, PTE_WRITE, pteFrame } from '@kml/core';
import { copyPlain } from '../copy-plain.ts';
import { retainFile } from '../fs/file.ts';
import { segmentMapped } from '../ipc/sysv/shm-attach.ts';
import type { Kernel } from '../kernel.ts';
import type { Mm, Vma } from '../types.ts';
import { newMm } from './address-space.ts';
import { holdsFrame, isSwapEntry } from './pte.ts';
import { mmState } from './state.ts';
import { copyVma } from './vma.ts';

/** A copy of the address space for a child process, with one user. Allocates no page frames. */
export function forkMm(kernel: Kernel, parent: Mm): Mm {
  const child = newMm(kernel);
  child.brkStart = parent.brkStart;
  child.brk = parent.brk;
  child.stackStart = parent.stackStart;
  child.argStart = parent.argStart;
  child.argEnd = parent.argEnd;
  child.envStart = parent.envStart;
  child.envEnd = parent.envEnd;
  child.vdso = parent.vdso;
  child.readImpliesExec = parent.readImpliesExec;
  child.noHugePages = parent.noHugePages;
  child.barriers = parent.barriers;
  child.arch = copyPlain(parent.arch);
  if (parent.rewrite !== undefined) child.rewrite = copyPlain(parent.rewrite);
  child.exe = parent.exe && retainFile(parent.exe);
  child.auxv = parent.auxv;
  child.dumpable = parent.dumpable;
  child.coreFilter = parent.coreFilter;
  for (const vma of parent.vmas) {
    if (vma.dontFork) continue;
    const copy = copyVma(vma);
    // Locks are not inherited.
    copy.locked = false;
    if (copy.file?.kind === 'sysv-shm') segmentMapped(kernel, copy.file);
    child.vmas.push(copy);
    child.mappedBytes += copy.end - copy.start;
    if (!vma.wipeOnFork) copyPages(kernel, parent, child, vma);
  }
  child.peakRss = child.rss;
  const { copyArea, copyEntry } = kernel.work;
  kernel.engine.addCycles(copyArea * child.vmas.length + copyEntry * (child.rss + child.swapped));
  return child;
}

/** The pages of one VMA, leaf by leaf: the child's entries are written as they are, since nothing was derived from them yet. */
function copyPages(kernel: Kernel, parent: Mm, child: Mm, vma: Vma): void {
  const { leaves } = parent.space.pages;
  const end = vma.end / PAGE_SIZE;
  for (let page = vma.start / PAGE_SIZE; page < end; ) {
    const next = Math.min(end, (page | 1023) + 1);
    const leaf = leaves[page >>> 10];
    if (leaf !== undefined) copyEntries(kernel, parent, child, vma, leaf, page, next);
    page = next;
  }
}

/** The entries of pages [from, to), which lie in one leaf. */
function copyEntries(
  kernel: Kernel,
  parent: Mm,
  child: Mm,
  vma: Vma,
  leaf: Int32Array,
  from: number,
  to: number,
): void {
  const { frames, swap } = mmState(kernel);
  let copy: Int32Array | undefined;
  for (let page = from; page < to; page++) {
    let entry = leaf[page & 1023]!;
    if (entry === 0) continue;
    if (holdsFrame(entry)) {
      if (entry & PTE_WRITE && !vma.shared) {
        kernel.mmu.withdrawWrite(parent.space, page);
        entry &= ~PTE_WRITE;
      }
      frames.refs[pteFrame(entry)]!++;
      entry &= ~(PTE_ACCESSED | PTE_DIRTY);
      child.rss++;
    } else if (isSwapEntry(entry)) {
      swap.refs[pteFrame(entry)]!++;
      child.swapped++;
    } else continue;
    copy ??= child.space.pages.leaf(page >>> 10);
    copy[page & 1023] = entry;
  }
}
