import { EACCES, EADDRINUSE, EADDRNOTAVAIL, EAGAIN } from '../../../errno.ts';
import type { Kernel } from '../../../kernel.ts';
import { monotonicNs } from '../../../time/clock.ts';
import { fsState } from '../../fs-state.ts';
import { AF_INET6 } from '../numbers.ts';
import { hasFlag, keptOption, SO_REUSEADDR, SO_REUSEPORT } from '../options.ts';
import { type Endpoint, isAny, isV4, V4_ANY, V6_ANY } from './endpoint.ts';
import { type InetSocket, type InetState, TCP, type TimeWait } from './inet-state.ts';
import { IPPROTO_IPV6, IPPROTO_TCP, IPV6_V6ONLY } from './numbers.ts';

/** sysctl net.ipv4.ip_local_port_range, and the first port that anybody may have. */
export const FIRST_PORT = 32_768;
export const LAST_PORT = 60_999;
const FIRST_FREE_PORT = 1024;

export function inetState(kernel: Kernel): InetState {
  return fsState(kernel).inet;
}

/** Whether an IPv6 socket keeps away from IPv4. */
export function isV6Only(socket: InetSocket): boolean {
  return socket.family === AF_INET6 && keptOption(socket, IPPROTO_IPV6, IPV6_V6ONLY) !== 0;
}

/** Sockets of a protocol on a port. */
export function socketsOn(kernel: Kernel, protocol: number, port: number): readonly InetSocket[] {
  return inetState(kernel).ports.get(protocol)?.get(port) ?? [];
}

/** Every socket of a protocol that has a port. */
export function allSockets(kernel: Kernel, protocol: number): InetSocket[] {
  return [...(inetState(kernel).ports.get(protocol)?.values() ?? [])].flat();
}

/** Enters a socket under its local port. */
export function enterPort(kernel: Kernel, socket: InetSocket): void {
  const { ports } = inetState(kernel);
  const { protocol, local } = socket;
  const table = ports.get(protocol) ?? new Map<number, InetSocket[]>();
  ports.set(protocol, table);
  table.set(local.port, [...(table.get(local.port) ?? []), socket]);
}

/** Takes a socket off its port. */
export function leavePort(kernel: Kernel, socket: InetSocket): void {
  const table = inetState(kernel).ports.get(socket.protocol);
  const left = table?.get(socket.local.port)?.filter((other) => other !== socket) ?? [];
  if (left.length > 0) table?.set(socket.local.port, left);
  else table?.delete(socket.local.port);
}

/** Whether packets for the address might be for either. */
function overlap(one: string, oneV6Only: boolean, two: string, twoV6Only: boolean): boolean {
  if (one === V6_ANY) return !(oneV6Only && isV4(two));
  if (two === V6_ANY) return !(twoV6Only && isV4(one));
  if (one === V4_ANY) return isV4(two);
  return two === V4_ANY ? isV4(one) : one === two;
}

/** Whether two sockets cannot have the same port. Linux 6.1 net/ipv4/inet_connection_sock.c: inet_csk_bind_conflict */
function conflict(socket: InetSocket, address: string, other: InetSocket): boolean {
  if (!overlap(address, isV6Only(socket), other.local.address, isV6Only(other))) return false;
  const shared = hasFlag(socket, SO_REUSEPORT) && hasFlag(other, SO_REUSEPORT) && socket.uid === other.uid;
  if (shared) return false;
  const reuse = hasFlag(socket, SO_REUSEADDR) && hasFlag(other, SO_REUSEADDR);
  return !(reuse && other.state !== TCP.listen);
}

/** Connections that are over but keep their port; those whose time is up are forgotten. */
export function timeWaits(kernel: Kernel): readonly TimeWait[] {
  const state = inetState(kernel);
  if (state.timeWait.length > 0) {
    const now = monotonicNs(kernel);
    if (state.timeWait[0]!.until <= now) state.timeWait = state.timeWait.filter(({ until }) => until > now);
  }
  return state.timeWait;
}

/** Whether a socket cannot have this endpoint. */
export function portTaken(kernel: Kernel, socket: InetSocket, { address, port }: Endpoint): boolean {
  for (const other of socketsOn(kernel, socket.protocol, port)) {
    if (other !== socket && conflict(socket, address, other)) return true;
  }
  if (socket.protocol !== IPPROTO_TCP) return false;
  return timeWaits(kernel).some(
    ({ local, reuse }) =>
      local.port === port &&
      !(reuse && hasFlag(socket, SO_REUSEADDR)) &&
      overlap(address, isV6Only(socket), local.address, false),
  );
}

/** A port that nobody has, or -errno: they are given out in turn. */
function freePort(kernel: Kernel, socket: InetSocket): number {
  const state = inetState(kernel);
  const count = LAST_PORT - FIRST_PORT + 1;
  const used = state.ports.get(socket.protocol);
  for (let tried = 0; tried < count; tried++) {
    const port = FIRST_PORT + ((state.nextPort + tried) % count);
    if (used?.has(port) || timeWaits(kernel).some(({ local }) => local.port === port)) continue;
    state.nextPort = (state.nextPort + tried + 1) % count;
    return port;
  }
  return -EADDRINUSE;
}

/** Gives a socket its endpoint; port 0: one of the system's choice. 0 or -errno. */
export function bindEndpoint(kernel: Kernel, socket: InetSocket, { address, port }: Endpoint, root: boolean): number {
  if (port > 0 && port < FIRST_FREE_PORT && !root) return -EACCES;
  const chosen = port === 0 ? freePort(kernel, socket) : port;
  if (chosen < 0) return chosen;
  if (port !== 0 && portTaken(kernel, socket, { address, port })) return -EADDRINUSE;
  socket.local = { address, port: chosen };
  socket.boundAddress = !isAny(address);
  socket.boundPort = port !== 0;
  enterPort(kernel, socket);
  return 0;
}

/** Gives a socket without a port one of the system's choice. 0 or -errno (`-EAGAIN`, for connect `-EADDRNOTAVAIL`). */
export function autobind(kernel: Kernel, socket: InetSocket, forConnect = false): number {
  if (socket.local.port !== 0) return 0;
  const port = freePort(kernel, socket);
  if (port < 0) return forConnect ? -EADDRNOTAVAIL : -EAGAIN;
  socket.local = { ...socket.local, port };
  enterPort(kernel, socket);
  return 0;
}
