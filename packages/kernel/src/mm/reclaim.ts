/**
 * Page-out by the clock: one hand goes round the page cache's unmapped frames, one round the address
 * spaces' entries. What was used since the hand last came by stays; anonymous pages go to swap, file
 * pages are unmapped and, once nothing maps them, dropped (dirty ones are written back first).
 * After Linux 2.4's mm/vmscan.c: swap_out and shrink_cache.
 */
import { makePte, PTE_ACCESSED, PTE_DIRTY, pteFrame } from '@kml/core';
import type { Kernel } from '../kernel.ts';
import type { Mm } from '../types.ts';
import { freeFrames, releaseFrame } from './frames.ts';
import { dropCachedFrame } from './page-cache.ts';
import { holdsFrame, PTE_SWAP, PTE_YOUNG, wasUsed } from './pte.ts';
import { FRAME_ANON, FRAME_CACHE, type MmState, mmState } from './state.ts';
import { allocSlot, canSwap, holdSlot, pairSwapCopy, writeSlot } from './swap.ts';
import { findVmaIndex } from './vma.ts';

/** Frames freed beyond what was asked, so that reclaim runs in batches: more where there are more to look through. */
function batchOf(kernel: Kernel): number {
  return Math.max(32, kernel.memory.frameCount >> 8);
}

/** Times both hands go round: marks cleared, unmapped, dropped. */
const ROUNDS = 4;

/** Tries to bring the number of free frames to `want` and a batch more. */
export function reclaimFrames(kernel: Kernel, want: number): void {
  const state = mmState(kernel);
  if (state.reclaiming) return;
  state.reclaiming = true;
  const goal = want + batchOf(kernel);
  for (let round = 0; round < ROUNDS && freeFrames(kernel) < goal; round++) {
    scanCache(kernel, state, goal);
    if (freeFrames(kernel) < goal) scanSpaces(kernel, state, goal);
  }
  state.reclaiming = false;
}

function scanCache(kernel: Kernel, state: MmState, goal: number): void {
  const { frames, scan } = state;
  if (frames.cached === 0) return;
  // A quarter of the memory a round: all of it in all rounds.
  const steps = Math.max(4096, frames.fresh >> 2);
  for (let step = 0; step < steps; step++) {
    if (scan.frame >= frames.fresh) scan.frame = 0;
    const frame = scan.frame++;
    if (frames.owner[frame] !== FRAME_CACHE || frames.refs[frame] !== 1) continue;
    if (frames.referenced[frame]) {
      frames.referenced[frame] = 0;
      continue;
    }
    if (dropCachedFrame(kernel, frame) && freeFrames(kernel) >= goal) return;
  }
}

/** Goes once round all address spaces at most. */
function scanSpaces(kernel: Kernel, state: MmState, goal: number): void {
  const { scan, mms } = state;
  for (let visited = 0; visited <= mms.length && mms.length > 0; visited++) {
    if (scan.mm >= mms.length) {
      scan.mm = 0;
      scan.page = 0;
    }
    if (scanMm(kernel, state, mms[scan.mm]!, goal)) return;
    scan.mm++;
    scan.page = 0;
  }
}

/**
 * Scans an address space from the hand on; true when the goal is reached (the hand stays there). Memory that
 * only swap could take is passed over where there is none: it may be nearly everything, and looked through in vain
 * for each page that is wanted.
 */
function scanMm(kernel: Kernel, state: MmState, mm: Mm, goal: number): boolean {
  const { scan } = state;
  const swap = canSwap(state);
  for (let index = findVmaIndex(mm, scan.page * 4096); index < mm.vmas.length; index++) {
    const vma = mm.vmas[index]!;
    if (vma.locked || (!swap && vma.file === undefined && !vma.shared)) continue;
    const end = vma.end / 4096;
    for (let page = Math.max(scan.page, vma.start / 4096); page < end; page++) {
      const leaf = mm.space.pages.leaves[page >>> 10];
      if (leaf === undefined) {
        page |= 1023;
        continue;
      }
      const entry = leaf[page & 1023]!;
      if (!holdsFrame(entry)) continue;
      pageOut(kernel, state, mm, page, entry);
      if (freeFrames(kernel) >= goal) {
        scan.page = page + 1;
        return true;
      }
    }
  }
  return false;
}

/** Unmaps the page if it was not used of late; anonymous memory goes to swap. */
function pageOut(kernel: Kernel, state: MmState, mm: Mm, page: number, entry: number): void {
  if (wasUsed(entry)) {
    kernel.mmu.setEntry(mm.space, page, entry & ~(PTE_ACCESSED | PTE_YOUNG));
    return;
  }
  const frame = pteFrame(entry);
  const owner = state.frames.owner[frame];
  if (owner === FRAME_CACHE) {
    kernel.mmu.setEntry(mm.space, page, 0);
    mm.rss--;
    releaseFrame(kernel, frame);
  } else if (owner === FRAME_ANON) {
    swapOut(kernel, state, mm, page, entry, frame);
  }
}

function swapOut(kernel: Kernel, state: MmState, mm: Mm, page: number, entry: number, frame: number): void {
  let slot = state.frames.slot[frame]!;
  if (slot === 0) {
    slot = allocSlot(state);
    if (slot === 0) return;
    writeSlot(kernel, slot, frame);
    pairSwapCopy(state, frame, slot);
  } else if (entry & PTE_DIRTY) {
    writeSlot(kernel, slot, frame);
  }
  holdSlot(state, slot);
  kernel.mmu.setEntry(mm.space, page, makePte(slot, PTE_SWAP));
  mm.rss--;
  mm.swapped++;
  kernel.state.counters.pagesOut++;
  kernel.engine.addCycles(kernel.work.swapPage);
  releaseFrame(kernel, frame);
}
