import { PAGE_SIZE } from '@kml/core';
import { EAGAIN, EBADF, EFAULT, EINVAL, EPIPE, ESPIPE } from '../../errno.ts';
import type { Kernel } from '../../kernel.ts';
import { copyIn } from '../../mm/user-access.ts';
import { blockOn } from '../../sched/wait.ts';
import { SIGPIPE } from '../../signal/numbers.ts';
import { sendSignal, sigInfo } from '../../signal/send.ts';
import { full, type SyscallDef } from '../../syscalls/define.ts';
import type { OpenFile, Task } from '../../types.ts';
import { fileOps } from '../file-ops.ts';
import { getDataFile } from '../file-table.ts';
import { notify, POLL_IN, POLL_OUT } from '../notify.ts';
import { canRead, canWrite, O_APPEND, O_NONBLOCK } from '../open-flags.ts';
import { dropFromPipe, freeSlots, type Pipe, peekPipe, pipeBytes, pipeOf, pushSlot } from '../pipe.ts';
import { type Cursor, closeCursor, openCursor } from './copy.ts';
import { readSegments } from './read-write.ts';
import { scatter } from './transfer.ts';

const SPLICE_F_NONBLOCK = 2;
/** MOVE, NONBLOCK, MORE, GIFT: all but one are hints. */
const SPLICE_F_ALL = 15;
/** The most that goes between a pipe and another file at once. */
const CHUNK = 65536;

/** The two files of a call, or -errno. */
function endsOf(task: Task, inFd: number, outFd: number): { source: OpenFile; target: OpenFile } | number {
  const source = getDataFile(task, inFd);
  const target = getDataFile(task, outFd);
  if (source === undefined || target === undefined) return -EBADF;
  if (!canRead(source.flags) || !canWrite(target.flags)) return -EBADF;
  return { source, target };
}

/** Nobody reads the pipe: SIGPIPE and -EPIPE. */
function brokenPipe(kernel: Kernel, task: Task): number {
  sendSignal(kernel, task, sigInfo(SIGPIPE));
  return -EPIPE;
}

/** 0 where the pipe has bytes; else what the call gives: 0 bytes at the end comes as undefined. Linux 6.1 fs/splice.c: ipipe_prep */
function waitForBytes(kernel: Kernel, task: Task, pipe: Pipe, nonblock: boolean): number | undefined {
  if (pipe.slots.length > 0) return 0;
  if (pipe.writers === 0) return undefined;
  return nonblock ? -EAGAIN : blockOn(kernel, task, [pipe.queue]);
}

/** 0 where the pipe has room, else -errno or BLOCKED. Linux 6.1 fs/splice.c: opipe_prep */
function waitForRoom(kernel: Kernel, task: Task, pipe: Pipe, nonblock: boolean): number {
  if (pipe.readers === 0) return brokenPipe(kernel, task);
  if (freeSlots(pipe) > 0) return 0;
  return nonblock ? -EAGAIN : blockOn(kernel, task, [pipe.queue]);
}

/** Linux 6.1 fs/splice.c: do_splice. One side at least is a pipe. */
function splice(
  kernel: Kernel,
  task: Task,
  inFd: number,
  inAt: number,
  outFd: number,
  outAt: number,
  count: number,
  flags: number,
): number {
  if (count === 0) return 0;
  if (flags & ~SPLICE_F_ALL) return -EINVAL;
  const ends = endsOf(task, inFd, outFd);
  if (typeof ends === 'number') return ends;
  const { source, target } = ends;
  const fromPipe = source.kind === 'pipe';
  const toPipe = target.kind === 'pipe';
  if ((fromPipe && inAt !== 0) || (toPipe && outAt !== 0)) return -ESPIPE;
  const asked = (flags & SPLICE_F_NONBLOCK) !== 0;
  if (fromPipe && toPipe) {
    const nonblock = asked || ((source.flags | target.flags) & O_NONBLOCK) !== 0;
    return source.data === target.data
      ? -EINVAL
      : pipeToPipe(kernel, task, pipeOf(source), pipeOf(target), count, nonblock);
  }
  if (toPipe) {
    const from = openCursor(kernel, task, source, inAt, true);
    return typeof from === 'number' ? from : fileToPipe(kernel, task, from, target, count, asked);
  }
  if (!fromPipe) return -EINVAL;
  if (target.flags & O_APPEND) return -EINVAL;
  const to = openCursor(kernel, task, target, outAt, true);
  return typeof to === 'number' ? to : pipeToFile(kernel, task, source, to, count, asked);
}

/** Linux 6.1 fs/splice.c: splice_pipe_to_pipe */
function pipeToPipe(kernel: Kernel, task: Task, from: Pipe, to: Pipe, count: number, nonblock: boolean): number {
  const bytes = waitForBytes(kernel, task, from, nonblock);
  if (bytes === undefined) return 0;
  const failed = bytes || waitForRoom(kernel, task, to, nonblock);
  if (failed) return failed;
  let done = 0;
  while (done < count && from.slots.length > 0 && freeSlots(to) > 0) {
    const slot = from.slots[0]!;
    const run = Math.min(slot.length, count - done);
    to.slots.push({
      ...slot,
      bytes: slot.bytes.slice(slot.offset, slot.offset + run),
      offset: 0,
      length: run,
      merges: false,
    });
    dropFromPipe(from, run);
    done += run;
  }
  notify(kernel, from.queue, POLL_OUT);
  notify(kernel, to.queue, POLL_IN);
  return done;
}

/** Moves what is there now, up to a pipe's worth: a page of the file to a buffer. Linux 6.1 fs/splice.c: generic_file_splice_read */
function fileToPipe(
  kernel: Kernel,
  task: Task,
  from: Cursor,
  target: OpenFile,
  count: number,
  nonblock: boolean,
): number {
  const pipe = pipeOf(target);
  const failed = waitForRoom(kernel, task, pipe, nonblock || (target.flags & O_NONBLOCK) !== 0);
  if (failed) return failed;
  const { read, seekable } = fileOps(from.file);
  if (read === undefined) return -EINVAL;
  const before = seekable ? from.position % PAGE_SIZE : 0;
  const buffer = new Uint8Array(Math.min(CHUNK, count, freeSlots(pipe) * PAGE_SIZE - before));
  const flags = from.file.flags;
  if (nonblock) from.file.flags |= O_NONBLOCK;
  const got = read(kernel, task, from.file, buffer, from.position);
  from.file.flags = flags;
  if (got <= 0) return got;
  for (let at = 0; at < got; ) {
    const run = Math.min(got - at, PAGE_SIZE - ((before + at) % PAGE_SIZE));
    pushSlot(pipe, buffer.slice(at, at + run));
    at += run;
  }
  notify(kernel, pipe.queue, POLL_IN);
  from.position += got;
  return (seekable ? closeCursor(kernel, task, from, true) : 0) || got;
}

/** Linux 6.1 fs/splice.c: splice_from_pipe */
function pipeToFile(
  kernel: Kernel,
  task: Task,
  source: OpenFile,
  to: Cursor,
  count: number,
  nonblock: boolean,
): number {
  const pipe = pipeOf(source);
  const { write, seekable } = fileOps(to.file);
  if (write === undefined) return -EINVAL;
  const bytes = waitForBytes(kernel, task, pipe, nonblock || (source.flags & O_NONBLOCK) !== 0);
  if (bytes === undefined) return 0;
  if (bytes !== 0) return bytes;
  const buffer = new Uint8Array(Math.min(CHUNK, count));
  const got = peekPipe(pipe, buffer);
  const flags = to.file.flags;
  if (nonblock) to.file.flags |= O_NONBLOCK;
  const put = write(kernel, task, to.file, buffer.subarray(0, got), to.position);
  to.file.flags = flags;
  if (put <= 0) return put;
  dropFromPipe(pipe, put);
  notify(kernel, pipe.queue, POLL_OUT);
  to.position += put;
  return (seekable ? closeCursor(kernel, task, to, true) : 0) || put;
}

/** Linux 6.1 fs/splice.c: do_tee */
function tee(kernel: Kernel, task: Task, inFd: number, outFd: number, count: number, flags: number): number {
  if (flags & ~SPLICE_F_ALL) return -EINVAL;
  if (count === 0) return 0;
  const ends = endsOf(task, inFd, outFd);
  if (typeof ends === 'number') return ends;
  const { source, target } = ends;
  if (source.kind !== 'pipe' || target.kind !== 'pipe' || source.data === target.data) return -EINVAL;
  const from = pipeOf(source);
  const to = pipeOf(target);
  const nonblock = (flags & SPLICE_F_NONBLOCK) !== 0 || ((source.flags | target.flags) & O_NONBLOCK) !== 0;
  const bytes = waitForBytes(kernel, task, from, nonblock);
  if (bytes === undefined) return 0;
  const failed = bytes || waitForRoom(kernel, task, to, nonblock);
  if (failed) return failed;
  let done = 0;
  for (const slot of from.slots) {
    if (done === count || freeSlots(to) === 0) break;
    const run = Math.min(slot.length, count - done);
    to.slots.push({
      ...slot,
      bytes: slot.bytes.slice(slot.offset, slot.offset + run),
      offset: 0,
      length: run,
      merges: false,
    });
    done += run;
  }
  notify(kernel, to.queue, POLL_IN);
  return done;
}

/** Linux 6.1 fs/splice.c: vmsplice. The bytes are copied: the program may change its memory afterwards. */
function vmsplice(kernel: Kernel, task: Task, fd: number, iov: number, count: number, flags: number): number {
  if (flags & ~SPLICE_F_ALL) return -EINVAL;
  const file = getDataFile(task, fd);
  if (file === undefined || file.kind !== 'pipe') return -EBADF;
  const segments = readSegments(kernel, task, iov, count);
  if (typeof segments === 'number') return segments;
  const total = segments.reduce((sum, { length }) => sum + length, 0);
  if (total === 0) return 0;
  const pipe = pipeOf(file);
  const nonblock = (flags & SPLICE_F_NONBLOCK) !== 0 || (file.flags & O_NONBLOCK) !== 0;
  if (!canWrite(file.flags)) {
    const bytes = waitForBytes(kernel, task, pipe, nonblock);
    if (bytes !== 0) return bytes ?? 0;
    const buffer = new Uint8Array(Math.min(total, pipeBytes(pipe)));
    peekPipe(pipe, buffer);
    if (!scatter(kernel, task, segments, 0, buffer)) return -EFAULT;
    dropFromPipe(pipe, buffer.length);
    notify(kernel, pipe.queue, POLL_OUT);
    return buffer.length;
  }
  const failed = waitForRoom(kernel, task, pipe, nonblock);
  if (failed) return failed;
  let done = 0;
  for (const { base, length } of segments) {
    for (let at = 0; at < length && freeSlots(pipe) > 0; ) {
      const run = Math.min(length - at, PAGE_SIZE - ((base + at) % PAGE_SIZE));
      const bytes = copyIn(kernel, task, base + at, run);
      if (bytes === undefined) return done > 0 ? done : -EFAULT;
      pushSlot(pipe, bytes);
      at += run;
      done += run;
    }
  }
  notify(kernel, pipe.queue, POLL_IN);
  return done;
}

/** splice(2), tee(2), vmsplice(2). */
export const SPLICE_SYSCALLS: SyscallDef[] = [
  full('splice', ['fd', 'ptr', 'fd', 'ptr', 'size', 'flags'], splice),
  full('tee', ['fd', 'fd', 'size', 'flags'], tee),
  full('vmsplice', ['fd', 'ptr', 'ulong', 'flags'], vmsplice),
];
