/** Taking pages out of an address space. */
import { PAGE_SIZE, pteFrame } from '@kml/core';
import type { Kernel } from '../kernel.ts';
import type { Mm } from '../types.ts';
import { releaseFrame } from './frames.ts';
import { holdsFrame, isSwapEntry, wasUsed } from './pte.ts';
import { mmState } from './state.ts';
import { releaseSlot } from './swap.ts';

/** Empties one entry, giving its frame or swap slot back. */
export function zapEntry(kernel: Kernel, mm: Mm, page: number, entry: number): void {
  kernel.mmu.setEntry(mm.space, page, 0);
  releaseEntry(kernel, mm, entry);
}

/** Gives back what an entry refers to. */
function releaseEntry(kernel: Kernel, mm: Mm, entry: number): void {
  if (holdsFrame(entry)) {
    mm.rss--;
    // A file page that a process used stays warm in the page cache after it.
    if (wasUsed(entry)) mmState(kernel).frames.referenced[pteFrame(entry)] = 1;
    releaseFrame(kernel, pteFrame(entry));
  } else if (isSwapEntry(entry)) {
    mm.swapped--;
    releaseSlot(mmState(kernel), pteFrame(entry));
  }
}

/** Empties the entries of [start, end), addresses on page borders. */
export function zapRange(kernel: Kernel, mm: Mm, start: number, end: number): void {
  let count = 0;
  const { leaves } = mm.space.pages;
  for (let page = start / PAGE_SIZE; page < end / PAGE_SIZE; page++) {
    const leaf = leaves[page >>> 10];
    if (leaf === undefined) {
      page |= 1023;
      continue;
    }
    const entry = leaf[page & 1023]!;
    if (entry === 0) continue;
    zapEntry(kernel, mm, page, entry);
    count++;
  }
  if (count > 0) kernel.engine.addCycles(kernel.work.zapEntry * count);
}

/** As zapRange, of an address space that is gone: its entries are given back, and left as they are. */
export function releaseRange(kernel: Kernel, mm: Mm, start: number, end: number): void {
  let count = 0;
  const { leaves } = mm.space.pages;
  for (let page = start / PAGE_SIZE; page < end / PAGE_SIZE; page++) {
    const leaf = leaves[page >>> 10];
    if (leaf === undefined) {
      page |= 1023;
      continue;
    }
    const entry = leaf[page & 1023]!;
    if (entry === 0) continue;
    releaseEntry(kernel, mm, entry);
    count++;
  }
  if (count > 0) kernel.engine.addCycles(kernel.work.zapEntry * count);
}
