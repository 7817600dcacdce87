/** NETLINK_SOCK_DIAG: what sockets there are, as `ss` asks. Linux 6.1 net/core/sock_diag.c */
import { latin1Bytes, StructReader, StructWriter } from '../../../abi/struct.ts';
import { EINVAL, ENOENT, EOPNOTSUPP } from '../../../errno.ts';
import type { Kernel } from '../../../kernel.ts';
import { fsState } from '../../fs-state.ts';
import { heldUnixSockets } from '../held-sockets.ts';
import { TCP } from '../inet/inet-state.ts';
import { AF_INET, AF_INET6, AF_NETLINK, AF_UNIX } from '../numbers.ts';
import type { UnixSocket } from '../socket-state.ts';
import { inetDiag } from './inet-diag.ts';
import {
  type Attribute,
  attributeBytes,
  joined,
  type NetlinkAnswer,
  type NetlinkHeader,
  NLM_F_DUMP,
} from './message.ts';
import type { NetlinkSocket } from './netlink-state.ts';
import { memoryBytes, SOCK_DIAG_BY_FAMILY, shutdownMask } from './sock-diag-numbers.ts';

function word(kernel: Kernel, ...values: number[]): Uint8Array {
  const out = new StructWriter(kernel, 4 * values.length);
  for (const value of values) out.u32(value);
  return out.bytes;
}

/** Bits of udiag_show, and the attributes they ask for. Linux 6.1 include/uapi/linux/unix_diag.h */
const UDIAG_SHOW_NAME = 1;
const UDIAG_SHOW_VFS = 2;
const UDIAG_SHOW_PEER = 4;
const UDIAG_SHOW_ICONS = 8;
const UDIAG_SHOW_RQLEN = 16;
const UDIAG_SHOW_MEMINFO = 32;

/** As the numbers of TCP's states: unix sockets have no others. */
function unixState({ state }: UnixSocket): number {
  if (state === 'listening') return TCP.listen;
  return state === 'connected' ? TCP.established : TCP.closed;
}

/** Linux 6.1 net/unix/diag.c: sk_diag_fill */
function unixAnswer(kernel: Kernel, socket: UnixSocket, show: number): NetlinkAnswer {
  const { ino, type, name, node, peer, backlog } = socket;
  const header = new StructWriter(kernel, 16).u8(AF_UNIX).u8(type).u8(unixState(socket)).u8(0);
  header.u32(ino).u32(ino).u32(0);
  const listening = socket.state === 'listening';
  const found: Attribute[] = [];
  if (show & UDIAG_SHOW_NAME && name !== '') found.push([0, latin1Bytes(name)]);
  if (show & UDIAG_SHOW_VFS && node !== undefined) found.push([1, word(kernel, node.ino, node.superblock.dev)]);
  if (show & UDIAG_SHOW_PEER && peer !== undefined) found.push([2, word(kernel, peer.ino)]);
  if (show & UDIAG_SHOW_ICONS && listening) found.push([3, word(kernel, ...backlog.map((one) => one.ino))]);
  if (show & UDIAG_SHOW_RQLEN) {
    const waiting = listening ? backlog.length : socket.inboxBytes;
    found.push([4, word(kernel, waiting, listening ? socket.backlogLimit : (peer?.inboxBytes ?? 0))]);
  }
  if (show & UDIAG_SHOW_MEMINFO) found.push([5, memoryBytes(kernel, socket)]);
  found.push([6, Uint8Array.of(shutdownMask(socket))]);
  return { type: SOCK_DIAG_BY_FAMILY, body: joined([header.bytes, attributeBytes(kernel, found)]) };
}

/** struct unix_diag_req: states, inode number, what to show. */
function unixDiag(kernel: Kernel, request: Uint8Array, dump: boolean): NetlinkAnswer[] | number {
  if (request.length < 24) return -EINVAL;
  const reader = new StructReader(kernel, request);
  const sockets = heldUnixSockets(kernel);
  const show = reader.u32(12);
  if (!dump) {
    const wanted = reader.u32(8);
    if (wanted === 0) return -EINVAL;
    const found = sockets.find(({ ino }) => ino === wanted);
    return found === undefined ? -ENOENT : [unixAnswer(kernel, found, show)];
  }
  const states = reader.u32(4);
  return sockets
    .filter((socket) => (states & (1 << unixState(socket))) !== 0)
    .map((socket) => unixAnswer(kernel, socket, show));
}

const NDIAG_SHOW_MEMINFO = 1;
const NDIAG_SHOW_GROUPS = 2;
const NDIAG_PROTO_ALL = 0xff;

/** Linux 6.1 net/netlink/diag.c: sk_diag_fill */
function netlinkAnswer(kernel: Kernel, socket: NetlinkSocket, show: number): NetlinkAnswer {
  const header = new StructWriter(kernel, 28).u8(AF_NETLINK).u8(socket.type).u8(socket.protocol).u8(TCP.closed);
  header.u32(socket.port).u32(0).u32(0).u32(socket.ino).u32(socket.ino).u32(0);
  const found: Attribute[] = [];
  if (show & NDIAG_SHOW_MEMINFO) found.push([0, memoryBytes(kernel, socket)]);
  if (show & NDIAG_SHOW_GROUPS) found.push([1, word(kernel, socket.groups)]);
  return { type: SOCK_DIAG_BY_FAMILY, body: joined([header.bytes, attributeBytes(kernel, found)]) };
}

function netlinkDiag(kernel: Kernel, request: Uint8Array, dump: boolean): NetlinkAnswer[] | number {
  if (request.length < 20) return -EINVAL;
  if (!dump) return -EOPNOTSUPP;
  const protocol = request[1]!;
  const show = new StructReader(kernel, request).u32(8);
  return [...fsState(kernel).netlink.values()]
    .filter((socket) => protocol === NDIAG_PROTO_ALL || socket.protocol === protocol)
    .map((socket) => netlinkAnswer(kernel, socket, show));
}

/** The kernel's answers to a request of NETLINK_SOCK_DIAG, or -errno. Linux 6.1 net/core/sock_diag.c: sock_diag_rcv_msg */
export function diagAnswers(kernel: Kernel, request: NetlinkHeader, body: Uint8Array): NetlinkAnswer[] | number {
  // Sockets are not ended from outside (SOCK_DESTROY), and the requests of before Linux 3.3 are gone.
  if (request.type !== SOCK_DIAG_BY_FAMILY) return request.type < SOCK_DIAG_BY_FAMILY ? -EINVAL : -EOPNOTSUPP;
  if (body.length < 2) return -EINVAL;
  const dump = (request.flags & NLM_F_DUMP) !== 0;
  switch (body[0]) {
    case AF_INET:
    case AF_INET6:
      return inetDiag(kernel, body, dump);
    case AF_UNIX:
      return unixDiag(kernel, body, dump);
    case AF_NETLINK:
      return netlinkDiag(kernel, body, dump);
    default:
      return -ENOENT;
  }
}
