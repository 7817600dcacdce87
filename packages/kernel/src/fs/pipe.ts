import { PAGE_SIZE } from '@kml/core';
import { EAGAIN, EBUSY, EINVAL, ENOTTY, EPERM, EPIPE } from '../errno.ts';
import type { Kernel } from '../kernel.ts';
import { blockOn } from '../sched/wait.ts';
import { SIGPIPE } from '../signal/numbers.ts';
import { sendSignal, sigInfo } from '../signal/send.ts';
import { CAP, capable } from '../task/capabilities.ts';
import { coarseRealtimeNs } from '../time/clock.ts';
import type { Inode, OpenFile, Task } from '../types.ts';
import { newFile } from './file.ts';
import type { FileOps } from './file-ops.ts';
import { internalInode } from './internal-fs.ts';
import { FIONREAD, putInt } from './ioctl.ts';
import { S_IFIFO } from './mode.ts';
import { type FileQueue, newQueue, notify, POLL_IN, POLL_OUT } from './notify.ts';
import { canRead, canWrite, O_ACCMODE, O_DIRECT, O_NONBLOCK, O_RDONLY, O_WRONLY } from './open-flags.ts';
import { POLLERR, POLLHUP, READABLE, WRITABLE } from './poll-events.ts';

/** Buffers of a new pipe, a page each. */
const DEFAULT_SLOTS = 16;
/** As sysctl fs.pipe-max-size: the most that an ordinary user gets. */
const MAX_CAPACITY = 1 << 20;

/** A buffer of a pipe. Linux 6.1 include/linux/pipe_fs_i.h: struct pipe_buffer */
export interface PipeSlot {
  /** A page's worth where more may be added, else what is there. */
  bytes: Uint8Array;
  offset: number;
  length: number;
  /** The next write may add to it. */
  merges: boolean;
  /** A packet (O_DIRECT): one read takes it, and what the read has no room for is lost. */
  packet: boolean;
}

/** A pipe or FIFO: buffers, and its two ends. It is the inode's (Inode.data of a pipe; see pipeOf). */
export interface Pipe {
  /** Oldest first. */
  slots: PipeSlot[];
  /** A buffer that was emptied, for the next write. Linux: tmp_page */
  spare: PipeSlot | undefined;
  /** How many buffers it has. */
  limit: number;
  readers: number;
  writers: number;
  /** How often an end was opened: a FIFO's open waits for the other side's count to change. */
  readerOpens: number;
  writerOpens: number;
  queue: FileQueue;
}

export function newPipe(): Pipe {
  return {
    slots: [],
    spare: undefined,
    limit: DEFAULT_SLOTS,
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

/** Bytes in all buffers. */
export function pipeBytes(pipe: Pipe): number {
  let count = 0;
  for (const slot of pipe.slots) count += slot.length;
  return count;
}

/** Buffers that are free. */
export function freeSlots(pipe: Pipe): number {
  return Math.max(0, pipe.limit - pipe.slots.length);
}

/** Copies the first bytes out, over the borders of buffers, and leaves them there; returns how many. */
export function peekPipe(pipe: Pipe, into: Uint8Array): number {
  let done = 0;
  for (const { bytes, offset, length } of pipe.slots) {
    if (done === into.length) break;
    const run = Math.min(length, into.length - done);
    into.set(bytes.subarray(offset, offset + run), done);
    done += run;
  }
  return done;
}

/** Takes bytes out. */
export function dropFromPipe(pipe: Pipe, count: number): void {
  let left = count;
  while (left > 0 && pipe.slots.length > 0) {
    const slot = pipe.slots[0]!;
    const run = Math.min(left, slot.length);
    slot.offset += run;
    slot.length -= run;
    left -= run;
    if (slot.length === 0) takeFirst(pipe);
  }
}

/** Takes the first buffer out. An array that is emptied by pop keeps its room, one that is by shift does not. */
function takeFirst({ slots }: Pipe): PipeSlot {
  return slots.length === 1 ? slots.pop()! : slots.shift()!;
}

/** Puts bytes into a buffer of their own, which nothing is added to. The bytes become the pipe's. */
export function pushSlot(pipe: Pipe, bytes: Uint8Array): void {
  pipe.slots.push({ bytes, offset: 0, length: bytes.length, merges: false, packet: false });
}

/** Linux 6.1 fs/pipe.c: pipe_read */
function read(kernel: Kernel, task: Task, file: OpenFile, into: Uint8Array): number {
  const pipe = pipeOf(file);
  if (into.length === 0) return 0;
  if (pipe.slots.length === 0) {
    if (pipe.writers === 0) return 0;
    return file.flags & O_NONBLOCK ? -EAGAIN : blockOn(kernel, task, [pipe.queue]);
  }
  const count = pipe.slots[0]!.packet ? takePacket(pipe, into) : takeBytes(pipe, into);
  notify(kernel, pipe.queue, POLL_OUT);
  return count;
}

function takePacket(pipe: Pipe, into: Uint8Array): number {
  const { bytes, offset, length } = takeFirst(pipe);
  const count = Math.min(length, into.length);
  into.set(bytes.subarray(offset, offset + count));
  return count;
}

/** Bytes up to the next packet. */
function takeBytes(pipe: Pipe, into: Uint8Array): number {
  let done = 0;
  while (done < into.length && pipe.slots.length > 0 && !(done > 0 && pipe.slots[0]!.packet)) {
    const slot = pipe.slots[0]!;
    const run = Math.min(slot.length, into.length - done);
    copyBytes(into, done, slot.bytes, slot.offset, run);
    slot.offset += run;
    slot.length -= run;
    done += run;
    if (slot.length === 0) {
      takeFirst(pipe);
      if (slot.merges) pipe.spare = slot;
    }
  }
  return done;
}

/** For a few bytes a loop is faster than a view. */
function copyBytes(into: Uint8Array, at: number, from: Uint8Array, offset: number, count: number): void {
  if (count > 64) into.set(from.subarray(offset, offset + count), at);
  else for (let i = 0; i < count; i++) into[at + i] = from[offset + i]!;
}

/** A buffer with the bytes from `start` on, a page's worth at most. */
function newSlot(pipe: Pipe, bytes: Uint8Array, start: number, packet: boolean): PipeSlot {
  const length = Math.min(bytes.length - start, PAGE_SIZE);
  const { spare } = pipe;
  if (spare === undefined || packet || spare.bytes.length < length) {
    return { bytes: bytes.slice(start, start + length), offset: 0, length, merges: !packet, packet };
  }
  pipe.spare = undefined;
  copyBytes(spare.bytes, 0, bytes, start, length);
  spare.offset = 0;
  spare.length = length;
  return spare;
}

/**
 * Adds what is no whole page to the last buffer, if that has room: so that a write of at most
 * PIPE_BUF bytes is not torn. Linux 6.1 fs/pipe.c: pipe_write
 */
function mergeTail(pipe: Pipe, bytes: Uint8Array): number {
  const odd = bytes.length % PAGE_SIZE;
  const last = pipe.slots.at(-1);
  if (odd === 0 || last === undefined || !last.merges) return 0;
  const end = last.offset + last.length;
  if (end + odd > PAGE_SIZE) return 0;
  if (end + odd > last.bytes.length) last.bytes = grown(last.bytes);
  last.bytes.set(bytes.subarray(0, odd), end);
  last.length += odd;
  return odd;
}

function grown(bytes: Uint8Array): Uint8Array {
  const page = new Uint8Array(PAGE_SIZE);
  page.set(bytes);
  return page;
}

/** Linux 6.1 fs/pipe.c: pipe_write. What does not fit is left to the caller, who comes again with it. */
function write(kernel: Kernel, task: Task, file: OpenFile, bytes: Uint8Array): number {
  const pipe = pipeOf(file);
  if (bytes.length === 0) return 0;
  if (pipe.readers === 0) {
    sendSignal(kernel, task, sigInfo(SIGPIPE));
    return -EPIPE;
  }
  const packet = (file.flags & O_DIRECT) !== 0;
  let done = mergeTail(pipe, bytes);
  while (done < bytes.length && pipe.slots.length < pipe.limit) {
    const slot = newSlot(pipe, bytes, done, packet);
    pipe.slots.push(slot);
    done += slot.length;
  }
  if (done === 0) return file.flags & O_NONBLOCK ? -EAGAIN : blockOn(kernel, task, [pipe.queue]);
  file.inode.mtime = file.inode.ctime = coarseRealtimeNs(kernel);
  notify(kernel, pipe.queue, POLL_IN);
  return done;
}

export const PIPE_OPS: FileOps = {
  read,
  write,

  poll(_kernel, file) {
    const pipe = pipeOf(file);
    let events = 0;
    if (canRead(file.flags)) {
      if (pipe.slots.length > 0) events |= READABLE;
      if (pipe.writers === 0 && hadWriter(pipe)) events |= POLLHUP;
    }
    if (canWrite(file.flags)) {
      if (pipe.slots.length < pipe.limit) events |= WRITABLE;
      if (pipe.readers === 0) events |= POLLERR;
    }
    return events;
  },

  queues: (_kernel, file) => [pipeOf(file).queue],

  ioctl(kernel, task, file, command, argument) {
    return command === FIONREAD ? putInt(kernel, task, argument, pipeBytes(pipeOf(file))) : -ENOTTY;
  },

  release(kernel, file) {
    const pipe = pipeOf(file);
    if (canRead(file.flags)) pipe.readers--;
    if (canWrite(file.flags)) pipe.writers--;
    if (pipe.readers === 0 && pipe.writers === 0) {
      pipe.slots = [];
      pipe.spare = undefined;
    }
    notify(kernel, pipe.queue, POLL_IN);
  },
};

/** A FIFO nobody ever opened for writing has not hung up. */
function hadWriter(pipe: Pipe): boolean {
  return pipe.writerOpens > 0 || pipe.readerOpens === 0;
}

/** F_GETPIPE_SZ. */
export function pipeCapacity(file: OpenFile): number {
  return pipeOf(file).limit * PAGE_SIZE;
}

/** F_SETPIPE_SZ: the new capacity, or -errno. Linux 6.1 fs/pipe.c: pipe_set_size */
export function setPipeCapacity(kernel: Kernel, task: Task, file: OpenFile, bytes: number): number {
  const pipe = pipeOf(file);
  if (bytes < 0 || bytes > 2 ** 31) return -EINVAL;
  let capacity = PAGE_SIZE;
  while (capacity < bytes) capacity *= 2;
  if (capacity > pipe.limit * PAGE_SIZE && capacity > MAX_CAPACITY && !capable(task.cred, CAP.sysResource))
    return -EPERM;
  if (capacity / PAGE_SIZE < pipe.slots.length) return -EBUSY;
  pipe.limit = capacity / PAGE_SIZE;
  notify(kernel, pipe.queue, POLL_OUT);
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
