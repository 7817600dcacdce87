import { ECONNREFUSED, ECONNRESET, EINVAL, EMSGSIZE, ENOTCONN, EOPNOTSUPP, EPERM, EPROTOTYPE } from '../../errno.ts';
import type { Kernel } from '../../kernel.ts';
import type { OpenFile, Task } from '../../types.ts';
import { notify, POLL_IN } from '../notify.ts';
import { findUnixSocket, unixAddress, unixName } from './address.ts';
import { forgetInFlight, noteInFlight } from './in-flight.ts';
import { nothing, takeMessage, takeStream } from './inbox.ts';
import { SOCK_DGRAM, SOCK_STREAM } from './numbers.ts';
import type { Outgoing, Received } from './socket-ops.ts';
import { type PeerCredentials, RECEIVE_LIMIT, takeError, type UnixSocket, unixSocketOf } from './socket-state.ts';
import { brokenPipe, MSG_OOB, MSG_PEEK, socketWait } from './waiting.ts';

/** A sender without a name has no address at all. */
const NOBODY = new Uint8Array(0);

/** Credentials of a task, as its messages carry them. */
export function credentialsOf(task: Task): PeerCredentials {
  return { pid: task.group.pid, uid: task.cred.euid, gid: task.cred.egid };
}

/** A datagram socket that is connected takes messages from its peer only. Linux 6.1 net/unix/af_unix.c: unix_may_send */
export function maySendTo(from: UnixSocket, to: UnixSocket): boolean {
  return to.peer === undefined || to.peer === from;
}

/** The socket an address names, the peer for none, or -errno. */
function targetOf(kernel: Kernel, task: Task, socket: UnixSocket, address: Uint8Array | undefined) {
  if (address === undefined || address.length === 0 || socket.type === SOCK_STREAM) return socket.peer;
  const name = unixName(kernel, address);
  return typeof name === 'number' ? name : findUnixSocket(kernel, task, name, socket.type);
}

/**
 * Sends bytes to the peer or, for datagrams, to the address given.
 * Linux 6.1 net/unix/af_unix.c: unix_stream_sendmsg, unix_dgram_sendmsg
 */
export function sendUnix(
  kernel: Kernel,
  task: Task,
  file: OpenFile,
  bytes: Uint8Array,
  flags: number,
  { address, files, credentials: given }: Outgoing,
): number {
  if (flags & MSG_OOB) return -EOPNOTSUPP;
  const socket = unixSocketOf(file);
  const peer = targetOf(kernel, task, socket, address);
  if (typeof peer === 'number') return peer;
  if (socket.type === SOCK_DGRAM) {
    if (peer === undefined) return -ENOTCONN;
    if (peer.type !== SOCK_DGRAM) return -EPROTOTYPE;
    if (peer.state === 'closed') {
      if (address === undefined) socket.peer = undefined;
      return -ECONNREFUSED;
    }
    if (!maySendTo(socket, peer)) return -EPERM;
    if (socket.writeShut) return brokenPipe(kernel, task, flags);
  } else {
    if (peer === undefined && socket.state !== 'connected') return -ENOTCONN;
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
    return socketWait(kernel, task, file, flags, socket.sendTimeout, [peer.queue]);
  }
  const count = stream ? Math.min(room, bytes.length) : bytes.length;
  const credentials = given ?? credentialsOf(task);
  const from = socket.name === '' ? NOBODY : unixAddress(kernel, socket.name);
  peer.inbox.push({ bytes: bytes.slice(0, count), offset: 0, from, files, credentials });
  peer.inboxBytes += count;
  noteInFlight(kernel, peer, files);
  notify(kernel, peer.queue, POLL_IN);
  return count;
}

/** Takes bytes that have arrived. Linux 6.1 net/unix/af_unix.c: unix_stream_read_generic, __unix_dgram_recvmsg */
export function receiveUnix(kernel: Kernel, task: Task, file: OpenFile, into: Uint8Array, flags: number): Received {
  const socket = unixSocketOf(file);
  if (flags & MSG_OOB) return nothing(-EOPNOTSUPP);
  if (socket.inbox.length === 0) return nothing(emptyResult(kernel, task, file, flags));
  const received =
    socket.type === SOCK_STREAM
      ? takeStream(socket, into, flags, socket.passCredentials)
      : takeMessage(socket, into, flags);
  if (flags & MSG_PEEK) return received;
  forgetInFlight(kernel, socket, received.files);
  notify(kernel, socket.queue);
  return received;
}

function emptyResult(kernel: Kernel, task: Task, file: OpenFile, flags: number): number {
  const socket = unixSocketOf(file);
  if (socket.error !== 0) return -takeError(socket);
  if (socket.readShut) return 0;
  if (socket.type !== SOCK_DGRAM) {
    if (socket.state === 'listening') return -EINVAL;
    if (socket.state !== 'connected') return socket.type === SOCK_STREAM ? -EINVAL : -ENOTCONN;
    if (socket.peer === undefined || socket.peer.state === 'closed' || socket.peer.writeShut) return 0;
  }
  return socketWait(kernel, task, file, flags, socket.receiveTimeout, [socket.queue]);
}

/** The peer learns that this end is gone. */
export function disconnectUnix(kernel: Kernel, socket: UnixSocket): void {
  const { peer } = socket;
  if (peer === undefined) return;
  if (socket.inbox.length > 0 && socket.type !== SOCK_DGRAM && peer.peer === socket) peer.error = ECONNRESET;
  notify(kernel, peer.queue, POLL_IN);
}
