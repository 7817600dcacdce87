import { EAGAIN, EDEADLK } from '../errno.ts';
import type { Kernel } from '../kernel.ts';
import { blockOn } from '../sched/wait.ts';
import type { FileTable, Inode, OpenFile, Task } from '../types.ts';
import { type FileLock, fsState } from './fs-state.ts';
import { inodeKey } from './inode.ts';
import { notify } from './notify.ts';

/** Highest byte of a lock to the end of the file. */
export const LOCK_END = Number.MAX_SAFE_INTEGER;

function locksOf(kernel: Kernel, inode: Inode): FileLock[] {
  return fsState(kernel).locks.get(inodeKey(inode)) ?? [];
}

function setLocks(kernel: Kernel, inode: Inode, locks: FileLock[]): void {
  const state = fsState(kernel);
  if (locks.length === 0) state.locks.delete(inodeKey(inode));
  else state.locks.set(inodeKey(inode), locks);
}

/** The first lock that stands in the way of `wanted`. */
export function conflictingLock(kernel: Kernel, inode: Inode, wanted: FileLock): FileLock | undefined {
  return locksOf(kernel, inode).find(
    (lock) =>
      lock.kind === wanted.kind &&
      lock.owner !== wanted.owner &&
      (lock.type === 'write' || wanted.type === 'write') &&
      lock.start <= wanted.end &&
      wanted.start <= lock.end,
  );
}

/** Takes the owner's locks off a range, splitting those that reach beyond it. */
function clearRange(locks: readonly FileLock[], wanted: FileLock): FileLock[] {
  const kept: FileLock[] = [];
  for (const lock of locks) {
    if (
      lock.kind !== wanted.kind ||
      lock.owner !== wanted.owner ||
      lock.end < wanted.start ||
      lock.start > wanted.end
    ) {
      kept.push(lock);
      continue;
    }
    if (lock.start < wanted.start) kept.push({ ...lock, end: wanted.start - 1 });
    if (lock.end > wanted.end) kept.push({ ...lock, start: wanted.end + 1 });
  }
  return kept;
}

/** Adds a lock, as one with those of its owner and type that it touches. */
function joinNeighbours(locks: readonly FileLock[], added: FileLock): FileLock[] {
  const joined = { ...added };
  const kept: FileLock[] = [];
  for (const lock of locks) {
    const same = lock.kind === added.kind && lock.owner === added.owner && lock.type === added.type;
    if (!same || lock.end + 1 < joined.start || joined.end + 1 < lock.start) kept.push(lock);
    else {
      joined.start = Math.min(joined.start, lock.start);
      joined.end = Math.max(joined.end, lock.end);
    }
  }
  return [...kept, joined];
}

/** Sets a lock, waiting for those in the way if `wait`: 0, -EAGAIN, -EDEADLK, BLOCKED. Linux 6.1 fs/locks.c: posix_lock_inode, flock_lock_inode */
export function takeLock(kernel: Kernel, task: Task, inode: Inode, wanted: FileLock, wait: boolean): number {
  const state = fsState(kernel);
  const conflict = conflictingLock(kernel, inode, wanted);
  if (conflict !== undefined) {
    if (!wait) return -EAGAIN;
    if (wanted.kind === 'posix' && wouldDeadlock(kernel, wanted.owner, conflict)) return -EDEADLK;
    task.restart = { call: 'lock', inode, wanted };
    return blockOn(kernel, task, [state.lockQueue]);
  }
  setLocks(kernel, inode, joinNeighbours(clearRange(locksOf(kernel, inode), wanted), wanted));
  notify(kernel, state.lockQueue);
  return 0;
}

/** Whether the holder of `conflict` waits, directly or through others, for a lock of `owner`. */
function wouldDeadlock(kernel: Kernel, owner: unknown, conflict: FileLock): boolean {
  let holder: unknown = conflict.owner;
  for (let steps = 0; steps < 10; steps++) {
    if (holder === owner) return true;
    const waiting = [...kernel.state.tasks.values()].find(
      (task) => task.files === holder && task.wait !== undefined && task.restart?.call === 'lock',
    );
    if (waiting?.restart === undefined) return false;
    const next = conflictingLock(kernel, waiting.restart.inode as Inode, waiting.restart.wanted as FileLock);
    if (next === undefined) return false;
    holder = next.owner;
  }
  return false;
}

/** Takes locks off a range. */
export function dropLock(kernel: Kernel, inode: Inode, range: FileLock): void {
  const locks = locksOf(kernel, inode);
  if (locks.length === 0) return;
  setLocks(kernel, inode, clearRange(locks, range));
  notify(kernel, fsState(kernel).lockQueue);
}

/** A process closed a descriptor of the file: its POSIX locks on it go. */
export function releasePosixLocks(kernel: Kernel, task: { files: FileTable }, inode: Inode): void {
  if (fsState(kernel).locks.size === 0) return;
  dropLock(kernel, inode, { type: 'write', kind: 'posix', owner: task.files, pid: 0, start: 0, end: LOCK_END });
}

/** An open file description is closed: its flock lock goes, and the record locks that are its own. */
export function releaseFlock(kernel: Kernel, file: OpenFile): void {
  if (fsState(kernel).locks.size === 0) return;
  const all = { type: 'write', owner: file, pid: 0, start: 0, end: LOCK_END } as const;
  dropLock(kernel, file.inode, { ...all, kind: 'flock' });
  dropLock(kernel, file.inode, { ...all, kind: 'posix' });
}
