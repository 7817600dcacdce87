import { EAGAIN, EIO, EPIPE } from '../../errno.ts';
import type { Kernel } from '../../kernel.ts';
import { blockOn } from '../../sched/wait.ts';
import { SIGPIPE } from '../../signal/numbers.ts';
import { sendSignal, sigInfo } from '../../signal/send.ts';
import { monotonicNs } from '../../time/clock.ts';
import type { OpenFile, Task } from '../../types.ts';
import type { FileOps } from '../file-ops.ts';
import { fsState } from '../fs-state.ts';
import { notify } from '../notify.ts';
import { O_NONBLOCK } from '../open-flags.ts';
import { POLLERR, POLLHUP, READABLE, WRITABLE } from '../poll-events.ts';
import { checkChange, checkRead } from './job-control.ts';
import { inputReady, takeInput } from './line-discipline.ts';
import { ICANON, TOSTOP, VMIN, VTIME } from './termios.ts';
import { ttyIoctl } from './tty-ioctl.ts';
import { hasOutputRoom, ttyOutput } from './tty-output.ts';
import type { Tty } from './tty-state.ts';

const DECISECOND_NS = 100_000_000n;

/** The terminal behind an open file of kind 'tty'. */
export function ttyOf(kernel: Kernel, file: OpenFile): Tty {
  return fsState(kernel).ttys.get((file.data as { device: number }).device)!;
}

/** Linux 6.1 drivers/tty/n_tty.c: n_tty_read */
function read(kernel: Kernel, task: Task, file: OpenFile, into: Uint8Array): number {
  const tty = ttyOf(kernel, file);
  if (tty.hungUp) return 0;
  const refused = checkRead(kernel, task, tty);
  if (refused) return refused;
  if (into.length === 0) return 0;
  const ready = inputReady(tty);
  if (tty.termios.lflag & ICANON) {
    if (ready >= 0) return takeInput(tty, into);
    return file.flags & O_NONBLOCK ? -EAGAIN : blockOn(kernel, task, [tty.queue]);
  }
  return readRaw(kernel, task, file, tty, into, ready);
}

/** Raw input, by VMIN and VTIME. */
function readRaw(kernel: Kernel, task: Task, file: OpenFile, tty: Tty, into: Uint8Array, ready: number): number {
  const minimum = tty.termios.cc[VMIN]!;
  const time = BigInt(tty.termios.cc[VTIME]!) * DECISECOND_NS;
  if (ready > 0 && ready >= Math.min(minimum, into.length)) return takeInput(tty, into);
  if (file.flags & O_NONBLOCK) return ready > 0 ? takeInput(tty, into) : -EAGAIN;
  if (minimum === 0 && time === 0n) return 0;
  if (time === 0n || (minimum > 0 && ready === 0)) return blockOn(kernel, task, [tty.queue]);
  const now = monotonicNs(kernel);
  const deadline = minimum > 0 ? tty.lastInput + time : firstByteDeadline(task, now + time);
  if (now >= deadline) return ready > 0 ? takeInput(tty, into) : 0;
  return blockOn(kernel, task, [tty.queue], { deadline });
}

/** VMIN 0: the time runs from the call on. */
function firstByteDeadline(task: Task, deadline: bigint): bigint {
  if (task.restart?.call !== 'tty-read') task.restart = { call: 'tty-read', deadline };
  return task.restart.deadline as bigint;
}

/** Linux 6.1 drivers/tty/n_tty.c: n_tty_write */
function write(kernel: Kernel, task: Task, file: OpenFile, bytes: Uint8Array): number {
  const tty = ttyOf(kernel, file);
  if (tty.hungUp) return -EIO;
  if (tty.termios.lflag & TOSTOP) {
    const refused = checkChange(kernel, task, tty);
    if (refused) return refused;
  }
  if (tty.kind === 'pty' && !tty.masterOpen) return -EIO;
  if (!hasOutputRoom(tty)) {
    return file.flags & O_NONBLOCK ? -EAGAIN : blockOn(kernel, task, [tty.queue]);
  }
  const part = bytes.length > 4096 ? bytes.subarray(0, 4096) : bytes;
  const result = ttyOutput(kernel, tty, part);
  if (result === -EPIPE) sendSignal(kernel, task, sigInfo(SIGPIPE));
  return result < 0 ? result : part.length;
}

/** Terminals and the slave ends of pseudo-terminals. */
export const TTY_OPS: FileOps = {
  read,
  write,
  ioctl: ttyIoctl,

  poll(kernel, file) {
    const tty = ttyOf(kernel, file);
    if (tty.hungUp) return READABLE | WRITABLE | POLLHUP | POLLERR;
    const ready = inputReady(tty);
    const { cc, lflag } = tty.termios;
    const enough = lflag & ICANON ? ready >= 0 : ready >= Math.max(1, cc[VTIME] ? 1 : cc[VMIN]!);
    return (enough ? READABLE : 0) | (hasOutputRoom(tty) ? WRITABLE : 0);
  },

  queues: (kernel, file) => [ttyOf(kernel, file).queue],

  release(kernel, file) {
    const tty = ttyOf(kernel, file);
    tty.opens--;
    if (tty.kind === 'pty' && tty.opens === 0 && !tty.masterOpen) fsState(kernel).ttys.delete(tty.device);
    notify(kernel, tty.queue);
  },
};
