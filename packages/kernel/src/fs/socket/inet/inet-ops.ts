import {
  EACCES,
  EADDRNOTAVAIL,
  EAFNOSUPPORT,
  EINVAL,
  ENOTCONN,
  ENOTTY,
  EOPNOTSUPP,
  EPERM,
  EPROTONOSUPPORT,
  ESOCKTNOSUPPORT,
} from '../../../errno.ts';
import type { Kernel } from '../../../kernel.ts';
import { CAP, capable } from '../../../task/capabilities.ts';
import type { OpenFile, Task } from '../../../types.ts';
import { FIONREAD, putInt, SIOCATMARK, TIOCOUTQ } from '../../ioctl.ts';
import { notify } from '../../notify.ts';
import { dropInbox } from '../inbox.ts';
import { type AF_INET, AF_INET6, SOCK_DGRAM, SOCK_RAW, SOCK_STREAM } from '../numbers.ts';
import type { SocketOps } from '../socket-ops.ts';
import type { Socket } from '../socket-state.ts';
import {
  decodeEndpoint,
  encodeEndpoint,
  isAny,
  isBroadcast,
  isHostAddress,
  isLocal,
  isMulticast,
  isV4,
  V4_ANY,
} from './endpoint.ts';
import { getInetOption, setInetOption } from './inet-options.ts';
import { type InetSocket, newInetSocket, TCP } from './inet-state.ts';
import { IPPROTO_ICMP, IPPROTO_ICMPV6, IPPROTO_TCP, IPPROTO_UDP, IPPROTO_UDPLITE } from './numbers.ts';
import { openOutside } from './outside/datagrams.ts';
import { listenOutside } from './outside/listeners.ts';
import { bindEndpoint, isV6Only, leavePort } from './ports.ts';
import { acceptTcp, closeTcp, connectTcp, listenTcp, shutdownTcp } from './tcp.ts';
import { pollTcp, receiveTcp, sendTcp, unreadBytes, unsentBytes } from './tcp-transfer.ts';
import { connectUdp, pollUdp, receiveUdp, sendUdp } from './udp.ts';

const inetOf = (file: OpenFile): InetSocket => file.data as InetSocket;

/** Linux 6.1 net/ipv4/af_inet.c: inet_create. Raw sockets and those of ping are refused as an ordinary user's. */
function create(_kernel: Kernel, task: Task, domain: number, type: number, protocol: number): Socket | number {
  if (protocol < 0 || protocol > 255) return -EINVAL;
  if (type === SOCK_RAW) return protocol === 0 ? -EPROTONOSUPPORT : -EPERM;
  if (type !== SOCK_STREAM && type !== SOCK_DGRAM) return -ESOCKTNOSUPPORT;
  if (type === SOCK_DGRAM && protocol === (domain === AF_INET6 ? IPPROTO_ICMPV6 : IPPROTO_ICMP)) return -EACCES;
  const lite = type === SOCK_DGRAM && protocol === IPPROTO_UDPLITE;
  const own = type === SOCK_STREAM ? IPPROTO_TCP : lite ? IPPROTO_UDPLITE : IPPROTO_UDP;
  if (protocol !== 0 && protocol !== own) return -EPROTONOSUPPORT;
  return newInetSocket(domain as typeof AF_INET | typeof AF_INET6, type, own, task.cred.euid);
}

/** Linux 6.1 net/ipv4/af_inet.c: __inet_bind; net/ipv6/af_inet6.c: __inet6_bind */
function bind(kernel: Kernel, task: Task, file: OpenFile, address: Uint8Array): number {
  const socket = inetOf(file);
  let wanted = decodeEndpoint(kernel, socket.family, address);
  if (wanted === 'unspecified') {
    // A zeroed sockaddr_in, family and all, was always good enough.
    if (socket.family === AF_INET6 || address.length < 16) return socket.family === AF_INET6 ? -EAFNOSUPPORT : -EINVAL;
    if (address.subarray(4, 8).some((byte) => byte !== 0)) return -EAFNOSUPPORT;
    wanted = { address: V4_ANY, port: (address[2]! << 8) | address[3]! };
  }
  if (typeof wanted === 'number') return wanted;
  if (socket.family === AF_INET6 && isV4(wanted.address) && isV6Only(socket)) return -EINVAL;
  const known = isAny(wanted.address) || isLocal(wanted.address) || isHostAddress(kernel, wanted.address);
  if (!known && !isMulticast(wanted.address) && !isBroadcast(wanted.address)) return -EADDRNOTAVAIL;
  if (socket.local.port !== 0 || socket.state !== TCP.closed) return -EINVAL;
  const failed = bindEndpoint(kernel, socket, wanted, capable(task.cred, CAP.netBindService));
  if (failed === 0 && socket.type === SOCK_DGRAM) openOutside(kernel, socket);
  return failed;
}

/** The Internet families: TCP and UDP between the programs of this machine. */
export const INET_OPS: SocketOps = {
  create,
  bind,

  connect: (kernel, task, file, address) =>
    inetOf(file).type === SOCK_STREAM ? connectTcp(kernel, task, file, address) : connectUdp(kernel, file, address),

  listen(kernel, task, file, backlog) {
    const socket = inetOf(file);
    if (socket.type !== SOCK_STREAM) return -EOPNOTSUPP;
    const result = listenTcp(kernel, socket, backlog);
    return result < 0 || isLocal(socket.local.address) ? result : listenOutside(kernel, task, socket);
  },

  accept: (kernel, task, file) => (inetOf(file).type === SOCK_STREAM ? acceptTcp(kernel, task, file) : -EOPNOTSUPP),

  name(kernel, any, peer) {
    const socket = any as InetSocket;
    if (!peer) return encodeEndpoint(kernel, socket.family, socket.local);
    const stream = socket.type === SOCK_STREAM;
    const none = socket.remote.port === 0 || (stream && (socket.state === TCP.closed || socket.state === TCP.synSent));
    return none ? -ENOTCONN : encodeEndpoint(kernel, socket.family, socket.remote);
  },

  shutdown(kernel, any, how) {
    const socket = any as InetSocket;
    if (socket.type === SOCK_STREAM) return shutdownTcp(kernel, socket, how);
    if (how !== 1) socket.readShut = true;
    if (how !== 0) socket.writeShut = true;
    notify(kernel, socket.queue);
    // Waiting readers are woken all the same.
    return socket.state === TCP.closed ? -ENOTCONN : 0;
  },

  send: (kernel, task, file, bytes, flags, with_) =>
    inetOf(file).type === SOCK_STREAM
      ? sendTcp(kernel, task, file, bytes, flags)
      : sendUdp(kernel, task, file, bytes, flags, with_),

  receive: (kernel, task, file, into, flags) =>
    inetOf(file).type === SOCK_STREAM
      ? receiveTcp(kernel, task, file, into, flags)
      : receiveUdp(kernel, task, file, into, flags),

  getOption: (kernel, any, level, option, room) => getInetOption(kernel, any as InetSocket, level, option, room),
  setOption: (kernel, task, any, level, option, value) =>
    setInetOption(kernel, task, any as InetSocket, level, option, value),

  poll(_kernel, any) {
    const socket = any as InetSocket;
    return socket.type === SOCK_STREAM ? pollTcp(socket) : pollUdp(socket);
  },

  /** Linux 6.1 net/ipv4/tcp.c: tcp_ioctl; net/ipv4/udp.c: udp_ioctl */
  ioctl(kernel, task, any, command, argument) {
    const socket = any as InetSocket;
    const stream = socket.type === SOCK_STREAM;
    if (stream && socket.state === TCP.listen && (command === FIONREAD || command === TIOCOUTQ)) return -EINVAL;
    switch (command) {
      case FIONREAD:
        return putInt(kernel, task, argument, stream ? unreadBytes(socket) : (socket.inbox[0]?.bytes.length ?? 0));
      case TIOCOUTQ:
        return putInt(kernel, task, argument, stream ? unsentBytes(socket) : 0);
      case SIOCATMARK:
        return stream ? putInt(kernel, task, argument, 0) : -ENOTTY;
      default:
        return -ENOTTY;
    }
  },

  release(kernel, any) {
    const socket = any as InetSocket;
    if (socket.type === SOCK_STREAM) {
      closeTcp(kernel, socket);
      return;
    }
    if (socket.local.port !== 0) leavePort(kernel, socket);
    socket.released = true;
    dropInbox(kernel, socket);
    notify(kernel, socket.queue);
  },
};
