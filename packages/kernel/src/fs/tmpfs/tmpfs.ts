import { PAGE_SIZE } from '@kml/core';
import { EINVAL, ENOENT, ENOSPC } from '../../errno.ts';
import type { Kernel } from '../../kernel.ts';
import type { Dentry, Inode, Superblock } from '../../types.ts';
import {
  allocateDataPages,
  contentPage,
  type DataPages,
  type DataQuota,
  defaultDataLimit,
  dropDataPages,
  dropDataRange,
  newQuota,
  quotaOf,
  truncateDataPages,
  writeDataPages,
} from '../data-pages.ts';
import { newDentry } from '../dentry.ts';
import { initOwner, newInode, newSuperblock } from '../inode.ts';
import { direntType, isDirectory, isRegular, isSymlink, S_IFDIR } from '../mode.ts';
import type { PathContext } from '../path-walk.ts';
import type { DirectoryEntry, NewNode, StatFs, SuperblockOps } from '../superblock-ops.ts';

const TMPFS_MAGIC = 0x01021994;
const MAGIC: Readonly<Record<string, number>> = { devpts: 0x1cd1, ramfs: 0x858458f6 };

/** Superblock.data of tmpfs and its kin. */
export interface TmpfsData {
  quota: DataQuota;
}

/** Inode.data: content of a regular file, or a link's target. */
export interface TmpfsNode {
  pages: DataPages;
  target: string;
  /** Of a memory file that may be sealed (seals.ts). */
  seals?: number;
}

/**
 * A tmpfs (or a kind that behaves as one): its tree is the dentry tree, its content is held by the
 * kernel up to `limit` bytes (half of guest memory if left out). Linux 6.1 mm/shmem.c
 */
export function newTmpfs(
  kernel: Kernel,
  kind: string,
  mode = 0o1777,
  limit = defaultDataLimit(kernel),
): {
  superblock: Superblock;
  root: Dentry;
} {
  const data: TmpfsData = { quota: newQuota(kernel, limit, Math.ceil(kernel.memory.frameCount / 2)) };
  const superblock = newSuperblock(kernel, kind, data);
  const root = newDentry('/', undefined, newTmpfsInode(kernel, superblock, S_IFDIR | mode, 0, ''));
  return { superblock, root };
}

/** An inode of a tmpfs, without a name yet. */
export function newTmpfsInode(
  kernel: Kernel,
  superblock: Superblock,
  mode: number,
  rdev: number,
  target: string,
): Inode {
  const node: TmpfsNode = { pages: new Map(), target };
  const inode = newInode(kernel, superblock, mode, node);
  inode.rdev = rdev;
  if (isSymlink(mode)) inode.size = target.length;
  quotaOf(superblock).nodes++;
  return inode;
}

function nodeOf(inode: Inode): TmpfsNode {
  return inode.data as TmpfsNode;
}

/** What is in a directory whose whole tree is in the cache. */
export function cachedEntries(dir: Dentry): DirectoryEntry[] {
  const entries: DirectoryEntry[] = [];
  for (const child of dir.children.values()) {
    if (child.inode === undefined) continue;
    entries.push({ name: child.name, ino: child.inode.ino, type: direntType(child.inode.mode) });
  }
  return entries;
}

/** Whether another node may be made. */
function hasNodeRoom(superblock: Superblock): boolean {
  const { nodes, nodeLimit } = quotaOf(superblock);
  return nodes < nodeLimit;
}

export const TMPFS_OPS: SuperblockOps = {
  cached: true,
  lookup: () => -ENOENT,
  readdir: (_kernel, dir) => cachedEntries(dir),
  readlink: (_kernel, _context, inode) => (isSymlink(inode.mode) ? nodeOf(inode).target : -EINVAL),
  attributesChanged: () => 0,

  create(kernel: Kernel, context: PathContext, dir: Dentry, _name: string, node: NewNode): Inode | number {
    const { superblock } = dir.inode!;
    if (!hasNodeRoom(superblock)) return -ENOSPC;
    const inode = newTmpfsInode(kernel, superblock, node.mode, node.rdev, node.target);
    initOwner(inode, dir.inode!, context);
    if (isDirectory(node.mode)) dir.inode!.nlink++;
    return inode;
  },

  placeholder: (kernel, superblock, mode) => newTmpfsInode(kernel, superblock, mode, 0, ''),
  temporary: (kernel, superblock, mode) => newTmpfsInode(kernel, superblock, mode, 0, ''),

  link(_kernel, existing) {
    existing.inode!.nlink++;
    return 0;
  },

  unlink(_kernel, entry) {
    const inode = entry.inode!;
    if (isDirectory(inode.mode)) {
      inode.nlink = 0;
      entry.parent!.inode!.nlink--;
    } else {
      inode.nlink--;
    }
    return 0;
  },

  rename(kernel, entry, dir, _name, replaced, exchange) {
    moveDirectoryLinks(entry, dir, replaced, exchange);
    if (replaced !== undefined && !exchange) dropReplaced(kernel, replaced);
    return 0;
  },

  read(_kernel, inode, position, into) {
    const length = Math.max(0, Math.min(into.length, inode.size - position));
    copyPages(nodeOf(inode).pages, position, into.subarray(0, length));
    return length;
  },

  write(kernel, inode, position, bytes) {
    const { pages } = nodeOf(inode);
    const written = writeDataPages(kernel, quotaOf(inode.superblock), pages, position, bytes, undefined);
    if (written > 0 && position + written > inode.size) inode.size = position + written;
    return written;
  },

  truncate(kernel, inode, size) {
    if (!isRegular(inode.mode)) return -EINVAL;
    if (size < inode.size) truncateDataPages(kernel, quotaOf(inode.superblock), nodeOf(inode).pages, size);
    inode.size = size;
    return 0;
  },

  usedBytes(inode) {
    const { pages } = nodeOf(inode);
    let count = pages.size;
    for (const [index, page] of inode.pages) if (page.dirty && !pages.has(index)) count++;
    return count * PAGE_SIZE;
  },

  seekData(inode, offset, hole) {
    const end = Math.ceil(inode.size / PAGE_SIZE);
    for (let index = Math.floor(offset / PAGE_SIZE); index < end; index++) {
      if (hasPage(inode, index) !== hole) return Math.min(inode.size, Math.max(offset, index * PAGE_SIZE));
    }
    return inode.size;
  },

  allocate(kernel, inode, from, to) {
    const { pages } = nodeOf(inode);
    const [first, last] = [Math.floor(from / PAGE_SIZE), Math.ceil(to / PAGE_SIZE)];
    return allocateDataPages(kernel, quotaOf(inode.superblock), pages, first, last);
  },

  punch(kernel, inode, from, to) {
    dropDataRange(kernel, quotaOf(inode.superblock), nodeOf(inode).pages, from, to);
  },

  forget(kernel, inode) {
    quotaOf(inode.superblock).nodes--;
    dropDataPages(kernel, quotaOf(inode.superblock), nodeOf(inode).pages);
  },

  statfs(_kernel: Kernel, superblock: Superblock): StatFs {
    const { used, limit, nodes, nodeLimit } = quotaOf(superblock);
    const blocks = Math.floor(limit / PAGE_SIZE);
    return {
      type: MAGIC[superblock.kind] ?? TMPFS_MAGIC,
      bsize: PAGE_SIZE,
      blocks,
      bfree: blocks - used / PAGE_SIZE,
      files: nodeLimit,
      ffree: Math.max(0, nodeLimit - nodes),
    };
  },
};

/** Whether a page is no hole: it was written, or a mapping has written it. */
function hasPage(inode: Inode, index: number): boolean {
  return contentPage(nodeOf(inode).pages, index) !== undefined || inode.pages.get(index)?.dirty === true;
}

/** Fills `into` from sparse pages; what is missing reads as zero. */
function copyPages(pages: DataPages, position: number, into: Uint8Array): void {
  let done = 0;
  while (done < into.length) {
    const at = position + done;
    const offset = at % PAGE_SIZE;
    const run = Math.min(PAGE_SIZE - offset, into.length - done);
    const page = contentPage(pages, Math.floor(at / PAGE_SIZE));
    if (page === undefined) into.fill(0, done, done + run);
    else into.set(page.subarray(offset, offset + run), done);
    done += run;
  }
}

/** Link counts of the parents when directories change place. */
export function moveDirectoryLinks(entry: Dentry, dir: Dentry, replaced: Dentry | undefined, exchange: boolean): void {
  const from = entry.parent!.inode!;
  const to = dir.inode!;
  if (isDirectory(entry.inode!.mode)) {
    from.nlink--;
    to.nlink++;
  }
  if (exchange && replaced !== undefined && isDirectory(replaced.inode!.mode)) {
    to.nlink--;
    from.nlink++;
  }
}

/** The node that a rename took the name of. */
function dropReplaced(kernel: Kernel, replaced: Dentry): void {
  TMPFS_OPS.unlink!(kernel, replaced);
}
