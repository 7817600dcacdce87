import {
  EAGAIN,
  ECONNREFUSED,
  ECONNRESET,
  EDESTADDRREQ,
  EINVAL,
  EMSGSIZE,
  ENOTCONN,
  EPIPE,
  EPROTOTYPE,
} from '../../errno.ts';
import type { Kernel } from '../../kernel.ts';
import { blockOn } from '../../sched/wait.ts';
import { SIGPIPE } from '../../signal/numbers.ts';
import { sendSignal, sigInfo } from '../../signal/send.ts';
import type { OpenFile, Task } from '../../types.ts';
import { releaseFile, retainFile } from '../file.ts';
import { notify } from '../notify.ts';
import { O_NONBLOCK } from '../open-flags.ts';
import {
  type Message,
  type PeerCredentials,
  RECEIVE_LIMIT,
  SOCK_DGRAM,
  SOCK_STREAM,
  socketOf,
  type UnixSocket,
} from './socket-state.ts';

export const MSG_PEEK = 2;
export const MSG_TRUNC = 0x20;
export const MSG_DONTWAIT = 0x40;
export const MSG_NOSIGNAL = 0x4000;
export const MSG_CMSG_CLOEXEC = 0x4000_0000;

/** Credentials of a task, as its messages carry them. */
export function credentialsOf(task: Task): PeerCredentials {
  return { pid: task.group.pid, uid: task.cred.euid, gid: task.cred.egid };
}

function mayWait(file: OpenFile, flags: number): boolean {
  return !(file.flags & O_NONBLOCK) && !(flags & MSG_DONTWAIT);
}

/**
 * Sends bytes to the peer or, for datagrams, to `target`: how many were taken (all of a message; of a
 * stream maybe some), -errno or BLOCKED. `files` goes along with the first byte; its references are
 * the message's then. Linux 6.1 net/unix/af_unix.c: unix_stream_sendmsg, unix_dgram_sendmsg
 */
export function sendBytes(
  kernel: Kernel,
  task: Task,
  file: OpenFile,
  bytes: Uint8Array,
  flags: number,
  target: UnixSocket | undefined,
  files: OpenFile[],
): number {
  const socket = socketOf(file);
  const peer = target ?? socket.peer;
  if (socket.type === SOCK_DGRAM) {
    if (peer === undefined) return socket.state === 'connected' ? -ECONNREFUSED : -EDESTADDRREQ;
    if (peer.type !== SOCK_DGRAM) return -EPROTOTYPE;
    if (peer.state === 'closed') return -ECONNREFUSED;
  } else {
    if (socket.writeShut || (socket.state === 'connected' && (peer === undefined || peer.state === 'closed'))) {
      return brokenPipe(kernel, task, flags);
    }
    if (peer === undefined) return -ENOTCONN;
  }
  if (peer.readShut) return brokenPipe(kernel, task, flags);
  const stream = socket.type === SOCK_STREAM;
  if (!stream && bytes.length > RECEIVE_LIMIT) return -EMSGSIZE;
  if (bytes.length === 0 && stream) return 0;
  const room = RECEIVE_LIMIT - peer.inboxBytes;
  if (stream ? room <= 0 : room < bytes.length || peer.inbox.length >= 1024) {
    return mayWait(file, flags) ? blockOn(kernel, task, [peer.queue]) : -EAGAIN;
  }
  const count = stream ? Math.min(room, bytes.length) : bytes.length;
  const credentials = credentialsOf(task);
  peer.inbox.push({ bytes: bytes.slice(0, count), offset: 0, from: socket.name, files, credentials });
  peer.inboxBytes += count;
  notify(kernel, peer.queue);
  return count;
}

function brokenPipe(kernel: Kernel, task: Task, flags: number): number {
  if (!(flags & MSG_NOSIGNAL)) sendSignal(kernel, task, sigInfo(SIGPIPE));
  return -EPIPE;
}

/** What one receive gave. */
export interface Received {
  /** Bytes stored, or -errno, or BLOCKED. */
  count: number;
  /** Length of the message, where it is a message. */
  full: number;
  from: string;
  files: OpenFile[];
  credentials: PeerCredentials | undefined;
}

function nothing(count: number): Received {
  return { count, full: count, from: '', files: [], credentials: undefined };
}

/** Takes bytes that have arrived. Linux 6.1 net/unix/af_unix.c: unix_stream_read_generic, __unix_dgram_recvmsg */
export function receiveBytes(kernel: Kernel, task: Task, file: OpenFile, into: Uint8Array, flags: number): Received {
  const socket = socketOf(file);
  if (socket.inbox.length === 0) return nothing(emptyResult(kernel, task, file, flags));
  const received = socket.type === SOCK_STREAM ? takeStream(socket, into, flags) : takeMessage(socket, into, flags);
  if (!(flags & MSG_PEEK)) notify(kernel, socket.queue);
  return received;
}

function emptyResult(kernel: Kernel, task: Task, file: OpenFile, flags: number): number {
  const socket = socketOf(file);
  if (socket.error !== 0) {
    const { error } = socket;
    socket.error = 0;
    return -error;
  }
  if (socket.readShut) return 0;
  if (socket.type !== SOCK_DGRAM) {
    if (socket.state === 'listening') return -EINVAL;
    if (socket.state !== 'connected') return -ENOTCONN;
    if (socket.peer === undefined || socket.peer.state === 'closed' || socket.peer.writeShut) return 0;
  }
  return mayWait(file, flags) ? blockOn(kernel, task, [socket.queue]) : -EAGAIN;
}

/** Bytes of a stream, over the borders of what was sent, but not beyond passed descriptors. */
function takeStream(socket: UnixSocket, into: Uint8Array, flags: number): Received {
  const first = socket.inbox[0]!;
  const result: Received = { ...nothing(0), from: first.from, credentials: first.credentials };
  for (let index = 0; index < socket.inbox.length && result.count < into.length; ) {
    const message = socket.inbox[index]!;
    if (message.files.length > 0) {
      if (result.count > 0) break;
      result.files = flags & MSG_PEEK ? message.files.map(retainFile) : message.files;
      if (!(flags & MSG_PEEK)) message.files = [];
    }
    const run = Math.min(message.bytes.length - message.offset, into.length - result.count);
    into.set(message.bytes.subarray(message.offset, message.offset + run), result.count);
    result.count += run;
    if (flags & MSG_PEEK) {
      index++;
      continue;
    }
    message.offset += run;
    socket.inboxBytes -= run;
    if (message.offset === message.bytes.length) socket.inbox.shift();
    if (result.files.length > 0) break;
  }
  result.full = result.count;
  return result;
}

/** One message; what does not fit is lost. */
function takeMessage(socket: UnixSocket, into: Uint8Array, flags: number): Received {
  const message: Message = socket.inbox[0]!;
  const count = Math.min(into.length, message.bytes.length);
  into.set(message.bytes.subarray(0, count));
  const { from, credentials } = message;
  const files = flags & MSG_PEEK ? message.files.map(retainFile) : message.files;
  if (!(flags & MSG_PEEK)) {
    socket.inbox.shift();
    socket.inboxBytes -= message.bytes.length;
  }
  return { count, full: message.bytes.length, from, files, credentials };
}

/** Nobody will read what lies here: passed descriptors are closed. */
export function dropInbox(kernel: Kernel, socket: UnixSocket): void {
  for (const message of socket.inbox) for (const file of message.files) releaseFile(kernel, file);
  socket.inbox = [];
  socket.inboxBytes = 0;
}

/** The peer learns that this end is gone. */
export function disconnect(kernel: Kernel, socket: UnixSocket): void {
  const { peer } = socket;
  if (peer === undefined) return;
  if (socket.inbox.length > 0 && socket.type !== SOCK_DGRAM && peer.peer === socket) peer.error = ECONNRESET;
  notify(kernel, peer.queue);
}
