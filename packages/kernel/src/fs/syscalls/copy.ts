import { StructReader, StructWriter } from '../../abi/struct.ts';
import { BLOCKED, EAGAIN, EBADF, EFAULT, EINVAL, EISDIR, EXDEV } from '../../errno.ts';
import type { Kernel } from '../../kernel.ts';
import { copyIn, copyOut } from '../../mm/user-access.ts';
import { full, type SyscallDef } from '../../syscalls/define.ts';
import type { OpenFile, Task } from '../../types.ts';
import { fileEvent } from '../file-events.ts';
import { fileOps } from '../file-ops.ts';
import { getDataFile } from '../file-table.ts';
import { inodeRead, inodeWrite } from '../inode-io.ts';
import { IN_ACCESS, IN_MODIFY } from '../inotify-events.ts';
import { isDirectory, isRegular } from '../mode.ts';
import { canRead, canWrite, O_APPEND, O_NONBLOCK } from '../open-flags.ts';

const CHUNK = 65536;

/** A position that may stand in user memory instead of in the file. */
export interface Cursor {
  readonly file: OpenFile;
  /** Address of the user's offset, or 0. */
  readonly address: number;
  position: number;
}

/** Takes the position; -EFAULT, -EINVAL. */
export function openCursor(
  kernel: Kernel,
  task: Task,
  file: OpenFile,
  address: number,
  wide: boolean,
): Cursor | number {
  if (address === 0) return { file, address, position: file.position };
  const bytes = copyIn(kernel, task, address, wide ? 8 : 4);
  if (bytes === undefined) return -EFAULT;
  const reader = new StructReader(kernel, bytes);
  const position = wide ? Number(reader.i64(0)) : reader.i32(0);
  return position < 0 ? -EINVAL : { file, address, position };
}

/** Puts the position back where it came from. */
export function closeCursor(kernel: Kernel, task: Task, cursor: Cursor, wide: boolean): number {
  const { file, address, position } = cursor;
  if (address === 0) {
    file.position = position;
    return 0;
  }
  const out = new StructWriter(kernel, wide ? 8 : 4);
  if (wide) out.u64(position);
  else out.u32(position);
  return copyOut(kernel, task, address, out.bytes) ? 0 : -EFAULT;
}

/** Linux 6.1 fs/read_write.c: do_sendfile. What the target does not take is not taken from the source. */
function sendfile(wide: boolean) {
  return (kernel: Kernel, task: Task, outFd: number, inFd: number, offsetAt: number, count: number): number => {
    const source = getDataFile(task, inFd);
    const target = getDataFile(task, outFd);
    if (source === undefined || !canRead(source.flags)) return -EBADF;
    if (target === undefined || !canWrite(target.flags)) return -EBADF;
    const reads = fileOps(source);
    if (!reads.seekable || reads.read === undefined || isDirectory(source.inode.mode)) return -EINVAL;
    if (target.flags & O_APPEND) return -EINVAL;
    const cursor = openCursor(kernel, task, source, offsetAt, wide);
    if (typeof cursor === 'number') return cursor;
    const moved = pump(kernel, task, cursor, target, count);
    if (moved > 0) {
      const failed = closeCursor(kernel, task, cursor, wide);
      if (failed) return failed;
      fileEvent(kernel, source, IN_ACCESS);
      fileEvent(kernel, target, IN_MODIFY);
    }
    return moved;
  };
}

/** Moves bytes from a seekable file to any: how many, -errno, or BLOCKED with none moved. */
function pump(kernel: Kernel, task: Task, cursor: Cursor, target: OpenFile, count: number): number {
  const ops = fileOps(target);
  if (ops.write === undefined) return -EINVAL;
  const buffer = new Uint8Array(Math.min(CHUNK, count));
  let done = 0;
  while (done < count) {
    const part = buffer.subarray(0, Math.min(buffer.length, count - done));
    const got = fileOps(cursor.file).read!(kernel, task, cursor.file, part, cursor.position);
    if (got <= 0) return done > 0 ? done : got;
    const put = writeSome(kernel, task, target, part.subarray(0, got), done > 0);
    if (put < 0) return done > 0 ? done : put;
    cursor.position += put;
    done += put;
    if (put < got) break;
  }
  return done;
}

/** Writes once. With `something` moved already the call does not wait any more but returns it. */
function writeSome(kernel: Kernel, task: Task, target: OpenFile, bytes: Uint8Array, something: boolean): number {
  const ops = fileOps(target);
  const before = target.flags;
  if (something) target.flags |= O_NONBLOCK;
  const put = ops.write!(kernel, task, target, bytes, target.position);
  target.flags = before;
  if (put > 0 && ops.seekable) target.position += put;
  return put === BLOCKED && something ? -EAGAIN : put;
}

/** Linux 6.1 fs/read_write.c: vfs_copy_file_range */
function copyFileRange(
  kernel: Kernel,
  task: Task,
  inFd: number,
  inAt: number,
  outFd: number,
  outAt: number,
  count: number,
  flags: number,
): number {
  const source = getDataFile(task, inFd);
  const target = getDataFile(task, outFd);
  if (source === undefined || target === undefined) return -EBADF;
  if (flags !== 0) return -EINVAL;
  if (isDirectory(source.inode.mode) || isDirectory(target.inode.mode)) return -EISDIR;
  if (!isRegular(source.inode.mode) || !isRegular(target.inode.mode)) return -EINVAL;
  if (source.kind !== 'regular' || target.kind !== 'regular') return -EXDEV;
  if (!canRead(source.flags) || !canWrite(target.flags) || target.flags & O_APPEND) return -EBADF;
  const from = openCursor(kernel, task, source, inAt, true);
  const to = openCursor(kernel, task, target, outAt, true);
  if (typeof from === 'number') return from;
  if (typeof to === 'number') return to;
  if (source.inode === target.inode && from.position < to.position + count && to.position < from.position + count) {
    return -EINVAL;
  }
  const done = copyContent(kernel, from, to, count);
  if (done <= 0) return done;
  fileEvent(kernel, source, IN_ACCESS);
  fileEvent(kernel, target, IN_MODIFY);
  return closeCursor(kernel, task, from, true) || closeCursor(kernel, task, to, true) || done;
}

function copyContent(kernel: Kernel, from: Cursor, to: Cursor, count: number): number {
  const buffer = new Uint8Array(Math.min(CHUNK, count));
  let done = 0;
  while (done < count) {
    const part = buffer.subarray(0, Math.min(buffer.length, count - done));
    const got = inodeRead(kernel, from.file.inode, from.position, part);
    const put = got > 0 ? inodeWrite(kernel, to.file.inode, to.position, part.subarray(0, got)) : got;
    if (put <= 0) return done > 0 ? done : put;
    from.position += put;
    to.position += put;
    done += put;
    if (put < part.length) break;
  }
  return done;
}

/** sendfile(2), copy_file_range(2). */
export const COPY_SYSCALLS: SyscallDef[] = [
  full('sendfile', ['fd', 'fd', 'ptr', 'size'], sendfile(false)),
  full('sendfile64', ['fd', 'fd', 'ptr', 'size'], sendfile(true)),
  full('copy_file_range', ['fd', 'ptr', 'fd', 'ptr', 'size', 'flags'], copyFileRange),
];
