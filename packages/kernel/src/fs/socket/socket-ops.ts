import type { Kernel } from '../../kernel.ts';
import type { OpenFile, Task } from '../../types.ts';
import type { FileQueue } from '../notify.ts';
import { INET_OPS } from './inet/inet-ops.ts';
import { NETLINK_OPS } from './netlink/netlink-ops.ts';
import { AF_INET, AF_INET6, AF_NETLINK, AF_UNIX } from './numbers.ts';
import { type PeerCredentials, type Socket, socketOf } from './socket-state.ts';
import { UNIX_OPS } from './unix-ops.ts';

/** A control message (struct cmsghdr), its level in the kernel's numbers. */
export interface ControlMessage {
  readonly level: number;
  readonly type: number;
  readonly bytes: Uint8Array;
}

/** What goes with the bytes of a send. */
export interface Outgoing {
  /** The sockaddr given to the call. */
  readonly address: Uint8Array | undefined;
  /** Descriptors to pass; the message takes them (and their references) over when bytes are taken. */
  readonly files: OpenFile[];
  readonly control: readonly ControlMessage[];
  /** Who the sender says it is (SCM_CREDENTIALS); checked. */
  readonly credentials?: PeerCredentials | undefined;
}

/** What one receive gave. */
export interface Received {
  /** Bytes stored, or -errno, or BLOCKED. */
  count: number;
  /** Length of the message, where it is a message. */
  full: number;
  /** The sender's sockaddr; empty where there is none. */
  from: Uint8Array;
  files: OpenFile[];
  credentials: PeerCredentials | undefined;
  control: readonly ControlMessage[];
}

/** What a family of sockets does. Results as those of system calls. Linux 6.1 include/linux/net.h: struct proto_ops */
export interface SocketOps {
  /** A new socket, or -errno. */
  create(kernel: Kernel, task: Task, domain: number, type: number, protocol: number): Socket | number;
  /** Connects two new sockets. Without it socketpair gives EOPNOTSUPP. */
  pair?(first: Socket, second: Socket): void;
  bind(kernel: Kernel, task: Task, file: OpenFile, address: Uint8Array): number;
  connect(kernel: Kernel, task: Task, file: OpenFile, address: Uint8Array): number;
  listen(kernel: Kernel, task: Task, file: OpenFile, backlog: number): number;
  /** Takes a connection off the queue, or -errno, or BLOCKED. */
  accept(kernel: Kernel, task: Task, file: OpenFile): Socket | number;
  /** Own sockaddr, or the peer's; or -errno. */
  name(kernel: Kernel, socket: Socket, peer: boolean): Uint8Array | number;
  /** `how`: 0 reading, 1 writing, 2 both. */
  shutdown(kernel: Kernel, socket: Socket, how: number): number;
  /** How many bytes were taken (all of a message; of a stream maybe some), -errno or BLOCKED. */
  send(kernel: Kernel, task: Task, file: OpenFile, bytes: Uint8Array, flags: number, with_: Outgoing): number;
  receive(kernel: Kernel, task: Task, file: OpenFile, into: Uint8Array, flags: number): Received;
  /** The option's value, or -errno. Level and, for SOL_SOCKET, number are the kernel's. */
  getOption(kernel: Kernel, socket: Socket, level: number, option: number, room: number): Uint8Array | number;
  setOption(kernel: Kernel, task: Task, socket: Socket, level: number, option: number, value: Uint8Array): number;
  poll(kernel: Kernel, socket: Socket): number;
  queues?(socket: Socket): FileQueue[];
  ioctl(kernel: Kernel, task: Task, socket: Socket, command: number, argument: number): number;
  release(kernel: Kernel, socket: Socket): void;
}

/** By family. The tables stand behind functions because the modules import one another. */
const FAMILIES = new Map<number, () => SocketOps>([
  [AF_UNIX, () => UNIX_OPS],
  [AF_INET, () => INET_OPS],
  [AF_INET6, () => INET_OPS],
  [AF_NETLINK, () => NETLINK_OPS],
]);

/** Operations of a family; undefined where the kernel has it not. */
export function familyOps(domain: number): SocketOps | undefined {
  return FAMILIES.get(domain)?.();
}

/** Operations of an open socket. */
export function socketOps(file: OpenFile): SocketOps {
  return FAMILIES.get(socketOf(file).family)!();
}
