import { EACCES, ECONNREFUSED, EDESTADDRREQ, EINVAL, EMSGSIZE, ENETUNREACH, EOPNOTSUPP } from '../../../errno.ts';
import type { Kernel } from '../../../kernel.ts';
import type { OpenFile, Task } from '../../../types.ts';
import { notify, POLL_IN } from '../../notify.ts';
import { POLLERR, POLLHUP, POLLRDHUP, READABLE, WRITABLE } from '../../poll-events.ts';
import { nothing, takeMessage } from '../inbox.ts';
import { AF_INET6 } from '../numbers.ts';
import { hasFlag, keptOption, SO_BROADCAST } from '../options.ts';
import type { Outgoing, Received } from '../socket-ops.ts';
import { takeError } from '../socket-state.ts';
import { brokenPipe, MSG_OOB, MSG_PEEK, socketWait } from '../waiting.ts';
import { receivedControl } from './control.ts';
import { coverageSuffices, type DatagramHeader, outgoingHeader } from './datagram-header.ts';
import {
  decodeEndpoint,
  destination,
  type Endpoint,
  encodeEndpoint,
  isAny,
  isBroadcast,
  isMulticast,
  isV4,
  reachable,
  sourceFor,
  V4_ANY,
  V6_ANY,
} from './endpoint.ts';
import { type InetSocket, newInetSocket, TCP } from './inet-state.ts';
import {
  IP_MULTICAST_IF,
  IP_MULTICAST_LOOP,
  IPPROTO_IP,
  IPPROTO_IPV6,
  IPV6_MULTICAST_IF,
  IPV6_MULTICAST_LOOP,
} from './numbers.ts';
import { sendOutside } from './outside/datagrams.ts';
import { autobind, inetState, isV6Only, leavePort, socketsOn } from './ports.ts';

/** The most that one datagram carries, over IPv4 and IPv6. */
const MOST_V4 = 65_507;
const MOST_V6 = 65_527;
/** What a datagram counts in the receiver's buffer beside its bytes. Linux: the size of struct sk_buff and its like. */
const OVERHEAD = 768;

/** 0 where a socket may send to the address, or -errno. */
function mayReach(kernel: Kernel, socket: InetSocket, address: string): number {
  if (isV6Only(socket) && isV4(address)) return -ENETUNREACH;
  if (isMulticast(address)) {
    const chosen = isV4(address)
      ? keptOption(socket, IPPROTO_IP, IP_MULTICAST_IF)
      : keptOption(socket, IPPROTO_IPV6, IPV6_MULTICAST_IF);
    return chosen === 0 ? -ENETUNREACH : 0;
  }
  if (isBroadcast(address)) return hasFlag(socket, SO_BROADCAST) ? 0 : -EACCES;
  return reachable(kernel, address, false);
}

/** Linux 6.1 net/ipv4/datagram.c: __ip4_datagram_connect */
export function connectUdp(kernel: Kernel, file: OpenFile, address: Uint8Array): number {
  const socket = file.data as InetSocket;
  const to = decodeEndpoint(kernel, socket.family, address);
  if (typeof to === 'number') return to;
  disconnectUdp(socket);
  if (to === 'unspecified') {
    if (!socket.boundPort && socket.local.port !== 0) {
      leavePort(kernel, socket);
      socket.local = { ...socket.local, port: 0 };
    }
    return 0;
  }
  const remote = { address: destination(to.address), port: to.port };
  const failed = mayReach(kernel, socket, remote.address) || autobind(kernel, socket);
  if (failed) return failed;
  if (isAny(socket.local.address)) socket.local = { ...socket.local, address: sourceFor(kernel, remote.address) };
  socket.remote = remote;
  socket.state = TCP.established;
  notify(kernel, socket.queue);
  return 0;
}

function disconnectUdp(socket: InetSocket): void {
  const { address } = newInetSocket(socket.family, socket.type, socket.protocol, 0).local;
  socket.state = TCP.closed;
  socket.remote = { address, port: 0 };
  if (!socket.boundAddress) socket.local = { ...socket.local, address };
}

/** Sockets that a datagram is for: of a group or broadcast all, else the one that says most. Linux 6.1 net/ipv4/udp.c: compute_score */
function receivers(kernel: Kernel, protocol: number, to: Endpoint, from: Endpoint): InetSocket[] {
  const many = isMulticast(to.address) || isBroadcast(to.address);
  let best: InetSocket[] = [];
  let most = 0;
  for (const socket of socketsOn(kernel, protocol, to.port)) {
    const score = scoreOf(socket, to.address, from);
    if (score === 0 || (isMulticast(to.address) && !socket.groups.includes(to.address))) continue;
    if (!many && score > most) best = [];
    if (many || score >= most) best.push(socket);
    most = Math.max(most, score);
  }
  return many || best.length < 2 ? best : [best[from.port % best.length]!];
}

function scoreOf(socket: InetSocket, to: string, from: Endpoint): number {
  const own = socket.local.address;
  let score = isV4(to) && socket.family === AF_INET6 ? 1 : 2;
  if (own === V6_ANY) {
    if (isV4(to) && isV6Only(socket)) return 0;
  } else if (own === V4_ANY) {
    if (!isV4(to)) return 0;
  } else if (own === to) score += 4;
  else return 0;
  if (socket.remote.port === 0) return score;
  return socket.remote.port === from.port && socket.remote.address === from.address ? score + 4 : 0;
}

/** Where a send goes: to the address given, or to the peer; or -errno. */
function targetOf(kernel: Kernel, socket: InetSocket, address: Uint8Array | undefined): Endpoint | number {
  if (address === undefined || address.length === 0) {
    return socket.remote.port === 0 ? -EDESTADDRREQ : socket.remote;
  }
  const to = decodeEndpoint(kernel, socket.family, address);
  if (typeof to === 'number') return to;
  if (to === 'unspecified') return -EINVAL;
  return to.port === 0 ? -EINVAL : { address: destination(to.address), port: to.port };
}

/** Linux 6.1 net/ipv4/udp.c: udp_sendmsg */
export function sendUdp(
  kernel: Kernel,
  task: Task,
  file: OpenFile,
  bytes: Uint8Array,
  flags: number,
  { address, control }: Outgoing,
): number {
  const socket = file.data as InetSocket;
  if (bytes.length > 65_535) return -EMSGSIZE;
  if (flags & MSG_OOB) return -EOPNOTSUPP;
  if (socket.error !== 0) return -takeError(socket);
  const unbound = autobind(kernel, socket);
  if (unbound) return unbound;
  const to = targetOf(kernel, socket, address);
  if (typeof to === 'number') return to;
  const v4 = isV4(to.address);
  const failed = mayReach(kernel, socket, to.address);
  if (failed) return failed;
  if (socket.writeShut) return brokenPipe(kernel, task, flags);
  if (bytes.length > (v4 ? MOST_V4 : MOST_V6)) return -EMSGSIZE;
  const chosen = outgoingHeader(kernel, socket, to.address, control, bytes.length);
  if (typeof chosen === 'number') return chosen;
  const { header, source } = chosen;
  const own = source ?? socket.local.address;
  const from = {
    address: isAny(own) || isMulticast(own) ? sourceFor(kernel, to.address) : own,
    port: socket.local.port,
  };
  deliver(kernel, socket, bytes, from, to, header);
  return bytes.length;
}

/** Puts a datagram into the inboxes it is for. One without room loses it; where there is none the sender is told. */
function deliver(
  kernel: Kernel,
  sender: InetSocket,
  bytes: Uint8Array,
  from: Endpoint,
  to: Endpoint,
  header: DatagramHeader,
): void {
  const state = inetState(kernel);
  state.packets++;
  state.bytes += bytes.length;
  if (isMulticast(to.address)) {
    const loops = isV4(to.address)
      ? keptOption(sender, IPPROTO_IP, IP_MULTICAST_LOOP, 1)
      : keptOption(sender, IPPROTO_IPV6, IPV6_MULTICAST_LOOP, 1);
    if (loops === 0) return;
  }
  const found = receivers(kernel, sender.protocol, to, from);
  const group = isMulticast(to.address) || isBroadcast(to.address);
  if (found.length === 0 && !group && sendOutside(kernel, sender, bytes, to)) return;
  if (found.length === 0 && !group && sender.state === TCP.established) {
    sender.error = ECONNREFUSED;
    notify(kernel, sender.queue);
  }
  for (const socket of found) receiveDatagram(kernel, socket, bytes, from, header);
}

/** A datagram for a socket: it keeps it, unless its buffer is full or the sum covers less than it asks for. */
export function receiveDatagram(
  kernel: Kernel,
  socket: InetSocket,
  bytes: Uint8Array,
  from: Endpoint,
  header: DatagramHeader,
): void {
  if (socket.inboxBytes > socket.receiveBuffer || !coverageSuffices(socket, header)) return;
  const name = encodeEndpoint(kernel, socket.family, from);
  socket.inbox.push({ bytes: bytes.slice(), offset: 0, from: name, header, files: [], credentials: undefined });
  socket.inboxBytes += bytes.length + OVERHEAD;
  notify(kernel, socket.queue, POLL_IN);
}

/** Linux 6.1 net/ipv4/udp.c: udp_recvmsg */
export function receiveUdp(kernel: Kernel, task: Task, file: OpenFile, into: Uint8Array, flags: number): Received {
  const socket = file.data as InetSocket;
  if (flags & MSG_OOB) return nothing(-EOPNOTSUPP);
  if (socket.error !== 0) return nothing(-takeError(socket));
  const message = socket.inbox[0];
  if (message === undefined) {
    if (socket.readShut) return nothing(0);
    return nothing(socketWait(kernel, task, file, flags, socket.receiveTimeout, [socket.queue]));
  }
  const received = takeMessage(socket, into, flags, OVERHEAD);
  if (!(flags & MSG_PEEK)) notify(kernel, socket.queue);
  return { ...received, control: receivedControl(kernel, socket, message.header!) };
}

/** Linux 6.1 net/core/datagram.c: datagram_poll */
export function pollUdp(socket: InetSocket): number {
  let events = socket.error !== 0 ? POLLERR : 0;
  if (socket.readShut) events |= READABLE | POLLRDHUP;
  if (socket.readShut && socket.writeShut) events |= POLLHUP;
  if (socket.inbox.length > 0) events |= READABLE;
  return events | WRITABLE;
}
