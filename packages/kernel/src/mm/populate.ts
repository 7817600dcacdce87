import { PAGE_SIZE, PTE_PRESENT, PTE_WRITE } from '@kml/core';
import type { Kernel } from '../kernel.ts';
import type { Mm, Vma } from '../types.ts';
import { resolveFault } from './fault.ts';
import { PROT_WRITE } from './pte.ts';
import { findVmaIndex } from './vma.ts';

/**
 * Brings the pages of [start, end) in, for writing where private memory may be written (so that no
 * fault is left). Stops at the first page that cannot be had; false then. `write` insists on write access.
 * Linux 6.1 mm/gup.c: populate_vma_page_range
 */
export function populate(kernel: Kernel, mm: Mm, start: number, end: number, write: boolean): boolean {
  for (let index = findVmaIndex(mm, start); index < mm.vmas.length && mm.vmas[index]!.start < end; index++) {
    const vma = mm.vmas[index]!;
    if (vma.prot === 0 || (write && (vma.prot & PROT_WRITE) === 0)) return false;
    if (!populateVma(kernel, mm, vma, Math.max(start, vma.start), Math.min(end, vma.end), write)) return false;
  }
  return true;
}

function populateVma(kernel: Kernel, mm: Mm, vma: Vma, start: number, end: number, write: boolean): boolean {
  const forWrite = write || (!vma.shared && (vma.prot & PROT_WRITE) !== 0);
  const need = forWrite ? PTE_PRESENT | PTE_WRITE : PTE_PRESENT;
  for (let page = start / PAGE_SIZE; page < end / PAGE_SIZE; page++) {
    if ((mm.space.pages.get(page) & need) === need) continue;
    const outcome = resolveFault(kernel, mm, vma, page, forWrite ? 'write' : 'read');
    if (outcome === 'memory' || outcome === 'bus') return false;
  }
  return true;
}
