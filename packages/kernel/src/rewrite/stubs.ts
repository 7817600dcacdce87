/** Memory for stubs: mapped near the text that jumps there, a few pages at a time. */
import { PAGE_SIZE } from '@kml/core';
import type { Kernel } from '../kernel.ts';
import { MMAP_MIN_ADDRESS } from '../mm/placement.ts';
import { PROT_EXEC, PROT_READ } from '../mm/pte.ts';
import { STACK_GUARD_GAP } from '../mm/stack-growth.ts';
import { insertVma, newVma, pageAlign } from '../mm/vma.ts';
import type { Mm } from '../types.ts';
import type { StubPlace } from './rewrite-abi.ts';
import type { MmRewrite, StubArea } from './state.ts';

/** Name of the mappings in /proc/PID/maps. */
export const STUBS_NAME = '[kml_stubs]';
/** Pages of an area, where the gap is large enough. */
const AREA_PAGES = 4;

/** Address of a free slot for a stub, which is the caller's then; -1 where there is no place. */
export function allocateStub(kernel: Kernel, mm: Mm, rewrite: MmRewrite, place: StubPlace, near: number): number {
  for (const area of rewrite.areas) {
    const slot = takeSlot(kernel, area, place);
    if (slot >= 0) return slot;
  }
  for (const pages of [AREA_PAGES, 1]) {
    const start = findGap(kernel, mm, pages * PAGE_SIZE, place, near);
    if (start < 0) continue;
    const area = mapArea(kernel, mm, start, pages * PAGE_SIZE);
    rewrite.areas.push(area);
    const slot = takeSlot(kernel, area, place);
    if (slot >= 0) return slot;
  }
  return -1;
}

/** Gives a stub's slot back. */
export function releaseStub(kernel: Kernel, rewrite: MmRewrite, stub: number): void {
  const bytes = kernel.abi.rewrite!.stubBytes;
  for (const area of rewrite.areas) {
    if (stub >= area.start && stub < area.end) area.used[(stub - area.start) / bytes] = 0;
  }
}

function takeSlot(kernel: Kernel, area: StubArea, place: StubPlace): number {
  const bytes = kernel.abi.rewrite!.stubBytes;
  for (let slot = 0; slot < area.used.length; slot++) {
    const address = area.start + slot * bytes;
    if (area.used[slot] !== 0 || address < place.low || address > place.high) continue;
    if (place.fits !== undefined && !place.fits(address)) continue;
    area.used[slot] = 1;
    return address;
  }
  return -1;
}

function mapArea(kernel: Kernel, mm: Mm, start: number, bytes: number): StubArea {
  const vma = newVma(start, start + bytes, PROT_READ | PROT_EXEC);
  vma.name = STUBS_NAME;
  insertVma(kernel, mm, vma);
  const slots = Math.floor(bytes / kernel.abi.rewrite!.stubBytes);
  return { start, end: start + bytes, used: new Uint8Array(slots) };
}

/**
 * The place nearest to `near` in a gap between mappings. The gap that the heap grows into comes last,
 * and is used at its far end.
 */
function findGap(kernel: Kernel, mm: Mm, bytes: number, { low, high }: StubPlace, near: number): number {
  let best = -1;
  let bestCost = Number.POSITIVE_INFINITY;
  let bottom = MMAP_MIN_ADDRESS;
  for (let index = 0; index <= mm.vmas.length; index++) {
    const vma = mm.vmas[index];
    const top = vma === undefined ? kernel.abi.taskSize : vma.start - (vma.growsDown ? STACK_GUARD_GAP : 0);
    const first = pageAlign(Math.max(bottom, low));
    const last = pageDown(Math.min(top, high + kernel.abi.rewrite!.stubBytes) - bytes);
    if (last >= first) {
      const heap = pageAlign(mm.brk) >= bottom && mm.brk < top;
      const at = heap ? last : Math.min(Math.max(pageDown(near), first), last);
      const cost = heap ? 2 ** 33 : Math.abs(at - near);
      if (cost < bestCost) [best, bestCost] = [at, cost];
    }
    if (vma !== undefined) bottom = Math.max(bottom, vma.end);
  }
  return best;
}

function pageDown(address: number): number {
  return Math.floor(address / PAGE_SIZE) * PAGE_SIZE;
}
