import { PAGE_SIZE } from '@kml/core';
import { EBADF, EFBIG, EINVAL, EISDIR, EROFS, ESPIPE, ETXTBSY } from '../../errno.ts';
import type { Kernel } from '../../kernel.ts';
import { cachedPage, writebackAll, writebackPages } from '../../mm/page-cache.ts';
import { SIGXFSZ } from '../../signal/numbers.ts';
import { sendSignal, sigInfo } from '../../signal/send.ts';
import { full, type SyscallDef } from '../../syscalls/define.ts';
import { RLIMIT_FSIZE } from '../../task/rlimit-numbers.ts';
import type { Inode, Task } from '../../types.ts';
import { fileEvent, placeEvent } from '../file-events.ts';
import { getDataFile } from '../file-table.ts';
import { inodeTruncate } from '../inode-io.ts';
import { IN_MODIFY } from '../inotify-events.ts';
import { breakLeases } from '../leases.ts';
import { isDirectory, isRegular, S_IFBLK, S_IFDIR, S_IFIFO, S_IFLNK, S_IFMT, S_IFREG } from '../mode.ts';
import { isReadOnly } from '../mount-table.ts';
import { isRunning } from '../open.ts';
import { AT_FDCWD, canRead, canWrite } from '../open-flags.ts';
import { MAY_WRITE, permission } from '../permission.ts';
import { dropPrivileges } from '../regular-file.ts';
import { placeAt } from './arguments.ts';

/** Sets a file's size within RLIMIT_FSIZE. */
export function setSize(kernel: Kernel, task: Task, inode: Inode, size: number): number {
  if (size < 0) return -EINVAL;
  const limit = task.group.rlimits[RLIMIT_FSIZE]?.current ?? Number.POSITIVE_INFINITY;
  if (size > limit && size > inode.size) {
    sendSignal(kernel, task, sigInfo(SIGXFSZ));
    return -EFBIG;
  }
  const result = inodeTruncate(kernel, inode, size);
  if (result === 0) dropPrivileges(task, inode);
  return result;
}

/** Linux 6.1 fs/open.c: vfs_truncate */
function truncate(kernel: Kernel, task: Task, path: number, size: number): number {
  const place = placeAt(kernel, task, AT_FDCWD, path, true);
  if (typeof place === 'number') return place;
  const inode = place.dentry.inode!;
  if (isDirectory(inode.mode)) return -EISDIR;
  if (!isRegular(inode.mode)) return -EINVAL;
  const denied = permission(task.cred, inode, MAY_WRITE);
  if (denied) return denied;
  if (isReadOnly(place.mount)) return -EROFS;
  if (isRunning(kernel, inode)) return -ETXTBSY;
  const held = breakLeases(kernel, task, inode, true, 0);
  const result = held || setSize(kernel, task, inode, size);
  if (result === 0) placeEvent(kernel, place.dentry, IN_MODIFY);
  return result;
}

function ftruncate(kernel: Kernel, task: Task, fd: number, size: number): number {
  const file = getDataFile(task, fd);
  if (file === undefined) return -EBADF;
  if (!canWrite(file.flags) || file.kind !== 'regular') return -EINVAL;
  const result = setSize(kernel, task, file.inode, size);
  if (result === 0) fileEvent(kernel, file, IN_MODIFY);
  return result;
}

/** Dirty pages go to the file system below; that is as far as a guest's disk reaches. */
function fsync(kernel: Kernel, task: Task, fd: number): number {
  const file = getDataFile(task, fd);
  if (file === undefined) return -EBADF;
  if (file.kind !== 'regular' && file.kind !== 'directory') return -EINVAL;
  return file.inode.pages.size > 0 ? Math.min(0, writebackPages(kernel, file.inode)) : 0;
}

function sync(kernel: Kernel): number {
  writebackAll(kernel);
  return 0;
}

function syncfs(kernel: Kernel, task: Task, fd: number): number {
  return getDataFile(task, fd) === undefined ? -EBADF : sync(kernel);
}

/** Linux 6.1 mm/fadvise.c: generic_fadvise. The page cache reads ahead and forgets as it sees fit. */
function fadvise(_kernel: Kernel, task: Task, fd: number, advice: number, length: number): number {
  const file = getDataFile(task, fd);
  if (file === undefined) return -EBADF;
  if ((file.inode.mode & S_IFMT) === S_IFIFO) return -ESPIPE;
  return advice > 5 || length < 0 ? -EINVAL : 0;
}

/** Reads pages into the cache. Linux 6.1 mm/readahead.c: ksys_readahead */
function readahead(kernel: Kernel, task: Task, fd: number, offset: number, count: number): number {
  const file = getDataFile(task, fd);
  if (file === undefined || !canRead(file.flags)) return -EBADF;
  if (file.kind !== 'regular' || file.inode.superblock.kind === 'tmpfs') return file.kind === 'regular' ? 0 : -EINVAL;
  const last = Math.min(file.inode.size, offset + Math.min(count, READAHEAD_BYTES));
  for (let at = Math.max(0, offset); at < last; at += PAGE_SIZE) {
    if (cachedPage(kernel, file.inode, Math.floor(at / PAGE_SIZE)) < 0) break;
  }
  return 0;
}

/** Linux 6.1 fs/sync.c: sync_file_range */
function syncFileRange(kernel: Kernel, task: Task, fd: number, offset: number, length: number, flags: number): number {
  const file = getDataFile(task, fd);
  if (file === undefined) return -EBADF;
  if (flags & ~7 || offset < 0 || offset + length < offset) return -EINVAL;
  const type = file.inode.mode & S_IFMT;
  if (type !== S_IFREG && type !== S_IFBLK && type !== S_IFDIR && type !== S_IFLNK) return -ESPIPE;
  if (!(flags & SYNC_FILE_RANGE_WRITE) || file.inode.pages.size === 0) return 0;
  const end = length === 0 ? Number.POSITIVE_INFINITY : Math.ceil((offset + length) / PAGE_SIZE);
  return Math.min(0, writebackPages(kernel, file.inode, Math.floor(offset / PAGE_SIZE), end));
}

const SYNC_FILE_RANGE_WRITE = 2;
/** No call reads more ahead: Linux's default of 128 KiB. */
const READAHEAD_BYTES = 131_072;

/** fadvise64_64 of ABIs that align pairs of argument words: the advice comes second, so that all fit in six. */
export const ADVICE_FIRST_FADVISE: SyscallDef = full(
  'fadvise64_64',
  ['fd', 'int', 'u64', 'u64'],
  (kernel, task, fd, advice, _at, length) => fadvise(kernel, task, fd!, advice!, length!),
);

/** truncate(2), fsync(2), posix_fadvise(2). */
export const CONTENT_SYSCALLS: SyscallDef[] = [
  full('truncate', ['path', 'long'], truncate),
  full('ftruncate', ['fd', 'long'], ftruncate),
  full('truncate64', ['path', 'u64'], truncate),
  full('ftruncate64', ['fd', 'u64'], ftruncate),
  full('fsync', ['fd'], fsync),
  full('fdatasync', ['fd'], fsync),
  full('sync', [], sync),
  full('syncfs', ['fd'], syncfs),
  full('sync_file_range', ['fd', 'u64', 'u64', 'flags'], syncFileRange),
  // The same with its flags second, for ABIs that align pairs of argument words.
  full('sync_file_range2', ['fd', 'flags', 'u64', 'u64'], (kernel, task, fd, flags, offset, length) =>
    syncFileRange(kernel, task, fd!, offset!, length!, flags!),
  ),
  full('fadvise64', ['fd', 'u64', 'size', 'int'], (kernel, task, fd, _at, length, advice) =>
    fadvise(kernel, task, fd!, advice!, length!),
  ),
  full('fadvise64_64', ['fd', 'u64', 'u64', 'int'], (kernel, task, fd, _at, length, advice) =>
    fadvise(kernel, task, fd!, advice!, length!),
  ),
  // The orders of arguments in which aligned pairs leave no gap. Linux 6.1 arch/arm/kernel/sys_arm.c
  full('arm_fadvise64_64', ['fd', 'int', 'u64', 'u64'], (kernel, task, fd, advice, _at, length) =>
    fadvise(kernel, task, fd!, advice!, length!),
  ),
  full('readahead', ['fd', 'u64', 'size'], readahead),
];
