/**
 * Page faults: demand zero, demand paging from files, copy-on-write, swap-in, stack growth.
 * Linux 6.1 mm/memory.c: handle_mm_fault; arch/x86/mm/fault.c: do_user_addr_fault.
 */
import {
  type Access,
  makePte,
  PAGE_SHIFT,
  PAGE_SIZE,
  PTE_PRESENT,
  PTE_UNREADABLE,
  PTE_WRITE,
  pteFrame,
} from '@kml/core';
import { ENOMEM } from '../errno.ts';
import type { Kernel } from '../kernel.ts';
import { SIGBUS, SIGSEGV } from '../signal/numbers.ts';
import { sigInfo } from '../signal/send.ts';
import type { Mm, SigInfo, Task, Vma } from '../types.ts';
import { faultAround } from './fault-around.ts';
import { allocAnonFrame, holdFrame, releaseFrame, zeroFrame } from './frames.ts';
import { outOfMemory } from './oom.ts';
import { cachedPage, markPageDirty, peekPage } from './page-cache.ts';
import { holdsFrame, isSwapEntry, PROT_EXEC, PROT_READ, PROT_WRITE, pteFlags } from './pte.ts';
import { isSharedMemory } from './shared-memory.ts';
import { expandStack } from './stack-growth.ts';
import { FRAME_ANON, mmState } from './state.ts';
import { forgetSwapCopy, pairSwapCopy, readSlot, releaseSlot } from './swap.ts';
import { findVmaIndex } from './vma.ts';

const SEGV_MAPERR = 1;
const SEGV_ACCERR = 2;
const BUS_ADRERR = 2;

/** How a fault ended: the page is there (after disk work or without), no memory, or beyond the file's end. */
type Outcome = 'minor' | 'major' | 'memory' | 'bus';

/**
 * Serves the fault of an access by `task` at a virtual address: 0 if the access is to be tried again
 * (or the process was killed for lack of memory and dies at its exit to user code), otherwise the
 * signal the access raises.
 */
export function handlePageFault(kernel: Kernel, task: Task, address: number, access: Access): 0 | SigInfo {
  const at = address >>> 0;
  const { mm } = task;
  if (mm === undefined || at >= kernel.abi.taskSize) return segv(SEGV_MAPERR, at);
  const vma = mm.vmas[findVmaIndex(mm, at)];
  if (vma === undefined) return segv(SEGV_MAPERR, at);
  if (vma.start > at && !expandStack(kernel, task, mm, vma, at)) return segv(SEGV_MAPERR, at);
  if (!permits(vma, access)) return segv(SEGV_ACCERR, at);
  const outcome = resolveFault(kernel, mm, vma, at >>> PAGE_SHIFT, access);
  if (outcome === 'bus') return sigInfo(SIGBUS, { code: BUS_ADRERR, addr: at });
  if (outcome === 'memory') outOfMemory(kernel, task);
  else countFault(kernel, task, outcome);
  return 0;
}

function segv(code: number, address: number): SigInfo {
  return sigInfo(SIGSEGV, { code, addr: address });
}

function countFault(kernel: Kernel, task: Task, outcome: 'minor' | 'major'): void {
  const { counters } = kernel.state;
  if (outcome === 'major') {
    task.majorFaults++;
    counters.majorFaults++;
  } else {
    task.minorFaults++;
    counters.minorFaults++;
  }
}

function permits(vma: Vma, access: Access): boolean {
  if (access === 'write') return (vma.prot & PROT_WRITE) !== 0;
  if (access === 'execute') return (vma.prot & PROT_EXEC) !== 0;
  if (vma.executeOnly) return false;
  return (vma.prot & (PROT_READ | PROT_WRITE | PROT_EXEC)) !== 0;
}

/** Brings the page in for an access that the VMA permits. */
export function resolveFault(kernel: Kernel, mm: Mm, vma: Vma, page: number, access: Access): Outcome {
  const entry = mm.space.pages.get(page);
  const write = access === 'write';
  if (isSwapEntry(entry)) return swapIn(kernel, mm, vma, page, entry, write);
  if (!holdsFrame(entry)) {
    return vma.file === undefined
      ? anonymousFault(kernel, mm, vma, page, write)
      : fileFault(kernel, mm, vma, page, write);
  }
  if (write && (entry & PTE_WRITE) === 0) return writeFault(kernel, mm, vma, page, entry);
  // The entry grants less than the VMA does only where mprotect left that to the next fault.
  if ((entry & PTE_PRESENT) === 0) setPage(kernel, mm, vma, page, pteFrame(entry), false);
  return 'minor';
}

function vmaFlags(vma: Vma, write: boolean): number {
  const flags = pteFlags(vma.prot, write);
  return vma.executeOnly ? flags | PTE_UNREADABLE : flags;
}

function setPage(kernel: Kernel, mm: Mm, vma: Vma, page: number, frame: number, write: boolean): void {
  kernel.mmu.setEntry(mm.space, page, makePte(frame, vmaFlags(vma, write)));
}

/** Maps a frame into an empty entry; the caller's reference becomes the entry's. */
function mapPage(kernel: Kernel, mm: Mm, vma: Vma, page: number, frame: number, write: boolean): void {
  setPage(kernel, mm, vma, page, frame, write);
  if (++mm.rss > mm.peakRss) mm.peakRss = mm.rss;
}

/** Linux 6.1 mm/memory.c: do_anonymous_page */
function anonymousFault(kernel: Kernel, mm: Mm, vma: Vma, page: number, write: boolean): Outcome {
  if (!write) {
    const zero = zeroFrame(kernel);
    if (zero < 0) return 'memory';
    holdFrame(kernel, zero);
    mapPage(kernel, mm, vma, page, zero, false);
    return 'minor';
  }
  const frame = allocAnonFrame(kernel);
  if (frame < 0) return 'memory';
  kernel.memory.zeroFrame(frame);
  kernel.engine.addCycles(kernel.work.zeroPage);
  mapPage(kernel, mm, vma, page, frame, true);
  return 'minor';
}

/** Linux 6.1 mm/memory.c: do_fault */
function fileFault(kernel: Kernel, mm: Mm, vma: Vma, page: number, write: boolean): Outcome {
  const { inode } = vma.file!;
  const index = page + (vma.offset - vma.start) / PAGE_SIZE;
  if (index >= Math.ceil(inode.size / PAGE_SIZE)) return 'bus';
  const copy = write && !vma.shared ? allocAnonFrame(kernel) : -1;
  if (write && !vma.shared && copy < 0) return 'memory';
  const outcome = peekPage(kernel, inode, index) >= 0 || isSharedMemory(inode) ? 'minor' : 'major';
  const frame = cachedPage(kernel, inode, index);
  if (frame < 0) {
    if (copy >= 0) releaseFrame(kernel, copy);
    return frame === -ENOMEM ? 'memory' : 'bus';
  }
  if (copy >= 0) {
    kernel.memory.copyFrame(copy, frame);
    kernel.engine.addCycles(kernel.work.copyPage);
    mapPage(kernel, mm, vma, page, copy, true);
    return outcome;
  }
  if (write) markPageDirty(inode, index);
  holdFrame(kernel, frame);
  mapPage(kernel, mm, vma, page, frame, write);
  faultAround(kernel, mm, vma, page);
  return outcome;
}

/** A write to a page that is mapped read-only: shared file page, copy-on-write, or already alone. Linux: do_wp_page */
function writeFault(kernel: Kernel, mm: Mm, vma: Vma, page: number, entry: number): Outcome {
  const frame = pteFrame(entry);
  if (vma.shared) {
    markPageDirty(vma.file!.inode, page + (vma.offset - vma.start) / PAGE_SIZE);
    setPage(kernel, mm, vma, page, frame, true);
    return 'minor';
  }
  if (isExclusive(kernel, frame)) {
    forgetSwapCopy(mmState(kernel), frame);
    setPage(kernel, mm, vma, page, frame, true);
    return 'minor';
  }
  return copyOnWrite(kernel, mm, vma, page, entry);
}

/** Whether the frame is anonymous memory that one entry alone has. (Swap entries of others have the content in their slot.) */
export function isExclusive(kernel: Kernel, frame: number): boolean {
  const { frames } = mmState(kernel);
  return frames.owner[frame] === FRAME_ANON && frames.refs[frame] === 1;
}

function copyOnWrite(kernel: Kernel, mm: Mm, vma: Vma, page: number, entry: number): Outcome {
  const old = pteFrame(entry);
  // Held, so that page-out for the new frame cannot take it; it may empty the entry, though.
  holdFrame(kernel, old);
  const frame = allocAnonFrame(kernel);
  const now = mm.space.pages.get(page);
  if (frame >= 0 && pteFrame(now) === old && holdsFrame(now)) {
    if (old === mmState(kernel).zeroFrame) kernel.memory.zeroFrame(frame);
    else kernel.memory.copyFrame(frame, old);
    kernel.engine.addCycles(kernel.work.copyPage);
    setPage(kernel, mm, vma, page, frame, true);
    releaseFrame(kernel, old);
  } else if (frame >= 0) {
    releaseFrame(kernel, frame);
  }
  releaseFrame(kernel, old);
  return frame < 0 ? 'memory' : 'minor';
}

/** Linux 6.1 mm/memory.c: do_swap_page */
function swapIn(kernel: Kernel, mm: Mm, vma: Vma, page: number, entry: number, write: boolean): Outcome {
  const state = mmState(kernel);
  const slot = pteFrame(entry);
  let frame = state.swap.frames.get(slot) ?? -1;
  const present = frame >= 0;
  if (present) {
    holdFrame(kernel, frame);
  } else {
    frame = allocAnonFrame(kernel);
    if (frame < 0) return 'memory';
    readSlot(kernel, slot, frame);
    pairSwapCopy(state, frame, slot);
    kernel.state.counters.pagesIn++;
    kernel.engine.addCycles(kernel.work.swapPage);
  }
  releaseSlot(state, slot);
  mm.swapped--;
  const crowded = state.swap.used * 2 > state.swap.limit;
  const alone = (write || crowded) && isExclusive(kernel, frame);
  if (alone) forgetSwapCopy(state, frame);
  mapPage(kernel, mm, vma, page, frame, alone);
  if (write && !alone) return copyOnWrite(kernel, mm, vma, page, mm.space.pages.get(page));
  return present ? 'minor' : 'major';
}
