import { latin1Bytes, latin1String, StructReader, StructWriter } from '../../../abi/struct.ts';
import { EINVAL, ENOENT } from '../../../errno.ts';
import type { Kernel } from '../../../kernel.ts';
import { monotonicNs } from '../../../time/clock.ts';
import { type Endpoint, V4_ANY, v4Bytes } from '../inet/endpoint.ts';
import { tcpInfo } from '../inet/inet-options.ts';
import { type InetSocket, TCP } from '../inet/inet-state.ts';
import { IP_TOS, IPPROTO_IP, IPPROTO_IPV6, IPPROTO_TCP, IPPROTO_UDP, IPV6_TCLASS } from '../inet/numbers.ts';
import { allSockets, isV6Only, timeWaits } from '../inet/ports.ts';
import { unsentBytes } from '../inet/tcp-transfer.ts';
import { AF_INET, AF_INET6 } from '../numbers.ts';
import { keptOption } from '../options.ts';
import { passesFilter } from './inet-diag-filter.ts';
import { type Attribute, attributeBytes, joined, type NetlinkAnswer, readAttributes } from './message.ts';
import { memoryBytes, SOCK_DIAG_BY_FAMILY, shutdownMask } from './sock-diag-numbers.ts';

/** struct inet_diag_req_v2: family, protocol, extensions, states, then the identity of a socket. */
const REQUEST_BYTES = 56;
const STATES_OFFSET = 4;
const ID_OFFSET = 8;
const MESSAGE_BYTES = 72;
const COOKIE_OFFSET = 40;
const EXPIRES_OFFSET = 52;

/** Attributes; those asked for by bit number - 1 of the request. Linux 6.1 include/uapi/linux/inet_diag.h */
const INET_DIAG_MEMINFO = 1;
const INET_DIAG_INFO = 2;
const INET_DIAG_CONG = 4;
const INET_DIAG_TOS = 5;
const INET_DIAG_TCLASS = 6;
const INET_DIAG_SKMEMINFO = 7;
const INET_DIAG_SHUTDOWN = 8;
const INET_DIAG_SKV6ONLY = 11;
const INET_DIAG_REQ_BYTECODE = 1;

/** What a dump tells of a socket, or of what a connection left behind. */
export interface DiagSocket {
  readonly family: number;
  readonly state: number;
  readonly local: Endpoint;
  readonly remote: Endpoint;
  readonly socket: InetSocket | undefined;
  /** Milliseconds until it is forgotten. */
  readonly expires: number;
}

function socketsOf(kernel: Kernel, protocol: number): DiagSocket[] {
  const known = allSockets(kernel, protocol)
    .filter((socket) => protocol === IPPROTO_UDP || socket.state !== TCP.closed || !socket.boundPort)
    .map((socket) => ({
      family: socket.family,
      state: socket.state as number,
      local: socket.local,
      remote: socket.remote,
      socket,
      expires: 0,
    }));
  if (protocol === IPPROTO_UDP) return known;
  // Listening sockets have a table of their own, which comes first.
  known.sort((a, b) => Number(b.state === TCP.listen) - Number(a.state === TCP.listen));
  const left = timeWaits(kernel).map(({ family, local, remote, until }) => ({
    family,
    local,
    remote,
    expires: Number((until - monotonicNs(kernel)) / 1_000_000n),
  }));
  return [...known, ...left.map((ends) => ({ ...ends, state: TCP.timeWait as number, socket: undefined }))];
}

/** Bytes of an address in the four words that hold it; an IPv6 socket shows IPv4 addresses as mapped ones. */
function addressWords(family: number, address: string): Uint8Array {
  const words = new Uint8Array(16);
  words.set(latin1Bytes(family === AF_INET ? v4Bytes(address) : address));
  return words;
}

function cookieOf({ socket, local }: DiagSocket): number {
  return socket?.ino || local.port;
}

/** struct inet_diag_msg. Linux 6.1 net/ipv4/inet_diag.c: inet_sk_diag_fill, inet_twsk_diag_fill */
function message(kernel: Kernel, entry: DiagSocket): Uint8Array {
  const { family, state, local, remote, socket } = entry;
  const out = new StructWriter(kernel, MESSAGE_BYTES).u8(family).u8(state);
  // A time-wait socket's timer.
  if (socket === undefined) out.u8(3);
  out
    .at(4)
    .u8(local.port >> 8)
    .u8(local.port)
    .u8(remote.port >> 8)
    .u8(remote.port);
  out.bytes.set(addressWords(family, local.address), 8);
  out.bytes.set(addressWords(family, remote.address), 24);
  out
    .at(COOKIE_OFFSET + 4)
    .u32(cookieOf(entry))
    .u32(0)
    .u32(0);
  if (socket === undefined) return out.at(EXPIRES_OFFSET).u32(entry.expires).bytes;
  const listening = state === TCP.listen;
  out.u32(listening ? socket.backlog.length : socket.inboxBytes);
  out.u32(listening ? socket.backlogLimit : socket.protocol === IPPROTO_TCP ? unsentBytes(socket) : 0);
  out.u32(socket.uid).u32(socket.ino);
  return out.bytes;
}

function attributes(kernel: Kernel, entry: DiagSocket, extensions: number): Attribute[] {
  const { socket, family, state } = entry;
  if (socket === undefined) return [];
  const wants = (attribute: number): boolean => (extensions & (1 << (attribute - 1))) !== 0;
  const found: Attribute[] = [[INET_DIAG_SHUTDOWN, Uint8Array.of(shutdownMask(socket))]];
  if (wants(INET_DIAG_TOS)) found.push([INET_DIAG_TOS, Uint8Array.of(keptOption(socket, IPPROTO_IP, IP_TOS))]);
  if (family === AF_INET6) {
    const tclass = keptOption(socket, IPPROTO_IPV6, IPV6_TCLASS);
    if (wants(INET_DIAG_TCLASS)) found.push([INET_DIAG_TCLASS, Uint8Array.of(tclass)]);
    if (state === TCP.listen || state === TCP.closed) {
      found.push([INET_DIAG_SKV6ONLY, Uint8Array.of(isV6Only(socket) ? 1 : 0)]);
    }
  }
  if (wants(INET_DIAG_MEMINFO)) {
    const words = new StructWriter(kernel, 16).u32(socket.inboxBytes).u32(0).u32(0).u32(0);
    found.push([INET_DIAG_MEMINFO, words.bytes]);
  }
  if (wants(INET_DIAG_SKMEMINFO)) found.push([INET_DIAG_SKMEMINFO, memoryBytes(kernel, socket)]);
  if (socket.protocol !== IPPROTO_TCP) return found;
  if (wants(INET_DIAG_INFO)) found.push([INET_DIAG_INFO, tcpInfo(kernel, socket)]);
  if (wants(INET_DIAG_CONG)) found.push([INET_DIAG_CONG, latin1Bytes('cubic\0')]);
  return found;
}

function answer(kernel: Kernel, entry: DiagSocket, extensions: number): NetlinkAnswer {
  const body = joined([message(kernel, entry), attributeBytes(kernel, attributes(kernel, entry, extensions))]);
  return { type: SOCK_DIAG_BY_FAMILY, body };
}

/** The endpoint at an offset of struct inet_diag_sockid. */
function endpointAt(bytes: Uint8Array, family: number, port: number, address: number): Endpoint {
  const text = latin1String(bytes.subarray(address, address + (family === AF_INET ? 4 : 16)));
  return {
    port: (bytes[port]! << 8) | bytes[port + 1]!,
    address: family === AF_INET ? V4_ANY.slice(0, 12) + text : text,
  };
}

const same = (a: Endpoint, b: Endpoint): boolean => a.port === b.port && a.address === b.address;

/**
 * Sockets of TCP and UDP: all that pass the request's states and filter, or the one that it names.
 * Linux 6.1 net/ipv4/inet_diag.c: inet_diag_dump, inet_diag_find_one_icsk
 */
export function inetDiag(kernel: Kernel, request: Uint8Array, dump: boolean): NetlinkAnswer[] | number {
  if (request.length < REQUEST_BYTES) return -EINVAL;
  const [family, protocol, extensions] = request as unknown as [number, number, number];
  if (protocol !== IPPROTO_TCP && protocol !== IPPROTO_UDP) return -ENOENT;
  const reader = new StructReader(kernel, request);
  const entries = socketsOf(kernel, protocol);
  if (!dump) {
    const local = endpointAt(request, family, ID_OFFSET, ID_OFFSET + 4);
    const remote = endpointAt(request, family, ID_OFFSET + 2, ID_OFFSET + 20);
    const cookie = reader.u32(ID_OFFSET + COOKIE_OFFSET);
    const found = entries.find((entry) => same(entry.local, local) && same(entry.remote, remote));
    if (found === undefined || (cookie !== 0xffff_ffff && cookie !== cookieOf(found))) return -ENOENT;
    return [answer(kernel, found, extensions)];
  }
  const states = reader.u32(STATES_OFFSET);
  const filter = readAttributes(kernel, request, REQUEST_BYTES).get(INET_DIAG_REQ_BYTECODE);
  return entries
    .filter((entry) => entry.family === family && (states & (1 << entry.state)) !== 0)
    .filter((entry) => wantedPorts(request, entry) && (filter === undefined || passesFilter(kernel, filter, entry)))
    .map((entry) => answer(kernel, entry, extensions));
}

/** A dump may name ports; 0 means any. */
function wantedPorts(request: Uint8Array, { local, remote }: DiagSocket): boolean {
  const port = (at: number): number => (request[ID_OFFSET + at]! << 8) | request[ID_OFFSET + at + 1]!;
  return (port(0) === 0 || port(0) === local.port) && (port(2) === 0 || port(2) === remote.port);
}
