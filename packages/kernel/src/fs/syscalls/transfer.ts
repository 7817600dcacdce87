import { BLOCKED, EBADF, EFAULT, EFBIG, EINVAL } from '../../errno.ts';
import type { Kernel } from '../../kernel.ts';
import { accessOk, copyInto, copyOut } from '../../mm/user-access.ts';
import { SIGXFSZ } from '../../signal/numbers.ts';
import { sendSignal, sigInfo } from '../../signal/send.ts';
import { RLIMIT_FSIZE } from '../../task/rlimit-numbers.ts';
import type { OpenFile, RestartRecord, Task } from '../../types.ts';
import { fileEvent } from '../file-events.ts';
import { type FileOps, fileOps } from '../file-ops.ts';
import { MAX_FILE_SIZE } from '../inode-io.ts';
import { IN_ACCESS, IN_MODIFY } from '../inotify-events.ts';
import { canRead, canWrite, MAX_NON_LFS, O_APPEND, O_LARGEFILE } from '../open-flags.ts';

/** A piece of user memory. */
export interface Segment {
  readonly base: number;
  readonly length: number;
}

/** The most one call moves. Linux 6.1 include/linux/fs.h: MAX_RW_COUNT */
export const MAX_TRANSFER = 0x7fff_f000;
const CHUNK = 65536;

/** Where bytes lie between file and user memory; nothing is kept in it between calls. */
const scratch = new Uint8Array(CHUNK);

let lastView = scratch.subarray(0, 1);
let lastViewRead = lastView;

/** Its first bytes. The view made last is kept: transfers of one size come in rows. */
function scratchBytes(length: number): Uint8Array {
  if (lastView.length !== length) lastView = scratch.subarray(0, length);
  return lastView;
}

/** The same for what is read, whose size is often another. */
function scratchToRead(length: number): Uint8Array {
  if (lastViewRead.length !== length) lastViewRead = scratch.subarray(0, length);
  return lastViewRead;
}

/** Position that stands for the file's own. */
export const AT_POSITION = -1;

/** readFile of one piece that one chunk takes, at the file's own position: what most reads are. */
export function readPiece(kernel: Kernel, task: Task, file: OpenFile, base: number, length: number): number {
  if (length > CHUNK) return readFile(kernel, task, file, [{ base, length }], AT_POSITION);
  const ops = fileOps(file);
  if (!canRead(file.flags)) return -EBADF;
  if (ops.read === undefined) return -EINVAL;
  if (!accessOk(kernel, task, base, length)) return -EFAULT;
  const start = file.position;
  const count = ops.read(kernel, task, file, scratchToRead(length), start);
  if (count <= 0) return count;
  if (!copyOut(kernel, task, base, scratch, count)) return -EFAULT;
  if (ops.seekable) file.position = start + count;
  fileEvent(kernel, file, IN_ACCESS);
  return count;
}

/** writeFile of one piece that one chunk takes, into what has no position. */
export function writePiece(kernel: Kernel, task: Task, file: OpenFile, base: number, length: number): number {
  const ops = fileOps(file);
  const plain = length > 0 && length <= CHUNK && !ops.seekable && ops.write !== undefined;
  // What waited has a part done already.
  if (!plain || task.restart !== undefined || !canWrite(file.flags)) {
    return writeFile(kernel, task, file, [{ base, length }], AT_POSITION);
  }
  if (!copyInto(kernel, task, base, scratch, length)) return -EFAULT;
  const count = ops.write!(kernel, task, file, scratchBytes(length), 0);
  if (count !== length) return writeRest(kernel, task, file, ops, [{ base, length }], length, count);
  fileEvent(kernel, file, IN_MODIFY);
  return count;
}

/** read() and its kin: from the file into user memory. `position` AT_POSITION uses and moves the file's own. */
export function readFile(
  kernel: Kernel,
  task: Task,
  file: OpenFile,
  segments: readonly Segment[],
  position: number,
): number {
  const ops = fileOps(file);
  if (!canRead(file.flags)) return -EBADF;
  if (ops.read === undefined) return -EINVAL;
  const total = totalLength(kernel, task, segments);
  if (total < 0) return total;
  const moves = position === AT_POSITION && ops.seekable === true;
  const start = position === AT_POSITION ? file.position : position;
  let done = 0;
  do {
    const buffer = scratchBytes(Math.min(total - done, CHUNK));
    const count = ops.read(kernel, task, file, buffer, start + done);
    if (count <= 0) {
      if (done === 0) return count;
      break;
    }
    if (!scatter(kernel, task, segments, done, scratchBytes(count))) {
      if (done === 0) return -EFAULT;
      break;
    }
    done += count;
    if (count < buffer.length) break;
  } while (ops.seekable && done < total);
  if (moves) file.position = start + done;
  if (done > 0) fileEvent(kernel, file, IN_ACCESS);
  return done;
}

/**
 * write() and its kin. A call that waits with some bytes written keeps their number in its restart
 * record and goes on behind them; a signal then ends it with that number.
 */
export function writeFile(
  kernel: Kernel,
  task: Task,
  file: OpenFile,
  segments: readonly Segment[],
  position: number,
): number {
  const ops = fileOps(file);
  if (!canWrite(file.flags)) return -EBADF;
  if (ops.write === undefined) return -EINVAL;
  const total = totalLength(kernel, task, segments);
  if (total < 0) return total;
  if (ops.seekable) return writeAt(kernel, task, file, ops, segments, position, total);
  return writeStream(kernel, task, file, ops, segments, total);
}

function writeAt(
  kernel: Kernel,
  task: Task,
  file: OpenFile,
  ops: FileOps,
  segments: readonly Segment[],
  position: number,
  total: number,
): number {
  const own = position === AT_POSITION;
  let start = own ? file.position : position;
  if (file.flags & O_APPEND && file.kind === 'regular') start = file.inode.size;
  const allowed = file.kind === 'regular' ? sizeLimit(kernel, task, file, start, total) : total;
  if (allowed < 0) return allowed;
  let done = 0;
  while (done < allowed) {
    const bytes = gather(kernel, task, segments, done, allowed);
    const count = bytes === undefined ? -EFAULT : ops.write!(kernel, task, file, bytes, start + done);
    if (count < 0) {
      if (done === 0) return count;
      break;
    }
    done += count;
    if (count < bytes!.length) break;
  }
  if (own) file.position = start + done;
  if (done > 0) fileEvent(kernel, file, IN_MODIFY);
  return done;
}

/**
 * How many of the bytes may be written: up to RLIMIT_FSIZE, beyond which there is SIGXFSZ, and to where
 * the file's open flags let it grow. Linux 6.1 fs/read_write.c: generic_write_check_limits
 */
function sizeLimit(kernel: Kernel, task: Task, file: OpenFile, start: number, total: number): number {
  const limit = task.group.rlimits[RLIMIT_FSIZE]?.current ?? Number.POSITIVE_INFINITY;
  const most = Math.min(limit, file.flags & O_LARGEFILE ? MAX_FILE_SIZE : MAX_NON_LFS);
  if (total === 0 || start + total <= most) return total;
  if (start < most) return most - start;
  if (start < limit) return -EFBIG;
  sendSignal(kernel, task, sigInfo(SIGXFSZ));
  return -EFBIG;
}

function writeStream(
  kernel: Kernel,
  task: Task,
  file: OpenFile,
  ops: FileOps,
  segments: readonly Segment[],
  total: number,
): number {
  const done = task.restart?.call === 'write' ? (task.restart.done as number) : 0;
  if (total === 0) return ops.write!(kernel, task, file, scratchBytes(0), 0);
  return writeOn(kernel, task, file, ops, segments, total, done);
}

/** Goes on where a first write answered `count`: not all of it, BLOCKED or -errno. */
function writeRest(
  kernel: Kernel,
  task: Task,
  file: OpenFile,
  ops: FileOps,
  segments: readonly Segment[],
  total: number,
  count: number,
): number {
  if (count === BLOCKED) task.restart = { ...(task.restart as RestartRecord | undefined), call: 'write', done: 0 };
  return count < 0 ? count : writeOn(kernel, task, file, ops, segments, total, count);
}

/** Writes what is left behind the first `written` bytes. */
function writeOn(
  kernel: Kernel,
  task: Task,
  file: OpenFile,
  ops: FileOps,
  segments: readonly Segment[],
  total: number,
  written: number,
): number {
  let done = written;
  while (done < total) {
    const bytes = gather(kernel, task, segments, done, total);
    const count = bytes === undefined ? -EFAULT : ops.write!(kernel, task, file, bytes, 0);
    if (count === BLOCKED) {
      // A socket's time limit stands there too.
      task.restart = { ...task.restart, call: 'write', done };
      return BLOCKED;
    }
    if (count < 0) {
      if (done === 0) return count;
      break;
    }
    done += count;
  }
  fileEvent(kernel, file, IN_MODIFY);
  return done;
}

/** Sum of the segments' lengths; -EINVAL where it is too long, -EFAULT where one cannot be user memory. */
function totalLength(kernel: Kernel, task: Task, segments: readonly Segment[]): number {
  let total = 0;
  for (const { base, length } of segments) {
    if (length > 0x7fff_ffff) return -EINVAL;
    if (!accessOk(kernel, task, base, length)) return -EFAULT;
    total += length;
  }
  return Math.min(total, MAX_TRANSFER);
}

/** Bytes of user memory from `offset` on, as many as one chunk takes; undefined if they cannot be read. */
function gather(
  kernel: Kernel,
  task: Task,
  segments: readonly Segment[],
  offset: number,
  total: number,
): Uint8Array | undefined {
  const want = Math.min(CHUNK, total - offset);
  let skip = offset;
  let done = 0;
  for (const { base, length } of segments) {
    if (done === want) break;
    if (skip >= length) {
      skip -= length;
      continue;
    }
    const run = Math.min(length - skip, want - done);
    const into = done === 0 ? scratchBytes(run) : scratch.subarray(done, done + run);
    if (!copyInto(kernel, task, base + skip, into)) return done > 0 ? scratchBytes(done) : undefined;
    done += run;
    skip = 0;
  }
  return scratchBytes(done);
}

/** Stores bytes in user memory, `offset` into the segments. */
export function scatter(
  kernel: Kernel,
  task: Task,
  segments: readonly Segment[],
  offset: number,
  bytes: Uint8Array,
): boolean {
  let skip = offset;
  let done = 0;
  for (const { base, length } of segments) {
    if (done === bytes.length) break;
    if (skip >= length) {
      skip -= length;
      continue;
    }
    const run = Math.min(length - skip, bytes.length - done);
    const from = run === bytes.length ? bytes : bytes.subarray(done, done + run);
    if (!copyOut(kernel, task, base + skip, from)) return false;
    done += run;
    skip = 0;
  }
  return true;
}

/** Whether pread and pwrite make sense, as for lseek. */
export function isSeekable(file: OpenFile): boolean {
  return fileOps(file).seekable === true;
}
