import { InternalError } from '../internal-error.ts';
import { MQUEUE_FILE_OPS } from '../ipc/mqueue/mqueue-file.ts';
import type { Kernel } from '../kernel.ts';
import type { OpenFile, Task } from '../types.ts';
import { HOST_STREAM_OPS } from './console.ts';
import { CHARACTER_DEVICE_OPS } from './dev/character-device.ts';
import { DIRECTORY_OPS } from './directory-file.ts';
import { EPOLL_OPS } from './epoll.ts';
import { EVENTFD_OPS } from './eventfd.ts';
import { INOTIFY_OPS } from './inotify.ts';
import type { FileQueue } from './notify.ts';
import { PIDFD_OPS } from './pidfd.ts';
import { PIPE_OPS } from './pipe.ts';
import { PROC_MEM_OPS } from './proc/mem-file.ts';
import { PROC_FILE_OPS } from './proc/proc-file.ts';
import { REGULAR_OPS } from './regular-file.ts';
import { SIGNALFD_OPS } from './signalfd.ts';
import { SOCKET_OPS } from './socket/socket-file.ts';
import { SYS_FILE_OPS } from './sys/sys-file.ts';
import { TIMERFD_OPS } from './timerfd.ts';
import { PTY_MASTER_OPS } from './tty/pty.ts';
import { TTY_OPS } from './tty/tty-file.ts';

/**
 * What a kind of open file does. A member that is missing is an error of its call (EINVAL, ENOTTY,
 * ESPIPE). read and write may return BLOCKED after blockOn, and -ERESTARTSYS for a signal.
 */
export interface FileOps {
  /** It has a position: read and write are given it, lseek changes it. */
  readonly seekable?: boolean;
  /** It has no position, and lseek() answers 0 all the same. Linux: noop_llseek */
  readonly seeksNowhere?: boolean;
  /** Bytes read into `into` (0 at the end), or -errno. */
  read?(kernel: Kernel, task: Task, file: OpenFile, into: Uint8Array, position: number): number;
  /** Bytes written, maybe fewer than given (then the caller goes on with the rest), or -errno. */
  write?(kernel: Kernel, task: Task, file: OpenFile, bytes: Uint8Array, position: number): number;
  /** POLL* events that hold now. Without it: always readable and writable. */
  poll?(kernel: Kernel, file: OpenFile): number;
  /** Queues woken when poll's answer may have changed. */
  queues?(kernel: Kernel, file: OpenFile): FileQueue[];
  /** Result ≥ 0, -errno; -ENOTTY for a command it does not know. */
  ioctl?(kernel: Kernel, task: Task, file: OpenFile, command: number, argument: number): number;
  /** A task closes a descriptor of the file. */
  flush?(kernel: Kernel, task: Task, file: OpenFile): void;
  /** The last reference is gone. */
  release?(kernel: Kernel, file: OpenFile): void;
}

/** O_PATH: a place and nothing more. */
const PATH_OPS: FileOps = {};

/** Functions, for these modules need this one. */
const OPS: Readonly<Record<string, () => FileOps>> = {
  regular: () => REGULAR_OPS,
  directory: () => DIRECTORY_OPS,
  path: () => PATH_OPS,
  pipe: () => PIPE_OPS,
  tty: () => TTY_OPS,
  'pty-master': () => PTY_MASTER_OPS,
  'character-device': () => CHARACTER_DEVICE_OPS,
  proc: () => PROC_FILE_OPS,
  sysfs: () => SYS_FILE_OPS,
  'proc-mem': () => PROC_MEM_OPS,
  'host-stream': () => HOST_STREAM_OPS,
  eventfd: () => EVENTFD_OPS,
  epoll: () => EPOLL_OPS,
  timerfd: () => TIMERFD_OPS,
  signalfd: () => SIGNALFD_OPS,
  inotify: () => INOTIFY_OPS,
  socket: () => SOCKET_OPS,
  pidfd: () => PIDFD_OPS,
  mqueue: () => MQUEUE_FILE_OPS,
};

/** What was asked for so far. */
const known: Record<string, FileOps> = {};

/** Operations of an open file's kind. */
export function fileOps(file: OpenFile): FileOps {
  return known[file.kind] ?? findOps(file.kind);
}

function findOps(kind: string): FileOps {
  const ops = OPS[kind];
  if (ops === undefined) throw new InternalError('file-kind', `no operations for files of kind ${kind}`);
  known[kind] = ops();
  return known[kind];
}
