import { EBADF, ENOTSOCK } from '../../errno.ts';
import type { Inode, OpenFile, Task } from '../../types.ts';
import { getDataFile } from '../file-table.ts';
import { type FileQueue, newQueue } from '../notify.ts';
import type { DatagramHeader } from './inet/datagram-header.ts';
import type { InetSocket } from './inet/inet-state.ts';
import type { NetlinkSocket } from './netlink/netlink-state.ts';
import { AF_UNIX } from './numbers.ts';

/** Credentials that travel with a message, and that SO_PEERCRED gives. */
export interface PeerCredentials {
  pid: number;
  uid: number;
  gid: number;
}

/** Bytes on their way to a socket: of a stream a stretch, else a whole message. */
export interface Message {
  bytes: Uint8Array;
  /** Bytes of it that a stream's reader has taken. */
  offset: number;
  /** Sender's address, as a sockaddr of the program's. */
  from: Uint8Array;
  /** Of Internet datagrams. */
  header?: DatagramHeader;
  /** Descriptors passed with it (SCM_RIGHTS), each with a reference. */
  files: OpenFile[];
  credentials: PeerCredentials | undefined;
}

/** What sockets of all families have. Linux 6.1 include/net/sock.h: struct sock */
export interface SocketBase {
  type: number;
  protocol: number;
  inbox: Message[];
  inboxBytes: number;
  readShut: boolean;
  writeShut: boolean;
  /** Errno for the next call that asks: from a peer that went away with data unread, from a refused datagram. */
  error: number;
  /** SO_RCVTIMEO and SO_SNDTIMEO in nanoseconds; 0: no limit. */
  receiveTimeout: bigint;
  sendTimeout: bigint;
  /** SO_SNDBUF and SO_RCVBUF as getsockopt tells them. */
  sendBuffer: number;
  receiveBuffer: number;
  /** Values of options that are kept as they were set, by level and number (options.ts: optionKey). */
  options: Map<number, number>;
  queue: FileQueue;
  /** Number of its inode; 0 until accepted. */
  ino: number;
}

/** A socket of the Unix domain. Linux 6.1 net/unix/af_unix.c: unix_sock */
export interface UnixSocket extends SocketBase {
  family: typeof AF_UNIX;
  state: 'idle' | 'listening' | 'connected' | 'closed';
  /** sun_path: a path, a name that begins with NUL (abstract), or ''. */
  name: string;
  /** The file-system node a path is bound to. */
  node: Inode | undefined;
  peer: UnixSocket | undefined;
  peerCredentials: PeerCredentials;
  /** Connections that wait for accept(). */
  backlog: UnixSocket[];
  backlogLimit: number;
  passCredentials: boolean;
}

/** A socket of any family: OpenFile.data of kind 'socket'. */
export type Socket = UnixSocket | InetSocket | NetlinkSocket;

/** Bytes a socket holds before its senders wait. */
export const RECEIVE_LIMIT = 212_992;

export function newSocketBase(type: number, protocol: number): SocketBase {
  return {
    type,
    protocol,
    inbox: [],
    inboxBytes: 0,
    readShut: false,
    writeShut: false,
    error: 0,
    receiveTimeout: 0n,
    sendTimeout: 0n,
    sendBuffer: RECEIVE_LIMIT,
    receiveBuffer: RECEIVE_LIMIT,
    options: new Map(),
    queue: newQueue(),
    ino: 0,
  };
}

export function newUnixSocket(type: number, credentials: PeerCredentials): UnixSocket {
  return {
    ...newSocketBase(type, 0),
    family: AF_UNIX,
    state: 'idle',
    name: '',
    node: undefined,
    peer: undefined,
    peerCredentials: credentials,
    backlog: [],
    backlogLimit: 0,
    passCredentials: false,
  };
}

/** The socket behind an open file. */
export function socketOf(file: OpenFile): Socket {
  return file.data as Socket;
}

/** The same where the file is known to be of the Unix domain. */
export function unixSocketOf(file: OpenFile): UnixSocket {
  return file.data as UnixSocket;
}

/** The errno a socket keeps, which is thereby told. Linux 6.1 include/net/sock.h: sock_error */
export function takeError(socket: SocketBase): number {
  const { error } = socket;
  socket.error = 0;
  return error;
}

/** The socket file of a descriptor, or -errno. */
export function socketFile(task: Task, fd: number): OpenFile | number {
  const file = getDataFile(task, fd);
  if (file === undefined) return -EBADF;
  return file.kind === 'socket' ? file : -ENOTSOCK;
}
