import { type AF_INET, AF_INET6, SOCK_STREAM } from '../numbers.ts';
import { newSocketBase, type SocketBase } from '../socket-state.ts';
import { type Endpoint, V4_ANY, V6_ANY } from './endpoint.ts';

/** States of a connection. Linux 6.1 include/net/tcp_states.h; a datagram socket is established or closed. */
export const TCP = {
  established: 1,
  synSent: 2,
  finWait2: 5,
  timeWait: 6,
  closed: 7,
  closeWait: 8,
  listen: 10,
} as const;

export type TcpState = (typeof TCP)[keyof typeof TCP];

/** A TCP or UDP socket. Linux 6.1 include/net/inet_sock.h */
export interface InetSocket extends SocketBase {
  family: typeof AF_INET | typeof AF_INET6;
  state: TcpState;
  local: Endpoint;
  /** Port 0: not connected. */
  remote: Endpoint;
  /** Address or port were chosen by bind(), so they outlive a connection. */
  boundAddress: boolean;
  boundPort: boolean;
  /** Effective user who made it. */
  uid: number;
  /** The other end of a connection. */
  peer: InetSocket | undefined;
  /** Connections that wait for accept(), and clients for which there was no room. */
  backlog: InetSocket[];
  backlogLimit: number;
  waiting: InetSocket[];
  /** A connect() is under way, or its outcome not told yet. */
  connecting: boolean;
  /** The peer's end of data has come. */
  ended: boolean;
  /** Its last descriptor is closed: what the peer still sends is answered with a reset. */
  released: boolean;
  /** Multicast groups joined. */
  groups: string[];
}

/** What is left of a connection for a minute, so that late segments harm nobody: it keeps its port. */
export interface TimeWait {
  readonly local: Endpoint;
  readonly remote: Endpoint;
  readonly family: typeof AF_INET | typeof AF_INET6;
  readonly reuse: boolean;
  /** Monotonic nanoseconds. */
  readonly until: bigint;
}

/** FsState.inet. */
export interface InetState {
  /** Sockets with a port, by protocol, then port. */
  ports: Map<number, Map<number, InetSocket[]>>;
  timeWait: TimeWait[];
  /** Where the search for a free port begins. */
  nextPort: number;
  /** What has passed the interface. */
  packets: number;
  bytes: number;
  outside: OutsideState;
}

/** A connection through the host's network. */
export interface OutsideLink {
  /** The guest's socket. */
  near: InetSocket;
  /** Stands for the other end, once there is a connection: what the guest sends lies in its inbox. */
  far: InetSocket | undefined;
  /** The host was told that no more will be sent. */
  ended: boolean;
}

/** What goes through the host's network, by the host's numbers. */
export interface OutsideState {
  nextId: number;
  links: Map<number, OutsideLink>;
  /** Listening sockets; `open` once the host listens. */
  listeners: Map<number, { socket: InetSocket; open: boolean }>;
  /** Sockets that send and get datagrams. */
  datagrams: Map<number, InetSocket>;
}

export function newInetState(): InetState {
  const outside = { nextId: 1, links: new Map(), listeners: new Map(), datagrams: new Map() };
  return { ports: new Map(), timeWait: [], nextPort: 0, packets: 0, bytes: 0, outside };
}

/** SO_RCVBUF and SO_SNDBUF of new TCP sockets: the middle values of tcp_rmem and tcp_wmem. */
const TCP_RECEIVE_BUFFER = 131_072;
const TCP_SEND_BUFFER = 16_384;

export function newInetSocket(
  family: typeof AF_INET | typeof AF_INET6,
  type: number,
  protocol: number,
  uid: number,
): InetSocket {
  const any = family === AF_INET6 ? V6_ANY : V4_ANY;
  const base = newSocketBase(type, protocol);
  if (type === SOCK_STREAM) {
    base.receiveBuffer = TCP_RECEIVE_BUFFER;
    base.sendBuffer = TCP_SEND_BUFFER;
  }
  return {
    ...base,
    family,
    state: TCP.closed,
    local: { address: any, port: 0 },
    remote: { address: any, port: 0 },
    boundAddress: false,
    boundPort: false,
    uid,
    peer: undefined,
    backlog: [],
    backlogLimit: 0,
    waiting: [],
    connecting: false,
    ended: false,
    released: false,
    groups: [],
  };
}
