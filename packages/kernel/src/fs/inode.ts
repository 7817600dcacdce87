import type { Kernel } from '../kernel.ts';
import { realtimeNs } from '../time/clock.ts';
import type { Inode, Superblock } from '../types.ts';
import { fsState } from './fs-state.ts';
import { isDirectory, S_ISGID } from './mode.ts';
import type { PathContext } from './path-walk.ts';

/** A file system of the given kind, on an anonymous device (major 0). */
export function newSuperblock(kernel: Kernel, kind: string, data: unknown): Superblock {
  const state = fsState(kernel);
  return { kind, dev: state.nextDevice++, nextIno: 1, readOnly: false, data };
}

/** A fresh inode with one link; times are now. */
export function newInode(kernel: Kernel, superblock: Superblock, mode: number, data: unknown): Inode {
  const now = realtimeNs(kernel);
  return {
    ino: superblock.nextIno++,
    superblock,
    mode,
    uid: 0,
    gid: 0,
    nlink: isDirectory(mode) ? 2 : 1,
    size: 0,
    rdev: 0,
    atime: now,
    mtime: now,
    ctime: now,
    btime: now,
    pages: new Map(),
    users: 0,
    data,
  };
}

/** Owner of a new node, with the set-group-id rule of directories. Linux 6.1 fs/inode.c: inode_init_owner */
export function initOwner(inode: Inode, directory: Inode, context: PathContext): void {
  inode.uid = context.cred.fsuid;
  if (directory.mode & S_ISGID) {
    inode.gid = directory.gid;
    if (isDirectory(inode.mode)) inode.mode |= S_ISGID;
  } else {
    inode.gid = context.cred.fsgid;
  }
}

/** The content changed: mtime and ctime. */
export function touchModified(kernel: Kernel, inode: Inode): void {
  inode.mtime = inode.ctime = realtimeNs(kernel);
}

/** The node changed: ctime. */
export function touchChanged(kernel: Kernel, inode: Inode): void {
  inode.ctime = realtimeNs(kernel);
}

const DAY_NS = 86_400_000_000_000n;

/** The content was read: atime, by the relatime rule. Linux 6.1 fs/inode.c: relatime_need_update */
export function touchAccessed(kernel: Kernel, inode: Inode): void {
  if (inode.superblock.readOnly) return;
  if (inode.atime > inode.mtime && inode.atime > inode.ctime) {
    const now = realtimeNs(kernel);
    if (now - inode.atime >= DAY_NS) inode.atime = now;
    return;
  }
  inode.atime = realtimeNs(kernel);
}

/** Identity of an inode, as a key. */
export function inodeKey(inode: Inode): string {
  return `${inode.superblock.dev}:${inode.ino}`;
}
