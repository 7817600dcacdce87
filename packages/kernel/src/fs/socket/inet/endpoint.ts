import { latin1String, StructWriter } from '../../../abi/struct.ts';
import { EAFNOSUPPORT, EINVAL, ENETUNREACH } from '../../../errno.ts';
import type { Kernel } from '../../../kernel.ts';
import { addressFamily } from '../address.ts';
import { AF_INET, AF_INET6, AF_UNSPEC } from '../numbers.ts';

/**
 * An address and a port. Addresses are the 16 bytes of IPv6, a character each; an IPv4 address is its
 * mapped form, so that equal addresses are equal strings whatever socket they belong to.
 */
export interface Endpoint {
  readonly address: string;
  readonly port: number;
}

const V4_PREFIX = `${'\0'.repeat(10)}\xff\xff`;

export function v4Address(a: number, b: number, c: number, d: number): string {
  return V4_PREFIX + String.fromCharCode(a, b, c, d);
}

export const V4_ANY = v4Address(0, 0, 0, 0);
export const V4_LOOPBACK = v4Address(127, 0, 0, 1);
const V4_BROADCAST = v4Address(255, 255, 255, 255);
const V4_NET_BROADCAST = v4Address(127, 255, 255, 255);
export const V6_ANY = '\0'.repeat(16);
export const V6_LOOPBACK = `${'\0'.repeat(15)}\x01`;

export function isV4(address: string): boolean {
  return address.startsWith(V4_PREFIX);
}

export function isAny(address: string): boolean {
  return address === V4_ANY || address === V6_ANY;
}

export function isMulticast(address: string): boolean {
  return isV4(address) ? (address.charCodeAt(12) & 0xf0) === 0xe0 : address.charCodeAt(0) === 0xff;
}

/** The broadcast address of all networks, or that of 127.0.0.0/8. */
export function isBroadcast(address: string): boolean {
  return address === V4_BROADCAST || address === V4_NET_BROADCAST;
}

/** An address of this machine: 127.0.0.0/8 and ::1. */
export function isLocal(address: string): boolean {
  if (isV4(address)) return address.charCodeAt(12) === 127 && address !== V4_NET_BROADCAST;
  return address === V6_LOOPBACK;
}

/** Last four bytes: the IPv4 address. */
export function v4Bytes(address: string): string {
  return address.slice(12);
}

const SOCKADDR_IN_BYTES = 16;
/** sizeof(struct sockaddr_in6), and what it was before sin6_scope_id. */
const SOCKADDR_IN6_BYTES = 28;
const SOCKADDR_IN6_LEAST = 24;

/** A sockaddr for a socket of this family. */
export function encodeEndpoint(kernel: Kernel, family: number, { address, port }: Endpoint): Uint8Array {
  const bytes = family === AF_INET6 ? SOCKADDR_IN6_BYTES : SOCKADDR_IN_BYTES;
  const out = new StructWriter(kernel, bytes)
    .u16(family)
    .u8(port >> 8)
    .u8(port & 0xff);
  return (family === AF_INET6 ? out.u32(0).text(address) : out.text(v4Bytes(address))).bytes;
}

/** Reads a sockaddr given to a socket of this family: an endpoint, 'unspecified' (AF_UNSPEC), or -errno. */
export function decodeEndpoint(kernel: Kernel, family: number, bytes: Uint8Array): Endpoint | 'unspecified' | number {
  if (bytes.length < 2) return -EINVAL;
  const given = addressFamily(kernel, bytes);
  if (given === AF_UNSPEC) return 'unspecified';
  const port = (bytes[2]! << 8) | bytes[3]!;
  if (given === AF_INET && family === AF_INET) {
    if (bytes.length < SOCKADDR_IN_BYTES) return -EINVAL;
    return { address: V4_PREFIX + latin1String(bytes.subarray(4, 8)), port };
  }
  if (bytes.length < (family === AF_INET6 ? SOCKADDR_IN6_LEAST : SOCKADDR_IN_BYTES)) return -EINVAL;
  if (given !== family) return -EAFNOSUPPORT;
  return { address: latin1String(bytes.subarray(8, 24)), port };
}

/** Where packets for an address go, as the program may have left it open: `any` is the machine itself. */
export function destination(address: string): string {
  if (address === V4_ANY) return V4_LOOPBACK;
  return address === V6_ANY ? V6_LOOPBACK : address;
}

/** The address that packets for `to` come from. Linux 6.1 net/ipv4/route.c: ip_route_output_key_hash_rcu */
export function sourceFor(kernel: Kernel, to: string): string {
  if (!isLocal(to)) {
    const own = kernel.host.network?.addresses().find((address) => isV4(address) === isV4(to));
    if (own !== undefined) return own;
  }
  return isV4(to) ? V4_LOOPBACK : V6_LOOPBACK;
}

/** 0 where an address can be reached from a socket, or -ENETUNREACH. */
export function reachable(kernel: Kernel, address: string, v6Only: boolean): number {
  if (v6Only && isV4(address)) return -ENETUNREACH;
  return isLocal(address) || isOutside(kernel, address) ? 0 : -ENETUNREACH;
}

/** Whether packets for the address go through the host's network: one is there, and the address is nobody's here. */
export function isOutside(kernel: Kernel, address: string): boolean {
  return kernel.host.network !== undefined && !isLocal(address) && !isMulticast(address) && !isBroadcast(address);
}

/** Whether it is an address of the host that the machine may use as its own. */
export function isHostAddress(kernel: Kernel, address: string): boolean {
  return kernel.host.network?.addresses().includes(address) ?? false;
}
