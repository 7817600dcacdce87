/**
 * Mapping what is in the page cache around a file fault, so that a program's first touches of its
 * text and libraries take few faults. Which pages are cached depends on the guest's acts alone, so
 * fault counts stay reproducible. Linux 6.1 mm/memory.c: do_fault_around
 */
import { makePte, PAGE_SIZE } from '@kml/core';
import type { Kernel } from '../kernel.ts';
import { hasKnownSites } from '../rewrite/state.ts';
import type { Mm, Vma } from '../types.ts';
import { holdFrame } from './frames.ts';
import { PTE_YOUNG, pteFlags } from './pte.ts';

/** Pages in the aligned window. */
const WINDOW = 64;

/** Maps, without write permission, the cached pages of the VMA in the aligned window around `page`. */
export function faultAround(kernel: Kernel, mm: Mm, vma: Vma, page: number): void {
  const { pages } = vma.file!.inode;
  const bias = (vma.offset - vma.start) / PAGE_SIZE;
  const window = Math.floor(page / WINDOW) * WINDOW;
  const first = Math.max(window, vma.start / PAGE_SIZE);
  const last = Math.min(window + WINDOW, vma.end / PAGE_SIZE);
  const flags = pteFlags(vma.prot, false) & ~PTE_YOUNG;
  const before = mm.rss;
  for (let at = first; at < last; at++) {
    if (mm.space.pages.get(at) !== 0) continue;
    const cached = pages.get(at + bias);
    if (cached === undefined || hasKnownSites(kernel, mm, vma, at)) continue;
    holdFrame(kernel, cached.frame);
    kernel.mmu.setEntry(mm.space, at, makePte(cached.frame, flags));
    mm.rss++;
  }
  if (mm.rss > before) kernel.engine.addCycles(kernel.work.mapEntry * (mm.rss - before));
  if (mm.rss > mm.peakRss) mm.peakRss = mm.rss;
}
