import { EINVAL, ENOTCONN, EOPNOTSUPP, EPIPE } from '../../../errno.ts';
import type { Kernel } from '../../../kernel.ts';
import type { OpenFile, Task } from '../../../types.ts';
import { notify, POLL_IN, POLL_OUT } from '../../notify.ts';
import { POLLERR, POLLHUP, POLLRDHUP, READABLE, WRITABLE } from '../../poll-events.ts';
import { nothing, takeStream } from '../inbox.ts';
import { keptOption, SOL_SOCKET } from '../options.ts';
import type { Received } from '../socket-ops.ts';
import { takeError } from '../socket-state.ts';
import { brokenPipe, MSG_OOB, MSG_PEEK, socketWait } from '../waiting.ts';
import { type InetSocket, TCP } from './inet-state.ts';
import { inetState } from './ports.ts';

const SO_RCVLOWAT = 18;
const NOBODY = new Uint8Array(0);

/** Bytes that the peer's buffer has not taken yet: SIOCOUTQ. */
export function unsentBytes(socket: InetSocket): number {
  const { peer } = socket;
  return peer === undefined ? 0 : Math.max(0, peer.inboxBytes - peer.receiveBuffer);
}

/** Bytes to read: FIONREAD. */
export function unreadBytes(socket: InetSocket): number {
  return Math.min(socket.inboxBytes, socket.receiveBuffer);
}

/** Linux 6.1 net/ipv4/tcp.c: tcp_sendmsg_locked */
export function sendTcp(kernel: Kernel, task: Task, file: OpenFile, bytes: Uint8Array, flags: number): number {
  const socket = file.data as InetSocket;
  if (flags & MSG_OOB) return -EOPNOTSUPP;
  if (socket.state === TCP.synSent) {
    return socketWait(kernel, task, file, flags, socket.sendTimeout, [socket.queue]);
  }
  if (socket.error !== 0 && socket.error !== EPIPE) return -takeError(socket);
  if (socket.writeShut || (socket.state !== TCP.established && socket.state !== TCP.closeWait)) {
    socket.error = 0;
    return brokenPipe(kernel, task, flags);
  }
  const peer = socket.peer!;
  if (bytes.length === 0) return 0;
  if (peer.released) {
    // Nobody is there any more: the bytes are taken, and a reset comes back.
    socket.error = EPIPE;
    socket.state = TCP.closed;
    socket.readShut = socket.writeShut = true;
    socket.peer = undefined;
    notify(kernel, socket.queue);
    return bytes.length;
  }
  const room = peer.receiveBuffer + socket.sendBuffer - peer.inboxBytes;
  if (room <= 0) return socketWait(kernel, task, file, flags, socket.sendTimeout, [socket.queue]);
  const count = Math.min(room, bytes.length);
  arrive(kernel, peer, bytes.slice(0, count));
  return count;
}

/** Bytes have come to a socket, which keeps them. */
export function arrive(kernel: Kernel, socket: InetSocket, bytes: Uint8Array): void {
  socket.inbox.push({ bytes, offset: 0, from: NOBODY, files: [], credentials: undefined });
  socket.inboxBytes += bytes.length;
  const state = inetState(kernel);
  state.packets++;
  state.bytes += bytes.length;
  notify(kernel, socket.queue, POLL_IN);
}

/** Linux 6.1 net/ipv4/tcp.c: tcp_recvmsg_locked */
export function receiveTcp(kernel: Kernel, task: Task, file: OpenFile, into: Uint8Array, flags: number): Received {
  const socket = file.data as InetSocket;
  if (flags & MSG_OOB) return nothing(-EINVAL);
  if (socket.state === TCP.listen) return nothing(-ENOTCONN);
  if (socket.inbox.length === 0) return nothing(emptyResult(kernel, task, file, into, flags));
  const received = takeStream(socket, into, flags);
  if (!(flags & MSG_PEEK) && socket.peer !== undefined) notify(kernel, socket.peer.queue, POLL_OUT);
  return received;
}

function emptyResult(kernel: Kernel, task: Task, file: OpenFile, into: Uint8Array, flags: number): number {
  const socket = file.data as InetSocket;
  if (socket.ended) return 0;
  if (socket.error !== 0) return -takeError(socket);
  if (socket.readShut) return 0;
  if (socket.state === TCP.closed) return -ENOTCONN;
  if (into.length === 0) return 0;
  return socketWait(kernel, task, file, flags, socket.receiveTimeout, [socket.queue]);
}

/** Linux 6.1 net/ipv4/tcp.c: tcp_poll */
export function pollTcp(socket: InetSocket): number {
  if (socket.state === TCP.listen) return socket.backlog.length > 0 ? READABLE : 0;
  let events = socket.error !== 0 ? POLLERR : 0;
  if ((socket.readShut && socket.writeShut) || socket.state === TCP.closed) events |= POLLHUP;
  if (socket.readShut) events |= READABLE | POLLRDHUP;
  if (socket.state === TCP.synSent) return events;
  if (socket.inboxBytes >= Math.max(1, keptOption(socket, SOL_SOCKET, SO_RCVLOWAT, 1))) events |= READABLE;
  if (socket.writeShut || unsentBytes(socket) * 3 <= socket.sendBuffer * 2) events |= WRITABLE;
  return events;
}
