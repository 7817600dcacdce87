import { PAGE_MASK, PAGE_SIZE } from '@kml/core';
import { EFBIG, EINVAL, EROFS } from '../errno.ts';
import type { Kernel } from '../kernel.ts';
import { truncatePages } from '../mm/page-cache.ts';
import type { Inode } from '../types.ts';
import { touchModified } from './inode.ts';
import { sealedResize, sealedWrite } from './seals.ts';
import { inodeOps } from './superblock-ops.ts';

/** Largest file: page indices stay below 2^32, positions safe integers. */
export const MAX_FILE_SIZE = 2 ** 44 - 1;

/**
 * Reads a regular file from `position`: bytes read (0 at the end of file), or -errno. Pages in the
 * page cache are the truth, the rest comes from the file system.
 */
export function inodeRead(kernel: Kernel, inode: Inode, position: number, into: Uint8Array): number {
  if (position >= inode.size) return 0;
  const length = Math.min(into.length, inode.size - position);
  if (inode.pages.size === 0) return inodeReadBacking(kernel, inode, position, into.subarray(0, length));
  let done = 0;
  while (done < length) {
    const at = position + done;
    const offset = at & PAGE_MASK;
    const run = Math.min(PAGE_SIZE - offset, length - done);
    const target = run === into.length ? into : into.subarray(done, done + run);
    const page = inode.pages.get(pageIndex(at));
    if (page !== undefined) {
      kernel.memory.readFrame(page.frame, offset, target);
    } else {
      const result = inodeReadBacking(kernel, inode, at, target);
      if (result < 0) return done > 0 ? done : result;
      if (result < run) target.fill(0, result);
    }
    done += run;
  }
  return done;
}

/**
 * Writes a regular file at `position`, growing it: bytes written, or -errno. A cached page is changed
 * together with what lies below it.
 */
export function inodeWrite(kernel: Kernel, inode: Inode, position: number, bytes: Uint8Array): number {
  if (bytes.length === 0) return 0;
  if (position + bytes.length > MAX_FILE_SIZE) return -EFBIG;
  const allowed = sealedWrite(inode, position, bytes.length);
  if (allowed < 0) return allowed;
  const written = inodeWriteBacking(kernel, inode, position, bytes.subarray(0, allowed));
  if (written <= 0) return written;
  if (inode.pages.size > 0) updateCachedPages(kernel, inode, position, bytes.subarray(0, written));
  touchModified(kernel, inode);
  return written;
}

function updateCachedPages(kernel: Kernel, inode: Inode, position: number, bytes: Uint8Array): void {
  let done = 0;
  while (done < bytes.length) {
    const at = position + done;
    const offset = at & PAGE_MASK;
    const run = Math.min(PAGE_SIZE - offset, bytes.length - done);
    const page = inode.pages.get(pageIndex(at));
    if (page !== undefined) kernel.memory.writeFrame(page.frame, offset, bytes.subarray(done, done + run));
    done += run;
  }
}

/** Sets a regular file's size: 0 or -errno. Pages beyond it leave the page cache. */
export function inodeTruncate(kernel: Kernel, inode: Inode, size: number): number {
  const ops = inodeOps(inode);
  if (ops.truncate === undefined) return -EINVAL;
  if (size > MAX_FILE_SIZE) return -EFBIG;
  const refused = sealedResize(inode, size);
  if (refused !== 0) return refused;
  const result = ops.truncate(kernel, inode, size);
  if (result < 0) return result;
  if (inode.pages.size > 0) truncatePages(kernel, inode, size);
  touchModified(kernel, inode);
  return 0;
}

/** Reads below the page cache (for filling it). Bytes read, short at the end of file, or -errno. */
export function inodeReadBacking(kernel: Kernel, inode: Inode, position: number, into: Uint8Array): number {
  const { read } = inodeOps(inode);
  return read === undefined ? -EINVAL : read(kernel, inode, position, into);
}

/** Writes below the page cache (for writing it back); grows the file. Bytes written, or -errno. */
export function inodeWriteBacking(kernel: Kernel, inode: Inode, position: number, bytes: Uint8Array): number {
  const { write } = inodeOps(inode);
  return write === undefined ? -EROFS : write(kernel, inode, position, bytes);
}

function pageIndex(position: number): number {
  return Math.floor(position / PAGE_SIZE);
}
