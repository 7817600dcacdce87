import { PAGE_SIZE } from '@kml/core';
import { EINVAL, EIO, ENOENT, ENOSPC, EPERM } from '../../errno.ts';
import type { HostDirectory } from '../../host.ts';
import type { Kernel } from '../../kernel.ts';
import type { Dentry, Inode, Superblock } from '../../types.ts';
import { defaultDataLimit, newQuota } from '../data-pages.ts';
import { newDentry } from '../dentry.ts';
import { initOwner, newInode, newSuperblock } from '../inode.ts';
import { direntType, isDirectory, isRegular, isSymlink } from '../mode.ts';
import type { PathContext } from '../path-walk.ts';
import type { DirectoryEntry, NewNode, StatFs, SuperblockOps } from '../superblock-ops.ts';
import { moveDirectoryLinks } from '../tmpfs/tmpfs.ts';
import {
  closeHandle,
  forgetContent,
  pinContent,
  readContent,
  truncateContent,
  writeContent,
} from './hostfs-content.ts';
import { type HostfsData, hostfsData, hostfsNode, inodeOfHost, joinHostPath, newHostfsNode } from './hostfs-node.ts';
import { createOnHost, linkOnHost, renameOnHost, setAttributesOnHost, unlinkOnHost } from './hostfs-writable.ts';

/** Names that a directory remembers not to have: library and module searches ask again and again. */
const MAX_MISSING = 1024;
/** EXT4_SUPER_MAGIC: what programs expect below a root. */
const HOSTFS_MAGIC = 0xef53;

/**
 * A view of a host directory. Reads go through to the host, when first needed. Where it is not
 * writable, every change (content, attributes, new and removed names) stays in the view: removed
 * and renamed names of the host are kept as whiteouts, so the host is never written. The host is
 * only ever asked about relative paths without following links: the guest's path walk follows them,
 * within the guest's tree. The view is as of the first look at each name.
 */
export function newHostfs(
  kernel: Kernel,
  host: HostDirectory,
  writable: boolean,
): { superblock: Superblock; root: Dentry } | number {
  const data: HostfsData = {
    host,
    writable,
    quota: newQuota(kernel, defaultDataLimit(kernel)),
    linked: new Map(),
  };
  const stat = host.lstat('');
  if (typeof stat === 'number') return stat;
  const superblock = newSuperblock(kernel, 'hostfs', data);
  return { superblock, root: newDentry('/', undefined, inodeOfHost(kernel, superblock, '', stat)) };
}

function lookup(kernel: Kernel, dir: Dentry, name: string): Inode | number {
  const node = hostfsNode(dir.inode!);
  if (node.path === undefined || node.whiteouts.has(name) || node.missing.has(name)) return -ENOENT;
  const path = joinHostPath(node.path, name);
  const { superblock } = dir.inode!;
  const { host, writable } = hostfsData(superblock);
  const stat = host.lstat(path);
  if (typeof stat !== 'number') return inodeOfHost(kernel, superblock, path, stat);
  if (stat === -ENOENT && !writable && node.missing.size < MAX_MISSING) node.missing.add(name);
  return stat;
}

function readdir(kernel: Kernel, dir: Dentry): DirectoryEntry[] | number {
  const entries: DirectoryEntry[] = [];
  const node = hostfsNode(dir.inode!);
  if (node.path !== undefined) {
    const names = hostfsData(dir.inode!.superblock).host.readdir(node.path);
    if (typeof names === 'number') return names;
    for (const name of names) {
      if (node.whiteouts.has(name) || dir.children.has(name)) continue;
      const inode = lookup(kernel, dir, name);
      if (typeof inode === 'number') continue;
      dir.children.set(name, newDentry(name, dir, inode));
    }
  }
  for (const child of dir.children.values()) {
    if (child.inode === undefined) continue;
    entries.push({ name: child.name, ino: child.inode.ino, type: direntType(child.inode.mode) });
  }
  return entries;
}

/** A name of the host's directory is covered or gone. */
function whiteout(dir: Dentry, name: string): void {
  const node = hostfsNode(dir.inode!);
  if (node.path !== undefined) node.whiteouts.add(name);
}

/** An inode that the host knows nothing of. */
function newLocalInode(kernel: Kernel, superblock: Superblock, mode: number, target: string): Inode {
  hostfsData(superblock).quota.nodes++;
  return newInode(kernel, superblock, mode, newHostfsNode(undefined, 0, target));
}

function create(kernel: Kernel, context: PathContext, dir: Dentry, name: string, made: NewNode): Inode | number {
  const { superblock } = dir.inode!;
  if (hostfsData(superblock).writable) return createOnHost(kernel, dir, name, made);
  const { quota } = hostfsData(superblock);
  if (quota.nodes >= quota.nodeLimit) return -ENOSPC;
  const inode = newLocalInode(kernel, superblock, made.mode, made.target);
  inode.rdev = made.rdev;
  if (isSymlink(made.mode)) inode.size = made.target.length;
  initOwner(inode, dir.inode!, context);
  if (isDirectory(made.mode)) dir.inode!.nlink++;
  whiteout(dir, name);
  return inode;
}

function unlink(_kernel: Kernel, entry: Dentry): number {
  const inode = entry.inode!;
  const data = hostfsData(inode.superblock);
  if (data.writable) {
    pinContent(inode);
    const result = unlinkOnHost(entry);
    if (result < 0) return result;
  } else whiteout(entry.parent!, entry.name);
  dropLink(entry);
  return 0;
}

function dropLink(entry: Dentry): void {
  const inode = entry.inode!;
  if (isDirectory(inode.mode)) {
    inode.nlink = 0;
    entry.parent!.inode!.nlink--;
    return;
  }
  inode.nlink--;
}

function rename(
  _kernel: Kernel,
  entry: Dentry,
  dir: Dentry,
  name: string,
  replaced: Dentry | undefined,
  exchange: boolean,
): number {
  if (hostfsData(entry.inode!.superblock).writable) {
    if (exchange) return -EINVAL;
    if (replaced !== undefined) pinContent(replaced.inode!);
    const result = renameOnHost(entry, dir, name);
    if (result < 0) return result;
  } else {
    whiteout(entry.parent!, entry.name);
    whiteout(dir, name);
  }
  moveDirectoryLinks(entry, dir, replaced, exchange);
  if (replaced !== undefined && !exchange) dropLink(replaced);
  return 0;
}

export const HOSTFS_OPS: SuperblockOps = {
  cached: true,
  shiftsRanges: true,
  lookup,
  readdir,
  create,
  unlink,
  rename,

  placeholder: (kernel, superblock, mode) => newLocalInode(kernel, superblock, mode, ''),
  temporary: (kernel, superblock, mode) => newLocalInode(kernel, superblock, mode, ''),

  readlink(_kernel, _context, inode) {
    if (!isSymlink(inode.mode)) return -EINVAL;
    const node = hostfsNode(inode);
    if (node.path === undefined || node.target !== '') return node.target;
    const { host, writable } = hostfsData(inode.superblock);
    const target = host.readlink(node.path);
    if (!writable && typeof target !== 'number') node.target = target;
    return target;
  },

  link(_kernel, existing, dir, name) {
    const inode = existing.inode!;
    if (hostfsData(inode.superblock).writable) {
      const result = linkOnHost(inode, dir, name);
      if (result < 0) return result;
    } else whiteout(dir, name);
    inode.nlink++;
    return 0;
  },

  attributesChanged(_kernel, inode) {
    return hostfsData(inode.superblock).writable ? setAttributesOnHost(inode) : 0;
  },

  read: (_kernel, inode, position, into) => (isRegular(inode.mode) ? readContent(inode, position, into) : -EIO),
  write: (kernel, inode, position, bytes) =>
    isRegular(inode.mode) ? writeContent(kernel, inode, position, bytes) : -EPERM,
  truncate: (kernel, inode, size) => (isRegular(inode.mode) ? truncateContent(kernel, inode, size) : -EINVAL),
  lastUserGone: (_kernel, inode) => closeHandle(inode),
  forget: forgetContent,

  statfs(kernel: Kernel, superblock: Superblock): StatFs {
    const { used, limit } = hostfsData(superblock).quota;
    const blocks = Math.floor(limit / PAGE_SIZE);
    const files = kernel.memory.frameCount;
    return { type: HOSTFS_MAGIC, bsize: PAGE_SIZE, blocks, bfree: blocks - used / PAGE_SIZE, files, ffree: files };
  },
};

/** Closes every host handle of the view, when it is unmounted. */
export function closeHostfs(root: Dentry): void {
  for (const child of root.children.values()) {
    if (child.inode === undefined) continue;
    if (isDirectory(child.inode.mode)) closeHostfs(child);
    else closeHandle(child.inode);
  }
}
