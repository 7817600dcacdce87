import { PAGE_SIZE } from '@kml/core';
import { EBADF, EFBIG, EINVAL, EISDIR, ENODEV, EOPNOTSUPP, EPERM, ESPIPE } from '../../errno.ts';
import type { Kernel } from '../../kernel.ts';
import { punchPages, writebackPages } from '../../mm/page-cache.ts';
import { full, type SyscallDef } from '../../syscalls/define.ts';
import type { Inode, Task } from '../../types.ts';
import { fileEvent } from '../file-events.ts';
import { getDataFile } from '../file-table.ts';
import { inodeRead, inodeTruncate, inodeWrite, MAX_FILE_SIZE } from '../inode-io.ts';
import { IN_MODIFY } from '../inotify-events.ts';
import { isDirectory, S_IFIFO, S_IFMT } from '../mode.ts';
import { canWrite, O_APPEND } from '../open-flags.ts';
import { dropPrivileges } from '../regular-file.ts';
import { sealedPunch, sealedResize } from '../seals.ts';
import { inodeOps } from '../superblock-ops.ts';
import { setSize } from './content.ts';

/** Linux 6.1 include/uapi/linux/falloc.h */
const KEEP_SIZE = 1;
const PUNCH_HOLE = 2;
const COLLAPSE_RANGE = 8;
const ZERO_RANGE = 16;
const INSERT_RANGE = 32;
const UNSHARE_RANGE = 64;
const ALL = KEEP_SIZE | PUNCH_HOLE | COLLAPSE_RANGE | ZERO_RANGE | INSERT_RANGE | UNSHARE_RANGE;

/** Whether the modes go together: 0 or -errno. Linux 6.1 fs/open.c: vfs_fallocate */
function modeRefused(mode: number): number {
  if (mode & ~ALL) return -EOPNOTSUPP;
  if ((mode & (PUNCH_HOLE | ZERO_RANGE)) === (PUNCH_HOLE | ZERO_RANGE)) return -EOPNOTSUPP;
  if (mode & PUNCH_HOLE && !(mode & KEEP_SIZE)) return -EOPNOTSUPP;
  if (mode & COLLAPSE_RANGE && mode & ~COLLAPSE_RANGE) return -EINVAL;
  if (mode & INSERT_RANGE && mode & ~INSERT_RANGE) return -EINVAL;
  return mode & UNSHARE_RANGE && mode & ~(UNSHARE_RANGE | KEEP_SIZE) ? -EINVAL : 0;
}

function fallocate(kernel: Kernel, task: Task, fd: number, mode: number, offset: number, length: number): number {
  const file = getDataFile(task, fd);
  if (file === undefined) return -EBADF;
  if (offset < 0 || length <= 0) return -EINVAL;
  const refused = modeRefused(mode);
  if (refused) return refused;
  if (!canWrite(file.flags)) return -EBADF;
  const { inode } = file;
  if (mode & ~KEEP_SIZE && file.flags & O_APPEND && mode & (PUNCH_HOLE | ZERO_RANGE)) return -EPERM;
  if ((inode.mode & S_IFMT) === S_IFIFO) return -ESPIPE;
  if (isDirectory(inode.mode)) return -EISDIR;
  if (file.kind !== 'regular') return -ENODEV;
  if (offset + length > MAX_FILE_SIZE) return -EFBIG;
  const { shiftsRanges } = inodeOps(inode);
  if (mode & ~(KEEP_SIZE | PUNCH_HOLE) && !shiftsRanges) return -EOPNOTSUPP;
  const result = change(kernel, task, inode, mode, offset, length);
  if (result !== 0) return result;
  dropPrivileges(task, inode);
  fileEvent(kernel, file, IN_MODIFY);
  return 0;
}

function change(kernel: Kernel, task: Task, inode: Inode, mode: number, offset: number, length: number): number {
  const end = offset + length;
  if (mode & COLLAPSE_RANGE) return collapse(kernel, inode, offset, length);
  if (mode & INSERT_RANGE) return insert(kernel, task, inode, offset, length);
  if (mode & PUNCH_HOLE) return sealedPunch(inode) || punchHole(kernel, inode, offset, end);
  const grows = !(mode & KEEP_SIZE) && end > inode.size;
  const sealed = end > inode.size ? sealedResize(inode, end) : 0;
  if (sealed !== 0) return sealed;
  if (mode & ZERO_RANGE) {
    const failed = sealedPunch(inode) || zeroRange(kernel, inode, offset, Math.min(end, inode.size));
    if (failed) return failed;
  }
  const failed = inodeOps(inode).allocate?.(kernel, inode, offset, end) ?? 0;
  if (failed) return failed;
  return grows ? setSize(kernel, task, inode, end) : 0;
}

/** Clears bytes and frees the pages that lie wholly between. Linux 6.1 mm/shmem.c: shmem_fallocate */
function punchHole(kernel: Kernel, inode: Inode, from: number, to: number): number {
  const failed = zeroRange(kernel, inode, from, Math.min(to, inode.size));
  if (failed) return failed;
  const first = Math.ceil(from / PAGE_SIZE);
  const last = Math.floor(to / PAGE_SIZE);
  const { punch } = inodeOps(inode);
  if (punch === undefined || first >= last) return 0;
  // Pages that a mapping wrote go down first, clean, so that none comes back.
  writebackPages(kernel, inode, first, last);
  punchPages(kernel, inode, first, last);
  punch(kernel, inode, first, last);
  return 0;
}

/** Clears bytes of a file; holes stay holes. */
function zeroRange(kernel: Kernel, inode: Inode, from: number, to: number): number {
  const zeros = new Uint8Array(PAGE_SIZE);
  const present = new Uint8Array(PAGE_SIZE);
  for (let at = from; at < to; ) {
    const run = Math.min(PAGE_SIZE - (at % PAGE_SIZE), to - at);
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

/** Moves bytes within a file: 0 or -errno. `to` lies before `from`, or the move begins at the end. */
function moveBytes(kernel: Kernel, inode: Inode, from: number, to: number, count: number): number {
  const page = new Uint8Array(PAGE_SIZE);
  for (let moved = 0; moved < count; ) {
    const run = Math.min(PAGE_SIZE, count - moved);
    const at = to < from ? moved : count - moved - run;
    const got = inodeRead(kernel, inode, from + at, page.subarray(0, run));
    if (got < 0) return got;
    const put = inodeWrite(kernel, inode, to + at, page.subarray(0, run));
    if (put < 0) return put;
    moved += run;
  }
  return 0;
}

/** Takes whole pages out of a file. Linux 6.1 fs/ext4/extents.c: ext4_collapse_range */
function collapse(kernel: Kernel, inode: Inode, offset: number, length: number): number {
  if (offset % PAGE_SIZE || length % PAGE_SIZE || offset + length >= inode.size) return -EINVAL;
  const behind = offset + length;
  return (
    moveBytes(kernel, inode, behind, offset, inode.size - behind) || inodeTruncate(kernel, inode, inode.size - length)
  );
}

/** Puts a hole of whole pages into a file. Linux 6.1 fs/ext4/extents.c: ext4_insert_range */
function insert(kernel: Kernel, task: Task, inode: Inode, offset: number, length: number): number {
  if (offset % PAGE_SIZE || length % PAGE_SIZE || offset >= inode.size) return -EINVAL;
  const before = inode.size;
  return (
    setSize(kernel, task, inode, before + length) ||
    moveBytes(kernel, inode, offset, offset + length, before - offset) ||
    zeroRange(kernel, inode, offset, offset + length)
  );
}

/** fallocate(2). */
export const ALLOCATE_SYSCALLS: SyscallDef[] = [full('fallocate', ['fd', 'int', 'u64', 'u64'], fallocate)];
