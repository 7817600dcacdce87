import { latin1Bytes } from '../../abi/struct.ts';
import { EBADF, EFAULT, ENOENT, ENOTDIR } from '../../errno.ts';
import type { Kernel } from '../../kernel.ts';
import type { Stat } from '../../linux-abi.ts';
import { copyOut, readCString } from '../../mm/user-access.ts';
import type { Inode, PathRef, Task } from '../../types.ts';
import { getFile } from '../file-table.ts';
import { isDirectory } from '../mode.ts';
import { AT_EMPTY_PATH, AT_FDCWD } from '../open-flags.ts';
import { type ParentPath, resolveParent, resolvePath } from '../path-walk.ts';
import { inodeOps } from '../superblock-ops.ts';

/** Where a path relative to a directory descriptor begins: undefined for the working directory, or -errno. */
export function startOf(task: Task, dirfd: number, path: string): PathRef | undefined | number {
  if (dirfd === AT_FDCWD || path.startsWith('/')) return undefined;
  const file = getFile(task, dirfd);
  if (file === undefined) return -EBADF;
  if (path !== '' && !isDirectory(file.inode.mode)) return -ENOTDIR;
  return file.path;
}

/** The place that a directory descriptor and a path in user memory name, or -errno. With AT_EMPTY_PATH an empty path is the descriptor's own file. */
export function placeAt(
  kernel: Kernel,
  task: Task,
  dirfd: number,
  address: number,
  follow: boolean,
  flags = 0,
): PathRef | number {
  const path = address === 0 && flags & AT_EMPTY_PATH ? '' : readCString(kernel, task, address);
  if (typeof path === 'number') return path;
  if (path === '' && !(flags & AT_EMPTY_PATH)) return -ENOENT;
  const start = startOf(task, dirfd, path);
  if (typeof start === 'number') return start;
  if (path === '') return start ?? task.fs.cwd;
  return resolvePath(kernel, task, path, start === undefined ? { follow } : { at: start, follow });
}

/** Directory and last component of a path in user memory, or -errno. */
export function parentAt(kernel: Kernel, task: Task, dirfd: number, address: number): ParentPath | number {
  const path = readCString(kernel, task, address);
  if (typeof path === 'number') return path;
  const start = startOf(task, dirfd, path);
  if (typeof start === 'number') return start;
  return resolveParent(kernel, task, path, start === undefined ? {} : { at: start });
}

/** Bytes that a file takes up. */
export function usedBytes(inode: Inode): number {
  return inodeOps(inode).usedBytes?.(inode) ?? Math.ceil(inode.size / 4096) * 4096;
}

/** File status of an inode. */
export function statOf(inode: Inode): Stat {
  return {
    dev: inode.superblock.dev,
    ino: inode.ino,
    mode: inode.mode,
    nlink: inode.nlink,
    uid: inode.uid,
    gid: inode.gid,
    rdev: inode.rdev,
    size: inode.size,
    blksize: 4096,
    blocks: Math.ceil(usedBytes(inode) / 512),
    atime: inode.atime,
    mtime: inode.mtime,
    ctime: inode.ctime,
  };
}

/** Copies a string with its NUL to user memory if `size` holds it: bytes written, -ERANGE is the caller's. */
export function putString(kernel: Kernel, task: Task, address: number, text: string): number {
  return copyOut(kernel, task, address, latin1Bytes(`${text}\0`)) ? text.length + 1 : -EFAULT;
}
