/**
 * The page cache: frames that hold pages of files. Where a page is in inode.pages, its frame is the
 * truth; the file system's copy below is brought up to date by writeback. Only shared writable
 * mappings make pages dirty: write() changes frame and file system together.
 */
import { PAGE_SIZE, PTE_WRITE } from '@kml/core';
import { EIO, ENOMEM } from '../errno.ts';
import { inodeReadBacking, inodeWriteBacking } from '../fs/inode-io.ts';
import type { Kernel } from '../kernel.ts';
import type { CachedPage, Inode, Mm, Vma } from '../types.ts';
import { allocCacheFrame, freeFrames, releaseFrame, reserveFrames } from './frames.ts';
import { holdsFrame } from './pte.ts';
import { dropSharedSlots, isSharedMemory, readSharedPage, writeSharedPage } from './shared-memory.ts';
import { mmState } from './state.ts';
import { zapRange } from './zap.ts';

/** Pages read at once when one is missing: 128 KiB, Linux's default read-ahead. */
const CLUSTER = 32;

const pageBuffer = new Uint8Array(PAGE_SIZE);
const clusterBuffer = new Uint8Array(CLUSTER * PAGE_SIZE);

/** The frame of page `index`, if it is in the page cache, or -1. */
export function peekPage(kernel: Kernel, inode: Inode, index: number): number {
  const page = inode.pages.get(index);
  if (page === undefined) return -1;
  mmState(kernel).frames.referenced[page.frame] = 1;
  return page.frame;
}

/**
 * The frame of page `index`, read from the file if it is not there yet: -EIO, -ENOMEM, or what the
 * file system says. The caller maps it or copies from it before it allocates anything else. Bytes
 * beyond the end of file are zero.
 */
export function cachedPage(kernel: Kernel, inode: Inode, index: number): number {
  const present = peekPage(kernel, inode, index);
  if (present >= 0) return present;
  if (isSharedMemory(inode)) return readShared(kernel, inode, index);
  return readCluster(kernel, inode, index);
}

function addPage(kernel: Kernel, inode: Inode, index: number): CachedPage | undefined {
  const frame = allocCacheFrame(kernel, inode, index);
  if (frame < 0) return undefined;
  const page = { frame, dirty: false };
  inode.pages.set(index, page);
  return page;
}

function readShared(kernel: Kernel, inode: Inode, index: number): number {
  const page = addPage(kernel, inode, index);
  if (page === undefined) return -ENOMEM;
  page.dirty = readSharedPage(kernel, inode, index, page.frame).dirty;
  return page.frame;
}

/** Reads the aligned cluster around `index` where memory is plenty, else the one page. */
function readCluster(kernel: Kernel, inode: Inode, index: number): number {
  const pages = Math.ceil(inode.size / PAGE_SIZE);
  const plenty = freeFrames(kernel) > 2 * reserveFrames(kernel) + 4 * CLUSTER;
  const first = plenty ? Math.floor(index / CLUSTER) * CLUSTER : index;
  const end = Math.max(index + 1, plenty ? Math.min(first + CLUSTER, pages) : index + 1);
  const bytes = clusterBuffer.subarray(0, (end - first) * PAGE_SIZE);
  const length = inodeReadBacking(kernel, inode, first * PAGE_SIZE, bytes);
  if (length < 0) return length;
  bytes.fill(0, length);
  kernel.engine.addCycles(kernel.work.readPage * (end - first));
  for (let at = first; at < end; at++) {
    if (at !== index && inode.pages.has(at)) continue;
    const page = addPage(kernel, inode, at);
    if (page === undefined) return -ENOMEM;
    const from = (at - first) * PAGE_SIZE;
    kernel.memory.writeFrame(page.frame, 0, bytes.subarray(from, from + PAGE_SIZE));
  }
  return inode.pages.get(index)?.frame ?? -EIO;
}

/** A shared mapping is about to write the page. */
export function markPageDirty(inode: Inode, index: number): void {
  const page = inode.pages.get(index);
  if (page !== undefined) page.dirty = true;
}

/** Writes one dirty page to its file. False if that failed (the page stays dirty). */
function writePage(kernel: Kernel, inode: Inode, index: number, page: CachedPage): boolean {
  if (isSharedMemory(inode)) {
    if (!writeSharedPage(kernel, inode, index, page.frame)) return false;
  } else {
    const position = index * PAGE_SIZE;
    const length = Math.min(PAGE_SIZE, inode.size - position);
    if (length > 0) {
      kernel.memory.readFrame(page.frame, 0, pageBuffer);
      if (inodeWriteBacking(kernel, inode, position, pageBuffer.subarray(0, length)) < length) return false;
    }
  }
  page.dirty = false;
  return true;
}

/**
 * Writes the dirty pages with indices in [from, to) to the file: 0, or -EIO if some could not be
 * written. Mappings lose write permission, so that the next write marks the page dirty again.
 */
export function writebackPages(kernel: Kernel, inode: Inode, from = 0, to = Number.POSITIVE_INFINITY): number {
  if (isSharedMemory(inode)) return 0;
  let result = 0;
  let protect = false;
  const { refs } = mmState(kernel).frames;
  for (const [index, page] of inode.pages) {
    if (!page.dirty || index < from || index >= to) continue;
    if (!writePage(kernel, inode, index, page)) result = -EIO;
    else if (refs[page.frame]! > 1) protect = true;
  }
  if (protect) {
    forEachMapping(kernel, inode, from, to, (mm, vma, first, last) => {
      if (vma.shared) writeProtect(kernel, mm, inode, vma, first, last);
    });
  }
  return result;
}

/** Calls `visit` for every VMA that maps pages [from, to) of the inode, with the virtual pages [first, last) concerned. */
function forEachMapping(
  kernel: Kernel,
  inode: Inode,
  from: number,
  to: number,
  visit: (mm: Mm, vma: Vma, first: number, last: number) => void,
): void {
  // A mapping is a user: a file without any, as it is when its last name and user are gone, needs no search.
  if (inode.users === 0) return;
  for (const mm of mmState(kernel).mms) {
    for (const vma of mm.vmas) {
      if (vma.file?.inode !== inode) continue;
      const base = vma.start / PAGE_SIZE - vma.offset / PAGE_SIZE;
      const first = Math.max(vma.start / PAGE_SIZE, base + from);
      const last = Math.min(vma.end / PAGE_SIZE, base + to);
      if (first < last) visit(mm, vma, first, last);
    }
  }
}

function writeProtect(kernel: Kernel, mm: Mm, inode: Inode, vma: Vma, first: number, last: number): void {
  const { pages } = mm.space;
  for (let page = first; page < last; page++) {
    const entry = pages.get(page);
    if ((entry & PTE_WRITE) === 0 || !holdsFrame(entry)) continue;
    const index = page - vma.start / PAGE_SIZE + vma.offset / PAGE_SIZE;
    if (inode.pages.get(index)?.dirty) continue;
    kernel.mmu.setEntry(mm.space, page, entry & ~PTE_WRITE);
  }
}

/** Takes a page out of the cache; the frame is freed when nothing maps it any more. */
function removePage(kernel: Kernel, inode: Inode, index: number, page: CachedPage): void {
  inode.pages.delete(index);
  releaseFrame(kernel, page.frame);
}

/** Page-out: drops a frame that only the page cache holds, written back if dirty. False if it must stay. */
export function dropCachedFrame(kernel: Kernel, frame: number): boolean {
  const { frames } = mmState(kernel);
  const inode = frames.inode[frame]!;
  const index = frames.index[frame]!;
  const page = inode.pages.get(index);
  if (page === undefined || page.frame !== frame || isPinned(inode)) return false;
  const gone = inode.nlink === 0 && inode.users === 0;
  if (page.dirty && !gone && !writePage(kernel, inode, index, page)) return false;
  removePage(kernel, inode, index, page);
  return true;
}

/** Pages without a backing store: the vDSO's. */
function isPinned(inode: Inode): boolean {
  return (inode.data as { pinned?: boolean } | undefined)?.pinned === true;
}

/**
 * The file was cut to `size` bytes (or grew): pages beyond it leave the cache and all mappings, the
 * private copies too; the rest of the page it ends in is cleared. Linux 6.1 mm/truncate.c: truncate_pagecache
 */
export function truncatePages(kernel: Kernel, inode: Inode, size: number): void {
  const keep = Math.ceil(size / PAGE_SIZE);
  forEachMapping(kernel, inode, keep, Number.POSITIVE_INFINITY, (mm, _vma, first, last) => {
    zapRange(kernel, mm, first * PAGE_SIZE, last * PAGE_SIZE);
  });
  for (const [index, page] of inode.pages) if (index >= keep) removePage(kernel, inode, index, page);
  if (isSharedMemory(inode)) dropSharedSlots(kernel, inode, keep, Number.POSITIVE_INFINITY);
  const tail = size % PAGE_SIZE;
  const last = tail > 0 ? inode.pages.get(keep - 1) : undefined;
  if (last !== undefined) kernel.memory.writeFrame(last.frame, tail, new Uint8Array(PAGE_SIZE - tail));
}

/** Drops pages [from, to) from cache and mappings without writing them back: a hole was punched. */
export function punchPages(kernel: Kernel, inode: Inode, from: number, to: number): void {
  forEachMapping(kernel, inode, from, to, (mm, _vma, first, last) => {
    zapRange(kernel, mm, first * PAGE_SIZE, last * PAGE_SIZE);
  });
  for (const [index, page] of inode.pages) {
    if (index >= from && index < to) removePage(kernel, inode, index, page);
  }
  if (isSharedMemory(inode)) dropSharedSlots(kernel, inode, from, to);
}

/** The file is gone for good: drops all its pages, dirty or not. Nothing maps it. */
export function evictPages(kernel: Kernel, inode: Inode): void {
  for (const [index, page] of inode.pages) removePage(kernel, inode, index, page);
}

/** Writes back all dirty pages of all files: sync(). */
export function writebackAll(kernel: Kernel): void {
  const { frames } = mmState(kernel);
  const dirty = new Set<Inode>();
  for (let frame = 0; frame < frames.fresh; frame++) {
    const inode = frames.inode[frame];
    if (inode?.pages.get(frames.index[frame]!)?.dirty) dirty.add(inode);
  }
  for (const inode of dirty) writebackPages(kernel, inode);
}
