import { EBADF, EFBIG, EINVAL, EISDIR, ENODEV, EOPNOTSUPP, EROFS, ESPIPE, ETXTBSY } from '../../errno.ts';
import type { Kernel } from '../../kernel.ts';
import { writebackAll, writebackPages } from '../../mm/page-cache.ts';
import { SIGXFSZ } from '../../signal/numbers.ts';
import { sendSignal, sigInfo } from '../../signal/send.ts';
import { full, partial, type SyscallDef } from '../../syscalls/define.ts';
import { RLIMIT_FSIZE } from '../../task/rlimit-numbers.ts';
import type { Inode, Task } from '../../types.ts';
import { getDataFile } from '../file-table.ts';
import { inodeRead, inodeTruncate, inodeWrite } from '../inode-io.ts';
import { watchEvent } from '../inotify.ts';
import { IN_MODIFY } from '../inotify-events.ts';
import { isDirectory, isRegular, S_IFIFO, S_IFMT } from '../mode.ts';
import { isReadOnly } from '../mount-table.ts';
import { isRunning } from '../open.ts';
import { AT_FDCWD, canWrite } from '../open-flags.ts';
import { MAY_WRITE, permission } from '../permission.ts';
import { sealedPunch, sealedResize } from '../seals.ts';
import { placeAt } from './arguments.ts';

/** Sets a file's size within RLIMIT_FSIZE. */
function setSize(kernel: Kernel, task: Task, inode: Inode, size: number): number {
  if (size < 0) return -EINVAL;
  const limit = task.group.rlimits[RLIMIT_FSIZE]?.current ?? Number.POSITIVE_INFINITY;
  if (size > limit && size > inode.size) {
    sendSignal(kernel, task, sigInfo(SIGXFSZ));
    return -EFBIG;
  }
  const result = inodeTruncate(kernel, inode, size);
  if (result === 0) watchEvent(kernel, inode, IN_MODIFY, '');
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
  return isRunning(kernel, inode) ? -ETXTBSY : setSize(kernel, task, inode, size);
}

function ftruncate(kernel: Kernel, task: Task, fd: number, size: number): number {
  const file = getDataFile(task, fd);
  if (file === undefined) return -EBADF;
  if (!canWrite(file.flags) || file.kind !== 'regular') return -EINVAL;
  return setSize(kernel, task, file.inode, size);
}

const FALLOC_FL_KEEP_SIZE = 1;
const FALLOC_FL_PUNCH_HOLE = 2;
const FALLOC_FL_ZERO_RANGE = 16;

/** Linux 6.1 fs/open.c: vfs_fallocate. Space is promised, not taken: writing may still find none. */
function fallocate(kernel: Kernel, task: Task, fd: number, mode: number, offset: number, length: number): number {
  const file = getDataFile(task, fd);
  if (file === undefined || !canWrite(file.flags)) return -EBADF;
  if (offset < 0 || length <= 0) return -EINVAL;
  if ((file.inode.mode & S_IFMT) === S_IFIFO) return -ESPIPE;
  if (isDirectory(file.inode.mode)) return -EISDIR;
  if (file.kind !== 'regular') return -ENODEV;
  if (mode & ~(FALLOC_FL_KEEP_SIZE | FALLOC_FL_PUNCH_HOLE | FALLOC_FL_ZERO_RANGE)) return -EOPNOTSUPP;
  const keep = (mode & FALLOC_FL_KEEP_SIZE) !== 0;
  if (mode & FALLOC_FL_PUNCH_HOLE && !keep) return -EOPNOTSUPP;
  const end = offset + length;
  const sealed = end > file.inode.size && !(mode & FALLOC_FL_PUNCH_HOLE) ? sealedResize(file.inode, end) : 0;
  if (sealed !== 0) return sealed;
  if (mode & (FALLOC_FL_PUNCH_HOLE | FALLOC_FL_ZERO_RANGE)) {
    const refused = sealedPunch(file.inode);
    if (refused !== 0) return refused;
    const failed = zeroRange(kernel, file.inode, offset, Math.min(end, file.inode.size));
    if (failed < 0) return failed;
  }
  return keep || end <= file.inode.size ? 0 : setSize(kernel, task, file.inode, end);
}

/** Clears bytes of a file; holes stay holes. */
function zeroRange(kernel: Kernel, inode: Inode, from: number, to: number): number {
  const zeros = new Uint8Array(4096);
  const present = new Uint8Array(4096);
  for (let at = from; at < to; ) {
    const run = Math.min(4096 - (at & 4095), to - at);
    const got = inodeRead(kernel, inode, at, present.subarray(0, run));
    if (got < 0) return got;
    if (present.subarray(0, got).some((byte) => byte !== 0)) {
      const written = inodeWrite(kernel, inode, at, zeros.subarray(0, run));
      if (written < 0) return written;
    }
    at += run;
  }
  return 0;
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

function fadvise(_kernel: Kernel, task: Task, fd: number, advice: number): number {
  const file = getDataFile(task, fd);
  if (file === undefined) return -EBADF;
  if ((file.inode.mode & S_IFMT) === S_IFIFO) return -ESPIPE;
  return advice > 5 ? -EINVAL : 0;
}

function readahead(_kernel: Kernel, task: Task, fd: number): number {
  const file = getDataFile(task, fd);
  if (file === undefined) return -EBADF;
  return file.kind === 'regular' ? 0 : -EINVAL;
}

/** fadvise64_64 of ABIs that align pairs of argument words: the advice comes second, so that all fit in six. */
export const ADVICE_FIRST_FADVISE: SyscallDef = partial(
  'fadvise64_64',
  ['fd', 'int', 'u64', 'u64'],
  'advice changes nothing',
  (kernel, task, fd, advice) => fadvise(kernel, task, fd!, advice!),
);

/** truncate(2), fallocate(2), fsync(2), posix_fadvise(2). */
export const CONTENT_SYSCALLS: SyscallDef[] = [
  full('truncate', ['path', 'long'], truncate),
  full('ftruncate', ['fd', 'long'], ftruncate),
  full('truncate64', ['path', 'u64'], truncate),
  full('ftruncate64', ['fd', 'u64'], ftruncate),
  partial('fallocate', ['fd', 'int', 'u64', 'u64'], 'space is not reserved; no collapse or insert', fallocate),
  full('fsync', ['fd'], fsync),
  full('fdatasync', ['fd'], fsync),
  full('sync', [], sync),
  full('syncfs', ['fd'], syncfs),
  partial('sync_file_range', ['fd', 'u64', 'u64', 'flags'], 'writes the whole file back', fsync),
  // The same with its flags second, for ABIs that align pairs of argument words.
  partial('sync_file_range2', ['fd', 'flags', 'u64', 'u64'], 'writes the whole file back', fsync),
  partial(
    'fadvise64',
    ['fd', 'u64', 'size', 'int'],
    'advice changes nothing',
    (kernel, task, fd, _at, _length, advice) => fadvise(kernel, task, fd!, advice!),
  ),
  partial('fadvise64_64', ['fd', 'u64', 'u64', 'int'], 'advice changes nothing', (kernel, task, fd, _at, _n, advice) =>
    fadvise(kernel, task, fd!, advice!),
  ),
  // The orders of arguments in which aligned pairs leave no gap. Linux 6.1 arch/arm/kernel/sys_arm.c
  partial('arm_fadvise64_64', ['fd', 'int', 'u64', 'u64'], 'advice changes nothing', fadvise),
  partial('readahead', ['fd', 'u64', 'size'], 'reads nothing ahead', readahead),
];
