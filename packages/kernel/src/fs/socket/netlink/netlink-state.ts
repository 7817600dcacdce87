import type { AF_NETLINK } from '../numbers.ts';
import { newSocketBase, type SocketBase } from '../socket-state.ts';

/** A netlink socket: what is sent to the kernel is answered at once, into the inbox. Linux 6.1 net/netlink/af_netlink.c */
export interface NetlinkSocket extends SocketBase {
  family: typeof AF_NETLINK;
  /** nl_pid; 0 until bound. */
  port: number;
  /** nl_groups. */
  groups: number;
}

export function newNetlinkSocket(family: typeof AF_NETLINK, type: number, protocol: number): NetlinkSocket {
  return { ...newSocketBase(type, protocol), family, port: 0, groups: 0 };
}
