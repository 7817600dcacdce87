import { ENOTTY } from '../../errno.ts';
import type { Kernel } from '../../kernel.ts';
import type { OpenFile } from '../../types.ts';
import { newFile } from '../file.ts';
import type { FileOps } from '../file-ops.ts';
import { fsState } from '../fs-state.ts';
import { internalInode } from '../internal-fs.ts';
import { FIONREAD, putInt } from '../ioctl.ts';
import { S_IFSOCK } from '../mode.ts';
import { type FileQueue, notify } from '../notify.ts';
import { O_RDWR } from '../open-flags.ts';
import { POLLERR, POLLHUP, POLLRDHUP, READABLE, WRITABLE } from '../poll-events.ts';
import { RECEIVE_LIMIT, SOCK_DGRAM, socketOf, type UnixSocket } from './socket-state.ts';
import { disconnect, dropInbox, receiveBytes, sendBytes } from './transfer.ts';

/** An open file on a socket. */
export function newSocketFile(kernel: Kernel, socket: UnixSocket, flags: number): OpenFile {
  const place = internalInode(kernel, 'sockfs', 'socket:', S_IFSOCK | 0o777, undefined);
  return newFile('socket', place, O_RDWR | flags, socket);
}

/** Linux 6.1 net/unix/af_unix.c: unix_poll */
function poll(_kernel: Kernel, file: OpenFile): number {
  const socket = socketOf(file);
  const { peer } = socket;
  if (socket.state === 'listening') return socket.backlog.length > 0 ? READABLE : 0;
  let events = socket.error !== 0 ? POLLERR : 0;
  const connectionless = socket.type === SOCK_DGRAM;
  const gone = !connectionless && socket.state === 'connected' && (peer === undefined || peer.state === 'closed');
  if (socket.inbox.length > 0 || socket.readShut || socket.error !== 0) events |= READABLE;
  if (gone || (!connectionless && peer?.writeShut) || socket.readShut) events |= READABLE | POLLRDHUP;
  if (gone || (socket.readShut && socket.writeShut)) events |= POLLHUP;
  if (!connectionless && socket.state === 'idle') events |= POLLHUP;
  if (peer === undefined || peer.inboxBytes < RECEIVE_LIMIT / 2) events |= WRITABLE;
  return events;
}

/** Sockets: read and write as recv and send without flags. */
export const SOCKET_OPS: FileOps = {
  read: (kernel, task, file, into) => receiveBytes(kernel, task, file, into, 0).count,
  write: (kernel, task, file, bytes) => sendBytes(kernel, task, file, bytes, 0, undefined, []),
  poll,

  queues(_kernel, file) {
    const socket = socketOf(file);
    const queues: FileQueue[] = [socket.queue];
    if (socket.peer !== undefined) queues.push(socket.peer.queue);
    return queues;
  },

  ioctl(kernel, task, file, command, argument) {
    return command === FIONREAD ? putInt(kernel, task, argument, socketOf(file).inboxBytes) : -ENOTTY;
  },

  release(kernel, file) {
    const socket = socketOf(file);
    disconnect(kernel, socket);
    socket.state = 'closed';
    for (const waiting of socket.backlog) {
      waiting.state = 'closed';
      if (waiting.peer !== undefined) notify(kernel, waiting.peer.queue);
    }
    socket.backlog = [];
    dropInbox(kernel, socket);
    if (socket.name.startsWith('\0')) fsState(kernel).abstractSockets.delete(socket.name);
    if (socket.node !== undefined) delete (socket.node.data as { socket?: UnixSocket }).socket;
    notify(kernel, socket.queue);
  },
};
