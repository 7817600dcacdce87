import { PAGE_SIZE } from '@kml/core';
import { EAGAIN, EBUSY, EINVAL, ENOTTY, EPIPE } from '../errno.ts';
import type { Kernel } from '../kernel.ts';
import { blockOn } from '../sched/wait.ts';
import { SIGPIPE } from '../signal/numbers.ts';
import { sendSignal, sigInfo } from '../signal/send.ts';
import type { Inode, OpenFile, Task } from '../types.ts';
import { newFile } from './file.ts';
import type { FileOps } from './file-ops.ts';
import { touchModified } from './inode.ts';
import { internalInode } from './internal-fs.ts';
import { FIONREAD, putInt } from './ioctl.ts';
import { S_IFIFO } from './mode.ts';
import { type FileQueue, newQueue, notify } from './notify.ts';
import { canRead, canWrite, O_ACCMODE, O_NONBLOCK, O_RDONLY, O_WRONLY } from './open-flags.ts';
import { POLLERR, POLLHUP, READABLE, WRITABLE } from './poll-events.ts';

/** A write of at most this many bytes is not torn. Linux 6.1 include/uapi/linux/limits.h */
export const PIPE_BUF = 4096;
const DEFAULT_CAPACITY = 16 * PAGE_SIZE;
/** As sysctl fs.pipe-max-size. */
const MAX_CAPACITY = 1 << 20;

/** A pipe or FIFO: a ring buffer and its two ends. It is the inode's (Inode.data of a pipe; see pipeOf). */
export interface Pipe {
  buffer: Uint8Array;
  head: number;
  length: number;
  capacity: number;
  readers: number;
  writers: number;
  /** How often an end was opened: a FIFO's open waits for the other side's count to change. */
  readerOpens: number;
  writerOpens: number;
  queue: FileQueue;
}

export function newPipe(): Pipe {
  return {
    buffer: new Uint8Array(PAGE_SIZE),
    head: 0,
    length: 0,
    capacity: DEFAULT_CAPACITY,
    readers: 0,
    writers: 0,
    readerOpens: 0,
    writerOpens: 0,
    queue: newQueue(),
  };
}

/** The pipe behind an open end. */
export function pipeOf(file: OpenFile): Pipe {
  return file.data as Pipe;
}

/** pipe(): the two ends, reading first. */
export function openPipe(kernel: Kernel, flags: number): [OpenFile, OpenFile] {
  const pipe = newPipe();
  const place = internalInode(kernel, 'pipefs', 'pipe:', S_IFIFO | 0o600, { fifo: pipe });
  place.dentry.inode!.nlink = 1;
  pipe.readers = pipe.writers = 1;
  return [newFile('pipe', place, O_RDONLY | flags, pipe), newFile('pipe', place, O_WRONLY | flags, pipe)];
}

/** Bytes in the ring, oldest first, into `into`; returns how many. Does not take them out. */
export function peekPipe(pipe: Pipe, into: Uint8Array): number {
  const count = Math.min(into.length, pipe.length);
  const first = Math.min(count, pipe.buffer.length - pipe.head);
  into.set(pipe.buffer.subarray(pipe.head, pipe.head + first));
  if (first < count) into.set(pipe.buffer.subarray(0, count - first), first);
  return count;
}

/** Takes bytes out of the ring. */
export function dropFromPipe(pipe: Pipe, count: number): void {
  pipe.length -= count;
  pipe.head = pipe.length === 0 ? 0 : (pipe.head + count) % pipe.buffer.length;
}

/** Appends bytes that fit the capacity. */
export function pushIntoPipe(pipe: Pipe, bytes: Uint8Array): void {
  if (pipe.length + bytes.length > pipe.buffer.length) growBuffer(pipe, pipe.length + bytes.length);
  const at = (pipe.head + pipe.length) % pipe.buffer.length;
  const first = Math.min(bytes.length, pipe.buffer.length - at);
  pipe.buffer.set(bytes.subarray(0, first), at);
  if (first < bytes.length) pipe.buffer.set(bytes.subarray(first), 0);
  pipe.length += bytes.length;
}

function growBuffer(pipe: Pipe, needed: number): void {
  let size = pipe.buffer.length;
  while (size < needed) size *= 2;
  const buffer = new Uint8Array(size);
  peekPipe(pipe, buffer);
  pipe.buffer = buffer;
  pipe.head = 0;
}

/** Linux 6.1 fs/pipe.c: pipe_read */
function read(kernel: Kernel, task: Task, file: OpenFile, into: Uint8Array): number {
  const pipe = pipeOf(file);
  if (into.length === 0) return 0;
  if (pipe.length === 0) {
    if (pipe.writers === 0) return 0;
    return file.flags & O_NONBLOCK ? -EAGAIN : blockOn(kernel, task, [pipe.queue]);
  }
  const count = peekPipe(pipe, into);
  dropFromPipe(pipe, count);
  notify(kernel, pipe.queue);
  return count;
}

/** Linux 6.1 fs/pipe.c: pipe_write. What does not fit is left to the caller, who comes again with it. */
function write(kernel: Kernel, task: Task, file: OpenFile, bytes: Uint8Array): number {
  const pipe = pipeOf(file);
  if (bytes.length === 0) return 0;
  if (pipe.readers === 0) {
    sendSignal(kernel, task, sigInfo(SIGPIPE));
    return -EPIPE;
  }
  const room = pipe.capacity - pipe.length;
  if (room <= 0 || (bytes.length <= PIPE_BUF && room < bytes.length)) {
    return file.flags & O_NONBLOCK ? -EAGAIN : blockOn(kernel, task, [pipe.queue]);
  }
  const count = Math.min(room, bytes.length);
  pushIntoPipe(pipe, bytes.subarray(0, count));
  touchModified(kernel, file.inode);
  notify(kernel, pipe.queue);
  return count;
}

export const PIPE_OPS: FileOps = {
  read,
  write,

  poll(_kernel, file) {
    const pipe = pipeOf(file);
    let events = 0;
    if (canRead(file.flags)) {
      if (pipe.length > 0) events |= READABLE;
      if (pipe.writers === 0 && hadWriter(pipe)) events |= POLLHUP;
    }
    if (canWrite(file.flags)) {
      if (pipe.capacity - pipe.length >= PIPE_BUF) events |= WRITABLE;
      if (pipe.readers === 0) events |= POLLERR;
    }
    return events;
  },

  queues: (_kernel, file) => [pipeOf(file).queue],

  ioctl(kernel, task, file, command, argument) {
    return command === FIONREAD ? putInt(kernel, task, argument, pipeOf(file).length) : -ENOTTY;
  },

  release(kernel, file) {
    const pipe = pipeOf(file);
    if (canRead(file.flags)) pipe.readers--;
    if (canWrite(file.flags)) pipe.writers--;
    if (pipe.readers === 0 && pipe.writers === 0) forgetBytes(pipe);
    notify(kernel, pipe.queue);
  },
};

/** A FIFO nobody ever opened for writing has not hung up. */
function hadWriter(pipe: Pipe): boolean {
  return pipe.writerOpens > 0 || pipe.readerOpens === 0;
}

function forgetBytes(pipe: Pipe): void {
  pipe.buffer = new Uint8Array(PAGE_SIZE);
  pipe.head = pipe.length = 0;
}

/** fcntl(F_SETPIPE_SZ): the new capacity, or -errno. Linux 6.1 fs/pipe.c: pipe_set_size */
export function setPipeCapacity(kernel: Kernel, file: OpenFile, bytes: number): number {
  const pipe = pipeOf(file);
  if (bytes <= 0 || bytes > MAX_CAPACITY) return -EINVAL;
  let capacity = PAGE_SIZE;
  while (capacity < bytes) capacity *= 2;
  if (capacity < pipe.length) return -EBUSY;
  pipe.capacity = capacity;
  notify(kernel, pipe.queue);
  return capacity;
}

/** The pipes of FIFOs stand in their inodes' data under this name. */
interface FifoHolder {
  fifo?: Pipe;
}

/** The pipe of a FIFO's inode, made at its first open. */
export function fifoOf(inode: Inode): Pipe {
  const holder = inode.data as FifoHolder;
  holder.fifo ??= newPipe();
  return holder.fifo;
}

/** Counts an end in; the open may have to wait for the other (see fifo.ts). */
export function enterFifo(kernel: Kernel, pipe: Pipe, flags: number): void {
  if (canRead(flags)) {
    pipe.readers++;
    pipe.readerOpens++;
  }
  if ((flags & O_ACCMODE) !== O_RDONLY) {
    pipe.writers++;
    pipe.writerOpens++;
  }
  notify(kernel, pipe.queue);
}
