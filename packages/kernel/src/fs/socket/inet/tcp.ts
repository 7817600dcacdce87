import {
  EADDRINUSE,
  EAGAIN,
  EALREADY,
  ECONNABORTED,
  ECONNREFUSED,
  ECONNRESET,
  EINPROGRESS,
  EINVAL,
  EISCONN,
  ENETUNREACH,
  ENOTCONN,
  EPIPE,
} from '../../../errno.ts';
import type { Kernel } from '../../../kernel.ts';
import { monotonicNs } from '../../../time/clock.ts';
import type { OpenFile, Task } from '../../../types.ts';
import { notify, POLL_IN, POLL_OUT } from '../../notify.ts';
import { dropInbox } from '../inbox.ts';
import { SOCK_STREAM } from '../numbers.ts';
import { hasFlag, keptOption, SO_LINGER, SO_REUSEADDR, SOL_SOCKET } from '../options.ts';
import { type Socket, takeError } from '../socket-state.ts';
import { mayWait, socketWait } from '../waiting.ts';
import { decodeEndpoint, destination, type Endpoint, isAny, isV4, reachable, sourceFor, V6_ANY } from './endpoint.ts';
import { type InetSocket, newInetSocket, TCP } from './inet-state.ts';
import { IPPROTO_TCP } from './numbers.ts';
import { connectOutside } from './outside/links.ts';
import { autobind, enterPort, inetState, isV6Only, leavePort, portTaken, socketsOn, timeWaits } from './ports.ts';

/** How long a connection that was closed here first keeps its port. Linux 6.1 include/net/tcp.h: TCP_TIMEWAIT_LEN */
const TIME_WAIT_NS = 60_000_000_000n;

/** The listening socket of an endpoint: the one whose address says most. Linux 6.1 net/ipv4/inet_hashtables.c */
function findListener(kernel: Kernel, { address, port }: Endpoint, from: Endpoint): InetSocket | undefined {
  let best: InetSocket[] = [];
  let most = 0;
  for (const socket of socketsOn(kernel, IPPROTO_TCP, port)) {
    if (socket.state !== TCP.listen) continue;
    const score = listenerScore(socket, address);
    if (score > most) best = [];
    if (score > 0 && score >= most) best.push(socket);
    most = Math.max(most, score);
  }
  return best[from.port % best.length];
}

function listenerScore(socket: InetSocket, address: string): number {
  const own = socket.local.address;
  if (own === address) return 3;
  if (own === V6_ANY) return isV4(address) ? (isV6Only(socket) ? 0 : 1) : 2;
  return isAny(own) && isV4(address) ? 2 : 0;
}

/** Linux 6.1 net/ipv4/af_inet.c: inet_listen */
export function listenTcp(kernel: Kernel, socket: InetSocket, backlog: number): number {
  if (socket.state !== TCP.closed && socket.state !== TCP.listen) return -EINVAL;
  if (socket.connecting) return -EINVAL;
  if (socket.state === TCP.closed) {
    const failed = autobind(kernel, socket);
    if (failed) return failed;
    socket.state = TCP.listen;
    if (portTaken(kernel, socket, socket.local)) {
      socket.state = TCP.closed;
      return -EADDRINUSE;
    }
    socket.readShut = socket.writeShut = socket.ended = false;
  }
  socket.backlogLimit = backlog;
  admitWaiting(kernel, socket);
  return 0;
}

/** Makes the server's end of a client's connection. */
function establish(kernel: Kernel, client: InetSocket, listener: InetSocket): void {
  const server = newInetSocket(listener.family, SOCK_STREAM, IPPROTO_TCP, listener.uid);
  server.options = new Map(listener.options);
  server.sendBuffer = listener.sendBuffer;
  server.receiveBuffer = listener.receiveBuffer;
  server.sendTimeout = listener.sendTimeout;
  server.receiveTimeout = listener.receiveTimeout;
  server.local = client.remote;
  server.remote = client.local;
  server.boundAddress = server.boundPort = true;
  server.peer = client;
  client.peer = server;
  client.state = server.state = TCP.established;
  enterPort(kernel, server);
  inetState(kernel).packets += 3;
  listener.backlog.push(server);
  notify(kernel, listener.queue, POLL_IN);
  notify(kernel, client.queue, POLL_OUT);
}

/** Lets in clients that waited for room in the backlog. */
export function admitWaiting(kernel: Kernel, listener: InetSocket): void {
  while (listener.waiting.length > 0 && listener.backlog.length <= listener.backlogLimit) {
    const client = listener.waiting.shift()!;
    if (client.state === TCP.synSent) establish(kernel, client, listener);
  }
}

/** Linux 6.1 net/ipv4/af_inet.c: __inet_stream_connect */
export function connectTcp(kernel: Kernel, task: Task, file: OpenFile, address: Uint8Array): number {
  const socket = file.data as InetSocket;
  const to = decodeEndpoint(kernel, socket.family, address);
  if (typeof to === 'number') return to;
  if (to === 'unspecified') {
    disconnectTcp(kernel, socket);
    return 0;
  }
  if (socket.connecting) return connectOutcome(kernel, task, file, socket, true);
  if (socket.state !== TCP.closed || socket.peer !== undefined) return -EISCONN;
  const failed = startConnect(kernel, socket, to);
  if (failed) return failed;
  return connectOutcome(kernel, task, file, socket, false);
}

/** Sends the SYN, so to speak: the answer is there at once, but only the next call sees it. 0 or -errno. */
function startConnect(kernel: Kernel, socket: InetSocket, to: Endpoint): number {
  const address = destination(to.address);
  const failed = reachable(kernel, address, isV6Only(socket));
  if (failed) return failed;
  if (!isAny(socket.local.address) && isV4(socket.local.address) !== isV4(address)) return -ENETUNREACH;
  const unbound = autobind(kernel, socket, true);
  if (unbound) return unbound;
  if (isAny(socket.local.address)) socket.local = { ...socket.local, address: sourceFor(kernel, address) };
  socket.remote = { address, port: to.port };
  socket.state = TCP.synSent;
  socket.connecting = true;
  socket.error = 0;
  socket.readShut = socket.writeShut = socket.ended = false;
  const listener = findListener(kernel, socket.remote, socket.local);
  if (listener === undefined) {
    if (!connectOutside(kernel, socket)) refuse(kernel, socket, ECONNREFUSED);
  } else {
    listener.waiting.push(socket);
    admitWaiting(kernel, listener);
  }
  return 0;
}

/** There is no connection: nobody listens (a reset is the answer), or what the network says. `errno` is above 0. */
export function refuse(kernel: Kernel, socket: InetSocket, errno: number): void {
  socket.state = TCP.closed;
  socket.error = errno;
  socket.readShut = socket.writeShut = true;
  inetState(kernel).packets += 2;
  notify(kernel, socket.queue);
}

/** How a connect ends, now or when woken. `again`: it was begun by an earlier call. */
function connectOutcome(kernel: Kernel, task: Task, file: OpenFile, socket: InetSocket, again: boolean): number {
  const waits = mayWait(file, 0);
  if (!again && !waits) return -EINPROGRESS;
  if (socket.state === TCP.synSent) {
    if (!waits) return -EALREADY;
    const result = socketWait(kernel, task, file, 0, socket.sendTimeout, [socket.queue]);
    return result === -EAGAIN ? -EINPROGRESS : result;
  }
  socket.connecting = false;
  if (socket.state !== TCP.closed) return 0;
  const error = takeError(socket);
  forgetConnection(kernel, socket);
  return -(error || ECONNABORTED);
}

/** A socket without a connection may connect again. What bind() chose stays. */
function forgetConnection(kernel: Kernel, socket: InetSocket): void {
  const { address } = newInetSocket(socket.family, socket.type, socket.protocol, 0).local;
  if (!socket.boundPort && socket.local.port !== 0) {
    leavePort(kernel, socket);
    socket.local = { ...socket.local, port: 0 };
  }
  if (!socket.boundAddress) socket.local = { ...socket.local, address };
  socket.remote = { address, port: 0 };
  socket.peer = undefined;
}

/** connect() to AF_UNSPEC. Linux 6.1 net/ipv4/tcp.c: tcp_disconnect */
export function disconnectTcp(kernel: Kernel, socket: InetSocket): void {
  if (socket.state === TCP.listen) dropListener(kernel, socket);
  else if (socket.peer !== undefined) resetPeer(kernel, socket);
  socket.state = TCP.closed;
  socket.connecting = false;
  socket.error = 0;
  socket.readShut = socket.writeShut = socket.ended = false;
  dropInbox(kernel, socket);
  forgetConnection(kernel, socket);
  notify(kernel, socket.queue);
}

/** Linux 6.1 net/ipv4/inet_connection_sock.c: inet_csk_accept */
export function acceptTcp(kernel: Kernel, task: Task, file: OpenFile): Socket | number {
  const socket = file.data as InetSocket;
  if (socket.state !== TCP.listen) return -EINVAL;
  const taken = socket.backlog.shift();
  if (taken === undefined) return socketWait(kernel, task, file, 0, socket.receiveTimeout, [socket.queue]);
  admitWaiting(kernel, socket);
  return taken;
}

/** The peer is told that nothing more will come, and what that makes of both. Linux 6.1 net/ipv4/tcp.c: tcp_close_state */
function sendFin(kernel: Kernel, socket: InetSocket): void {
  const { peer } = socket;
  inetState(kernel).packets += 2;
  socket.state = socket.state === TCP.closeWait ? TCP.closed : TCP.finWait2;
  if (peer === undefined) return;
  peer.readShut = peer.ended = true;
  if (peer.state === TCP.established) peer.state = TCP.closeWait;
  else if (peer.state === TCP.finWait2) {
    peer.state = TCP.closed;
    peer.writeShut = true;
    enterTimeWait(kernel, peer);
  }
  if (socket.state === TCP.closed) socket.readShut = socket.writeShut = true;
  notify(kernel, peer.queue, POLL_IN);
}

function enterTimeWait(kernel: Kernel, socket: InetSocket): void {
  const { local, remote, family } = socket;
  const reuse = hasFlag(socket, SO_REUSEADDR);
  timeWaits(kernel);
  inetState(kernel).timeWait.push({ local, remote, family, reuse, until: monotonicNs(kernel) + TIME_WAIT_NS });
}

/** The peer gets a reset. Linux 6.1 net/ipv4/tcp_input.c: tcp_reset */
export function resetPeer(kernel: Kernel, socket: InetSocket): void {
  const { peer } = socket;
  inetState(kernel).packets++;
  socket.peer = undefined;
  if (peer === undefined || peer.peer !== socket) return;
  if (peer.state !== TCP.closed) peer.error = peer.state === TCP.closeWait ? EPIPE : ECONNRESET;
  peer.state = TCP.closed;
  peer.readShut = peer.writeShut = true;
  peer.peer = undefined;
  notify(kernel, peer.queue, POLL_IN);
}

function dropListener(kernel: Kernel, socket: InetSocket): void {
  for (const server of socket.backlog) {
    resetPeer(kernel, server);
    leavePort(kernel, server);
  }
  for (const client of socket.waiting) if (client.state === TCP.synSent) refuse(kernel, client, ECONNREFUSED);
  socket.backlog = [];
  socket.waiting = [];
}

/** Linux 6.1 net/ipv4/af_inet.c: inet_shutdown */
export function shutdownTcp(kernel: Kernel, socket: InetSocket, how: number): number {
  const reading = how !== 1;
  const writing = how !== 0;
  if (socket.state === TCP.listen) {
    if (reading) disconnectTcp(kernel, socket);
    return 0;
  }
  if (socket.state === TCP.closed) return -ENOTCONN;
  if (socket.state === TCP.synSent) {
    socket.state = TCP.closed;
    notify(kernel, socket.queue);
    return 0;
  }
  if (reading) socket.readShut = true;
  if (writing && !socket.writeShut) {
    socket.writeShut = true;
    sendFin(kernel, socket);
  }
  notify(kernel, socket.queue);
  return 0;
}

/** The last descriptor is closed. Linux 6.1 net/ipv4/tcp.c: __tcp_close */
export function closeTcp(kernel: Kernel, socket: InetSocket): void {
  if (socket.state === TCP.listen) dropListener(kernel, socket);
  else if (socket.peer !== undefined) {
    const unread = socket.inboxBytes > 0;
    const abort = keptOption(socket, SOL_SOCKET, SO_LINGER, -1) === 0;
    const { peer } = socket;
    if (unread || abort) resetPeer(kernel, socket);
    else {
      const first = socket.state === TCP.established;
      if (!socket.writeShut) sendFin(kernel, socket);
      if (first || socket.state === TCP.finWait2) enterTimeWait(kernel, socket);
      if (peer.state === TCP.closed) peer.peer = undefined;
    }
  }
  socket.state = TCP.closed;
  socket.released = true;
  dropInbox(kernel, socket);
  if (socket.local.port !== 0) leavePort(kernel, socket);
  notify(kernel, socket.queue);
}
