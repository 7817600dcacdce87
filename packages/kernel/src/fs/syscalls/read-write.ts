import { StructReader } from '../../abi/struct.ts';
import { EBADF, EFAULT, EINVAL, EOPNOTSUPP, ESPIPE } from '../../errno.ts';
import type { Kernel } from '../../kernel.ts';
import { copyIn } from '../../mm/user-access.ts';
import { full, type SyscallDef } from '../../syscalls/define.ts';
import type { Task } from '../../types.ts';
import { getDataFile } from '../file-table.ts';
import { O_APPEND, O_NONBLOCK } from '../open-flags.ts';
import { AT_POSITION, isSeekable, readFile, readPiece, type Segment, writeFile, writePiece } from './transfer.ts';

/** The most segments one call takes. Linux 6.1 include/uapi/linux/uio.h: UIO_MAXIOV */
const MAX_SEGMENTS = 1024;

/** The iovec array at an address, or -errno. Linux 6.1 lib/iov_iter.c: import_iovec */
export function readSegments(kernel: Kernel, task: Task, address: number, count: number): Segment[] | number {
  if (count > MAX_SEGMENTS) return -EINVAL;
  const bytes = copyIn(kernel, task, address, count * 8);
  if (bytes === undefined) return -EFAULT;
  const reader = new StructReader(kernel, bytes);
  const segments: Segment[] = [];
  for (let i = 0; i < count; i++) segments.push({ base: reader.u32(8 * i), length: reader.u32(8 * i + 4) });
  return segments;
}

function transfer(
  kernel: Kernel,
  task: Task,
  fd: number,
  segments: readonly Segment[] | number,
  position: number,
  writes: boolean,
): number {
  const file = getDataFile(task, fd);
  if (file === undefined) return -EBADF;
  if (typeof segments === 'number') return segments;
  if (position !== AT_POSITION) {
    if (position < 0) return -EINVAL;
    if (!isSeekable(file)) return -ESPIPE;
  }
  return (writes ? writeFile : readFile)(kernel, task, file, segments, position);
}

/** Linux 6.1 fs/read_write.c */
function read(kernel: Kernel, task: Task, fd: number, base: number, length: number): number {
  const file = getDataFile(task, fd);
  return file === undefined ? -EBADF : readPiece(kernel, task, file, base, length);
}

function write(kernel: Kernel, task: Task, fd: number, base: number, length: number): number {
  const file = getDataFile(task, fd);
  return file === undefined ? -EBADF : writePiece(kernel, task, file, base, length);
}

function positional(writes: boolean) {
  return (kernel: Kernel, task: Task, fd: number, base: number, length: number, offset: number): number =>
    transfer(kernel, task, fd, [{ base, length }], offset < 0 ? -2 : offset, writes);
}

function vectored(writes: boolean) {
  return (kernel: Kernel, task: Task, fd: number, iov: number, count: number): number =>
    transfer(kernel, task, fd, readSegments(kernel, task, iov, count), AT_POSITION, writes);
}

/** The position's two halves are separate words here (pos_l, pos_h), not a pair. */
function positionOf(low: number, high: number): number {
  const position = (high | 0) * 2 ** 32 + (low >>> 0);
  return position < 0 ? -2 : position;
}

function positionalVectored(writes: boolean) {
  return (kernel: Kernel, task: Task, fd: number, iov: number, count: number, low: number, high: number): number =>
    transfer(kernel, task, fd, readSegments(kernel, task, iov, count), positionOf(low, high), writes);
}

function positionalVectored2(writes: boolean) {
  return (
    kernel: Kernel,
    task: Task,
    fd: number,
    iov: number,
    count: number,
    low: number,
    high: number,
    flags: number,
  ): number => {
    if (flags & ~RWF_SUPPORTED) return -EOPNOTSUPP;
    const own = low >>> 0 === 0xffff_ffff && high >>> 0 === 0xffff_ffff;
    const position = own ? AT_POSITION : positionOf(low, high);
    const file = getDataFile(task, fd);
    if (file === undefined) return -EBADF;
    // The flags are the call's alone: HIPRI, DSYNC and SYNC change nothing here.
    if (flags & RWF_NOWAIT && file.kind === 'regular' && file.inode.superblock.kind !== 'hostfs') return -EOPNOTSUPP;
    const before = file.flags;
    if (flags & RWF_NOWAIT) file.flags |= O_NONBLOCK;
    if (flags & RWF_APPEND) file.flags |= O_APPEND;
    const result = transfer(kernel, task, fd, readSegments(kernel, task, iov, count), position, writes);
    file.flags = before;
    return result;
  };
}

/** Linux 6.1 include/uapi/linux/fs.h */
const RWF_NOWAIT = 8;
const RWF_APPEND = 16;
const RWF_SUPPORTED = 31;

/** read(2), write(2), readv(2), pread(2) and their like. */
export const READ_WRITE_SYSCALLS: SyscallDef[] = [
  full('read', ['fd', 'outbuf', 'size'], read),
  full('write', ['fd', 'buf', 'size'], write),
  full('readv', ['fd', 'ptr', 'ulong'], vectored(false)),
  full('writev', ['fd', 'ptr', 'ulong'], vectored(true)),
  full('pread64', ['fd', 'outbuf', 'size', 'u64'], positional(false)),
  full('pwrite64', ['fd', 'buf', 'size', 'u64'], positional(true)),
  full('preadv', ['fd', 'ptr', 'ulong', 'ulong', 'ulong'], positionalVectored(false)),
  full('pwritev', ['fd', 'ptr', 'ulong', 'ulong', 'ulong'], positionalVectored(true)),
  full('preadv2', ['fd', 'ptr', 'ulong', 'ulong', 'ulong', 'flags'], positionalVectored2(false)),
  full('pwritev2', ['fd', 'ptr', 'ulong', 'ulong', 'ulong', 'flags'], positionalVectored2(true)),
];
