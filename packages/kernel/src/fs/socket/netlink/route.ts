import { latin1Bytes, latin1String, StructReader, StructWriter } from '../../../abi/struct.ts';
import { ENETUNREACH, ENODEV, EOPNOTSUPP, EPERM } from '../../../errno.ts';
import type { Kernel } from '../../../kernel.ts';
import { isLocal, isV4, sourceFor, V4_ANY, V4_LOOPBACK, V6_LOOPBACK, v4Address, v4Bytes } from '../inet/endpoint.ts';
import {
  ARPHRD_LOOPBACK,
  LOOPBACK_INDEX,
  LOOPBACK_LINK_FLAGS,
  LOOPBACK_MTU,
  LOOPBACK_NAME,
  LOOPBACK_QUEUE_LENGTH,
} from '../inet/interface.ts';
import { inetState } from '../inet/ports.ts';
import { AF_INET, AF_INET6, AF_UNSPEC } from '../numbers.ts';
import {
  type Attribute,
  attributeBytes,
  joined,
  type NetlinkAnswer,
  type NetlinkHeader,
  NLM_F_DUMP,
  readAttributes,
} from './message.ts';
import { rules } from './rules.ts';

/** Linux 6.1 include/uapi/linux/rtnetlink.h */
const RTM_NEWLINK = 16;
const RTM_GETLINK = 18;
const RTM_NEWADDR = 20;
const RTM_GETADDR = 22;
const RTM_NEWROUTE = 24;
const RTM_GETROUTE = 26;
const RTM_GETRULE = 34;

const RT_TABLE_LOCAL = 255;
const RT_TABLE_MAIN = 254;
const RT_SCOPE_HOST = 254;
const RTPROT_KERNEL = 2;
const RTM_F_CLONED = 0x200;
const RTCF_LOCAL = 0x8000_0000;
const RTN_LOCAL = 2;
const RTN_BROADCAST = 3;
const RT_SCOPE_LINK = 253;

function word(kernel: Kernel, value: number): Uint8Array {
  return new StructWriter(kernel, 4).u32(value).bytes;
}

function name(text: string): Uint8Array {
  return latin1Bytes(`${text}\0`);
}

/** struct rtnl_link_stats64, or with 32-bit numbers. */
function statistics(kernel: Kernel, wide: boolean): Uint8Array {
  const { packets, bytes } = inetState(kernel);
  const out = new StructWriter(kernel, wide ? 192 : 96);
  for (const value of [packets, packets, bytes, bytes]) {
    if (wide) out.u64(value);
    else out.u32(value);
  }
  return out.bytes;
}

/** Linux 6.1 net/core/rtnetlink.c: rtnl_fill_ifinfo */
function link(kernel: Kernel): NetlinkAnswer {
  const header = new StructWriter(kernel, 16).u8(AF_UNSPEC).u8(0).u16(ARPHRD_LOOPBACK);
  header.u32(LOOPBACK_INDEX).u32(LOOPBACK_LINK_FLAGS).u32(0);
  const attributes: Attribute[] = [
    [3, name(LOOPBACK_NAME)], // IFLA_IFNAME
    [13, word(kernel, LOOPBACK_QUEUE_LENGTH)], // IFLA_TXQLEN
    [16, Uint8Array.of(0)], // IFLA_OPERSTATE: unknown
    [17, Uint8Array.of(0)], // IFLA_LINKMODE
    [4, word(kernel, LOOPBACK_MTU)], // IFLA_MTU
    [50, word(kernel, 0)], // IFLA_MIN_MTU
    [51, word(kernel, 0)], // IFLA_MAX_MTU
    [27, word(kernel, 0)], // IFLA_GROUP
    [30, word(kernel, 0)], // IFLA_PROMISCUITY
    [31, word(kernel, 1)], // IFLA_NUM_TX_QUEUES
    [32, word(kernel, 1)], // IFLA_NUM_RX_QUEUES
    [33, Uint8Array.of(1)], // IFLA_CARRIER
    [6, name('noqueue')], // IFLA_QDISC
    [35, word(kernel, 0)], // IFLA_CARRIER_CHANGES
    [1, new Uint8Array(6)], // IFLA_ADDRESS
    [2, new Uint8Array(6)], // IFLA_BROADCAST
    [23, statistics(kernel, true)], // IFLA_STATS64
    [7, statistics(kernel, false)], // IFLA_STATS
  ];
  return { type: RTM_NEWLINK, body: joined([header.bytes, attributeBytes(kernel, attributes)]) };
}

/** struct ifa_cacheinfo of an address that is for ever. */
function forever(kernel: Kernel): Uint8Array {
  return new StructWriter(kernel, 16).u32(-1).u32(-1).u32(0).u32(0).bytes;
}

const IFA_F_PERMANENT = 0x80;

/** Linux 6.1 net/ipv4/devinet.c: inet_fill_ifaddr; net/ipv6/addrconf.c: inet6_fill_ifaddr */
function addresses(kernel: Kernel, family: number): NetlinkAnswer[] {
  const header = (own: number, bits: number): Uint8Array =>
    new StructWriter(kernel, 8).u8(own).u8(bits).u8(IFA_F_PERMANENT).u8(RT_SCOPE_HOST).u32(LOOPBACK_INDEX).bytes;
  const made = (own: number, bits: number, attributes: Attribute[]): NetlinkAnswer => ({
    type: RTM_NEWADDR,
    body: joined([header(own, bits), attributeBytes(kernel, attributes)]),
  });
  const loopback = latin1Bytes(v4Bytes(V4_LOOPBACK));
  // IFA_ADDRESS 1, IFA_LOCAL 2, IFA_LABEL 3, IFA_CACHEINFO 6, IFA_FLAGS 8.
  const end: Attribute[] = [
    [8, word(kernel, IFA_F_PERMANENT)],
    [6, forever(kernel)],
  ];
  const v4 = made(AF_INET, 8, [[1, loopback], [2, loopback], [3, name(LOOPBACK_NAME)], ...end]);
  const v6 = made(AF_INET6, 128, [[1, latin1Bytes(V6_LOOPBACK)], end[1]!, end[0]!]);
  if (family === AF_INET) return [v4];
  return family === AF_INET6 ? [v6] : [v4, v6];
}

/** A route to an address or, with fewer bits, a network. Linux 6.1 net/ipv4/fib_semantics.c: fib_dump_info */
function route(kernel: Kernel, to: string, bits: number, kind: number, scope: number): NetlinkAnswer {
  const v4 = isV4(to);
  const header = new StructWriter(kernel, 12)
    .u8(v4 ? AF_INET : AF_INET6)
    .u8(bits)
    .u8(0)
    .u8(0);
  header.u8(RT_TABLE_LOCAL).u8(RTPROT_KERNEL).u8(scope).u8(kind).u32(0);
  // RTA_DST 1, RTA_OIF 4, RTA_PRIORITY 6, RTA_PREFSRC 7, RTA_TABLE 15.
  const attributes: Attribute[] = [
    [15, word(kernel, RT_TABLE_LOCAL)],
    [1, latin1Bytes(v4 ? v4Bytes(to) : to)],
  ];
  if (v4) attributes.push([7, latin1Bytes(v4Bytes(sourceFor(kernel, to)))]);
  else attributes.push([6, word(kernel, 0)]);
  attributes.push([4, word(kernel, LOOPBACK_INDEX)]);
  return { type: RTM_NEWROUTE, body: joined([header.bytes, attributeBytes(kernel, attributes)]) };
}

/** The table `local`; the table `main` is empty. */
function routes(kernel: Kernel, family: number): NetlinkAnswer[] {
  const v4 = [
    route(kernel, v4Address(127, 0, 0, 0), 8, RTN_LOCAL, RT_SCOPE_HOST),
    route(kernel, V4_LOOPBACK, 32, RTN_LOCAL, RT_SCOPE_HOST),
    route(kernel, v4Address(127, 255, 255, 255), 32, RTN_BROADCAST, RT_SCOPE_LINK),
  ];
  const v6 = [route(kernel, V6_LOOPBACK, 128, RTN_LOCAL, 0)];
  if (family === AF_INET) return v4;
  return family === AF_INET6 ? v6 : [...v4, ...v6];
}

/** RTM_GETLINK of one interface, by index or by name. */
function oneLink(kernel: Kernel, body: Uint8Array): NetlinkAnswer[] | number {
  if (body.length < 16) return -ENODEV;
  const index = new StructReader(kernel, body).i32(4);
  const attributes = readAttributes(kernel, body, 16);
  // IFLA_IFNAME 3, IFLA_ALT_IFNAME 53.
  const wanted = attributes.get(3) ?? attributes.get(53);
  const named = wanted !== undefined && latin1String(wanted).split('\0')[0] === LOOPBACK_NAME;
  return index === LOOPBACK_INDEX || (index === 0 && named) ? [link(kernel)] : -ENODEV;
}

/** RTM_GETROUTE of one address: what `ip route get` asks. */
function oneRoute(kernel: Kernel, body: Uint8Array): NetlinkAnswer[] | number {
  const wanted = readAttributes(kernel, body, 12).get(1);
  if (wanted === undefined) return -ENETUNREACH;
  const address = wanted.length === 4 ? V4_ANY.slice(0, 12) + latin1String(wanted) : latin1String(wanted);
  if (!isLocal(address)) return -ENETUNREACH;
  return [isV4(address) ? foundRoute(kernel, address) : route(kernel, address, 128, RTN_LOCAL, RT_SCOPE_HOST)];
}

/** The result of a look-up, not an entry of a table. Linux 6.1 net/ipv4/route.c: rt_fill_info */
function foundRoute(kernel: Kernel, to: string): NetlinkAnswer {
  const header = new StructWriter(kernel, 12).u8(AF_INET).u8(32).u8(0).u8(0);
  header
    .u8(RT_TABLE_MAIN)
    .u8(0)
    .u8(0)
    .u8(RTN_LOCAL)
    .u32((RTCF_LOCAL | RTM_F_CLONED) >>> 0);
  const attributes: Attribute[] = [
    [15, word(kernel, RT_TABLE_MAIN)],
    [1, latin1Bytes(v4Bytes(to))],
    [4, word(kernel, LOOPBACK_INDEX)],
    [7, latin1Bytes(v4Bytes(sourceFor(kernel, to)))],
    [25, word(kernel, 0)], // RTA_UID
    [12, new Uint8Array(32)], // RTA_CACHEINFO
  ];
  return { type: RTM_NEWROUTE, body: joined([header.bytes, attributeBytes(kernel, attributes)]) };
}

/** Answers of a dump with a table filter: struct rtmsg says which. */
function dumpRoutes(kernel: Kernel, body: Uint8Array): NetlinkAnswer[] {
  const table = body.length >= 12 ? body[4]! : 0;
  const filter = readAttributes(kernel, body, 12).get(15);
  const wanted = filter === undefined ? table : new StructReader(kernel, filter).u32(0);
  return wanted === 0 || wanted === RT_TABLE_LOCAL ? routes(kernel, body[0] ?? 0) : [];
}

/** The kernel's answers to a request of NETLINK_ROUTE, or -errno. Linux 6.1 net/core/rtnetlink.c: rtnetlink_rcv_msg */
export function routeAnswers(
  kernel: Kernel,
  request: NetlinkHeader,
  body: Uint8Array,
  root: boolean,
): NetlinkAnswer[] | number {
  const dump = (request.flags & NLM_F_DUMP) !== 0;
  const family = body[0] ?? AF_UNSPEC;
  // NEW, DEL, GET, SET: every fourth type reads.
  if (request.type >= RTM_NEWLINK && (request.type & 3) !== 2 && !root) return -EPERM;
  switch (request.type) {
    case RTM_GETLINK:
      return dump ? [link(kernel)] : oneLink(kernel, body);
    case RTM_GETADDR:
      return dump ? addresses(kernel, family) : -EOPNOTSUPP;
    case RTM_GETROUTE:
      return dump ? dumpRoutes(kernel, body) : oneRoute(kernel, body);
    case RTM_GETRULE:
      return dump ? rules(kernel, family) : -EOPNOTSUPP;
    default:
      // Neighbours, qdiscs and the like: there are none.
      return dump && (request.type & 3) === 2 && DUMPED.includes(request.type) ? [] : -EOPNOTSUPP;
  }
}

/** RTM_GETNEIGH, RTM_GETQDISC, RTM_GETTCLASS, RTM_GETTFILTER, RTM_GETNEIGHTBL, RTM_GETNETCONF. */
const DUMPED: readonly number[] = [30, 38, 42, 46, 66, 82];
