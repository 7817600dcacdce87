import { StructReader } from '../../abi/struct.ts';
import { BLOCKED, EAGAIN, EBADF, EFAULT, EINPROGRESS, EINTR, EINVAL } from '../../errno.ts';
import type { Kernel } from '../../kernel.ts';
import { mmap } from '../../mm/mmap.ts';
import { MAP_ANONYMOUS, MAP_PRIVATE } from '../../mm/mmap-flags.ts';
import { munmap } from '../../mm/munmap.ts';
import { writebackPages } from '../../mm/page-cache.ts';
import { copyIn, copyOut, readWord, writeWord } from '../../mm/user-access.ts';
import { full, type SyscallDef } from '../../syscalls/define.ts';
import { readTimespec } from '../../time/timespec.ts';
import type { OpenFile, Task } from '../../types.ts';
import {
  type AioContext,
  type AioRequest,
  completeRequest,
  dropPoll,
  endContext,
  findContext,
  ringBytes,
  ringCount,
  ringPlaces,
  startPoll,
  startRing,
  takeEvents,
} from '../aio-context.ts';
import { retainFile } from '../file.ts';
import { getDataFile } from '../file-table.ts';
import { fsState } from '../fs-state.ts';
import { newQueue } from '../notify.ts';
import { O_APPEND, O_NONBLOCK } from '../open-flags.ts';
import { enterWithMask, leaveMask, pollRecord, waitUntil } from './poll-wait.ts';
import { readSegments } from './read-write.ts';
import { AT_POSITION, isSeekable, readFile, writeFile } from './transfer.ts';

const PROT_READ_WRITE = 3;
/** As sysctl fs.aio-max-nr. */
const MOST_EVENTS = 65_536;

/** Linux 6.1 fs/aio.c: io_setup, ioctx_alloc, aio_setup_ring */
function ioSetup(kernel: Kernel, task: Task, count: number, address: number): number {
  const before = readWord(kernel, task, address);
  if (before === undefined) return -EFAULT;
  if (before !== 0 || count === 0) return -EINVAL;
  const state = fsState(kernel);
  for (const context of state.aioContexts) if (context.mm.users === 0) endContext(kernel, context);
  const inUse = state.aioContexts.reduce((sum, { places }) => sum + places, 0);
  if (count > MOST_EVENTS || inUse + count > 2 * MOST_EVENTS) return -EAGAIN;
  const bytes = Math.ceil(ringBytes(count + 2) / 4096) * 4096;
  const ring = mmap(kernel, task, 0, bytes, PROT_READ_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, undefined, 0);
  if (ring < 0) return ring;
  const places = ringPlaces(bytes);
  if (!startRing(kernel, task, ring, places) || !writeWord(kernel, task, address, ring)) {
    munmap(kernel, task, ring, bytes);
    return -EFAULT;
  }
  state.aioContexts.push({ mm: task.mm!, address: ring, places, polls: [], queue: newQueue() });
  return 0;
}

function ioDestroy(kernel: Kernel, task: Task, id: number): number {
  const context = findContext(kernel, task, id);
  if (context === undefined) return -EINVAL;
  endContext(kernel, context);
  munmap(kernel, task, context.address, Math.ceil(ringBytes(context.places) / 4096) * 4096);
  return 0;
}

/** Operations. Linux 6.1 include/uapi/linux/aio_abi.h */
const PREAD = 0;
const PWRITE = 1;
const FSYNC = 2;
const FDSYNC = 3;
const POLL = 5;
const PREADV = 7;
const PWRITEV = 8;
const IOCB_BYTES = 64;
const FLAG_RESFD = 1;
const FLAG_IOPRIO = 2;
const RWF_NOWAIT = 8;
const RWF_APPEND = 16;
const RWF_SUPPORTED = 31;

/** Fields of a struct iocb. */
interface ControlBlock {
  readonly data: bigint;
  readonly rwFlags: number;
  readonly operation: number;
  readonly fd: number;
  readonly buffer: number;
  readonly length: number;
  readonly offset: number;
  readonly resultFd: number | undefined;
}

function readBlock(kernel: Kernel, task: Task, address: number): ControlBlock | number {
  const bytes = copyIn(kernel, task, address, IOCB_BYTES);
  if (bytes === undefined) return -EFAULT;
  const reader = new StructReader(kernel, bytes);
  const flags = reader.u32(56);
  const length = reader.u64(32);
  if (reader.u64(48) !== 0n || flags & ~(FLAG_RESFD | FLAG_IOPRIO) || length > 0xffff_ffffn) return -EINVAL;
  return {
    data: reader.u64(0),
    rwFlags: reader.u32(kernel.abi.isa.byteOrder === 'big' ? 8 : 12),
    operation: reader.u16(16),
    fd: reader.i32(20),
    buffer: Number(reader.u64(24) & 0xffff_ffffn),
    length: Number(length),
    offset: Number(reader.i64(40)),
    resultFd: flags & FLAG_RESFD ? reader.i32(60) : undefined,
  };
}

/** Reads or writes at once, as Linux does where the page cache serves: the result, or BLOCKED. */
function transfer(kernel: Kernel, task: Task, file: OpenFile, block: ControlBlock): number {
  const writes = block.operation === PWRITE || block.operation === PWRITEV;
  const vectored = block.operation === PREADV || block.operation === PWRITEV;
  const segments = vectored
    ? readSegments(kernel, task, block.buffer, block.length)
    : [{ base: block.buffer, length: block.length }];
  if (typeof segments === 'number') return segments;
  const position = isSeekable(file) ? block.offset : AT_POSITION;
  const before = file.flags;
  if (block.rwFlags & RWF_NOWAIT) file.flags |= O_NONBLOCK;
  if (block.rwFlags & RWF_APPEND) file.flags |= O_APPEND;
  const result = (writes ? writeFile : readFile)(kernel, task, file, segments, position);
  file.flags = before;
  return result;
}

function sync(kernel: Kernel, file: OpenFile): number {
  return file.inode.pages.size > 0 ? Math.min(0, writebackPages(kernel, file.inode)) : 0;
}

/** One control block: 0 when it is accepted, -errno, or BLOCKED. Linux 6.1 fs/aio.c: io_submit_one */
function submit(kernel: Kernel, task: Task, context: AioContext, iocb: number): number {
  const block = readBlock(kernel, task, iocb);
  if (typeof block === 'number') return block;
  if (ringCount(kernel, task, context) + context.polls.length >= context.places - 1) return -EAGAIN;
  const file = getDataFile(task, block.fd);
  if (file === undefined) return -EBADF;
  const resultFile = block.resultFd === undefined ? undefined : getDataFile(task, block.resultFd);
  if (block.resultFd !== undefined && resultFile === undefined) return -EBADF;
  if (resultFile !== undefined && resultFile.kind !== 'eventfd') return -EINVAL;
  if (!writeWord(kernel, task, iocb + (kernel.abi.isa.byteOrder === 'big' ? 12 : 8), 0)) return -EFAULT;
  const request = (): AioRequest => ({
    context,
    iocb,
    data: block.data,
    eventfd: resultFile === undefined ? undefined : retainFile(resultFile),
  });
  switch (block.operation) {
    case PREAD:
    case PWRITE:
    case PREADV:
    case PWRITEV: {
      if (block.rwFlags & ~RWF_SUPPORTED || block.offset < 0) return -EINVAL;
      const result = transfer(kernel, task, file, block);
      if (result === BLOCKED || result === -EBADF || result === -EINVAL) return result;
      completeRequest(kernel, request(), result);
      return 0;
    }
    case FSYNC:
    case FDSYNC:
      if (block.buffer !== 0 || block.offset !== 0 || block.length !== 0 || block.rwFlags !== 0) return -EINVAL;
      if (file.kind !== 'regular' && file.kind !== 'directory') return -EINVAL;
      completeRequest(kernel, request(), sync(kernel, file));
      return 0;
    case POLL:
      if (block.buffer > 0xffff || block.offset !== 0 || block.length !== 0 || block.rwFlags !== 0) return -EINVAL;
      startPoll(kernel, { ...request(), kind: 'aio-poll', file: retainFile(file), events: block.buffer });
      return 0;
    default:
      return -EINVAL;
  }
}

/** Linux 6.1 fs/aio.c: io_submit */
function ioSubmit(kernel: Kernel, task: Task, id: number, count: number, vector: number): number {
  if (count < 0) return -EINVAL;
  const context = findContext(kernel, task, id);
  if (context === undefined) return -EINVAL;
  let done = (task.restart?.submitted as number | undefined) ?? 0;
  for (; done < Math.min(count, context.places); done++) {
    const iocb = readWord(kernel, task, vector + 4 * done);
    const result = iocb === undefined ? -EFAULT : submit(kernel, task, context, iocb >>> 0);
    if (result === BLOCKED) {
      task.restart = { ...task.restart, call: 'io_submit', submitted: done };
      return BLOCKED;
    }
    if (result < 0) return done > 0 ? done : result;
  }
  return done;
}

/** Only polls wait, so only they can be cancelled; their event comes all the same. Linux 6.1 fs/aio.c: io_cancel */
function ioCancel(kernel: Kernel, task: Task, id: number, iocb: number, _result: number): number {
  const key = readWord(kernel, task, iocb + (kernel.abi.isa.byteOrder === 'big' ? 12 : 8));
  if (key === undefined) return -EFAULT;
  const context = findContext(kernel, task, id);
  if (key !== 0 || context === undefined) return -EINVAL;
  const poll = context.polls.find((candidate) => candidate.iocb === iocb);
  if (poll === undefined) return -EINVAL;
  dropPoll(kernel, poll);
  completeRequest(kernel, poll, 0);
  return -EINPROGRESS;
}

/** Waits for events until the deadline, and takes them. Linux 6.1 fs/aio.c: read_events */
function getEvents(
  kernel: Kernel,
  task: Task,
  id: number,
  least: number,
  most: number,
  address: number,
  deadline: bigint | undefined,
): number {
  const context = findContext(kernel, task, id);
  if (context === undefined || least < 0 || least > most) return -EINVAL;
  const waiting = ringCount(kernel, task, context);
  if (waiting < least) {
    const result = waitUntil(kernel, task, [context.queue], deadline, waiting > 0 ? 0 : -EINTR);
    if (result !== 0) return result;
  }
  const events = takeEvents(kernel, task, context, most);
  for (let i = 0; i < events.length; i++) {
    if (!copyOut(kernel, task, address + i * events[i]!.length, events[i]!)) return i > 0 ? i : -EFAULT;
  }
  return events.length;
}

function timeoutAt(kernel: Kernel, task: Task, address: number, wide: boolean): bigint | undefined | number {
  return address === 0 ? undefined : readTimespec(kernel, task, address, wide);
}

function ioGetevents(
  kernel: Kernel,
  task: Task,
  id: number,
  least: number,
  most: number,
  address: number,
  timeAddress: number,
): number {
  const timeout = timeoutAt(kernel, task, timeAddress, false);
  if (typeof timeout === 'number') return timeout;
  const { deadline } = pollRecord(kernel, task, 'io_getevents', timeout);
  return getEvents(kernel, task, id, least, most, address, deadline);
}

/** The same under another signal mask: struct __aio_sigset has its address and size. */
function ioPgetevents(wide: boolean) {
  const call = wide ? 'io_pgetevents_time64' : 'io_pgetevents';
  return (
    kernel: Kernel,
    task: Task,
    id: number,
    least: number,
    most: number,
    address: number,
    timeAddress: number,
    maskAt: number,
  ): number => {
    const timeout = timeoutAt(kernel, task, timeAddress, wide);
    if (typeof timeout === 'number') return timeout;
    if (task.restart?.call !== call && maskAt !== 0) {
      const bytes = copyIn(kernel, task, maskAt, 8);
      if (bytes === undefined) return -EFAULT;
      const reader = new StructReader(kernel, bytes);
      const failed = enterWithMask(kernel, task, reader.u32(0), reader.u32(4));
      if (failed) return failed;
    }
    const { deadline } = pollRecord(kernel, task, call, timeout);
    const result = getEvents(kernel, task, id, least, most, address, deadline);
    return result === -EINTR ? result : leaveMask(kernel, task, result);
  };
}

/** io_setup(2) and its family. */
export const AIO_SYSCALLS: SyscallDef[] = [
  full('io_setup', ['uint', 'ptr'], ioSetup),
  full('io_destroy', ['ulong'], ioDestroy),
  full('io_submit', ['ulong', 'long', 'ptr'], ioSubmit),
  full('io_cancel', ['ulong', 'ptr', 'ptr'], ioCancel),
  full('io_getevents', ['ulong', 'long', 'long', 'ptr', 'ptr'], ioGetevents),
  full('io_pgetevents', ['ulong', 'long', 'long', 'ptr', 'ptr', 'ptr'], ioPgetevents(false)),
  full('io_pgetevents_time64', ['ulong', 'long', 'long', 'ptr', 'ptr', 'ptr'], ioPgetevents(true)),
];
