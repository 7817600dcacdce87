/** Where mappings without a fixed address go. Linux 6.1 mm/mmap.c: arch_get_unmapped_area_topdown */
import type { Kernel } from '../kernel.ts';
import type { Inode, Mm } from '../types.ts';
import { STACK_GUARD_GAP } from './stack-growth.ts';
import { mmState } from './state.ts';
import { findVmaIndex, isFree } from './vma.ts';

/** vm.mmap_min_addr. */
export const MMAP_MIN_ADDRESS = 0x10000;
/** Files whose last place is remembered. */
const PLACES = 4096;

/** Highest free range of `length` bytes that ends at or below `ceiling`, or -1. */
export function findGapBelow(mm: Mm, length: number, ceiling: number): number {
  let top = ceiling;
  let index = findVmaIndex(mm, ceiling - 1);
  const at = mm.vmas[index];
  if (at === undefined || at.start >= ceiling) index--;
  for (; index >= -1; index--) {
    const vma = mm.vmas[index];
    const bottom = vma === undefined ? MMAP_MIN_ADDRESS : Math.max(vma.end, MMAP_MIN_ADDRESS);
    if (top - bottom >= length) return top - length;
    if (vma === undefined) return -1;
    top = Math.min(top, vma.growsDown ? vma.start - STACK_GUARD_GAP : vma.start);
  }
  return -1;
}

/** Lowest free range of `length` bytes between the addresses, or -1. */
function findGapAbove(mm: Mm, length: number, floor: number, ceiling: number): number {
  let bottom = floor;
  for (let index = findVmaIndex(mm, floor); ; index++) {
    const vma = mm.vmas[index];
    const top =
      vma === undefined ? ceiling : Math.min(ceiling, vma.growsDown ? vma.start - STACK_GUARD_GAP : vma.start);
    if (top - bottom >= length) return bottom;
    if (vma === undefined || vma.end >= ceiling) return -1;
    bottom = Math.max(bottom, vma.end);
  }
}

/** A free range for `length` bytes (whole pages): at `hint` if that is free, else from the mapping area downwards. -1 if there is none. */
export function findFreeRange(kernel: Kernel, mm: Mm, length: number, hint: number): number {
  const { taskSize, mmapBase } = kernel.abi;
  if (length > taskSize) return -1;
  if (hint >= MMAP_MIN_ADDRESS && hint + length <= taskSize && isFree(mm, hint, hint + length)) return hint;
  const below = findGapBelow(mm, length, mmapBase);
  return below >= 0 ? below : findGapAbove(mm, length, mmapBase, taskSize);
}

function placeKey(inode: Inode): string {
  return `${inode.superblock.dev}:${inode.ino}`;
}

/**
 * Place of a file mapped from its beginning without a hint: where it was last mapped in this machine,
 * if that is free, as prelink did, so that libraries keep one load bias and their translations.
 */
export function findFilePlace(kernel: Kernel, mm: Mm, inode: Inode, length: number): number {
  const places = mmState(kernel).lastPlaced;
  const key = placeKey(inode);
  const last = places.get(key);
  if (last !== undefined && last + length <= kernel.abi.mmapBase && isFree(mm, last, last + length)) return last;
  const place = findFreeRange(kernel, mm, length, 0);
  if (place >= 0) {
    places.delete(key);
    if (places.size >= PLACES) places.delete(places.keys().next().value!);
    places.set(key, place);
  }
  return place;
}
