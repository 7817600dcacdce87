import {
  EAGAIN,
  ECONNREFUSED,
  EINVAL,
  EISCONN,
  ENOPROTOOPT,
  ENOTCONN,
  ENOTTY,
  EOPNOTSUPP,
  EPERM,
  EPROTONOSUPPORT,
  ESOCKTNOSUPPORT,
} from '../../errno.ts';
import type { Kernel } from '../../kernel.ts';
import { blockOn } from '../../sched/wait.ts';
import type { OpenFile, Task } from '../../types.ts';
import { fsState } from '../fs-state.ts';
import { FIONREAD, putInt, TIOCOUTQ } from '../ioctl.ts';
import { type FileQueue, notify, POLL_IN } from '../notify.ts';
import { O_NONBLOCK } from '../open-flags.ts';
import { POLLERR, POLLHUP, POLLRDHUP, READABLE, WRITABLE } from '../poll-events.ts';
import { addressFamily, bindName, findUnixSocket, unixAddress, unixName } from './address.ts';
import { collectInFlight } from './in-flight.ts';
import { dropInbox } from './inbox.ts';
import { AF_UNIX, AF_UNSPEC, SOCK_DGRAM, SOCK_RAW, SOCK_SEQPACKET, SOCK_STREAM } from './numbers.ts';
import { getBaseOption, intBytes, isInt, SOL_SOCKET, setBaseOption } from './options.ts';
import type { SocketOps } from './socket-ops.ts';
import { newUnixSocket, RECEIVE_LIMIT, type Socket, type UnixSocket, unixSocketOf } from './socket-state.ts';
import { credentialsOf, disconnectUnix, maySendTo, receiveUnix, sendUnix } from './unix-transfer.ts';
import { socketWait } from './waiting.ts';

const SO_PASSCRED = 16;
const SO_PEERCRED = 17;

/** A new socket of a type, or -errno. Linux 6.1 net/unix/af_unix.c: unix_create */
function create(_kernel: Kernel, task: Task, _domain: number, type: number, protocol: number): UnixSocket | number {
  if (protocol !== 0 && protocol !== AF_UNIX) return -EPROTONOSUPPORT;
  const kind = type === SOCK_RAW ? SOCK_DGRAM : type;
  if (kind !== SOCK_STREAM && kind !== SOCK_DGRAM && kind !== SOCK_SEQPACKET) return -ESOCKTNOSUPPORT;
  return newUnixSocket(kind, credentialsOf(task));
}

function pair(first: Socket, second: Socket): void {
  const [one, two] = [first as UnixSocket, second as UnixSocket];
  one.peer = two;
  two.peer = one;
  one.state = two.state = 'connected';
}

function bind(kernel: Kernel, task: Task, file: OpenFile, address: Uint8Array): number {
  const name = unixName(kernel, address);
  return typeof name === 'number' ? name : bindName(kernel, task, unixSocketOf(file), name);
}

function listen(_kernel: Kernel, _task: Task, file: OpenFile, backlog: number): number {
  const own = unixSocketOf(file);
  if (own.type === SOCK_DGRAM) return -EOPNOTSUPP;
  if (own.name === '' || own.state === 'connected') return -EINVAL;
  own.state = 'listening';
  own.backlogLimit = Math.max(1, Math.min(backlog >>> 0, 4096));
  return 0;
}

/** Linux 6.1 net/unix/af_unix.c: unix_stream_connect, unix_dgram_connect */
function connect(kernel: Kernel, task: Task, file: OpenFile, address: Uint8Array): number {
  const own = unixSocketOf(file);
  if (own.type === SOCK_DGRAM && address.length >= 2 && addressFamily(kernel, address) === AF_UNSPEC) {
    own.peer = undefined;
    own.state = 'idle';
    notify(kernel, own.queue);
    return 0;
  }
  const name = unixName(kernel, address);
  if (typeof name === 'number') return name;
  const other = findUnixSocket(kernel, task, name, own.type);
  if (typeof other === 'number') return other;
  if (own.type === SOCK_DGRAM) {
    if (!maySendTo(own, other)) return -EPERM;
    own.peer = other;
    own.state = 'connected';
    return 0;
  }
  if (own.state !== 'idle') return own.state === 'connected' ? -EISCONN : -EINVAL;
  if (other.state !== 'listening') return -ECONNREFUSED;
  if (other.backlog.length >= other.backlogLimit) {
    return file.flags & O_NONBLOCK ? -EAGAIN : blockOn(kernel, task, [other.queue]);
  }
  const server = newUnixSocket(own.type, credentialsOf(task));
  server.name = other.name;
  own.peerCredentials = other.peerCredentials;
  pair(own, server);
  other.backlog.push(server);
  notify(kernel, other.queue, POLL_IN);
  return 0;
}

function accept(kernel: Kernel, task: Task, file: OpenFile): Socket | number {
  const own = unixSocketOf(file);
  if (own.type === SOCK_DGRAM) return -EOPNOTSUPP;
  if (own.state !== 'listening') return -EINVAL;
  const server = own.backlog.shift();
  if (server === undefined) return socketWait(kernel, task, file, 0, own.receiveTimeout, [own.queue]);
  notify(kernel, own.queue);
  return server;
}

/** Linux 6.1 net/unix/af_unix.c: unix_poll */
function poll(_kernel: Kernel, any: Socket): number {
  const socket = any as UnixSocket;
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

/** The Unix domain. Linux 6.1 net/unix/af_unix.c */
export const UNIX_OPS: SocketOps = {
  create,
  pair,
  bind,
  listen,
  connect,
  accept,
  send: sendUnix,
  receive: receiveUnix,
  poll,

  name(kernel, any, ofPeer) {
    const socket = any as UnixSocket;
    if (!ofPeer) return unixAddress(kernel, socket.name);
    return socket.peer === undefined ? -ENOTCONN : unixAddress(kernel, socket.peer.name);
  },

  shutdown(kernel, any, how) {
    const own = any as UnixSocket;
    if (how !== 1) own.readShut = true;
    if (how !== 0) own.writeShut = true;
    notify(kernel, own.queue);
    if (own.peer !== undefined) notify(kernel, own.peer.queue, POLL_IN);
    return 0;
  },

  getOption(kernel, any, level, option) {
    const own = any as UnixSocket;
    if (level !== SOL_SOCKET) return -EOPNOTSUPP;
    if (option === SO_PASSCRED) return intBytes(kernel, own.passCredentials ? 1 : 0);
    if (option === SO_PEERCRED) {
      return intBytes(kernel, own.peerCredentials.pid, own.peerCredentials.uid, own.peerCredentials.gid);
    }
    return getBaseOption(kernel, own, option, own.state === 'listening');
  },

  setOption(kernel, task, any, level, option, value) {
    if (level !== SOL_SOCKET) return -ENOPROTOOPT;
    if (option === SO_PASSCRED) {
      if (!isInt(value)) return -EINVAL;
      (any as UnixSocket).passCredentials = value.some((byte) => byte !== 0);
      return 0;
    }
    return setBaseOption(kernel, task, any, option, value);
  },

  queues(any) {
    const socket = any as UnixSocket;
    const queues: FileQueue[] = [socket.queue];
    if (socket.peer !== undefined) queues.push(socket.peer.queue);
    return queues;
  },

  ioctl(kernel, task, any, command, argument) {
    const socket = any as UnixSocket;
    if (command === TIOCOUTQ) return putInt(kernel, task, argument, socket.peer?.inboxBytes ?? 0);
    if (command !== FIONREAD) return -ENOTTY;
    const message = socket.type === SOCK_STREAM ? socket.inboxBytes : (socket.inbox[0]?.bytes.length ?? 0);
    return putInt(kernel, task, argument, message);
  },

  release(kernel, any) {
    const socket = any as UnixSocket;
    disconnectUnix(kernel, socket);
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
    collectInFlight(kernel);
  },
};
