import { latin1String, StructReader } from '../../../abi/struct.ts';
import { EINVAL } from '../../../errno.ts';
import type { Kernel } from '../../../kernel.ts';
import { keptOption, SOL_SOCKET } from '../options.ts';
import type { ControlMessage } from '../socket-ops.ts';
import { isAny, isLocal, isMulticast, isV4, V4_ANY } from './endpoint.ts';
import type { InetSocket } from './inet-state.ts';
import { LOOPBACK_INDEX } from './interface.ts';
import {
  IP_MULTICAST_TTL,
  IP_PKTINFO,
  IP_TOS,
  IP_TTL,
  IPPROTO_IP,
  IPPROTO_IPV6,
  IPPROTO_UDPLITE,
  IPV6_HOPLIMIT,
  IPV6_MULTICAST_HOPS,
  IPV6_PKTINFO,
  IPV6_TCLASS,
  IPV6_UNICAST_HOPS,
  UDPLITE_RECV_CSCOV,
  UDPLITE_SEND_CSCOV,
} from './numbers.ts';

/** What a receiver can learn of a datagram beside its bytes and its sender. */
export interface DatagramHeader {
  /** The address it was sent to. */
  readonly to: string;
  /** Time to live, or hop limit. */
  readonly hops: number;
  /** Type of service, or traffic class. */
  readonly trafficClass: number;
  /** Bytes that the checksum covers, UDP's header included; 0: all. Only UDP-Lite leaves some out. */
  readonly coverage: number;
}

/** What a send says about its header: the socket's options, but for what its control messages override. */
interface Choice {
  hops: number;
  trafficClass: number;
  /** Address it comes from; undefined: the socket's, or what routing gives. */
  source: string | undefined;
}

const UDP_HEADER_BYTES = 8;
const DEFAULT_HOPS = 64;

/** The header of a datagram that a socket sends, and where it comes from; or -errno. */
export function outgoingHeader(
  kernel: Kernel,
  socket: InetSocket,
  to: string,
  control: readonly ControlMessage[],
  length: number,
): { header: DatagramHeader; source: string | undefined } | number {
  const choice = optionChoice(socket, to);
  for (const message of control) {
    const failed = isV4(to) ? applyV4(kernel, choice, message) : applyV6(kernel, choice, message);
    if (failed) return failed;
  }
  const { hops, trafficClass, source } = choice;
  return { header: { to, hops, trafficClass, coverage: sentCoverage(socket, length) }, source };
}

function optionChoice(socket: InetSocket, to: string): Choice {
  const many = isMulticast(to);
  const v4 = isV4(to);
  const level = v4 ? IPPROTO_IP : IPPROTO_IPV6;
  const one = v4 ? IP_TTL : IPV6_UNICAST_HOPS;
  const group = v4 ? IP_MULTICAST_TTL : IPV6_MULTICAST_HOPS;
  return {
    hops: many ? keptOption(socket, level, group, 1) : keptOption(socket, level, one, DEFAULT_HOPS),
    trafficClass: keptOption(socket, level, v4 ? IP_TOS : IPV6_TCLASS),
    source: undefined,
  };
}

/** SO_MARK and SO_TIMESTAMPING would be understood; rights and credentials are passed over. Linux 6.1 net/core/sock.c: __sock_cmsg_send */
function socketLevel(type: number): number {
  const SCM_RIGHTS = 1;
  const SCM_CREDENTIALS = 2;
  return type === SCM_RIGHTS || type === SCM_CREDENTIALS ? 0 : -EINVAL;
}

const wordOf = (kernel: Kernel, bytes: Uint8Array): number => new StructReader(kernel, bytes).i32(0);

/** Linux 6.1 net/ipv4/ip_sockglue.c: ip_cmsg_send. 0 or -errno. */
function applyV4(kernel: Kernel, choice: Choice, { level, type, bytes }: ControlMessage): number {
  if (level === SOL_SOCKET) return socketLevel(type);
  if (level !== IPPROTO_IP) return 0;
  switch (type) {
    case IP_PKTINFO: {
      if (bytes.length !== 12) return -EINVAL;
      const source = V4_ANY.slice(0, 12) + latin1String(bytes.subarray(4, 8));
      return chooseSource(choice, source, wordOf(kernel, bytes));
    }
    case IP_TTL: {
      const hops = bytes.length === 4 ? wordOf(kernel, bytes) : 0;
      if (hops < 1 || hops > 255) return -EINVAL;
      choice.hops = hops;
      return 0;
    }
    case IP_TOS: {
      const single = bytes.length === 1;
      const value = single ? bytes[0]! : bytes.length === 4 ? wordOf(kernel, bytes) : -1;
      if (value < 0 || value > 255) return -EINVAL;
      choice.trafficClass = value;
      return 0;
    }
    default:
      return -EINVAL;
  }
}

/** Linux 6.1 net/ipv6/datagram.c: ip6_datagram_send_ctl. 0 or -errno; -1 leaves a field to the socket's option. */
function applyV6(kernel: Kernel, choice: Choice, { level, type, bytes }: ControlMessage): number {
  if (level === SOL_SOCKET) return socketLevel(type);
  if (level !== IPPROTO_IPV6) return 0;
  switch (type) {
    case IPV6_PKTINFO:
      if (bytes.length < 20) return -EINVAL;
      return chooseSource(choice, latin1String(bytes.subarray(0, 16)), new StructReader(kernel, bytes).i32(16));
    case IPV6_HOPLIMIT:
    case IPV6_TCLASS: {
      const value = bytes.length === 4 ? wordOf(kernel, bytes) : -2;
      if (value < -1 || value > 255) return -EINVAL;
      if (value >= 0) choice[type === IPV6_HOPLIMIT ? 'hops' : 'trafficClass'] = value;
      return 0;
    }
    default:
      return -EINVAL;
  }
}

/** A source address must be one of this machine's, and the interface the only one there is. */
function chooseSource(choice: Choice, source: string, index: number): number {
  if (index !== 0 && index !== LOOPBACK_INDEX) return -EINVAL;
  if (isAny(source)) return 0;
  if (!isLocal(source)) return -EINVAL;
  choice.source = source;
  return 0;
}

/** Linux 6.1 include/net/udplite.h: udplite_sender_cscov */
function sentCoverage(socket: InetSocket, length: number): number {
  if (socket.protocol !== IPPROTO_UDPLITE) return 0;
  const covered = keptOption(socket, IPPROTO_UDPLITE, UDPLITE_SEND_CSCOV);
  return covered < UDP_HEADER_BYTES + length ? covered : 0;
}

/** A coverage as it is kept: nothing, or the header at least. Linux 6.1 net/ipv4/udp.c: udp_lib_setsockopt */
export function keptCoverage(wanted: number): number {
  return wanted === 0 ? 0 : Math.max(UDP_HEADER_BYTES, Math.min(wanted, 0xffff));
}

/** Whether a receiver takes a datagram whose checksum leaves something out: it has asked for no more than is covered. */
export function coverageSuffices(socket: InetSocket, { coverage }: DatagramHeader): boolean {
  if (coverage === 0) return true;
  const asked = keptOption(socket, IPPROTO_UDPLITE, UDPLITE_RECV_CSCOV, -1);
  return asked < 0 || (asked > 0 && coverage >= asked);
}
