import { EBADF, ENOTSOCK } from '../../errno.ts';
import type { Inode, OpenFile, Task } from '../../types.ts';
import { getDataFile } from '../file-table.ts';
import { type FileQueue, newQueue } from '../notify.ts';

export const AF_UNIX = 1;
export const SOCK_STREAM = 1;
export const SOCK_DGRAM = 2;
export const SOCK_SEQPACKET = 5;

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
  /** Sender's name, as in sockaddr_un.sun_path ('' for none). */
  from: string;
  /** Descriptors passed with it (SCM_RIGHTS), each with a reference. */
  files: OpenFile[];
  credentials: PeerCredentials;
}

/** A socket of the Unix domain: OpenFile.data of kind 'socket'. Linux 6.1 net/unix/af_unix.c: unix_sock */
export interface UnixSocket {
  type: number;
  state: 'idle' | 'listening' | 'connected' | 'closed';
  /** sun_path: a path, a name that begins with NUL (abstract), or ''. */
  name: string;
  /** The file-system node a path is bound to. */
  node: Inode | undefined;
  peer: UnixSocket | undefined;
  peerCredentials: PeerCredentials;
  inbox: Message[];
  inboxBytes: number;
  /** Connections that wait for accept(). */
  backlog: UnixSocket[];
  backlogLimit: number;
  readShut: boolean;
  writeShut: boolean;
  passCredentials: boolean;
  /** Errno for the next call that asks, from a peer that went away with data unread. */
  error: number;
  queue: FileQueue;
}

/** Bytes a socket holds before its senders wait. */
export const RECEIVE_LIMIT = 212_992;

export function newSocket(type: number, credentials: PeerCredentials): UnixSocket {
  return {
    type,
    state: 'idle',
    name: '',
    node: undefined,
    peer: undefined,
    peerCredentials: credentials,
    inbox: [],
    inboxBytes: 0,
    backlog: [],
    backlogLimit: 0,
    readShut: false,
    writeShut: false,
    passCredentials: false,
    error: 0,
    queue: newQueue(),
  };
}

/** The socket behind an open file. */
export function socketOf(file: OpenFile): UnixSocket {
  return file.data as UnixSocket;
}

/** The socket file of a descriptor, or -errno. */
export function socketFile(task: Task, fd: number): OpenFile | number {
  const file = getDataFile(task, fd);
  if (file === undefined) return -EBADF;
  return file.kind === 'socket' ? file : -ENOTSOCK;
}
