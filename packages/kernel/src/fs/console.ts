import { EAGAIN, EBADF, ENOTTY, EPIPE } from '../errno.ts';
import type { Kernel } from '../kernel.ts';
import { blockOn } from '../sched/wait.ts';
import { SIGPIPE } from '../signal/numbers.ts';
import { sendSignal, sigInfo } from '../signal/send.ts';
import type { OpenFile, PathRef, Task } from '../types.ts';
import { newFile } from './file.ts';
import type { FileOps } from './file-ops.ts';
import { installFd } from './file-table.ts';
import { fsState } from './fs-state.ts';
import { internalInode } from './internal-fs.ts';
import { FIONREAD, putInt } from './ioctl.ts';
import { S_IFCHR, S_IFIFO } from './mode.ts';
import { type FileQueue, newQueue, notify } from './notify.ts';
import { O_NONBLOCK, O_RDONLY, O_RDWR, O_WRONLY } from './open-flags.ts';
import { resolvePath } from './path-walk.ts';
import { POLLHUP, READABLE, WRITABLE } from './poll-events.ts';
import { setControllingTty } from './tty/job-control.ts';
import { receiveInput } from './tty/line-discipline.ts';
import { resizeTty } from './tty/tty-ioctl.ts';
import { consoleTty, newTtyFile } from './tty/tty-open.ts';

/** Standard input of the host where it is no terminal, and whether it has ended. */
export interface ConsoleState {
  /** Host stdin is a terminal: its bytes go through the line discipline. */
  inputIsTty: boolean;
  /** Chunks that arrived and were not read, and how much of the first was. */
  chunks: Uint8Array[];
  offset: number;
  bytes: number;
  ended: boolean;
  /** A program has asked for input: until then what is no terminal is left alone. */
  wanted: boolean;
  queue: FileQueue;
}

/** Input that is kept waiting before the host's is left where it is. */
const INPUT_WINDOW = 65536;

/** OpenFile.data of kind 'host-stream'. */
interface HostStream {
  readonly fd: 0 | 1 | 2;
}

/**
 * Gives the first program its descriptors 0, 1 and 2. Where the host has a terminal they are the
 * console's (/dev/tty1, controlling terminal of the program's session, the host's in raw mode, ours
 * the line discipline); where it has a pipe or file they are pipe-like streams.
 */
export function attachConsole(kernel: Kernel, task: Task): void {
  const { console } = kernel.host;
  const state = consoleState(kernel);
  let usesTty = false;
  for (const fd of [0, 1, 2] as const) {
    const tty = console.isTty(fd);
    usesTty ||= tty;
    installFd(kernel, task, tty ? openConsole(kernel, task) : openStream(kernel, fd), false);
  }
  if (usesTty) setControllingTty(task, consoleTty(kernel));
  if (state.inputIsTty) console.setRaw(true);
}

/** The console's state, made when first asked for. */
function consoleState(kernel: Kernel): ConsoleState {
  const state = fsState(kernel);
  state.console ??= {
    inputIsTty: kernel.host.console.isTty(0),
    chunks: [],
    offset: 0,
    bytes: 0,
    ended: false,
    wanted: false,
    queue: newQueue(),
  };
  return state.console;
}

function openConsole(kernel: Kernel, task: Task): OpenFile {
  const found = resolvePath(kernel, task, '/dev/tty1');
  const place = typeof found === 'number' ? detachedConsole(kernel) : found;
  return newTtyFile(consoleTty(kernel), place, O_RDWR);
}

/** Where there is no /dev/tty1 (a test's bare root). */
function detachedConsole(kernel: Kernel): PathRef {
  const place = internalInode(kernel, 'anon_inodefs', '/dev/tty1', S_IFCHR | 0o620, undefined);
  place.dentry.inode!.rdev = consoleTty(kernel).device;
  return place;
}

function openStream(kernel: Kernel, fd: 0 | 1 | 2): OpenFile {
  const data: HostStream = { fd };
  const place = internalInode(kernel, 'pipefs', 'pipe:', S_IFIFO | 0o600, { hostStream: data });
  return newFile('host-stream', place, fd === 0 ? O_RDONLY : O_WRONLY, data);
}

/**
 * Opens a stream of the host once more, by way of /proc/self/fd (as /dev/stdout leads there): undefined where
 * the place is a FIFO of the guest's. It stays the one-way thing that the host has given.
 */
export function reopenStream(ref: PathRef, flags: number): OpenFile | undefined {
  const { hostStream } = ref.dentry.inode!.data as { hostStream?: HostStream };
  return hostStream && newFile('host-stream', ref, flags, hostStream);
}

/**
 * Takes what the host's standard input has: to be called from the run loop, and when a program
 * reads and finds nothing. True if anything came.
 */
export function pollConsole(kernel: Kernel): boolean {
  return takeInput(kernel, INPUT_WINDOW);
}

/** Takes all that the host's standard input has given so far: it is to be saved with the machine. */
export function drainConsole(kernel: Kernel): void {
  takeInput(kernel, Number.POSITIVE_INFINITY);
}

/** Goes on with this host's terminal where the saved machine had one. */
export function resumeConsole(kernel: Kernel): void {
  const { console } = kernel.host;
  if (consoleState(kernel).inputIsTty) console.setRaw(true);
  if (console.isTty(1)) consoleResized(kernel);
}

function takeInput(kernel: Kernel, window: number): boolean {
  const state = consoleState(kernel);
  if (!state.inputIsTty && !state.wanted) return false;
  let came = false;
  while (!state.ended && state.bytes < window) {
    const bytes = kernel.host.console.read();
    if (bytes === undefined) break;
    came = true;
    if (bytes === null) {
      state.ended = true;
      if (state.inputIsTty) endOfTerminal(kernel);
    } else if (state.inputIsTty) receiveInput(kernel, consoleTty(kernel), bytes);
    else if (bytes.length > 0) {
      state.chunks.push(bytes);
      state.bytes += bytes.length;
    }
  }
  if (came) notify(kernel, state.queue);
  return came;
}

/** The host's terminal is gone: as if it had been typed, end of file. */
function endOfTerminal(kernel: Kernel): void {
  const tty = consoleTty(kernel);
  tty.lines.push([]);
  notify(kernel, tty.queue);
}

/** The host's window may have another size. */
export function consoleResized(kernel: Kernel): void {
  const { rows, columns } = kernel.host.console.size();
  resizeTty(kernel, consoleTty(kernel), rows, columns, 0, 0);
}

/** A program wants standard input: takes what is there, if none was left from before. */
function wantInput(kernel: Kernel): ConsoleState {
  const state = consoleState(kernel);
  state.wanted = true;
  if (state.bytes === 0) pollConsole(kernel);
  return state;
}

function readStream(kernel: Kernel, task: Task, file: OpenFile, into: Uint8Array): number {
  if ((file.data as HostStream).fd !== 0) return -EBADF;
  if (into.length === 0) return 0;
  const state = wantInput(kernel);
  if (state.bytes === 0) {
    if (state.ended) return 0;
    return file.flags & O_NONBLOCK ? -EAGAIN : blockOn(kernel, task, [state.queue]);
  }
  let done = 0;
  while (done < into.length && state.chunks.length > 0) {
    const chunk = state.chunks[0]!;
    const count = Math.min(chunk.length - state.offset, into.length - done);
    into.set(chunk.subarray(state.offset, state.offset + count), done);
    done += count;
    state.offset += count;
    state.bytes -= count;
    if (state.offset === chunk.length) {
      state.chunks.shift();
      state.offset = 0;
    }
  }
  return done;
}

/** Standard input, output and error of the host where they are no terminal. */
export const HOST_STREAM_OPS: FileOps = {
  read: readStream,

  write(kernel, task, file, bytes) {
    const { fd } = file.data as HostStream;
    if (fd === 0) return -EBADF;
    const result = kernel.host.console.write(fd, bytes);
    if (result === -EPIPE) sendSignal(kernel, task, sigInfo(SIGPIPE));
    return result < 0 ? result : bytes.length;
  },

  poll(kernel, file) {
    if ((file.data as HostStream).fd !== 0) return WRITABLE;
    const state = wantInput(kernel);
    return (state.bytes > 0 ? READABLE : 0) | (state.ended ? POLLHUP : 0);
  },

  queues: (kernel) => [consoleState(kernel).queue],

  ioctl(kernel, task, _file, command, argument) {
    return command === FIONREAD ? putInt(kernel, task, argument, wantInput(kernel).bytes) : -ENOTTY;
  },
};
