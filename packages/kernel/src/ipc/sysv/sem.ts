/** semget, semop, semtimedop. Linux 6.1 ipc/sem.c */
import { StructReader } from '../../abi/struct.ts';
import { BLOCKED, E2BIG, EACCES, EAGAIN, EFAULT, EFBIG, EINTR, EINVAL, ENOSPC } from '../../errno.ts';
import type { Kernel } from '../../kernel.ts';
import { copyIn } from '../../mm/user-access.ts';
import { blockOn } from '../../sched/wait.ts';
import { monotonicNs } from '../../time/clock.ts';
import { readTimespec } from '../../time/timespec.ts';
import type { Task } from '../../types.ts';
import { ipcAdd, ipcFind, ipcGet, ipcPermits, MAY_READ_IPC, MAY_WRITE_IPC, newIpcObject, seconds } from './ids.ts';
import { undoOf } from './sem-undo.ts';
import { completeWaiters, dropWaiter, SEM_UNDO, tryOperations } from './sem-waiters.ts';
import { type SemArray, type SemOp, type SemWaiter, sysvState } from './state.ts';

/** struct sembuf */
const SEMBUF_BYTES = 6;

/** Semaphores of all arrays. */
export function semaphoreCount(kernel: Kernel): number {
  let count = 0;
  for (const array of sysvState(kernel).sem.objects.values()) count += array.sems.length;
  return count;
}

export function semget(kernel: Kernel, task: Task, key: number, count: number, flags: number): number {
  const { sem, limits } = sysvState(kernel);
  if (count < 0 || count > limits.semmsl) return -EINVAL;
  const create = () => newArray(kernel, task, key, count, flags);
  return ipcGet(task, sem, key, flags, create, (array) => (count > array.sems.length ? -EINVAL : 0));
}

/** Linux: newary */
function newArray(kernel: Kernel, task: Task, key: number, count: number, flags: number): number {
  const { sem, limits } = sysvState(kernel);
  if (count === 0) return -EINVAL;
  if (semaphoreCount(kernel) + count > limits.semmns) return -ENOSPC;
  const array: SemArray = {
    ...newIpcObject(task, key, flags),
    sems: Array.from({ length: count }, () => ({ value: 0, pid: 0 })),
    otime: 0,
    ctime: seconds(kernel),
    waiters: [],
    queue: { waiters: [] },
    undos: [],
  };
  return ipcAdd(sem, array, limits.semmni);
}

function readOps(kernel: Kernel, task: Task, address: number, count: number): SemOp[] | undefined {
  const bytes = copyIn(kernel, task, address, count * SEMBUF_BYTES);
  if (bytes === undefined) return undefined;
  const reader = new StructReader(kernel, bytes);
  return Array.from({ length: count }, (_, i) => {
    const at = i * SEMBUF_BYTES;
    return { num: reader.u16(at), op: reader.i16(at + 2), flags: reader.u16(at + 4) };
  });
}

/** semop, and semtimedop where `timeout` is not 0. Linux: do_semtimedop */
export function semtimedop(
  kernel: Kernel,
  task: Task,
  id: number,
  address: number,
  count: number,
  timeout: number,
  wide: boolean,
): number {
  if (task.restart?.call === 'semop') return goOn(kernel, task, task.restart as SemWaiter);
  const ns = timeout === 0 ? undefined : readTimespec(kernel, task, timeout, wide);
  if (ns === -EFAULT) return ns;
  const { sem, limits } = sysvState(kernel);
  if (count > limits.semopm) return -E2BIG;
  if (count < 1) return -EINVAL;
  const ops = readOps(kernel, task, address, count);
  if (ops === undefined) return -EFAULT;
  if (typeof ns === 'number') return ns;
  const array = ipcFind(sem, id);
  if (typeof array === 'number') return array;
  if (ops.some(({ num }) => num >= array.sems.length)) return -EFBIG;
  const alters = ops.some(({ op }) => op !== 0);
  if (!ipcPermits(task, array, alters ? MAY_WRITE_IPC : MAY_READ_IPC)) return -EACCES;
  const undo = ops.some(({ flags }) => flags & SEM_UNDO) ? undoOf(task, array) : undefined;
  const attempt = tryOperations(array, ops, undo, task.group.pid);
  if ('result' in attempt) {
    if (attempt.result !== 0) return attempt.result;
    if (alters) completeWaiters(kernel, array);
    else array.otime = seconds(kernel);
    return 0;
  }
  const deadline = ns === undefined ? undefined : monotonicNs(kernel) + ns;
  const rest = { deadline, blocking: attempt.blocking, result: undefined };
  const waiter: SemWaiter = { call: 'semop', tid: task.tid, array, ops, alters, undo, ...rest };
  array.waiters.push(waiter);
  task.restart = waiter;
  return wait(kernel, task, waiter);
}

function goOn(kernel: Kernel, task: Task, waiter: SemWaiter): number {
  if (waiter.result !== undefined) return waiter.result;
  if (!task.timedOut) return wait(kernel, task, waiter);
  dropWaiter(waiter);
  return -EAGAIN;
}

/** A signal ends the wait for good, whatever its handler's flags. */
function wait(kernel: Kernel, task: Task, waiter: SemWaiter): number {
  const { deadline, array } = waiter;
  const result = blockOn(kernel, task, [array.queue], { deadline, onSignal: -EINTR });
  if (result !== BLOCKED) dropWaiter(waiter);
  return result;
}
