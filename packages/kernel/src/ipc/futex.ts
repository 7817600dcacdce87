/** Fast user-space mutexes. Linux 6.1 kernel/futex */
import { EAGAIN, EFAULT, EINVAL, ENOSYS, ERESTART_RESTARTBLOCK, ERESTARTSYS, ETIMEDOUT } from '../errno.ts';
import type { Kernel } from '../kernel.ts';
import { readWord, writeWord } from '../mm/user-access.ts';
import { blockOn, wakeTask } from '../sched/wait.ts';
import { registerRestart } from '../syscalls/restart.ts';
import type { Task, WaitQueue } from '../types.ts';
import { type FutexKey, futexKey, isNoKey } from './futex-key.ts';
import { isPiFutex, waitsForRequeue } from './futex-pi.ts';

export const FUTEX_WAIT = 0;
export const FUTEX_WAKE = 1;
export const FUTEX_REQUEUE = 3;
export const FUTEX_CMP_REQUEUE = 4;
export const FUTEX_WAKE_OP = 5;
export const FUTEX_LOCK_PI = 6;
export const FUTEX_UNLOCK_PI = 7;
export const FUTEX_TRYLOCK_PI = 8;
export const FUTEX_WAIT_BITSET = 9;
export const FUTEX_WAKE_BITSET = 10;
export const FUTEX_WAIT_REQUEUE_PI = 11;
export const FUTEX_CMP_REQUEUE_PI = 12;
export const FUTEX_LOCK_PI2 = 13;
export const FUTEX_PRIVATE_FLAG = 128;
export const FUTEX_CLOCK_REALTIME = 256;
const BITSET_ALL = 0xffff_ffff;

/** What a waiter remembers; a waker marks it. */
interface FutexRecord {
  call: string;
  woken: boolean;
  bitset: number;
  /** What it waits on: one futex, or several (futex_waitv); and which of them was woken. */
  keys: FutexKey[];
  wokenKey: FutexKey | undefined;
  deadline: bigint | undefined;
  [field: string]: unknown;
}

function queueOf(kernel: Kernel, key: FutexKey): WaitQueue {
  const queues = kernel.state.keyedQueues;
  let queue = queues.get(key);
  if (queue === undefined) {
    queue = { waiters: [] };
    queues.set(key, queue);
  }
  return queue;
}

/** So many queues may be kept though nobody waits on them: a lock in use is waited on again and again. */
export const SPARE_QUEUES = 8;

/** Forgets a queue nobody waits on, where there are many. */
function dropIfEmpty(kernel: Kernel, key: FutexKey): void {
  const queues = kernel.state.keyedQueues;
  if (queues.size > SPARE_QUEUES && queues.get(key)?.waiters.length === 0) queues.delete(key);
}

export interface FutexWait {
  address: number;
  expected: number;
  bitset: number;
  /** Monotonic nanoseconds. */
  deadline: bigint | undefined;
  shared: boolean;
  /** A relative time-out continues after a signal without a handler; an absolute one starts again. */
  relative: boolean;
}

/** Linux 6.1 kernel/futex/waitwake.c: futex_wait */
export function futexWait(kernel: Kernel, task: Task, wait: FutexWait): number {
  const known = task.restart;
  if (known?.call === 'futex') return resumeWait(kernel, task, known as FutexRecord, wait.relative);
  if (wait.bitset === 0) return -EINVAL;
  const key = futexKey(kernel, task, wait.address, wait.shared);
  if (isNoKey(key)) return key;
  const value = readWord(kernel, task, wait.address);
  if (value === undefined) return -EFAULT;
  if (value !== (wait.expected | 0)) return -EAGAIN;
  const record = newRecord('futex', [key], wait.bitset, wait.deadline);
  record.wait = wait;
  task.restart = record;
  return sleep(kernel, task, record, wait.relative);
}

function newRecord(call: string, keys: FutexKey[], bitset: number, deadline: bigint | undefined): FutexRecord {
  return { call, woken: false, wokenKey: undefined, bitset, keys, deadline };
}

/** One futex of futex_waitv. */
export interface FutexWaiter {
  address: number;
  expected: number;
  shared: boolean;
}

/**
 * Waits on several futexes: the index of one that was woken, or -errno. Linux 6.1 kernel/futex/waitwake.c:
 * futex_wait_multiple
 */
export function futexWaitMultiple(
  kernel: Kernel,
  task: Task,
  waiters: readonly FutexWaiter[],
  deadline: bigint | undefined,
): number {
  const keys: FutexKey[] = [];
  for (const { address, expected, shared } of waiters) {
    const key = futexKey(kernel, task, address, shared);
    if (isNoKey(key)) return key;
    const value = readWord(kernel, task, address);
    if (value === undefined) return -EFAULT;
    if (value !== (expected | 0)) return -EAGAIN;
    keys.push(key);
  }
  const record = newRecord('futex-waitv', keys, BITSET_ALL, deadline);
  task.restart = record;
  return sleep(kernel, task, record, false);
}

/** The same after a wake-up; undefined where the call has not waited yet. */
export function resumeWaitMultiple(kernel: Kernel, task: Task): number | undefined {
  if (task.restart?.call !== 'futex-waitv') return undefined;
  const record = task.restart as FutexRecord;
  const result = resumeWait(kernel, task, record, false);
  return result === 0 ? record.keys.lastIndexOf(record.wokenKey!) : result;
}

function resumeWait(kernel: Kernel, task: Task, record: FutexRecord, relative: boolean): number {
  for (const key of record.keys) dropIfEmpty(kernel, key);
  if (record.woken) return 0;
  if (task.timedOut) return -ETIMEDOUT;
  return sleep(kernel, task, record, relative);
}

function sleep(kernel: Kernel, task: Task, record: FutexRecord, relative: boolean): number {
  const onSignal = record.deadline !== undefined && relative ? -ERESTART_RESTARTBLOCK : -ERESTARTSYS;
  const queues = record.keys.map((key) => queueOf(kernel, key));
  const result = blockOn(kernel, task, queues, { deadline: record.deadline, onSignal });
  if (result === onSignal) for (const key of record.keys) dropIfEmpty(kernel, key);
  return result;
}

/** After a signal without a handler: waits for the same value until the same time. */
registerRestart('futex', (kernel, task, record) => {
  const wait = (record as FutexRecord).wait as FutexWait;
  if (!task.inCall) task.restart = undefined;
  return futexWait(kernel, task, wait);
});

/** The task, if it sleeps on a futex: its restart record is a FutexRecord. */
function sleeperOf(kernel: Kernel, tid: number): Task | undefined {
  const task = kernel.state.tasks.get(tid);
  const call = task?.restart?.call;
  return task?.state === 'sleeping' && (call === 'futex' || call === 'futex-waitv') ? task : undefined;
}

/** Wakes up to `count` waiters whose bits meet `bitset`, oldest first. */
function wakeKey(kernel: Kernel, key: FutexKey, count: number, bitset: number): number {
  const queue = kernel.state.keyedQueues.get(key);
  if (queue === undefined) return 0;
  const { waiters } = queue;
  let woken = 0;
  for (let at = 0; at < waiters.length && woken < count; ) {
    const task = sleeperOf(kernel, waiters[at]!);
    const record = task?.restart as FutexRecord | undefined;
    if (task === undefined || !(record!.bitset & bitset)) {
      at++;
      continue;
    }
    record!.woken = true;
    record!.wokenKey = key;
    // It leaves the queue: the next one is in its place.
    wakeTask(kernel, task);
    woken++;
  }
  dropIfEmpty(kernel, key);
  return woken;
}

/** Wakes waiters of an address: how many, or -errno. Linux: futex_wake */
export function futexWake(
  kernel: Kernel,
  task: Task,
  address: number,
  count: number,
  bitset = BITSET_ALL,
  shared?: boolean,
): number {
  if (bitset === 0) return -EINVAL;
  // A thread's end wakes whoever waits on its tid word, whichever way.
  if (shared === undefined) {
    const first = futexWake(kernel, task, address, count, bitset, false);
    return first > 0 ? first : futexWake(kernel, task, address, count, bitset, true);
  }
  const key = futexKey(kernel, task, address, shared);
  if (isNoKey(key)) return key;
  if (isPiFutex(kernel, key) || waitsForRequeue(kernel, key)) return -EINVAL;
  return wakeKey(kernel, key, Math.max(1, count), bitset);
}

/** Wakes some and moves the others to a second address. `expected` undefined: no comparison. Linux: futex_requeue */
export function futexRequeue(
  kernel: Kernel,
  task: Task,
  from: number,
  to: number,
  wakeCount: number,
  moveCount: number,
  expected: number | undefined,
  shared: boolean,
): number {
  if (wakeCount < 0 || moveCount < 0) return -EINVAL;
  const fromKey = futexKey(kernel, task, from, shared);
  if (isNoKey(fromKey)) return fromKey;
  const toKey = futexKey(kernel, task, to, shared);
  if (isNoKey(toKey)) return toKey;
  if (expected !== undefined) {
    const value = readWord(kernel, task, from);
    if (value === undefined) return -EFAULT;
    if (value !== (expected | 0)) return -EAGAIN;
  }
  if (isPiFutex(kernel, fromKey) || waitsForRequeue(kernel, fromKey)) return -EINVAL;
  const woken = wakeCount > 0 ? wakeKey(kernel, fromKey, wakeCount, BITSET_ALL) : 0;
  return woken + (fromKey === toKey ? 0 : moveWaiters(kernel, fromKey, toKey, moveCount));
}

function moveWaiters(kernel: Kernel, fromKey: FutexKey, toKey: FutexKey, count: number): number {
  const queue = kernel.state.keyedQueues.get(fromKey);
  if (queue === undefined || count === 0) return 0;
  const target = queueOf(kernel, toKey);
  let moved = 0;
  for (const tid of [...queue.waiters]) {
    if (moved >= count) break;
    const waiter = sleeperOf(kernel, tid);
    if (waiter === undefined) continue;
    queue.waiters.splice(queue.waiters.indexOf(tid), 1);
    target.waiters.push(tid);
    const { keys } = waiter.restart as FutexRecord;
    const at = keys.indexOf(fromKey);
    keys[at] = toKey;
    waiter.wait!.queues[at] = target;
    moved++;
  }
  dropIfEmpty(kernel, fromKey);
  dropIfEmpty(kernel, toKey);
  return moved;
}

/** Changes the second word, wakes the first address, and the second if the old value compares so. Linux: futex_wake_op */
export function futexWakeOp(
  kernel: Kernel,
  task: Task,
  first: number,
  second: number,
  count: number,
  secondCount: number,
  encoded: number,
  shared: boolean,
): number {
  const firstKey = futexKey(kernel, task, first, shared);
  if (isNoKey(firstKey)) return firstKey;
  const secondKey = futexKey(kernel, task, second, shared);
  if (isNoKey(secondKey)) return secondKey;
  const old = readWord(kernel, task, second);
  if (old === undefined) return -EFAULT;
  let operand = (encoded << 8) >> 20;
  if (encoded & 0x8000_0000) operand = 1 << (operand & 31);
  const changed = applyOp((encoded >>> 28) & 7, old, operand);
  const met = compareOp((encoded >>> 24) & 15, old, (encoded << 20) >> 20);
  if (changed === undefined || met === undefined) return -ENOSYS;
  if (!writeWord(kernel, task, second, changed)) return -EFAULT;
  const woken = wakeKey(kernel, firstKey, count, BITSET_ALL);
  return woken + (met ? wakeKey(kernel, secondKey, secondCount, BITSET_ALL) : 0);
}

function applyOp(op: number, old: number, operand: number): number | undefined {
  switch (op) {
    case 0:
      return operand;
    case 1:
      return (old + operand) | 0;
    case 2:
      return old | operand;
    case 3:
      return old & ~operand;
    case 4:
      return old ^ operand;
    default:
      return undefined;
  }
}

function compareOp(op: number, old: number, operand: number): boolean | undefined {
  switch (op) {
    case 0:
      return old === operand;
    case 1:
      return old !== operand;
    case 2:
      return old < operand;
    case 3:
      return old <= operand;
    case 4:
      return old > operand;
    case 5:
      return old >= operand;
    default:
      return undefined;
  }
}
