/**
 * Futexes with priority inheritance: the word holds the owner's thread id, and the kernel hands the
 * lock over. Linux 6.1 kernel/futex/pi.c, kernel/futex/requeue.c. Waiters are served by real-time
 * priority, then in order; the owner runs at the highest priority of those who wait for it.
 */

import { BLOCKED, EAGAIN, EDEADLK, EFAULT, EINVAL, EPERM, ERESTARTNOINTR, ESRCH, ETIMEDOUT } from '../errno.ts';
import type { Kernel } from '../kernel.ts';
import { readWord, writeWord } from '../mm/user-access.ts';
import { setBoost } from '../sched/change-policy.ts';
import { blockOn, wakeTask } from '../sched/wait.ts';
import { monotonicNs } from '../time/clock.ts';
import type { RestartRecord, Task, WaitQueue } from '../types.ts';
import { type FutexKey, futexKey, isNoKey } from './futex-key.ts';

export const FUTEX_WAITERS = 0x8000_0000 | 0;
export const FUTEX_OWNER_DIED = 0x4000_0000;
export const FUTEX_TID_MASK = 0x3fff_ffff;

/** A lock somebody waits for. Linux: struct futex_pi_state */
interface PiState {
  key: FutexKey;
  owner: number;
  waiters: PiWaiter[];
  queue: WaitQueue;
}

/** A call that waits for the lock, or on the futex from which it is to be moved to the lock. */
interface PiWaiter extends RestartRecord {
  tid: number;
  /** The lock's. */
  key: FutexKey;
  address: number;
  deadline: bigint | undefined;
  acquired: boolean;
  /** FUTEX_WAIT_REQUEUE_PI: key of the futex it waits on, until it is moved. */
  from: FutexKey | undefined;
}

const LOCK_CALL = 'futex-pi';

function piStates(kernel: Kernel): Map<FutexKey, PiState> {
  const { sub } = kernel.state;
  sub.piFutexes ??= new Map<FutexKey, PiState>();
  return sub.piFutexes as Map<FutexKey, PiState>;
}

function waiterOf(task: Task | undefined): PiWaiter | undefined {
  return task?.restart?.call === LOCK_CALL ? (task.restart as PiWaiter) : undefined;
}

/** Whether tasks wait for a lock there: no ordinary wake-up is meant for them. */
export function isPiFutex(kernel: Kernel, key: FutexKey): boolean {
  return liveState(kernel, key) !== undefined;
}

/** The lock's state with the waiters that still are; undefined where there is none. */
function liveState(kernel: Kernel, key: FutexKey): PiState | undefined {
  const states = piStates(kernel);
  if (states.size === 0) return undefined;
  const state = states.get(key);
  if (state === undefined) return undefined;
  state.waiters = state.waiters.filter((waiter) => kernel.state.tasks.get(waiter.tid)?.restart === waiter);
  if (state.waiters.length > 0) return state;
  states.delete(key);
  return undefined;
}

/** Whether waiting for `owner` would close a circle. Linux: rt_mutex_adjust_prio_chain */
function wouldDeadlock(kernel: Kernel, tid: number, owner: number): boolean {
  for (let at = owner, steps = 0; steps < 1024; steps++) {
    if (at === tid) return true;
    const waiter = waiterOf(kernel.state.tasks.get(at));
    const next = waiter === undefined || waiter.acquired ? undefined : piStates(kernel).get(waiter.key);
    if (next === undefined || waiter?.from !== undefined) return false;
    at = next.owner;
  }
  return false;
}

/**
 * Takes the lock for a task if it is free: 1; notes its owner if it is not: 0; or -errno. `by` is whose
 * memory `address` is in. Linux: futex_lock_pi_atomic
 */
function lockAtomically(
  kernel: Kernel,
  by: Task,
  address: number,
  key: FutexKey,
  tid: number,
  waitersBit: boolean,
): number {
  const word = readWord(kernel, by, address);
  if (word === undefined) return -EFAULT;
  const owner = word & FUTEX_TID_MASK;
  if (owner === tid) return -EDEADLK;
  const state = liveState(kernel, key);
  if (state === undefined && (kernel.state.keyedQueues.get(key)?.waiters.length ?? 0) > 0) return -EINVAL;
  if (state !== undefined) return state.owner === owner ? 0 : -EINVAL;
  if (owner === 0) {
    const taken = (word & FUTEX_OWNER_DIED) | tid | (waitersBit ? FUTEX_WAITERS : 0);
    return writeWord(kernel, by, address, taken) ? 1 : -EFAULT;
  }
  if (!writeWord(kernel, by, address, word | FUTEX_WAITERS)) return -EFAULT;
  const found = kernel.state.tasks.get(owner);
  if (found === undefined || found.state === 'zombie') return -ESRCH;
  piStates(kernel).set(key, { key, owner, waiters: [], queue: { waiters: [] } });
  return 0;
}

/** Among the waiters of a lock, behind those of its priority. */
function enqueue(kernel: Kernel, state: PiState, waiter: PiWaiter): void {
  const own = priorityOf(kernel, waiter.tid);
  const at = state.waiters.findIndex((other) => priorityOf(kernel, other.tid) < own);
  state.waiters.splice(at < 0 ? state.waiters.length : at, 0, waiter);
  boostOwner(kernel, state.owner);
}

function priorityOf(kernel: Kernel, tid: number): number {
  const task = kernel.state.tasks.get(tid);
  return task === undefined ? 0 : task.priority;
}

/**
 * Lends the owner of locks the highest priority of those who wait for them, and the owner of the lock
 * that it waits for itself, and so on. Linux: rt_mutex_adjust_prio_chain
 */
function boostOwner(kernel: Kernel, tid: number): void {
  const owner = kernel.state.tasks.get(tid);
  if (owner === undefined) return;
  let highest = 0;
  for (const state of piStates(kernel).values()) {
    if (state.owner === tid) highest = Math.max(highest, priorityOf(kernel, state.waiters[0]?.tid ?? 0));
  }
  if (owner.boost === highest) return;
  setBoost(kernel, owner, highest);
  piPriorityChanged(kernel, owner);
}

/** A task's priority is another: so may be its place among the waiters of a lock, and what its owner is lent. */
export function piPriorityChanged(kernel: Kernel, task: Task): void {
  const waiter = waiterOf(task);
  const state = waiter === undefined || waiter.from !== undefined ? undefined : piStates(kernel).get(waiter.key);
  const at = state?.waiters.indexOf(waiter!) ?? -1;
  if (state === undefined || at < 0) return;
  state.waiters.splice(at, 1);
  enqueue(kernel, state, waiter!);
}

function dropWaiter(kernel: Kernel, waiter: PiWaiter): void {
  const states = piStates(kernel);
  const state = states.get(waiter.key);
  const at = state?.waiters.indexOf(waiter) ?? -1;
  if (state === undefined || at < 0) return;
  state.waiters.splice(at, 1);
  if (state.waiters.length === 0) states.delete(waiter.key);
  boostOwner(kernel, state.owner);
}

/** FUTEX_LOCK_PI, FUTEX_LOCK_PI2, FUTEX_TRYLOCK_PI. Linux: futex_lock_pi */
export function futexLockPi(
  kernel: Kernel,
  task: Task,
  address: number,
  shared: boolean,
  deadline: bigint | undefined,
  tries: boolean,
): number {
  const known = waiterOf(task);
  if (known !== undefined) return waitForLock(kernel, task, known);
  const key = futexKey(kernel, task, address, shared);
  if (isNoKey(key)) return key;
  const taken = lockAtomically(kernel, task, address, key, task.tid, false);
  if (taken !== 0) return Math.min(taken, 0);
  const state = piStates(kernel).get(key)!;
  const refused = tries ? -EAGAIN : wouldDeadlock(kernel, task.tid, state.owner) ? -EDEADLK : 0;
  if (refused !== 0) {
    liveState(kernel, key);
    return refused;
  }
  const waiter: PiWaiter = { call: LOCK_CALL, tid: task.tid, key, address, deadline, acquired: false, from: undefined };
  task.restart = waiter;
  enqueue(kernel, state, waiter);
  return waitForLock(kernel, task, waiter);
}

/** Waits until the lock was handed over. A signal makes the call begin anew. */
function waitForLock(kernel: Kernel, task: Task, waiter: PiWaiter): number {
  if (waiter.acquired) return 0;
  const { deadline } = waiter;
  if (task.timedOut || (deadline !== undefined && deadline <= monotonicNs(kernel))) {
    dropWaiter(kernel, waiter);
    return -ETIMEDOUT;
  }
  const { queue } = piStates(kernel).get(waiter.key)!;
  const result = blockOn(kernel, task, [queue], { deadline, onSignal: -ERESTARTNOINTR });
  if (result !== BLOCKED) dropWaiter(kernel, waiter);
  return result;
}

/** Gives the lock to the first waiter; the word is written in that task's memory. */
function handOver(kernel: Kernel, state: PiState, bits: number): boolean {
  const waiter = state.waiters[0]!;
  const task = kernel.state.tasks.get(waiter.tid)!;
  if (!writeWord(kernel, task, waiter.address, waiter.tid | FUTEX_WAITERS | bits)) return false;
  waiter.acquired = true;
  const before = state.owner;
  state.owner = waiter.tid;
  dropWaiter(kernel, waiter);
  boostOwner(kernel, before);
  wakeTask(kernel, task);
  return true;
}

/** FUTEX_UNLOCK_PI. Linux: futex_unlock_pi */
export function futexUnlockPi(kernel: Kernel, task: Task, address: number, shared: boolean): number {
  const word = readWord(kernel, task, address);
  if (word === undefined) return -EFAULT;
  if ((word & FUTEX_TID_MASK) !== task.tid) return -EPERM;
  const key = futexKey(kernel, task, address, shared);
  if (isNoKey(key)) return key;
  const state = liveState(kernel, key);
  if (state === undefined) {
    if ((kernel.state.keyedQueues.get(key)?.waiters.length ?? 0) > 0) return -EINVAL;
    return writeWord(kernel, task, address, 0) ? 0 : -EFAULT;
  }
  if (state.owner !== task.tid) return -EINVAL;
  return handOver(kernel, state, 0) ? 0 : -EFAULT;
}

/** The task ends: locks it holds that others wait for go to them, marked. Linux: exit_pi_state_list */
export function exitPiFutexes(kernel: Kernel, task: Task): void {
  for (const key of [...piStates(kernel).keys()]) {
    const state = liveState(kernel, key);
    if (state?.owner === task.tid) handOver(kernel, state, FUTEX_OWNER_DIED);
  }
}

/** FUTEX_WAIT_REQUEUE_PI: waits on one futex, to own the lock when it returns. Linux: futex_wait_requeue_pi */
export function futexWaitRequeuePi(
  kernel: Kernel,
  task: Task,
  address: number,
  expected: number,
  deadline: bigint | undefined,
  lock: number,
  shared: boolean,
): number {
  const known = waiterOf(task);
  if (known !== undefined) return goOnRequeue(kernel, task, known);
  if (address === lock) return -EINVAL;
  const key = futexKey(kernel, task, lock, shared);
  if (isNoKey(key)) return key;
  const from = futexKey(kernel, task, address, shared);
  if (isNoKey(from)) return from;
  const word = readWord(kernel, task, address);
  if (word === undefined) return -EFAULT;
  if (word !== (expected | 0)) return -EAGAIN;
  if (key === from) return -EINVAL;
  const waiter: PiWaiter = { call: LOCK_CALL, tid: task.tid, key, address: lock, deadline, acquired: false, from };
  task.restart = waiter;
  return goOnRequeue(kernel, task, waiter);
}

function goOnRequeue(kernel: Kernel, task: Task, waiter: PiWaiter): number {
  const { from } = waiter;
  if (from === undefined) {
    const result = waitForLock(kernel, task, waiter);
    // It was moved: the first futex's value has changed.
    return result === -ERESTARTNOINTR ? -EAGAIN : result;
  }
  if (task.timedOut) {
    dropQueue(kernel, from);
    return -ETIMEDOUT;
  }
  let queue = kernel.state.keyedQueues.get(from);
  if (queue === undefined) {
    queue = { waiters: [] };
    kernel.state.keyedQueues.set(from, queue);
  }
  const result = blockOn(kernel, task, [queue], { deadline: waiter.deadline, onSignal: -ERESTARTNOINTR });
  if (result !== BLOCKED) dropQueue(kernel, from);
  return result;
}

function dropQueue(kernel: Kernel, key: FutexKey): void {
  if (kernel.state.keyedQueues.get(key)?.waiters.length === 0) kernel.state.keyedQueues.delete(key);
}

/** Whether somebody waits there to be moved to a lock: no ordinary wake-up is meant for it. */
export function waitsForRequeue(kernel: Kernel, key: FutexKey): boolean {
  const first = kernel.state.keyedQueues.get(key)?.waiters[0];
  return first !== undefined && waiterOf(kernel.state.tasks.get(first)) !== undefined;
}

/** FUTEX_CMP_REQUEUE_PI: the first waiter gets the lock if it is free, the others wait for it. Linux: futex_requeue */
export function futexCmpRequeuePi(
  kernel: Kernel,
  task: Task,
  from: number,
  lock: number,
  wakeCount: number,
  moveCount: number,
  expected: number,
  shared: boolean,
): number {
  if (from === lock || wakeCount !== 1 || moveCount < 0) return -EINVAL;
  const fromKey = futexKey(kernel, task, from, shared);
  if (isNoKey(fromKey)) return fromKey;
  const key = futexKey(kernel, task, lock, shared);
  if (isNoKey(key)) return key;
  const word = readWord(kernel, task, from);
  if (word === undefined) return -EFAULT;
  if (word !== (expected | 0)) return -EAGAIN;
  if (fromKey === key) return -EINVAL;
  let done = 0;
  for (const tid of [...(kernel.state.keyedQueues.get(fromKey)?.waiters ?? [])]) {
    if (done > moveCount) break;
    const waiter = waiterOf(kernel.state.tasks.get(tid));
    if (waiter === undefined || waiter.key !== key) return -EINVAL;
    const taken = lockAtomically(kernel, task, lock, key, tid, moveCount > 0);
    if (taken < 0) return taken;
    moveToLock(kernel, waiter, fromKey, taken === 1);
    done++;
  }
  dropQueue(kernel, fromKey);
  return done;
}

function moveToLock(kernel: Kernel, waiter: PiWaiter, fromKey: FutexKey, acquired: boolean): void {
  const task = kernel.state.tasks.get(waiter.tid)!;
  waiter.from = undefined;
  waiter.acquired = acquired;
  if (acquired) {
    wakeTask(kernel, task);
    return;
  }
  const state = piStates(kernel).get(waiter.key)!;
  enqueue(kernel, state, waiter);
  const queue = kernel.state.keyedQueues.get(fromKey)!;
  queue.waiters.splice(queue.waiters.indexOf(waiter.tid), 1);
  state.queue.waiters.push(waiter.tid);
  task.wait!.queues = [state.queue];
}
