import type { Kernel } from '../kernel.ts';
import type { Superblock } from '../types.ts';
import type { AioContext } from './aio-context.ts';
import type { ConsoleState } from './console.ts';
import type { DirectoryNotify } from './dnotify.ts';
import type { InotifyWatch } from './inotify.ts';
import type { Lease } from './leases.ts';
import type { FileQueue } from './notify.ts';
import { newQueue } from './notify.ts';
import type { InFlight } from './socket/in-flight.ts';
import { type InetState, newInetState } from './socket/inet/inet-state.ts';
import type { NetlinkSocket } from './socket/netlink/netlink-state.ts';
import type { UnixSocket } from './socket/socket-state.ts';
import type { TimerFile } from './timerfd.ts';
import type { Tty } from './tty/tty-state.ts';

/** File-system state that hangs off no inode: KernelState.sub.fs. */
export interface FsState {
  nextMountId: number;
  /** Minor number of the next file system without a device (major 0). */
  nextDevice: number;
  /** Bytes of file data kept by in-memory file systems, all together. */
  dataBytes: number;
  /** File systems behind no mount: pipefs, sockfs, anon_inodefs, memfd. */
  internal: Map<string, Superblock>;
  /** Terminals by device number; pseudo-terminal pairs have two. */
  ttys: Map<number, Tty>;
  console: ConsoleState | undefined;
  /** POSIX and flock locks by inode key. */
  locks: Map<string, FileLock[]>;
  lockQueue: FileQueue;
  /** Unix sockets in the abstract name space, by name. */
  abstractSockets: Map<string, UnixSocket>;
  /** Unix sockets that lie in messages. */
  inFlight: InFlight[];
  /** Internet sockets and their ports. */
  inet: InetState;
  /** Netlink sockets by address (nl_pid). */
  netlink: Map<number, NetlinkSocket>;
  bootId: string | undefined;
  timerFiles: Map<number, TimerFile>;
  nextTimerFile: number;
  inotifyWatches: InotifyWatch[];
  /** Directories watched by F_NOTIFY. */
  dirNotifies: DirectoryNotify[];
  /** The last number that joined the two events of a rename. */
  renameCookie: number;
  /** Contexts of asynchronous input and output (io_setup). */
  aioContexts: AioContext[];
  /** Leases on files (F_SETLEASE), and the queue of those who wait for one to end. */
  leases: Lease[];
  leaseQueue: FileQueue;
  /** Woken by every signal, once there is a signalfd. */
  signalQueue: FileQueue | undefined;
}

/** A lock on a byte range (POSIX: owned by a file table; flock: owned by an open file description). */
export interface FileLock {
  type: 'read' | 'write';
  kind: 'posix' | 'flock';
  owner: unknown;
  pid: number;
  start: number;
  /** Inclusive. */
  end: number;
}

/** The file systems' state of this machine, made when first asked for. */
export function fsState(kernel: Kernel): FsState {
  const sub = kernel.state.sub;
  if (sub.fs === undefined) {
    const state: FsState = {
      nextMountId: 1,
      nextDevice: 1,
      dataBytes: 0,
      internal: new Map(),
      ttys: new Map(),
      console: undefined,
      locks: new Map(),
      lockQueue: newQueue(),
      abstractSockets: new Map(),
      inFlight: [],
      inet: newInetState(),
      netlink: new Map(),
      bootId: undefined,
      timerFiles: new Map(),
      nextTimerFile: 1,
      inotifyWatches: [],
      dirNotifies: [],
      renameCookie: 0,
      aioContexts: [],
      leases: [],
      leaseQueue: newQueue(),
      signalQueue: undefined,
    };
    sub.fs = state;
  }
  return sub.fs as FsState;
}
