import { InternalError } from '../internal-error.ts';
import { MQUEUE_OPS } from '../ipc/mqueue/mqueuefs.ts';
import type { Kernel } from '../kernel.ts';
import type { Dentry, Inode, PathRef, Superblock } from '../types.ts';
import { DEVTMPFS_OPS } from './dev/devtmpfs.ts';
import { HOSTFS_OPS } from './hostfs/hostfs.ts';
import { INTERNAL_OPS } from './internal-fs.ts';
import type { PathContext } from './path-walk.ts';
import { PROC_OPS } from './proc/procfs.ts';
import { SYSFS_OPS } from './sys/sysfs.ts';
import { TMPFS_OPS } from './tmpfs/tmpfs.ts';

/** What to make: type and permission bits, and for a device its number, for a symbolic link its target. */
export interface NewNode {
  readonly mode: number;
  readonly rdev: number;
  readonly target: string;
}

export interface DirectoryEntry {
  readonly name: string;
  readonly ino: number;
  /** DT_* */
  readonly type: number;
}

/** statfs(), generic. Linux 6.1 include/linux/statfs.h: kstatfs */
export interface StatFs {
  readonly type: number;
  readonly bsize: number;
  readonly blocks: number;
  readonly bfree: number;
  readonly files: number;
  readonly ffree: number;
}

/**
 * What a file-system type does, found by Superblock.kind. The VFS (namei.ts) has checked
 * permissions, names and types before it calls any of these, and changes the dentry tree afterwards.
 * All errors are -errno.
 */
export interface SuperblockOps {
  /** Whether a dentry found by look-up stays in the cache. False where names come and go by themselves (/proc). */
  readonly cached: boolean;
  /** The inode of a name that the cache does not have. */
  lookup(kernel: Kernel, dir: Dentry, name: string): Inode | number;
  /** Every entry but . and .. */
  readdir(kernel: Kernel, dir: Dentry): DirectoryEntry[] | number;
  readlink(kernel: Kernel, context: PathContext, inode: Inode): string | number;
  /** Where a link leads that is more than its text (/proc/PID/exe); undefined for ordinary links. */
  followLink?(kernel: Kernel, context: PathContext, inode: Inode): PathRef | number | undefined;
  create?(kernel: Kernel, context: PathContext, dir: Dentry, name: string, node: NewNode): Inode | number;
  /** A regular file without a name (O_TMPFILE). */
  temporary?(kernel: Kernel, superblock: Superblock, mode: number): Inode;
  /** An empty directory to mount on, which exists in the dentry tree only. */
  placeholder?(kernel: Kernel, superblock: Superblock, mode: number): Inode;
  link?(kernel: Kernel, existing: Dentry, dir: Dentry, name: string): number;
  /** Removes a name: of a file, or of a directory known to be empty. */
  unlink?(kernel: Kernel, entry: Dentry): number;
  /** Renames over `replaced` where there is one; `exchange` swaps the two. */
  rename?(
    kernel: Kernel,
    entry: Dentry,
    dir: Dentry,
    name: string,
    replaced: Dentry | undefined,
    exchange: boolean,
  ): number;
  /** Mode, owner or times of the inode were changed (fields are set already): write them through. */
  attributesChanged?(kernel: Kernel, inode: Inode): number;
  /** File content below the page cache. */
  read?(kernel: Kernel, inode: Inode, position: number, into: Uint8Array): number;
  write?(kernel: Kernel, inode: Inode, position: number, bytes: Uint8Array): number;
  /** Sets the size; sets inode.size itself. */
  truncate?(kernel: Kernel, inode: Inode, size: number): number;
  /** Bytes that the content takes up; the size, in whole pages, if left out. */
  usedBytes?(inode: Inode): number;
  /** Where data (or with `hole` a hole) begins at or behind an offset within the file, at most its size. Without it a file has no holes. */
  seekData?(inode: Inode, offset: number, hole: boolean): number;
  /** fallocate(): takes room for the bytes [from, to). Without it nothing is reserved. */
  allocate?(kernel: Kernel, inode: Inode, from: number, to: number): number;
  /** The pages [from, to) are zero now: their room is free. */
  punch?(kernel: Kernel, inode: Inode, from: number, to: number): void;
  /** Whether fallocate() can zero a range and take out or put in pages, as ext4 can. */
  readonly shiftsRanges?: boolean;
  /** Nobody has it open or mapped any more. */
  lastUserGone?(kernel: Kernel, inode: Inode): void;
  /** It has neither name nor user any more: its content goes. */
  forget?(kernel: Kernel, inode: Inode): void;
  statfs(kernel: Kernel, superblock: Superblock): StatFs;
}

const OPS: Readonly<Record<string, () => SuperblockOps>> = {
  tmpfs: () => TMPFS_OPS,
  ramfs: () => TMPFS_OPS,
  sysfs: () => SYSFS_OPS,
  devpts: () => TMPFS_OPS,
  devtmpfs: () => DEVTMPFS_OPS,
  hostfs: () => HOSTFS_OPS,
  proc: () => PROC_OPS,
  internal: () => INTERNAL_OPS,
  mqueue: () => MQUEUE_OPS,
};

/** Operations of a file-system type. */
export function superblockOps(superblock: Superblock): SuperblockOps {
  const ops = OPS[superblock.kind];
  if (ops === undefined) throw new InternalError('fs-kind', `no operations for file system ${superblock.kind}`);
  return ops();
}

/** The same for an inode. */
export function inodeOps(inode: Inode): SuperblockOps {
  return superblockOps(inode.superblock);
}
