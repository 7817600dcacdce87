import { PAGE_SIZE } from '@kml/core';
import { EIO } from '../../errno.ts';
import type { Kernel } from '../../kernel.ts';
import type { Inode } from '../../types.ts';
import { dropDataPages, truncateDataPages, writeDataPages } from '../data-pages.ts';
import { isRegular } from '../mode.ts';
import { hostfsData, hostfsNode } from './hostfs-node.ts';

/** A host handle on the file, opened when first needed and kept until nobody uses the file. */
function handleOf(inode: Inode, write: boolean): number {
  const node = hostfsNode(inode);
  if (node.handle >= 0 && (node.handleWrites || !write)) return node.handle;
  if (node.path === undefined) return -EIO;
  const { host } = hostfsData(inode.superblock);
  const handle = host.open(node.path, write);
  if (handle < 0) return handle;
  if (node.handle >= 0) host.close(node.handle);
  node.handle = handle;
  node.handleWrites = write;
  return handle;
}

/** Closes the host handle. */
export function closeHandle(inode: Inode): void {
  const node = hostfsNode(inode);
  if (node.handle < 0) return;
  hostfsData(inode.superblock).host.close(node.handle);
  node.handle = -1;
}

/** Bytes of the host's file; what lies beyond what shines through reads as zero. */
function readHost(inode: Inode, position: number, into: Uint8Array): number {
  const node = hostfsNode(inode);
  const available = Math.max(0, Math.min(into.length, node.hostSize - position));
  if (available < into.length) into.fill(0, available);
  if (available === 0) return into.length;
  const handle = handleOf(inode, false);
  if (handle < 0) return handle;
  const { host } = hostfsData(inode.superblock);
  let done = 0;
  while (done < available) {
    const got = host.read(handle, position + done, into.subarray(done, available));
    if (got < 0) return got;
    if (got === 0) break;
    done += got;
  }
  // The host's file became shorter behind our back.
  if (done < available) into.fill(0, done, available);
  if (inode.users === 0) closeHandle(inode);
  return into.length;
}

/** Reads a file of the view: pages written here over the host's bytes. */
export function readContent(inode: Inode, position: number, into: Uint8Array): number {
  const length = Math.max(0, Math.min(into.length, inode.size - position));
  const { pages } = hostfsNode(inode);
  if (length === 0) return 0;
  if (pages.size === 0) return readHost(inode, position, into.subarray(0, length));
  let done = 0;
  while (done < length) {
    const at = position + done;
    const offset = at % PAGE_SIZE;
    const run = Math.min(PAGE_SIZE - offset, length - done);
    const page = pages.get(Math.floor(at / PAGE_SIZE));
    const target = into.subarray(done, done + run);
    if (page !== undefined) target.set(page.subarray(offset, offset + run));
    else {
      const result = readHost(inode, at, target);
      if (result < 0) return done > 0 ? done : result;
    }
    done += run;
  }
  return done;
}

/** Whether changes of the file's content go to the host: not those of a file that has no name there. */
function writesThrough(inode: Inode): boolean {
  return hostfsData(inode.superblock).writable && hostfsNode(inode).path !== undefined;
}

/** Puts content into pages here, whatever the host has. Bytes put, or -errno. */
export function keepContent(kernel: Kernel, inode: Inode, position: number, bytes: Uint8Array): number {
  const { quota } = hostfsData(inode.superblock);
  return writeDataPages(kernel, quota, hostfsNode(inode).pages, position, bytes, undefined);
}

/** Writes a file: to the host where the view is writable, else into pages here. */
export function writeContent(kernel: Kernel, inode: Inode, position: number, bytes: Uint8Array): number {
  const data = hostfsData(inode.superblock);
  const node = hostfsNode(inode);
  const through = writesThrough(inode);
  const written = through
    ? writeHost(inode, position, bytes)
    : writeDataPages(kernel, data.quota, node.pages, position, bytes, (index, page) =>
        index * PAGE_SIZE < node.hostSize ? readHost(inode, index * PAGE_SIZE, page) : 0,
      );
  if (written > 0 && position + written > inode.size) inode.size = position + written;
  if (written > 0 && through) node.hostSize = inode.size;
  return written;
}

function writeHost(inode: Inode, position: number, bytes: Uint8Array): number {
  const handle = handleOf(inode, true);
  if (handle < 0) return handle;
  const written = hostfsData(inode.superblock).host.write(handle, position, bytes);
  if (inode.users === 0) closeHandle(inode);
  return written;
}

/** Sets a file's size. */
export function truncateContent(kernel: Kernel, inode: Inode, size: number): number {
  const data = hostfsData(inode.superblock);
  const node = hostfsNode(inode);
  if (writesThrough(inode)) {
    const handle = handleOf(inode, true);
    if (handle < 0) return handle;
    const result = data.host.truncate(handle, size);
    if (inode.users === 0) closeHandle(inode);
    if (result < 0) return result;
    node.hostSize = size;
  } else if (size < inode.size) {
    truncateDataPages(kernel, data.quota, node.pages, size);
    node.hostSize = Math.min(node.hostSize, size);
  }
  inode.size = size;
  return 0;
}

/** Drops what is kept of a file that has neither name nor user. */
export function forgetContent(kernel: Kernel, inode: Inode): void {
  closeHandle(inode);
  const { quota } = hostfsData(inode.superblock);
  if (hostfsNode(inode).path === undefined) quota.nodes--;
  dropDataPages(kernel, quota, hostfsNode(inode).pages);
}

/** Makes sure an open file stays readable when its last name on the host goes. */
export function pinContent(inode: Inode): void {
  if (inode.users > 0 && isRegular(inode.mode)) handleOf(inode, false);
}
