import { decodeSigSet, sigSetBytes } from '../../abi/signals.ts';
import { StructReader, StructWriter } from '../../abi/struct.ts';
import { BLOCKED, EBADF, EFAULT, EINTR, EINVAL, ENOTDIR } from '../../errno.ts';
import type { Kernel } from '../../kernel.ts';
import { copyIn, copyOut } from '../../mm/user-access.ts';
import { UNBLOCKABLE } from '../../signal/numbers.ts';
import { without } from '../../signal/sig-set.ts';
import { full, type SyscallDef } from '../../syscalls/define.ts';
import { readTimespec } from '../../time/timespec.ts';
import type { OpenFile, SigSet, Task } from '../../types.ts';
import { controlEpoll, EPOLL_CTL_DEL, type EpollEvent, epollQueues, openEpoll, takeEpollEvents } from '../epoll.ts';
import { openEventfd } from '../eventfd.ts';
import { getDataFile, installFd } from '../file-table.ts';
import { addWatch, openInotify, removeWatch } from '../inotify.ts';
import { IN_DONT_FOLLOW, IN_MASK_ADD, IN_MASK_CREATE, IN_ONLYDIR } from '../inotify-events.ts';
import { isDirectory } from '../mode.ts';
import { AT_FDCWD, O_CLOEXEC, O_NONBLOCK } from '../open-flags.ts';
import { MAY_READ, permission } from '../permission.ts';
import { openSignalfd, setSignalfd } from '../signalfd.ts';
import { armTimerFile, openTimerfd, timerFileOf, timerFileStatus } from '../timerfd.ts';
import { placeAt } from './arguments.ts';
import { enterWithMask, leaveMask, pollRecord, waitUntil } from './poll-wait.ts';

function install(kernel: Kernel, task: Task, file: OpenFile, flags: number): number {
  return installFd(kernel, task, file, (flags & O_CLOEXEC) !== 0);
}

const EFD_SEMAPHORE = 1;

function eventfd2(kernel: Kernel, task: Task, initial: number, flags: number): number {
  if (flags & ~(EFD_SEMAPHORE | O_CLOEXEC | O_NONBLOCK)) return -EINVAL;
  const file = openEventfd(kernel, initial >>> 0, (flags & EFD_SEMAPHORE) !== 0, flags & O_NONBLOCK);
  return install(kernel, task, file, flags);
}

function epollCreate1(kernel: Kernel, task: Task, flags: number): number {
  return flags & ~O_CLOEXEC ? -EINVAL : install(kernel, task, openEpoll(kernel), flags);
}

function epollCreate(kernel: Kernel, task: Task, size: number): number {
  return size <= 0 ? -EINVAL : epollCreate1(kernel, task, 0);
}

/** Where the 8 bytes of struct epoll_event's data lie. */
function dataOffset(kernel: Kernel): number {
  return kernel.abi.u64Alignment ?? 4;
}

function epollCtl(kernel: Kernel, task: Task, epfd: number, operation: number, fd: number, address: number): number {
  const epoll = getDataFile(task, epfd);
  const file = getDataFile(task, fd);
  if (epoll === undefined || file === undefined) return -EBADF;
  if (operation === EPOLL_CTL_DEL) return controlEpoll(kernel, epoll, operation, fd, file, 0, new Uint8Array(8));
  const at = dataOffset(kernel);
  const bytes = copyIn(kernel, task, address, at + 8);
  if (bytes === undefined) return -EFAULT;
  const events = new StructReader(kernel, bytes).u32(0);
  return controlEpoll(kernel, epoll, operation, fd, file, events, bytes.slice(at, at + 8));
}

const MAX_EVENTS = 0x7fff_ffff / 16;

/** Linux 6.1 fs/eventpoll.c: do_epoll_wait */
function epollPoll(
  kernel: Kernel,
  task: Task,
  epfd: number,
  address: number,
  limit: number,
  deadline: bigint | undefined,
  onSignal: number,
): number {
  const epoll = getDataFile(task, epfd);
  if (epoll === undefined) return -EBADF;
  if (limit <= 0 || limit > MAX_EVENTS) return -EINVAL;
  const events = takeEpollEvents(kernel, epoll, limit);
  if (typeof events === 'number') return events;
  if (events.length === 0) return waitUntil(kernel, task, epollQueues(kernel, epoll), deadline, onSignal);
  return copyOut(kernel, task, address, encodeEvents(kernel, events)) ? events.length : -EFAULT;
}

function encodeEvents(kernel: Kernel, events: readonly EpollEvent[]): Uint8Array {
  const at = dataOffset(kernel);
  const out = new StructWriter(kernel, events.length * (at + 8));
  events.forEach((event, i) => {
    out.at(i * (at + 8)).u32(event.events);
    out.bytes.set(event.data, i * (at + 8) + at);
  });
  return out.bytes;
}

function millisecondsOf(timeout: number): bigint | undefined {
  return timeout < 0 ? undefined : BigInt(timeout) * 1_000_000n;
}

function epollWait(kernel: Kernel, task: Task, epfd: number, address: number, limit: number, timeout: number): number {
  const { deadline } = pollRecord(kernel, task, 'epoll_wait', millisecondsOf(timeout));
  return epollPoll(kernel, task, epfd, address, limit, deadline, -EINTR);
}

/** The wait under another signal mask, of epoll_pwait and epoll_pwait2. */
function maskedWait(
  kernel: Kernel,
  task: Task,
  epfd: number,
  address: number,
  limit: number,
  timeout: bigint | undefined,
  mask: number,
  size: number,
): number {
  if (task.restart?.call !== 'epoll_pwait') {
    const failed = enterWithMask(kernel, task, mask, size);
    if (failed) return failed;
  }
  const { deadline } = pollRecord(kernel, task, 'epoll_pwait', timeout);
  // A signal's handler runs under the call's mask; the call itself is not made again: -EINTR.
  const result = epollPoll(kernel, task, epfd, address, limit, deadline, -EINTR);
  return result === -EINTR || result === BLOCKED ? result : leaveMask(kernel, task, result);
}

function epollPwait(
  kernel: Kernel,
  task: Task,
  epfd: number,
  address: number,
  limit: number,
  timeout: number,
  mask: number,
  size: number,
): number {
  return maskedWait(kernel, task, epfd, address, limit, millisecondsOf(timeout), mask, size);
}

function epollPwait2(
  kernel: Kernel,
  task: Task,
  epfd: number,
  address: number,
  limit: number,
  timeoutAt: number,
  mask: number,
  size: number,
): number {
  const timeout = timeoutAt === 0 ? undefined : readTimespec(kernel, task, timeoutAt, true);
  if (typeof timeout === 'number') return timeout;
  return maskedWait(kernel, task, epfd, address, limit, timeout, mask, size);
}

const CLOCKS: readonly number[] = [0, 1, 7, 8, 9];

function timerfdCreate(kernel: Kernel, task: Task, clock: number, flags: number): number {
  if (!CLOCKS.includes(clock) || flags & ~(O_CLOEXEC | O_NONBLOCK)) return -EINVAL;
  const base = clock === 8 ? 0 : clock === 0 ? 0 : 1;
  return install(kernel, task, openTimerfd(kernel, base, flags & O_NONBLOCK), flags);
}

/** struct itimerspec: interval, value. */
function timerfdSettime(wide: boolean) {
  return (kernel: Kernel, task: Task, fd: number, flags: number, newAt: number, oldAt: number): number => {
    const file = getDataFile(task, fd);
    if (file === undefined) return -EBADF;
    if (file.kind !== 'timerfd' || flags & ~3) return -EINVAL;
    const interval = readTimespec(kernel, task, newAt, wide);
    const value = readTimespec(kernel, task, newAt + (wide ? 16 : 8), wide);
    if (typeof interval === 'number') return interval;
    if (typeof value === 'number') return value;
    const timer = timerFileOf(file);
    const old = timerFileStatus(kernel, timer);
    const cancelled = armTimerFile(kernel, timer, value, interval, flags);
    const stored = oldAt === 0 ? 0 : putTimerspec(kernel, task, oldAt, old, wide);
    return cancelled !== 0 ? cancelled : stored;
  };
}

function timerfdGettime(wide: boolean) {
  return (kernel: Kernel, task: Task, fd: number, address: number): number => {
    const file = getDataFile(task, fd);
    if (file === undefined) return -EBADF;
    if (file.kind !== 'timerfd') return -EINVAL;
    return putTimerspec(kernel, task, address, timerFileStatus(kernel, timerFileOf(file)), wide);
  };
}

function putTimerspec(
  kernel: Kernel,
  task: Task,
  address: number,
  status: { value: bigint; interval: bigint },
  wide: boolean,
): number {
  const out = new StructWriter(kernel, wide ? 32 : 16);
  for (const ns of [status.interval, status.value]) {
    const seconds = ns / 1_000_000_000n;
    const rest = ns % 1_000_000_000n;
    if (wide) out.u64(seconds).u64(rest);
    else out.u32(Number(seconds)).u32(Number(rest));
  }
  return copyOut(kernel, task, address, out.bytes) ? 0 : -EFAULT;
}

function signalfd4(kernel: Kernel, task: Task, fd: number, address: number, size: number, flags: number): number {
  if (flags & ~(O_CLOEXEC | O_NONBLOCK) || size !== sigSetBytes(kernel)) return -EINVAL;
  const bytes = copyIn(kernel, task, address, size);
  if (bytes === undefined) return -EFAULT;
  const set: SigSet = without(decodeSigSet(kernel, bytes), UNBLOCKABLE);
  if (fd === -1) return install(kernel, task, openSignalfd(kernel, set, flags & O_NONBLOCK), flags);
  const file = getDataFile(task, fd);
  if (file === undefined) return -EBADF;
  if (file.kind !== 'signalfd') return -EINVAL;
  setSignalfd(kernel, file, set);
  return fd;
}

function inotifyInit1(kernel: Kernel, task: Task, flags: number): number {
  if (flags & ~(O_CLOEXEC | O_NONBLOCK)) return -EINVAL;
  return install(kernel, task, openInotify(kernel, flags & O_NONBLOCK), flags);
}

/** Linux 6.1 include/linux/inotify.h: ALL_INOTIFY_BITS */
const ALL_INOTIFY_BITS = 0xf700_efff;

function inotifyAddWatch(kernel: Kernel, task: Task, fd: number, path: number, mask: number): number {
  const file = getDataFile(task, fd);
  if (file === undefined) return -EBADF;
  if (file.kind !== 'inotify' || !(mask & ALL_INOTIFY_BITS)) return -EINVAL;
  if (mask & IN_MASK_ADD && mask & IN_MASK_CREATE) return -EINVAL;
  const place = placeAt(kernel, task, AT_FDCWD, path, (mask & IN_DONT_FOLLOW) === 0);
  if (typeof place === 'number') return place;
  const inode = place.dentry.inode!;
  if (mask & IN_ONLYDIR && !isDirectory(inode.mode)) return -ENOTDIR;
  const denied = permission(task.cred, inode, MAY_READ);
  return denied || addWatch(kernel, file, inode, mask >>> 0);
}

function inotifyRmWatch(kernel: Kernel, task: Task, fd: number, wd: number): number {
  const file = getDataFile(task, fd);
  if (file === undefined) return -EBADF;
  return file.kind === 'inotify' ? removeWatch(kernel, file, wd) : -EINVAL;
}

/** eventfd(2), epoll(7), timerfd_create(2), signalfd(2), inotify(7). */
export const EVENT_FILE_SYSCALLS: SyscallDef[] = [
  full('eventfd', ['uint'], (kernel, task, initial) => eventfd2(kernel, task, initial!, 0)),
  full('eventfd2', ['uint', 'oflags'], eventfd2),
  full('epoll_create', ['int'], epollCreate),
  full('epoll_create1', ['oflags'], epollCreate1),
  full('epoll_ctl', ['fd', 'int', 'fd', 'ptr'], epollCtl),
  full('epoll_wait', ['fd', 'ptr', 'int', 'int'], epollWait),
  full('epoll_pwait', ['fd', 'ptr', 'int', 'int', 'ptr', 'size'], epollPwait),
  full('epoll_pwait2', ['fd', 'ptr', 'int', 'ptr', 'ptr', 'size'], epollPwait2),
  full('timerfd_create', ['int', 'oflags'], timerfdCreate),
  full('timerfd_settime', ['fd', 'flags', 'ptr', 'ptr'], timerfdSettime(false)),
  full('timerfd_settime64', ['fd', 'flags', 'ptr', 'ptr'], timerfdSettime(true)),
  full('timerfd_gettime', ['fd', 'ptr'], timerfdGettime(false)),
  full('timerfd_gettime64', ['fd', 'ptr'], timerfdGettime(true)),
  full('signalfd', ['fd', 'ptr', 'size'], (kernel, task, fd, address, size) =>
    signalfd4(kernel, task, fd!, address!, size!, 0),
  ),
  full('signalfd4', ['fd', 'ptr', 'size', 'oflags'], signalfd4),
  full('inotify_init', [], (kernel, task) => inotifyInit1(kernel, task, 0)),
  full('inotify_init1', ['oflags'], inotifyInit1),
  full('inotify_add_watch', ['fd', 'path', 'uint'], inotifyAddWatch),
  full('inotify_rm_watch', ['fd', 'int'], inotifyRmWatch),
];
