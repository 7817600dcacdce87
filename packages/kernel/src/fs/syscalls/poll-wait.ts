import { decodeSigSet, sigSetBytes } from '../../abi/signals.ts';
import { BLOCKED, EFAULT, EINVAL, ERESTARTNOHAND } from '../../errno.ts';
import type { Kernel } from '../../kernel.ts';
import { copyIn } from '../../mm/user-access.ts';
import { blockOn } from '../../sched/wait.ts';
import { setSigMask } from '../../signal/pending.ts';
import { monotonicNs } from '../../time/clock.ts';
import { writeTimespec } from '../../time/timespec.ts';
import type { OpenFile, RestartRecord, Task } from '../../types.ts';
import { fileOps } from '../file-ops.ts';
import type { FileQueue } from '../notify.ts';
import { READABLE, WRITABLE } from '../poll-events.ts';

/** Events of a file that hold now. */
export function pollFile(kernel: Kernel, file: OpenFile): number {
  kernel.engine.addCycles(kernel.work.pollDescriptor);
  const { poll } = fileOps(file);
  return poll === undefined ? READABLE | WRITABLE : poll(kernel, file);
}

/** Adds the queues whose wake-up may change those events. */
export function addQueues(kernel: Kernel, file: OpenFile, queues: FileQueue[]): void {
  const own = fileOps(file).queues?.(kernel, file);
  if (own !== undefined) for (const queue of own) if (!queues.includes(queue)) queues.push(queue);
}

/** What a waiting poll or select keeps: when it ends. Deadlines are absolute, so that re-execution does not begin anew. */
interface PollRecord extends RestartRecord {
  deadline: bigint | undefined;
}

/** The record of this call, made at its first entry. `timeout` in nanoseconds; undefined: for ever. */
export function pollRecord(kernel: Kernel, task: Task, call: string, timeout: bigint | undefined): PollRecord {
  if (task.restart?.call !== call) {
    const deadline = timeout === undefined ? undefined : monotonicNs(kernel) + timeout;
    task.restart = { call, deadline };
  }
  return task.restart as PollRecord;
}

/** Nothing is ready: waits on the queues until the deadline; 0 when it has passed. */
export function waitUntil(
  kernel: Kernel,
  task: Task,
  queues: FileQueue[],
  deadline: bigint | undefined,
  onSignal: number,
): number {
  if (deadline !== undefined && monotonicNs(kernel) >= deadline) return 0;
  return blockOn(kernel, task, queues, { deadline, onSignal });
}

/** Sets a call's own signal mask at its first entry. 0 or -errno. Linux 6.1 kernel/signal.c: set_user_sigmask */
export function enterWithMask(kernel: Kernel, task: Task, address: number, size: number): number {
  if (address === 0) return 0;
  if (size !== sigSetBytes(kernel)) return -EINVAL;
  const bytes = copyIn(kernel, task, address, size);
  if (bytes === undefined) return -EFAULT;
  task.savedSigMask = task.sigMask;
  setSigMask(kernel, task, decodeSigSet(kernel, bytes));
  return 0;
}

/** Puts the old mask back, unless a signal is to be delivered under the new one first. */
export function leaveMask(kernel: Kernel, task: Task, result: number): number {
  if (result === BLOCKED || result === -ERESTARTNOHAND || task.savedSigMask === undefined) return result;
  const mask = task.savedSigMask;
  task.savedSigMask = undefined;
  setSigMask(kernel, task, mask);
  return result;
}

/** Stores what is left of a call's time. */
export function storeLeft(kernel: Kernel, task: Task, address: number, deadline: bigint, wide: boolean): void {
  const left = deadline - monotonicNs(kernel);
  writeTimespec(kernel, task, address, left > 0n ? left : 0n, wide);
}
