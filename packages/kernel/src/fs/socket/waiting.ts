import { EAGAIN, EINTR, EPIPE } from '../../errno.ts';
import type { Kernel } from '../../kernel.ts';
import { blockOn } from '../../sched/wait.ts';
import { SIGPIPE } from '../../signal/numbers.ts';
import { sendSignal, sigInfo } from '../../signal/send.ts';
import { monotonicNs } from '../../time/clock.ts';
import type { OpenFile, Task, WaitQueue } from '../../types.ts';
import { O_NONBLOCK } from '../open-flags.ts';

export const MSG_OOB = 1;
export const MSG_PEEK = 2;
export const MSG_CTRUNC = 8;
export const MSG_TRUNC = 0x20;
export const MSG_DONTWAIT = 0x40;
export const MSG_WAITALL = 0x100;
export const MSG_ERRQUEUE = 0x2000;
export const MSG_NOSIGNAL = 0x4000;
export const MSG_CMSG_CLOEXEC = 0x4000_0000;

/** Whether a call may wait. */
export function mayWait(file: OpenFile, flags: number): boolean {
  return !(file.flags & O_NONBLOCK) && !(flags & MSG_DONTWAIT);
}

/**
 * Waits on queues, within the socket's time limit (0: none), or gives -EAGAIN. The deadline stands in
 * the restart record, beside what the call itself keeps there.
 */
export function socketWait(
  kernel: Kernel,
  task: Task,
  file: OpenFile,
  flags: number,
  limit: bigint,
  queues: WaitQueue[],
): number {
  if (!mayWait(file, flags)) return -EAGAIN;
  if (limit === 0n) return blockOn(kernel, task, queues);
  const now = monotonicNs(kernel);
  const deadline = (task.restart?.deadline as bigint | undefined) ?? now + limit;
  if (now >= deadline) return -EAGAIN;
  task.restart = { call: 'socket', ...task.restart, deadline };
  return blockOn(kernel, task, queues, { deadline, onSignal: -EINTR });
}

/** The peer cannot take any more: -EPIPE, and SIGPIPE unless the call does without. */
export function brokenPipe(kernel: Kernel, task: Task, flags: number): number {
  if (!(flags & MSG_NOSIGNAL)) sendSignal(kernel, task, sigInfo(SIGPIPE));
  return -EPIPE;
}
