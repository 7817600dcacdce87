import { PAGE_MASK, PAGE_SIZE } from '@kml/core';
import { ENOSPC } from '../errno.ts';
import type { Kernel } from '../kernel.ts';
import type { Superblock } from '../types.ts';
import { fsState } from './fs-state.ts';

/** Sparse file content held by the kernel: pages by index; a missing page reads as the file system says. */
export type DataPages = Map<number, Uint8Array>;

/** Stands for a page that room is reserved for and that nobody has written: it reads as a missing one. */
const RESERVED = new Uint8Array(0);

/** The page of an index, if it has content. */
export function contentPage(pages: DataPages, index: number): Uint8Array | undefined {
  const page = pages.get(index);
  return page === undefined || page.length === 0 ? undefined : page;
}

/** What a file system with content of its own counts. */
export interface DataQuota {
  /** Bytes held and the most it may hold. */
  used: number;
  limit: number;
  /** Nodes made here, and the most there may be. */
  nodes: number;
  nodeLimit: number;
}

/** An empty quota of so many bytes; as many nodes as guest memory has pages, or half of them on a tmpfs. */
export function newQuota(kernel: Kernel, limit: number, nodeLimit = kernel.memory.frameCount): DataQuota {
  return { used: 0, limit, nodes: 0, nodeLimit };
}

/** Default size of a tmpfs, and the most that all content held by the kernel may come to. Linux 6.1 Documentation/filesystems/tmpfs.rst */
export function defaultDataLimit(kernel: Kernel): number {
  return Math.floor(kernel.memory.frameCount / 2) * PAGE_SIZE;
}

/** Takes room for one more page: 0 or -ENOSPC. */
function chargePage(kernel: Kernel, quota: DataQuota): number {
  const state = fsState(kernel);
  if (quota.used + PAGE_SIZE > quota.limit) return -ENOSPC;
  if (state.dataBytes + PAGE_SIZE > kernel.memory.frameCount * PAGE_SIZE) return -ENOSPC;
  quota.used += PAGE_SIZE;
  state.dataBytes += PAGE_SIZE;
  return 0;
}

/** Gives the room of pages back. */
export function unchargePages(kernel: Kernel, quota: DataQuota, count: number): void {
  quota.used -= count * PAGE_SIZE;
  fsState(kernel).dataBytes -= count * PAGE_SIZE;
}

/** Fills a fresh page with what lay at its index before. */
export type PageFiller = (index: number, page: Uint8Array) => number;

/**
 * Writes into the pages, making those that are missing (`fill` gives their old content where they
 * are not written whole). Bytes written, or -errno if none could be.
 */
export function writeDataPages(
  kernel: Kernel,
  quota: DataQuota,
  pages: DataPages,
  position: number,
  bytes: Uint8Array,
  fill: PageFiller | undefined,
): number {
  let done = 0;
  while (done < bytes.length) {
    const at = position + done;
    const offset = at & PAGE_MASK;
    const index = Math.floor(at / PAGE_SIZE);
    const run = Math.min(PAGE_SIZE - offset, bytes.length - done);
    let page = contentPage(pages, index);
    if (page === undefined) {
      const failed = pages.has(index) ? 0 : chargePage(kernel, quota);
      if (failed) return done > 0 ? done : failed;
      page = new Uint8Array(PAGE_SIZE);
      if (run < PAGE_SIZE && fill !== undefined) {
        const result = fill(index, page);
        if (result < 0) {
          unchargePages(kernel, quota, 1);
          return done > 0 ? done : result;
        }
      }
      pages.set(index, page);
    }
    page.set(bytes.subarray(done, done + run), offset);
    done += run;
  }
  return done;
}

/** Drops the pages beyond a size and clears the rest of the page it ends in. */
export function truncateDataPages(kernel: Kernel, quota: DataQuota, pages: DataPages, size: number): void {
  const keep = Math.ceil(size / PAGE_SIZE);
  let dropped = 0;
  for (const index of pages.keys()) {
    if (index < keep) continue;
    pages.delete(index);
    dropped++;
  }
  if (dropped > 0) unchargePages(kernel, quota, dropped);
  if (size & PAGE_MASK) pages.get(keep - 1)?.fill(0, size & PAGE_MASK);
}

/** Reserves room for the pages [from, to) that are missing: 0, or -ENOSPC with none reserved. */
export function allocateDataPages(
  kernel: Kernel,
  quota: DataQuota,
  pages: DataPages,
  from: number,
  to: number,
): number {
  const made: number[] = [];
  for (let index = from; index < to; index++) {
    if (pages.has(index)) continue;
    const failed = chargePage(kernel, quota);
    if (failed) {
      for (const undone of made) pages.delete(undone);
      unchargePages(kernel, quota, made.length);
      return failed;
    }
    pages.set(index, RESERVED);
    made.push(index);
  }
  return 0;
}

/** Drops the pages [from, to). */
export function dropDataRange(kernel: Kernel, quota: DataQuota, pages: DataPages, from: number, to: number): void {
  let dropped = 0;
  for (const index of pages.keys()) {
    if (index < from || index >= to) continue;
    pages.delete(index);
    dropped++;
  }
  unchargePages(kernel, quota, dropped);
}

/** Drops all pages of a file that is gone. */
export function dropDataPages(kernel: Kernel, quota: DataQuota, pages: DataPages): void {
  unchargePages(kernel, quota, pages.size);
  pages.clear();
}

/** The quota of a superblock that has one. */
export function quotaOf(superblock: Superblock): DataQuota {
  return (superblock.data as { quota: DataQuota }).quota;
}
