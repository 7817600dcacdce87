/** mq_open, mq_unlink, mq_timedsend, mq_timedreceive, mq_notify, mq_getsetattr. Linux 6.1 ipc/mqueue.c */

import { genericNumber, nativeNumber } from '../../abi/numbers.ts';
import { lastSignal } from '../../abi/signals.ts';
import { StructReader, StructWriter } from '../../abi/struct.ts';
import {
  BLOCKED,
  EACCES,
  EAGAIN,
  EBADF,
  EBUSY,
  EEXIST,
  EFAULT,
  EINVAL,
  EMSGSIZE,
  ENAMETOOLONG,
  ENOENT,
  ETIMEDOUT,
} from '../../errno.ts';
import { newFile } from '../../fs/file.ts';
import { getDataFile, installFd } from '../../fs/file-table.ts';
import { touchChanged } from '../../fs/inode.ts';
import { S_IFREG } from '../../fs/mode.ts';
import { newMount } from '../../fs/mount-table.ts';
import { canRead, canWrite, O_ACCMODE, O_CREAT, O_EXCL, O_NONBLOCK, O_RDONLY, O_WRONLY } from '../../fs/open-flags.ts';
import { NAME_MAX } from '../../fs/path-walk.ts';
import { MAY_READ, MAY_WRITE, permission } from '../../fs/permission.ts';
import type { NetlinkSocket } from '../../fs/socket/netlink/netlink-state.ts';
import { AF_NETLINK } from '../../fs/socket/numbers.ts';
import { socketFile, socketOf } from '../../fs/socket/socket-state.ts';
import { removeFile } from '../../fs/vfs.ts';
import type { Kernel } from '../../kernel.ts';
import { copyIn, copyOut, readCString, writeWord } from '../../mm/user-access.ts';
import { blockOn } from '../../sched/wait.ts';
import { full, type SyscallDef } from '../../syscalls/define.ts';
import { monotonicNs } from '../../time/clock.ts';
import { realtimeDeadline } from '../../time/set-clock.ts';
import { readTimespec } from '../../time/timespec.ts';
import type { OpenFile, PathRef, Task } from '../../types.ts';
import { createQueue, mqueueTree, PRIORITIES, type QueueShape } from './mqueuefs.ts';
import {
  addQueueWaiter,
  COOKIE_BYTES,
  dropQueueWaiter,
  isFull,
  removeNotification,
  SIGEV_SIGNAL,
  sendMessage,
  takeMessage,
} from './queue.ts';
import { type PosixMessage, type PosixQueue, type QueueNotification, type QueueWaiter, queueOf } from './state.ts';

/** struct mq_attr: flags, maxmsg, msgsize, curmsgs, four reserved words. */
const ATTR_BYTES = 32;
const SIGEVENT_BYTES = 64;
const SIGEV_NONE = 1;
const SIGEV_THREAD = 2;

/** The name of a queue, without the slash that libc takes off: -errno if it cannot be one. */
function readName(kernel: Kernel, task: Task, address: number): string | number {
  const name = readCString(kernel, task, address);
  if (typeof name === 'number') return name;
  if (name === '') return -ENOENT;
  if (name.includes('/') || name === '.' || name === '..') return -EACCES;
  return name.length > NAME_MAX ? -ENAMETOOLONG : name;
}

function readShape(kernel: Kernel, task: Task, address: number): QueueShape | number | undefined {
  if (address === 0) return undefined;
  const bytes = copyIn(kernel, task, address, ATTR_BYTES);
  if (bytes === undefined) return -EFAULT;
  const reader = new StructReader(kernel, bytes);
  return { maxMessages: reader.i32(4), messageSize: reader.i32(8) };
}

/** Its own mount, as the kernel has it without /dev/mqueue. */
function root(kernel: Kernel): PathRef {
  const tree = mqueueTree(kernel);
  const mounted = kernel.state.mounts.find(({ superblock }) => superblock === tree.superblock);
  return {
    mount: mounted ?? newMount(kernel, tree.superblock, tree.root, 'mqueue', 'mqueue', 0),
    dentry: tree.root,
  };
}

function mqOpen(kernel: Kernel, task: Task, address: number, flags: number, mode: number, attr: number): number {
  const shape = readShape(kernel, task, attr);
  if (typeof shape === 'number') return shape;
  const name = readName(kernel, task, address);
  if (typeof name === 'number') return name;
  const place = root(kernel);
  let dentry = place.dentry.children.get(name);
  if (dentry?.inode === undefined) {
    if (!(flags & O_CREAT)) return -ENOENT;
    const made = createQueue(kernel, task, name, S_IFREG | (mode & 0o7777 & ~task.fs.umask), shape);
    if (typeof made === 'number') return made;
    dentry = made;
  } else {
    if ((flags & (O_CREAT | O_EXCL)) === (O_CREAT | O_EXCL)) return -EEXIST;
    const access = flags & O_ACCMODE;
    if (access === O_ACCMODE) return -EINVAL;
    const needs = (access === O_WRONLY ? 0 : MAY_READ) | (access === O_RDONLY ? 0 : MAY_WRITE);
    if (permission(task.cred, dentry.inode, needs) !== 0) return -EACCES;
  }
  const file = newFile('mqueue', { mount: place.mount, dentry }, flags & (O_ACCMODE | O_NONBLOCK), undefined);
  return installFd(kernel, task, file, true);
}

function mqUnlink(kernel: Kernel, task: Task, address: number): number {
  const name = readName(kernel, task, address);
  if (typeof name === 'number') return name;
  return removeFile(kernel, task, { parent: root(kernel), name, trailing: false, links: 0 });
}

/** The queue of a descriptor that may be used so. */
function queueFile(task: Task, fd: number, allowed: (flags: number) => boolean): OpenFile | number {
  const file = getDataFile(task, fd);
  return file?.kind === 'mqueue' && allowed(file.flags) ? file : -EBADF;
}

/** Until when: monotonic nanoseconds, from an absolute time of the real-time clock. */
function deadlineOf(kernel: Kernel, task: Task, address: number, wide: boolean): bigint | undefined | number {
  if (address === 0) return undefined;
  const ns = readTimespec(kernel, task, address, wide);
  return typeof ns === 'number' ? ns : realtimeDeadline(kernel, task, ns);
}

/** Goes on waiting: the result of a wait that is over otherwise. */
function wait(kernel: Kernel, task: Task, waiter: QueueWaiter): number {
  const { queue, deadline } = waiter;
  if (task.timedOut || (deadline !== undefined && deadline <= monotonicNs(kernel))) {
    dropQueueWaiter(waiter);
    return -ETIMEDOUT;
  }
  const result = blockOn(kernel, task, [queue.waiting], { deadline });
  if (result !== BLOCKED) dropQueueWaiter(waiter);
  return result;
}

function startWait(
  kernel: Kernel,
  task: Task,
  call: string,
  queue: PosixQueue,
  message: PosixMessage | undefined,
  deadline: bigint | undefined,
): number {
  const waiter: QueueWaiter = { call, tid: task.tid, queue, message, done: false, deadline };
  addQueueWaiter(kernel, task, message === undefined ? queue.receivers : queue.senders, waiter);
  task.restart = waiter;
  return wait(kernel, task, waiter);
}

function mqSend(wide: boolean) {
  return (
    kernel: Kernel,
    task: Task,
    fd?: number,
    address?: number,
    length?: number,
    priority?: number,
    timeout?: number,
  ): number => {
    if (task.restart?.call === 'mq_send') {
      const waiter = task.restart as QueueWaiter;
      return waiter.done ? 0 : wait(kernel, task, waiter);
    }
    const deadline = deadlineOf(kernel, task, timeout!, wide);
    if (typeof deadline === 'number') return deadline;
    if (priority! >= PRIORITIES) return -EINVAL;
    const file = queueFile(task, fd!, canWrite);
    if (typeof file === 'number') return file;
    const queue = queueOf(file.inode);
    if (length! > queue.messageSize) return -EMSGSIZE;
    const bytes = copyIn(kernel, task, address!, length!);
    if (bytes === undefined) return -EFAULT;
    const message = { priority: priority!, bytes };
    if (isFull(queue)) {
      if (file.flags & O_NONBLOCK) return -EAGAIN;
      return startWait(kernel, task, 'mq_send', queue, message, deadline);
    }
    sendMessage(kernel, task, queue, message);
    touchChanged(kernel, file.inode);
    return 0;
  };
}

function mqReceive(wide: boolean) {
  return (
    kernel: Kernel,
    task: Task,
    fd?: number,
    address?: number,
    length?: number,
    priority?: number,
    timeout?: number,
  ): number => {
    if (task.restart?.call === 'mq_receive') {
      const waiter = task.restart as QueueWaiter;
      return waiter.done ? deliver(kernel, task, address!, priority!, waiter.message!) : wait(kernel, task, waiter);
    }
    const deadline = deadlineOf(kernel, task, timeout!, wide);
    if (typeof deadline === 'number') return deadline;
    const file = queueFile(task, fd!, canRead);
    if (typeof file === 'number') return file;
    const queue = queueOf(file.inode);
    if (length! < queue.messageSize) return -EMSGSIZE;
    if (queue.messages.length === 0) {
      if (file.flags & O_NONBLOCK) return -EAGAIN;
      return startWait(kernel, task, 'mq_receive', queue, undefined, deadline);
    }
    const message = takeMessage(kernel, queue);
    touchChanged(kernel, file.inode);
    return deliver(kernel, task, address!, priority!, message);
  };
}

function deliver(kernel: Kernel, task: Task, address: number, priority: number, message: PosixMessage): number {
  if (priority !== 0 && !writeWord(kernel, task, priority, message.priority)) return -EFAULT;
  return copyOut(kernel, task, address, message.bytes) ? message.bytes.length : -EFAULT;
}

/** SIGEV_THREAD as the kernel has it: a cookie, and a netlink socket on which to send it. Linux: do_mq_notify */
function threadNotification(
  kernel: Kernel,
  task: Task,
  cookieAt: number,
  fd: number,
): { socket: NetlinkSocket; cookie: Uint8Array } | number {
  const cookie = copyIn(kernel, task, cookieAt, COOKIE_BYTES);
  if (cookie === undefined) return -EFAULT;
  const file = socketFile(task, fd);
  if (typeof file === 'number') return file;
  const socket = socketOf(file);
  return socket.family === AF_NETLINK ? { socket, cookie } : -EINVAL;
}

function mqNotify(kernel: Kernel, task: Task, fd: number, address: number): number {
  const { pid } = task.group;
  let wanted: Omit<QueueNotification, 'pid'> | undefined;
  if (address !== 0) {
    const bytes = copyIn(kernel, task, address, SIGEVENT_BYTES);
    if (bytes === undefined) return -EFAULT;
    const reader = new StructReader(kernel, bytes);
    const signo = genericNumber(kernel, 'signal', reader.i32(4));
    wanted = { value: reader.i32(0), signo, how: reader.i32(8) };
    if (wanted.how === SIGEV_THREAD) {
      const thread = threadNotification(kernel, task, reader.u32(0), reader.i32(4));
      if (typeof thread === 'number') return thread;
      wanted = { ...wanted, signo: 0, ...thread };
    } else if (wanted.how !== SIGEV_NONE && wanted.how !== SIGEV_SIGNAL) return -EINVAL;
    if (wanted.how === SIGEV_SIGNAL && (signo < 0 || signo > lastSignal(kernel))) return -EINVAL;
  }
  const file = queueFile(task, fd, () => true);
  if (typeof file === 'number') return file;
  const queue = queueOf(file.inode);
  if (wanted === undefined) {
    if (queue.notification?.pid === pid) removeNotification(kernel, queue);
    return 0;
  }
  if (queue.notification !== undefined) return -EBUSY;
  queue.notification = { pid, ...wanted };
  return 0;
}

function mqGetsetattr(kernel: Kernel, task: Task, fd: number, next: number, old: number): number {
  let flags: number | undefined;
  if (next !== 0) {
    const bytes = copyIn(kernel, task, next, ATTR_BYTES);
    if (bytes === undefined) return -EFAULT;
    flags = genericNumber(kernel, 'oflags', new StructReader(kernel, bytes).u32(0));
    if (flags & ~O_NONBLOCK) return -EINVAL;
  }
  const file = queueFile(task, fd, () => true);
  if (typeof file === 'number') return file;
  const queue = queueOf(file.inode);
  const out = new StructWriter(kernel, ATTR_BYTES).u32(nativeNumber(kernel, 'oflags', file.flags & O_NONBLOCK));
  out.u32(queue.maxMessages).u32(queue.messageSize).u32(queue.messages.length);
  if (flags !== undefined) file.flags = (file.flags & ~O_NONBLOCK) | flags;
  return old === 0 || copyOut(kernel, task, old, out.bytes) ? 0 : -EFAULT;
}

const TRANSFER = ['fd', 'buf', 'size', 'uint', 'ptr'] as const;
const RECEIVE = ['fd', 'ptr', 'size', 'ptr', 'ptr'] as const;

export const MQUEUE_SYSCALLS: readonly SyscallDef[] = [
  full('mq_open', ['path', 'oflags', 'mode', 'ptr'], mqOpen),
  full('mq_unlink', ['path'], mqUnlink),
  full('mq_timedsend', TRANSFER, mqSend(false)),
  full('mq_timedsend_time64', TRANSFER, mqSend(true)),
  full('mq_timedreceive', RECEIVE, mqReceive(false)),
  full('mq_timedreceive_time64', RECEIVE, mqReceive(true)),
  full('mq_notify', ['fd', 'ptr'], mqNotify),
  full('mq_getsetattr', ['fd', 'ptr', 'ptr'], mqGetsetattr),
];
