import { StructWriter } from '../../abi/struct.ts';
import { EBADF, EFAULT, EINVAL, EOVERFLOW } from '../../errno.ts';
import type { Kernel } from '../../kernel.ts';
import { copyOut } from '../../mm/user-access.ts';
import { full, type SyscallDef } from '../../syscalls/define.ts';
import type { Inode, PathRef, Task } from '../../types.ts';
import { getFile } from '../file-table.ts';
import { deviceMajor, deviceMinor } from '../mode.ts';
import { AT_EMPTY_PATH, AT_FDCWD, AT_NO_AUTOMOUNT, AT_SYMLINK_NOFOLLOW } from '../open-flags.ts';
import { placeAt, statOf } from './arguments.ts';

type Encode = (kernel: Kernel, inode: Inode) => Uint8Array | undefined;

const stat64Of: Encode = (kernel, inode) => kernel.abi.encodeStat64(statOf(inode));
const statOfAbi: Encode = (kernel, inode) => kernel.abi.encodeStat(statOf(inode));

/** struct __old_kernel_stat: everything in 16 and 32 bits. Linux 6.1 fs/stat.c: cp_old_stat */
const oldStatOf: Encode = (kernel, inode) => {
  const stat = statOf(inode);
  if (stat.size > 0x7fff_ffff) return undefined;
  const seconds = (ns: bigint): number => Number(ns / 1_000_000_000n);
  const out = new StructWriter(kernel, 32);
  out
    .u16(stat.dev)
    .u16(stat.ino & 0xffff)
    .u16(stat.mode)
    .u16(stat.nlink);
  out.u16(stat.uid).u16(stat.gid).u16(stat.rdev).u16(0).u32(stat.size);
  return out.u32(seconds(stat.atime)).u32(seconds(stat.mtime)).u32(seconds(stat.ctime)).bytes;
};

function put(kernel: Kernel, task: Task, inode: Inode, address: number, encode: Encode): number {
  const bytes = encode(kernel, inode);
  if (bytes === undefined) return -EOVERFLOW;
  return copyOut(kernel, task, address, bytes) ? 0 : -EFAULT;
}

function byPath(encode: Encode, follow: boolean) {
  return (kernel: Kernel, task: Task, path: number, address: number): number => {
    const place = placeAt(kernel, task, AT_FDCWD, path, follow);
    return typeof place === 'number' ? place : put(kernel, task, place.dentry.inode!, address, encode);
  };
}

function byDescriptor(encode: Encode) {
  return (kernel: Kernel, task: Task, fd: number, address: number): number => {
    const file = getFile(task, fd);
    return file === undefined ? -EBADF : put(kernel, task, file.inode, address, encode);
  };
}

const STAT_AT_FLAGS = AT_SYMLINK_NOFOLLOW | AT_NO_AUTOMOUNT | AT_EMPTY_PATH;

/** The place that a stat call of the *at family means. */
function statPlace(kernel: Kernel, task: Task, dirfd: number, path: number, flags: number): PathRef | number {
  return placeAt(kernel, task, dirfd, path, (flags & AT_SYMLINK_NOFOLLOW) === 0, flags);
}

/** Linux 6.1 fs/stat.c: vfs_fstatat */
function fstatat64(kernel: Kernel, task: Task, dirfd: number, path: number, address: number, flags: number): number {
  if (flags & ~STAT_AT_FLAGS) return -EINVAL;
  const place = statPlace(kernel, task, dirfd, path, flags);
  return typeof place === 'number' ? place : put(kernel, task, place.dentry.inode!, address, stat64Of);
}

const STATX_BASIC_STATS = 0x7ff;
const STATX_BTIME = 0x800;
const STATX_MNT_ID = 0x1000;
const STATX_RESERVED = 0x8000_0000;
/** AT_STATX_FORCE_SYNC and AT_STATX_DONT_SYNC. */
const STATX_SYNC = 0x6000;
const STATX_ATTR_MOUNT_ROOT = 0x2000;

/** Linux 6.1 fs/stat.c: do_statx */
function statx(
  kernel: Kernel,
  task: Task,
  dirfd: number,
  path: number,
  flags: number,
  mask: number,
  address: number,
): number {
  if (mask & STATX_RESERVED || flags & ~(STAT_AT_FLAGS | STATX_SYNC) || (flags & STATX_SYNC) === STATX_SYNC) {
    return -EINVAL;
  }
  const place = statPlace(kernel, task, dirfd, path, flags);
  if (typeof place === 'number') return place;
  return copyOut(kernel, task, address, encodeStatx(kernel, place)) ? 0 : -EFAULT;
}

function encodeStatx(kernel: Kernel, place: PathRef): Uint8Array {
  const { btime } = place.dentry.inode!;
  const stat = statOf(place.dentry.inode!);
  const isRoot = place.dentry === place.mount.root;
  const out = new StructWriter(kernel, 256);
  const time = (offset: number, ns: bigint): void => {
    out
      .at(offset)
      .u64(ns / 1_000_000_000n)
      .u32(Number(ns % 1_000_000_000n));
  };
  out
    .u32(STATX_BASIC_STATS | STATX_MNT_ID | (btime === undefined ? 0 : STATX_BTIME))
    .u32(stat.blksize)
    .u64(isRoot ? STATX_ATTR_MOUNT_ROOT : 0);
  out.u32(stat.nlink).u32(stat.uid).u32(stat.gid).u16(stat.mode).skip(2);
  out.u64(stat.ino).u64(stat.size).u64(stat.blocks).u64(STATX_ATTR_MOUNT_ROOT);
  time(64, stat.atime);
  if (btime !== undefined) time(80, btime);
  time(96, stat.ctime);
  time(112, stat.mtime);
  out.at(128).u32(deviceMajor(stat.rdev)).u32(deviceMinor(stat.rdev));
  out.u32(deviceMajor(stat.dev)).u32(deviceMinor(stat.dev));
  return out.u64(place.mount.id).bytes;
}

/** stat(2) in all its layouts, statx(2). */
export const STAT_SYSCALLS: SyscallDef[] = [
  full('oldstat', ['path', 'ptr'], byPath(oldStatOf, true)),
  full('oldlstat', ['path', 'ptr'], byPath(oldStatOf, false)),
  full('oldfstat', ['fd', 'ptr'], byDescriptor(oldStatOf)),
  full('stat', ['path', 'ptr'], byPath(statOfAbi, true)),
  full('lstat', ['path', 'ptr'], byPath(statOfAbi, false)),
  full('fstat', ['fd', 'ptr'], byDescriptor(statOfAbi)),
  full('stat64', ['path', 'ptr'], byPath(stat64Of, true)),
  full('lstat64', ['path', 'ptr'], byPath(stat64Of, false)),
  full('fstat64', ['fd', 'ptr'], byDescriptor(stat64Of)),
  full('fstatat64', ['fd', 'path', 'ptr', 'flags'], fstatat64),
  full('statx', ['fd', 'path', 'flags', 'uint', 'ptr'], statx),
];
