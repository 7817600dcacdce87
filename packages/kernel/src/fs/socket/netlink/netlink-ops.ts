import { nativeNumber } from '../../../abi/numbers.ts';
import { StructReader, StructWriter } from '../../../abi/struct.ts';
import {
  EADDRINUSE,
  ECONNREFUSED,
  EINVAL,
  ENOPROTOOPT,
  ENOTTY,
  EOPNOTSUPP,
  EPROTONOSUPPORT,
  ESOCKTNOSUPPORT,
} from '../../../errno.ts';
import type { Kernel } from '../../../kernel.ts';
import { CAP, capable } from '../../../task/capabilities.ts';
import type { OpenFile, Task } from '../../../types.ts';
import { fsState } from '../../fs-state.ts';
import { notify } from '../../notify.ts';
import { READABLE, WRITABLE } from '../../poll-events.ts';
import { addressFamily } from '../address.ts';
import { dropInbox, nothing, takeMessage } from '../inbox.ts';
import { AF_NETLINK, SOCK_DGRAM, SOCK_RAW } from '../numbers.ts';
import { getBaseOption, intBytes, isInt, keptOption, optionKey, SOL_SOCKET, setBaseOption } from '../options.ts';
import type { Outgoing, Received, SocketOps } from '../socket-ops.ts';
import type { Socket } from '../socket-state.ts';
import { MSG_OOB, socketWait } from '../waiting.ts';
import {
  joined,
  type NetlinkAnswer,
  type NetlinkHeader,
  NLM_F_ACK,
  NLM_F_DUMP,
  NLM_F_MULTI,
  NLM_F_REQUEST,
  NLMSG_DONE,
  NLMSG_ERROR,
  NLMSG_HEADER_BYTES,
  netlinkMessage,
} from './message.ts';
import { type NetlinkSocket, newNetlinkSocket } from './netlink-state.ts';
import { routeAnswers } from './route.ts';
import { diagAnswers } from './sock-diag.ts';

const NETLINK_ROUTE = 0;
const NETLINK_SOCK_DIAG = 4;
const SOL_NETLINK = 270;
const NETLINK_PKTINFO = 3;
/** NETLINK_ADD_MEMBERSHIP and the flags: broadcast error, no ENOBUFS, listen all, cap ack, ext ack, strict check. */
const OPTIONS: readonly number[] = [1, 2, NETLINK_PKTINFO, 4, 5, 8, 10, 11, 12];
/** Types below are of netlink itself: nothing is done about them. */
const FIRST_TYPE = 16;

const netlinkOf = (file: OpenFile): NetlinkSocket => file.data as NetlinkSocket;

/** struct sockaddr_nl. */
function address(kernel: Kernel, port: number, groups: number): Uint8Array {
  return new StructWriter(kernel, 12).u16(AF_NETLINK).u16(0).u32(port).u32(groups).bytes;
}

/** A port number for a socket: its process's if nobody has it. Linux 6.1 net/netlink/af_netlink.c: netlink_autobind */
function autobind(kernel: Kernel, task: Task, socket: NetlinkSocket): void {
  if (socket.port !== 0) return;
  const { netlink } = fsState(kernel);
  let port = task.group.pid;
  for (let next = 4096; netlink.has(port); next++) port = -next;
  socket.port = port;
  netlink.set(port, socket);
}

/** A sockaddr_nl's port and groups, or -errno. */
function decode(kernel: Kernel, bytes: Uint8Array): { port: number; groups: number } | number {
  if (bytes.length < 12 || addressFamily(kernel, bytes) !== AF_NETLINK) return -EINVAL;
  const reader = new StructReader(kernel, bytes);
  return { port: reader.i32(4), groups: reader.u32(8) };
}

function bind(kernel: Kernel, task: Task, file: OpenFile, bytes: Uint8Array): number {
  const socket = netlinkOf(file);
  const wanted = decode(kernel, bytes);
  if (typeof wanted === 'number') return wanted;
  const { netlink } = fsState(kernel);
  if (socket.port !== 0) {
    if (wanted.port !== socket.port) return -EINVAL;
  } else if (wanted.port === 0) autobind(kernel, task, socket);
  else {
    if (netlink.has(wanted.port)) return -EADDRINUSE;
    socket.port = wanted.port;
    netlink.set(wanted.port, socket);
  }
  socket.groups = wanted.groups;
  return 0;
}

/** Puts a message of the kernel's into a socket's inbox. */
export function deliverNetlink(kernel: Kernel, socket: NetlinkSocket, bytes: Uint8Array): void {
  put(kernel, socket, bytes);
}

function put(kernel: Kernel, socket: NetlinkSocket, bytes: Uint8Array): void {
  socket.inbox.push({ bytes, offset: 0, from: address(kernel, 0, 0), files: [], credentials: undefined });
  socket.inboxBytes += bytes.length;
  notify(kernel, socket.queue);
}

/** NLMSG_ERROR: -errno (0: an acknowledgement) and the request it is about. */
function errorMessage(
  kernel: Kernel,
  socket: NetlinkSocket,
  header: NetlinkHeader,
  request: Uint8Array,
  result: number,
) {
  const errno = result === 0 ? 0 : -nativeNumber(kernel, 'errno', -result);
  const about = result === 0 ? request.subarray(0, NLMSG_HEADER_BYTES) : request;
  return netlinkMessage(kernel, NLMSG_ERROR, 0, header, socket.port, joined([intBytes(kernel, errno), about]));
}

/** What the protocol of a socket answers to a request, or -errno. */
function protocolAnswers(
  kernel: Kernel,
  task: Task,
  socket: NetlinkSocket,
  header: NetlinkHeader,
  body: Uint8Array,
): NetlinkAnswer[] | number {
  if (socket.protocol === NETLINK_SOCK_DIAG) return diagAnswers(kernel, header, body);
  return routeAnswers(kernel, header, body, capable(task.cred, CAP.netAdmin));
}

/** Messages of a dump come in pieces of about this size, so that a reader's buffer holds any. Linux: NLMSG_GOODSIZE */
const PIECE_BYTES = 3776;

function putAll(kernel: Kernel, socket: NetlinkSocket, messages: readonly Uint8Array[]): void {
  let piece: Uint8Array[] = [];
  let bytes = 0;
  for (const message of messages) {
    if (bytes > 0 && bytes + message.length > PIECE_BYTES) {
      put(kernel, socket, joined(piece));
      piece = [];
      bytes = 0;
    }
    piece.push(message);
    bytes += message.length;
  }
  if (piece.length > 0) put(kernel, socket, joined(piece));
}

/** Answers one request. Linux 6.1 net/netlink/af_netlink.c: netlink_rcv_skb */
function answer(kernel: Kernel, task: Task, socket: NetlinkSocket, header: NetlinkHeader, request: Uint8Array): void {
  if (!(header.flags & NLM_F_REQUEST)) return;
  const body = request.subarray(NLMSG_HEADER_BYTES);
  const answers = header.type < FIRST_TYPE ? [] : protocolAnswers(kernel, task, socket, header, body);
  if (typeof answers === 'number') {
    put(kernel, socket, errorMessage(kernel, socket, header, request, answers));
    return;
  }
  const dump = header.type >= FIRST_TYPE && (header.flags & NLM_F_DUMP) !== 0;
  const flags = dump ? NLM_F_MULTI : 0;
  const messages = answers.map(({ type, body: own }) => netlinkMessage(kernel, type, flags, header, socket.port, own));
  putAll(kernel, socket, messages);
  if (dump) {
    put(kernel, socket, netlinkMessage(kernel, NLMSG_DONE, NLM_F_MULTI, header, socket.port, intBytes(kernel, 0)));
  } else if (header.flags & NLM_F_ACK) put(kernel, socket, errorMessage(kernel, socket, header, request, 0));
}

function send(
  kernel: Kernel,
  task: Task,
  file: OpenFile,
  bytes: Uint8Array,
  flags: number,
  { address: to }: Outgoing,
): number {
  const socket = netlinkOf(file);
  if (flags & MSG_OOB) return -EOPNOTSUPP;
  if (to !== undefined) {
    const target = decode(kernel, to);
    if (typeof target === 'number') return target;
    if (target.port !== 0) return -ECONNREFUSED;
  }
  autobind(kernel, task, socket);
  const reader = new StructReader(kernel, bytes);
  for (let at = 0; at + NLMSG_HEADER_BYTES <= bytes.length; ) {
    const length = reader.u32(at);
    if (length < NLMSG_HEADER_BYTES || at + length > bytes.length) break;
    const header: NetlinkHeader = {
      length,
      type: reader.u16(at + 4),
      flags: reader.u16(at + 6),
      sequence: reader.u32(at + 8),
      port: reader.u32(at + 12),
    };
    answer(kernel, task, socket, header, bytes.subarray(at, at + length));
    at += (length + 3) & ~3;
  }
  return bytes.length;
}

function receive(kernel: Kernel, task: Task, file: OpenFile, into: Uint8Array, flags: number): Received {
  const socket = netlinkOf(file);
  if (flags & MSG_OOB) return nothing(-EOPNOTSUPP);
  if (socket.inbox.length === 0) {
    return nothing(socketWait(kernel, task, file, flags, socket.receiveTimeout, [socket.queue]));
  }
  const received = takeMessage(socket, into, flags);
  if (keptOption(socket, SOL_NETLINK, NETLINK_PKTINFO) === 0) return received;
  return { ...received, control: [{ level: SOL_NETLINK, type: NETLINK_PKTINFO, bytes: intBytes(kernel, 0) }] };
}

/** Netlink: its protocols of routes and of socket monitoring. Linux 6.1 net/netlink/af_netlink.c */
export const NETLINK_OPS: SocketOps = {
  create(_kernel, _task, _domain, type, protocol): Socket | number {
    if (type !== SOCK_RAW && type !== SOCK_DGRAM) return -ESOCKTNOSUPPORT;
    if (protocol !== NETLINK_ROUTE && protocol !== NETLINK_SOCK_DIAG) return -EPROTONOSUPPORT;
    return newNetlinkSocket(AF_NETLINK, type, protocol);
  },

  bind,
  send,
  receive,

  connect(kernel, task, file, bytes) {
    const wanted = decode(kernel, bytes);
    if (typeof wanted === 'number') return wanted;
    autobind(kernel, task, netlinkOf(file));
    return 0;
  },

  listen: () => -EOPNOTSUPP,
  accept: () => -EOPNOTSUPP,
  shutdown: () => -EOPNOTSUPP,

  name(kernel, any, peer) {
    const socket = any as NetlinkSocket;
    return peer ? address(kernel, 0, 0) : address(kernel, socket.port, socket.groups);
  },

  getOption(kernel, any, level, option) {
    if (level === SOL_SOCKET) return getBaseOption(kernel, any, option, false);
    if (level !== SOL_NETLINK || !OPTIONS.includes(option)) return -ENOPROTOOPT;
    return intBytes(kernel, keptOption(any, level, option));
  },

  setOption(kernel, task, any, level, option, value) {
    if (level === SOL_SOCKET) return setBaseOption(kernel, task, any, option, value);
    if (level !== SOL_NETLINK || !OPTIONS.includes(option)) return -ENOPROTOOPT;
    if (!isInt(value)) return -EINVAL;
    any.options.set(optionKey(level, option), new StructReader(kernel, value).i32(0) === 0 ? 0 : 1);
    return 0;
  },

  poll: (_kernel, any) => (any.inbox.length > 0 ? READABLE : 0) | WRITABLE,
  ioctl: () => -ENOTTY,

  release(kernel, any) {
    const socket = any as NetlinkSocket;
    if (socket.port !== 0) fsState(kernel).netlink.delete(socket.port);
    dropInbox(kernel, socket);
  },
};
