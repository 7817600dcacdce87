import { latin1Bytes, latin1String, StructReader, StructWriter } from '../../../abi/struct.ts';
import {
  EADDRINUSE,
  EADDRNOTAVAIL,
  EINVAL,
  ENODEV,
  ENOENT,
  ENOPROTOOPT,
  ENOTCONN,
  EOPNOTSUPP,
} from '../../../errno.ts';
import type { Kernel } from '../../../kernel.ts';
import type { Task } from '../../../types.ts';
import { AF_INET6, SOCK_STREAM } from '../numbers.ts';
import {
  getBaseOption,
  type IntOption,
  intBytes,
  isInt,
  keepOption,
  keptOption,
  optionKey,
  SOL_SOCKET,
  setBaseOption,
} from '../options.ts';
import { keptCoverage } from './datagram-header.ts';
import { isLocal, isMulticast, isV4, V4_ANY } from './endpoint.ts';
import { type InetSocket, TCP } from './inet-state.ts';
import { LOOPBACK_INDEX, LOOPBACK_MTU } from './interface.ts';
import {
  IP_ADD_MEMBERSHIP,
  IP_DROP_MEMBERSHIP,
  IP_MTU,
  IP_MULTICAST_IF,
  IP_MULTICAST_LOOP,
  IP_MULTICAST_TTL,
  IP_PKTINFO,
  IP_RECVTOS,
  IP_RECVTTL,
  IP_TOS,
  IP_TTL,
  IPPROTO_IP,
  IPPROTO_IPV6,
  IPPROTO_TCP,
  IPPROTO_UDP,
  IPPROTO_UDPLITE,
  IPV6_ADD_MEMBERSHIP,
  IPV6_DROP_MEMBERSHIP,
  IPV6_MTU,
  IPV6_MULTICAST_HOPS,
  IPV6_MULTICAST_IF,
  IPV6_MULTICAST_LOOP,
  IPV6_RECVHOPLIMIT,
  IPV6_RECVPKTINFO,
  IPV6_RECVTCLASS,
  IPV6_TCLASS,
  IPV6_UNICAST_HOPS,
  IPV6_V6ONLY,
  TCP_CONGESTION,
  TCP_INFO,
  TCP_MAXSEG,
  UDPLITE_RECV_CSCOV,
  UDPLITE_SEND_CSCOV,
} from './numbers.ts';
import { unsentBytes } from './tcp-transfer.ts';

const FLAG: IntOption = { initial: 0, bool: true };

type Options = ReadonlyMap<number, IntOption>;

/** Linux 6.1 net/ipv4/ip_sockglue.c: do_ip_setsockopt */
const IP_OPTIONS: Options = new Map([
  [IP_TOS, { initial: 0, least: 0, most: 255 }],
  [IP_TTL, { initial: 64, least: 1, most: 255, reset: -1 }],
  [6, FLAG], // IP_RECVOPTS
  [7, FLAG], // IP_RETOPTS
  [IP_PKTINFO, FLAG],
  [10, { initial: 1, least: 0, most: 5 }], // IP_MTU_DISCOVER
  [11, FLAG], // IP_RECVERR
  [IP_RECVTTL, FLAG],
  [IP_RECVTOS, FLAG],
  [15, FLAG], // IP_FREEBIND
  [19, { ...FLAG, root: true }], // IP_TRANSPARENT
  [20, FLAG], // IP_RECVORIGDSTADDR
  [21, { initial: 0, least: 0, most: 255 }], // IP_MINTTL
  [23, FLAG], // IP_CHECKSUM
  [24, FLAG], // IP_BIND_ADDRESS_NO_PORT
  [IP_MULTICAST_TTL, { initial: 1, least: 0, most: 255, reset: -1 }],
  [IP_MULTICAST_LOOP, { initial: 1, bool: true }],
  [49, { initial: 1, least: 0, most: 1 }], // IP_MULTICAST_ALL
  [50, { initial: 0 }], // IP_UNICAST_IF
]);

/** Linux 6.1 net/ipv6/ipv6_sockglue.c: do_ipv6_setsockopt */
const IPV6_OPTIONS: Options = new Map([
  [IPV6_UNICAST_HOPS, { initial: 64, least: 0, most: 255, reset: -1 }],
  [IPV6_MULTICAST_IF, { initial: 0, least: 0, most: LOOPBACK_INDEX }],
  [IPV6_MULTICAST_HOPS, { initial: 1, least: 0, most: 255, reset: -1 }],
  [IPV6_MULTICAST_LOOP, { initial: 1, least: 0, most: 1 }],
  [23, { initial: 1, least: 0, most: 5 }], // IPV6_MTU_DISCOVER
  [25, FLAG], // IPV6_RECVERR
  [IPV6_V6ONLY, FLAG],
  [29, { initial: 1, bool: true }], // IPV6_MULTICAST_ALL
  [33, FLAG], // IPV6_FLOWINFO_SEND
  [IPV6_RECVPKTINFO, FLAG],
  [IPV6_RECVHOPLIMIT, FLAG],
  [62, FLAG], // IPV6_DONTFRAG
  [IPV6_RECVTCLASS, FLAG],
  [IPV6_TCLASS, { initial: 0, least: 0, most: 255, reset: -1 }],
  [70, { initial: 1, bool: true }], // IPV6_AUTOFLOWLABEL
  [72, { initial: 2 }], // IPV6_ADDR_PREFERENCES
  [78, FLAG], // IPV6_FREEBIND
]);

/** Linux 6.1 net/ipv4/tcp.c: do_tcp_setsockopt */
const TCP_OPTIONS: Options = new Map([
  [1, FLAG], // TCP_NODELAY
  [3, FLAG], // TCP_CORK
  [4, { initial: 7200, least: 1, most: 32_767 }], // TCP_KEEPIDLE
  [5, { initial: 75, least: 1, most: 32_767 }], // TCP_KEEPINTVL
  [6, { initial: 9, least: 1, most: 127 }], // TCP_KEEPCNT
  [7, { initial: 6, least: 1, most: 127 }], // TCP_SYNCNT
  [8, { initial: 60 }], // TCP_LINGER2
  [9, { initial: 0 }], // TCP_DEFER_ACCEPT
  [10, { initial: 0 }], // TCP_WINDOW_CLAMP
  [12, { initial: 1, bool: true }], // TCP_QUICKACK
  [18, { initial: 0, least: 0 }], // TCP_USER_TIMEOUT
  [23, { initial: 0, least: 0 }], // TCP_FASTOPEN
  [24, { initial: 0 }], // TCP_TIMESTAMP
  [25, { initial: -1 }], // TCP_NOTSENT_LOWAT
  [30, FLAG], // TCP_FASTOPEN_CONNECT
]);

/** Linux 6.1 net/ipv4/udp.c: udp_lib_setsockopt */
const UDP_OPTIONS: Options = new Map([
  [1, FLAG], // UDP_CORK
  [101, FLAG], // UDP_NO_CHECK6_TX
  [102, FLAG], // UDP_NO_CHECK6_RX
]);

/** A checksum covers at least the header, and at most what a datagram can have. */
const UDPLITE_OPTIONS: Options = new Map([
  ...UDP_OPTIONS,
  [UDPLITE_SEND_CSCOV, { initial: 0 }],
  [UDPLITE_RECV_CSCOV, { initial: 0 }],
]);

/** Options of one int of a level; undefined where the socket has not the level. */
function optionsOf(socket: InetSocket, level: number): Options | undefined {
  switch (level) {
    case IPPROTO_IP:
      return IP_OPTIONS;
    case IPPROTO_IPV6:
      return socket.family === AF_INET6 ? IPV6_OPTIONS : undefined;
    case IPPROTO_TCP:
      return socket.type === SOCK_STREAM ? TCP_OPTIONS : undefined;
    case IPPROTO_UDP:
    case IPPROTO_UDPLITE:
      if (socket.type === SOCK_STREAM) return undefined;
      return socket.protocol === IPPROTO_UDPLITE ? UDPLITE_OPTIONS : UDP_OPTIONS;
    default:
      return undefined;
  }
}

/** Largest segment of the loopback: its MTU without headers, as TCP_MAXSEG tells before and after connecting. */
const MAXSEG_UNCONNECTED = 536;
const MAXSEG_V4 = 65_483;
const MAXSEG_V6 = 65_464;

function maxSegment(socket: InetSocket): number {
  if (socket.state === TCP.closed || socket.state === TCP.listen) return MAXSEG_UNCONNECTED;
  return isV4(socket.remote.address) ? MAXSEG_V4 : MAXSEG_V6;
}

/** struct tcp_info: what there is to say. Linux 6.1 include/uapi/linux/tcp.h */
export function tcpInfo(kernel: Kernel, socket: InetSocket): Uint8Array {
  const out = new StructWriter(kernel, 232).u8(socket.state).at(5).u8(0x07).u8(0x77);
  out.at(8).u32(200_000).u32(40_000).u32(maxSegment(socket)).u32(maxSegment(socket));
  // tcpi_unacked counts a listener's backlog, tcpi_sacked its limit.
  if (socket.state === TCP.listen) out.u32(socket.backlog.length).u32(socket.backlogLimit);
  else out.u32(unsentBytes(socket) > 0 ? 1 : 0);
  return out.at(60).u32(LOOPBACK_MTU).u32(65_483).u32(20).u32(10).u32(0x7fff_ffff).u32(10).u32(maxSegment(socket))
    .bytes;
}

/** UDP and UDP-Lite take each other's level for their own. */
function ownLevel(socket: InetSocket, level: number): number {
  const datagrams = level === IPPROTO_UDP || level === IPPROTO_UDPLITE;
  return datagrams && socket.type !== SOCK_STREAM ? socket.protocol : level;
}

/** getsockopt(2) of Internet sockets. */
export function getInetOption(
  kernel: Kernel,
  socket: InetSocket,
  given: number,
  option: number,
  room: number,
): Uint8Array | number {
  const level = ownLevel(socket, given);
  if (level === SOL_SOCKET) return getBaseOption(kernel, socket, option, socket.state === TCP.listen);
  const rows = optionsOf(socket, level);
  if (rows === undefined) return level === IPPROTO_IPV6 ? -ENOPROTOOPT : -EOPNOTSUPP;
  if (level === IPPROTO_TCP) {
    if (option === TCP_MAXSEG) return intBytes(kernel, maxSegment(socket));
    if (option === TCP_INFO) return tcpInfo(kernel, socket);
    if (option === TCP_CONGESTION) return new StructWriter(kernel, 16).text('cubic').bytes;
  }
  if ((level === IPPROTO_IP && option === IP_MTU) || (level === IPPROTO_IPV6 && option === IPV6_MTU)) {
    return socket.remote.port === 0 ? -ENOTCONN : intBytes(kernel, LOOPBACK_MTU);
  }
  if (level === IPPROTO_IP && option === IP_MULTICAST_IF) {
    return latin1Bytes(keptOption(socket, level, option) === 0 ? '\0\0\0\0' : '\x7f\0\0\x01');
  }
  const row = rows.get(option);
  if (row === undefined) return -ENOPROTOOPT;
  const value = keptOption(socket, level, option, row.initial);
  // The IP level takes and gives single bytes too.
  if (level === IPPROTO_IP && room > 0 && room < 4 && value >= 0 && value <= 255) return Uint8Array.of(value);
  return intBytes(kernel, value);
}

/** The group and interface of a membership option: struct ip_mreq, ip_mreqn or ipv6_mreq; or -errno. */
function groupOf(kernel: Kernel, level: number, value: Uint8Array): string | number {
  const v4 = level === IPPROTO_IP;
  if (value.length < (v4 ? 8 : 20)) return -EINVAL;
  const address = v4 ? V4_ANY.slice(0, 12) + latin1String(value.subarray(0, 4)) : latin1String(value.subarray(0, 16));
  if (!isMulticast(address)) return -EINVAL;
  const own = V4_ANY.slice(0, 12) + latin1String(value.subarray(4, 8));
  const index = v4
    ? value.length >= 12
      ? new StructReader(kernel, value).i32(8)
      : 0
    : new StructReader(kernel, value).i32(16);
  if (index === LOOPBACK_INDEX || (index === 0 && v4 && isLocal(own))) return address;
  return -ENODEV;
}

function changeMembership(kernel: Kernel, socket: InetSocket, level: number, join: boolean, value: Uint8Array): number {
  const group = groupOf(kernel, level, value);
  if (typeof group === 'number') return group;
  const member = socket.groups.includes(group);
  if (join && member) return -EADDRINUSE;
  if (!join && !member) return -EADDRNOTAVAIL;
  socket.groups = join ? [...socket.groups, group] : socket.groups.filter((other) => other !== group);
  return 0;
}

/** IP_MULTICAST_IF: an address, or ip_mreq or ip_mreqn. */
function chooseInterface(kernel: Kernel, socket: InetSocket, value: Uint8Array): number {
  if (value.length < 4) return -EINVAL;
  const at = value.length >= 8 ? 4 : 0;
  const index = value.length >= 12 ? new StructReader(kernel, value).i32(8) : 0;
  const own = V4_ANY.slice(0, 12) + latin1String(value.subarray(at, at + 4));
  if (index !== LOOPBACK_INDEX && own !== V4_ANY && !isLocal(own)) return -EADDRNOTAVAIL;
  const chosen = index === LOOPBACK_INDEX || own !== V4_ANY ? LOOPBACK_INDEX : 0;
  socket.options.set(optionKey(IPPROTO_IP, IP_MULTICAST_IF), chosen);
  return 0;
}

/** setsockopt(2) of Internet sockets. */
export function setInetOption(
  kernel: Kernel,
  task: Task,
  socket: InetSocket,
  given: number,
  option: number,
  value: Uint8Array,
): number {
  const level = ownLevel(socket, given);
  if (level === SOL_SOCKET) return setBaseOption(kernel, task, socket, option, value);
  const rows = optionsOf(socket, level);
  if (rows === undefined) return -ENOPROTOOPT;
  if (level === IPPROTO_IP) {
    if (option === IP_MULTICAST_IF) return chooseInterface(kernel, socket, value);
    if (option === IP_ADD_MEMBERSHIP || option === IP_DROP_MEMBERSHIP) {
      return changeMembership(kernel, socket, level, option === IP_ADD_MEMBERSHIP, value);
    }
  }
  if (level === IPPROTO_IPV6) {
    if (option === IPV6_ADD_MEMBERSHIP || option === IPV6_DROP_MEMBERSHIP) {
      return changeMembership(kernel, socket, level, option === IPV6_ADD_MEMBERSHIP, value);
    }
    if (option === IPV6_V6ONLY && socket.local.port !== 0) return -EINVAL;
  }
  if (level === IPPROTO_TCP) {
    if (option === TCP_CONGESTION) {
      const name = latin1String(value).split('\0')[0]!;
      return name === 'cubic' || name === 'reno' ? 0 : -ENOENT;
    }
    if (option === TCP_MAXSEG) {
      const number = isInt(value) ? new StructReader(kernel, value).i32(0) : -1;
      return number === 0 || (number >= 88 && number <= 32_767) ? 0 : -EINVAL;
    }
  }
  const row = rows.get(option);
  if (row === undefined) return -ENOPROTOOPT;
  if (level === IPPROTO_UDPLITE && (option === UDPLITE_SEND_CSCOV || option === UDPLITE_RECV_CSCOV)) {
    if (!isInt(value)) return -EINVAL;
    socket.options.set(optionKey(level, option), keptCoverage(new StructReader(kernel, value).i32(0)));
    return 0;
  }
  const single = level === IPPROTO_IP && value.length > 0 && value.length < 4;
  return keepOption(kernel, task, socket, optionKey(level, option), row, single ? intBytes(kernel, value[0]!) : value);
}
