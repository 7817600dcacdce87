/** Virtual memory areas of an address space: look-up, insertion with merging, splitting, removal. */
import { PAGE_SIZE } from '@kml/core';
import { releaseFile, retainFile } from '../fs/file.ts';
import { releaseAttachment } from '../ipc/sysv/shm-attach.ts';
import type { Kernel } from '../kernel.ts';
import type { Mm, OpenFile, Vma } from '../types.ts';
import { releaseSharedMemory } from './shared-memory.ts';

/** Rounds up to whole pages. May pass 2^32. */
export function pageAlign(value: number): number {
  return Math.ceil(value / PAGE_SIZE) * PAGE_SIZE;
}

/** A VMA of anonymous, private memory; the caller overrides what differs. */
export function newVma(start: number, end: number, prot: number): Vma {
  return {
    start,
    end,
    prot,
    shared: false,
    growsDown: false,
    file: undefined,
    offset: 0,
    name: '',
    maxProt: 7,
    locked: false,
    dontFork: false,
    wipeOnFork: false,
    dontDump: false,
    image: '',
  };
}

/** Index of the first VMA that ends above `address`; vmas.length if none does. */
export function findVmaIndex(mm: Mm, address: number): number {
  const { vmas } = mm;
  let low = 0;
  let high = vmas.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (vmas[middle]!.end > address) high = middle;
    else low = middle + 1;
  }
  return low;
}

/** The VMA that contains `address`. */
export function findVma(mm: Mm, address: number): Vma | undefined {
  const vma = mm.vmas[findVmaIndex(mm, address)];
  return vma !== undefined && vma.start <= address ? vma : undefined;
}

/** Whether no VMA touches [start, end). */
export function isFree(mm: Mm, start: number, end: number): boolean {
  const vma = mm.vmas[findVmaIndex(mm, start)];
  return vma === undefined || vma.start >= end;
}

/** Whether [start, end) is mapped without a hole. */
export function isCovered(mm: Mm, start: number, end: number): boolean {
  let at = start;
  for (let index = findVmaIndex(mm, start); at < end; index++) {
    const vma = mm.vmas[index];
    if (vma === undefined || vma.start > at) return false;
    at = vma.end;
  }
  return true;
}

/** Gives back a VMA's hold on its file. */
export function releaseVmaFile(kernel: Kernel, file: OpenFile | undefined): void {
  if (file === undefined) return;
  if (file.kind === 'shared-memory') releaseSharedMemory(kernel, file);
  else if (file.kind === 'sysv-shm') releaseAttachment(kernel, file);
  else releaseFile(kernel, file);
}

function retainVmaFile(vma: Vma): void {
  if (vma.file !== undefined) retainFile(vma.file);
}

/** A copy of the VMA, with a hold of its own on the file. */
export function copyVma(vma: Vma): Vma {
  retainVmaFile(vma);
  return { ...vma };
}

function canMerge(a: Vma, b: Vma): boolean {
  return (
    a.end === b.start &&
    a.prot === b.prot &&
    a.shared === b.shared &&
    a.file === b.file &&
    (a.file === undefined || a.offset + (a.end - a.start) === b.offset) &&
    a.growsDown === b.growsDown &&
    a.name === b.name &&
    a.maxProt === b.maxProt &&
    a.locked === b.locked &&
    a.dontFork === b.dontFork &&
    a.wipeOnFork === b.wipeOnFork &&
    a.dontDump === b.dontDump &&
    a.image === b.image
  );
}

/** Inserts a VMA into its free range; takes over the caller's hold on the file. Merges with its neighbours. */
export function insertVma(kernel: Kernel, mm: Mm, vma: Vma): void {
  const index = findVmaIndex(mm, vma.start);
  mm.vmas.splice(index, 0, vma);
  mm.mappedBytes += vma.end - vma.start;
  if (vma.locked) mm.lockedBytes += vma.end - vma.start;
  mergeAround(kernel, mm, vma.start, vma.end);
}

/** Merges what can be merged at every VMA border in [start, end]. */
export function mergeAround(kernel: Kernel, mm: Mm, start: number, end: number): void {
  const { vmas } = mm;
  let index = Math.max(1, findVmaIndex(mm, Math.max(0, start - 1)));
  while (index < vmas.length && vmas[index]!.start <= end) {
    const before = vmas[index - 1]!;
    const after = vmas[index]!;
    if (canMerge(before, after)) {
      before.end = after.end;
      vmas.splice(index, 1);
      releaseVmaFile(kernel, after.file);
    } else index++;
  }
}

/** Makes `address` a border between VMAs if one contains it. */
export function splitAt(mm: Mm, address: number): void {
  const index = findVmaIndex(mm, address);
  const vma = mm.vmas[index];
  if (vma === undefined || vma.start >= address) return;
  const upper = copyVma(vma);
  upper.start = address;
  if (vma.file !== undefined) upper.offset = vma.offset + (address - vma.start);
  vma.end = address;
  mm.vmas.splice(index + 1, 0, upper);
}

/** Calls `visit` for every VMA in [start, end), split at its ends. The visitor may change attributes, not ranges. */
export function forEachVma(mm: Mm, start: number, end: number, visit: (vma: Vma) => void): void {
  splitAt(mm, start);
  splitAt(mm, end);
  for (let index = findVmaIndex(mm, start); index < mm.vmas.length && mm.vmas[index]!.start < end; index++) {
    visit(mm.vmas[index]!);
  }
}

/** Takes the VMAs of [start, end) out; their pages must be gone. Holds on files are given back. */
export function removeVmas(kernel: Kernel, mm: Mm, start: number, end: number): void {
  splitAt(mm, start);
  splitAt(mm, end);
  const first = findVmaIndex(mm, start);
  let after = first;
  for (; after < mm.vmas.length && mm.vmas[after]!.start < end; after++) {
    const vma = mm.vmas[after]!;
    mm.mappedBytes -= vma.end - vma.start;
    if (vma.locked) mm.lockedBytes -= vma.end - vma.start;
  }
  const removed = mm.vmas.splice(first, after - first);
  for (const vma of removed) releaseVmaFile(kernel, vma.file);
}
