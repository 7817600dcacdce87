import { EBADF, EEXIST, EINVAL, ELOOP, ENOENT, EPERM } from '../errno.ts';
import type { Kernel } from '../kernel.ts';
import type { OpenFile } from '../types.ts';
import { newAnonymousFile } from './anonymous-file.ts';
import { type FileOps, fileOps } from './file-ops.ts';
import { type FileQueue, newQueue, notify } from './notify.ts';
import { POLLERR, POLLHUP, READABLE, WRITABLE } from './poll-events.ts';

export const EPOLLONESHOT = 1 << 30;
export const EPOLLET = 1 << 31;
const EPOLLEXCLUSIVE = 1 << 28;
const EPOLLWAKEUP = 1 << 29;
const EXCLUSIVE_GOES_WITH = READABLE | WRITABLE | POLLERR | POLLHUP | EPOLLWAKEUP | EPOLLET | EPOLLEXCLUSIVE;
export const EPOLL_CTL_ADD = 1;
export const EPOLL_CTL_DEL = 2;
export const EPOLL_CTL_MOD = 3;
const MAX_NESTING = 5;
const FIRST_SWEEP = 16;

/** One watched descriptor. */
interface Watch {
  fd: number;
  file: OpenFile;
  events: number;
  /** The program's 8 bytes, as they came. */
  data: Uint8Array;
  /** Wake-ups of the file's queues when it was last reported (edge-triggered). */
  seen: number;
  /** Reported once and waits for EPOLL_CTL_MOD (one-shot). */
  disabled: boolean;
}

interface EpollSet {
  watches: Watch[];
  /** The youngest watch of each descriptor: others of that number are of files that it stood for before. */
  byFd: Map<number, Watch>;
  /** Length of the list at which closed files are looked for again, so that adding does not mean looking through all. */
  sweepAt: number;
  /** Where the next report begins, so that busy files do not starve the others. */
  next: number;
  queue: FileQueue;
}

/** What epoll_wait reports of one file. */
export interface EpollEvent {
  readonly events: number;
  readonly data: Uint8Array;
}

/** epoll_create(). Linux 6.1 fs/eventpoll.c */
export function openEpoll(kernel: Kernel): OpenFile {
  const set: EpollSet = { watches: [], byFd: new Map(), sweepAt: FIRST_SWEEP, next: 0, queue: newQueue() };
  return newAnonymousFile(kernel, 'epoll', 'eventpoll', 0, set);
}

function setOf(file: OpenFile): EpollSet {
  return file.data as EpollSet;
}

/** The file of the watch on a descriptor, the `offset`th where several are (its number stands for another file by now). Linux: get_epoll_tfile_raw_ptr */
export function epollTarget(epoll: OpenFile, fd: number, offset: number): OpenFile | undefined {
  const set = setOf(epoll);
  dropClosed(set);
  return set.watches.filter((watch) => watch.fd === fd)[offset]?.file;
}

/** epoll_ctl(): 0 or -errno. */
export function controlEpoll(
  kernel: Kernel,
  epoll: OpenFile,
  operation: number,
  fd: number,
  file: OpenFile,
  events: number,
  data: Uint8Array,
): number {
  if (epoll.kind !== 'epoll' || file === epoll) return -EINVAL;
  if (fileOps(file).poll === undefined || file.kind === 'regular' || file.kind === 'directory') return -EPERM;
  const set = setOf(epoll);
  const known = findWatch(set, fd, file);
  if (exclusiveRefused(operation, file, events, known)) return -EINVAL;
  if (operation === EPOLL_CTL_ADD) {
    if (known !== undefined) return -EEXIST;
    if (file.kind === 'epoll' && depth(file, 0, epoll) >= MAX_NESTING) return -ELOOP;
    addWatch(set, { fd, file, events, data, seen: -1, disabled: false });
  } else if (known === undefined) return -ENOENT;
  else if (operation === EPOLL_CTL_DEL) removeWatch(set, known);
  else if (operation === EPOLL_CTL_MOD) {
    Object.assign(known, { events, data, seen: -1, disabled: false });
  } else return -EINVAL;
  notify(kernel, set.queue);
  return 0;
}

function findWatch(set: EpollSet, fd: number, file: OpenFile): Watch | undefined {
  const youngest = set.byFd.get(fd);
  if (youngest === undefined || youngest.file === file) return youngest;
  return set.watches.find((watch) => watch.fd === fd && watch.file === file);
}

function addWatch(set: EpollSet, watch: Watch): void {
  if (set.watches.length >= set.sweepAt) {
    dropClosed(set);
    set.sweepAt = FIRST_SWEEP + 2 * set.watches.length;
  }
  set.watches.push(watch);
  set.byFd.set(watch.fd, watch);
}

function removeWatch(set: EpollSet, watch: Watch): void {
  set.watches.splice(set.watches.indexOf(watch), 1);
  if (set.byFd.get(watch.fd) !== watch) return;
  const older = set.watches.findLast(({ fd }) => fd === watch.fd);
  if (older === undefined) set.byFd.delete(watch.fd);
  else set.byFd.set(watch.fd, older);
}

/** EPOLLEXCLUSIVE goes with few others, and only when a file is added. Linux 6.1 fs/eventpoll.c: do_epoll_ctl */
function exclusiveRefused(operation: number, file: OpenFile, events: number, known: Watch | undefined): boolean {
  if (operation === EPOLL_CTL_MOD) return ((events | (known?.events ?? 0)) & EPOLLEXCLUSIVE) !== 0;
  if (operation !== EPOLL_CTL_ADD || !(events & EPOLLEXCLUSIVE)) return false;
  return file.kind === 'epoll' || (events & ~EXCLUSIVE_GOES_WITH) !== 0;
}

/** How deep sets nest below a file; a cycle through `root` counts as too deep. */
function depth(file: OpenFile, level: number, root: OpenFile): number {
  if (file === root || level >= MAX_NESTING) return MAX_NESTING;
  let deepest = level;
  for (const watch of setOf(file).watches) {
    if (watch.file.kind === 'epoll') deepest = Math.max(deepest, depth(watch.file, level + 1, root));
  }
  return deepest;
}

/** Files that were closed leave the set. */
function dropClosed(set: EpollSet): void {
  if (set.watches.every((watch) => watch.file.refs > 0)) return;
  set.watches = set.watches.filter((watch) => watch.file.refs > 0);
  set.byFd = new Map(set.watches.map((watch) => [watch.fd, watch]));
}

function wakeUps(kernel: Kernel, file: OpenFile): number {
  let count = 0;
  for (const queue of fileOps(file).queues?.(kernel, file) ?? []) count += queue.events;
  return count;
}

/** Events that a watch would report now. */
function readyEvents(kernel: Kernel, watch: Watch): number {
  if (watch.disabled) return 0;
  kernel.engine.addCycles(kernel.work.pollDescriptor);
  const events = fileOps(watch.file).poll!(kernel, watch.file) & (watch.events | POLLERR | POLLHUP);
  if (events !== 0 && watch.events & EPOLLET && watch.seen === wakeUps(kernel, watch.file)) return 0;
  return events;
}

/** Takes up to `limit` reports: what epoll_wait gives. */
export function takeEpollEvents(kernel: Kernel, epoll: OpenFile, limit: number): EpollEvent[] | number {
  if (epoll.kind !== 'epoll') return -EINVAL;
  const set = setOf(epoll);
  dropClosed(set);
  const reports: EpollEvent[] = [];
  const count = set.watches.length;
  const start = count === 0 ? 0 : set.next % count;
  for (let i = 0; i < count && reports.length < limit; i++) {
    const index = (start + i) % count;
    const watch = set.watches[index]!;
    const events = readyEvents(kernel, watch);
    if (events === 0) continue;
    reports.push({ events, data: watch.data });
    set.next = index + 1;
    if (watch.events & EPOLLET) watch.seen = wakeUps(kernel, watch.file);
    if (watch.events & EPOLLONESHOT) watch.disabled = true;
  }
  return reports;
}

/** Every queue whose wake-up may make the set ready. */
export function epollQueues(kernel: Kernel, epoll: OpenFile): FileQueue[] {
  const set = setOf(epoll);
  dropClosed(set);
  const queues = new Set<FileQueue>([set.queue]);
  for (const watch of set.watches) {
    for (const queue of fileOps(watch.file).queues?.(kernel, watch.file) ?? []) queues.add(queue);
  }
  return [...queues];
}

export const EPOLL_OPS: FileOps = {
  seeksNowhere: true,

  read: () => -EINVAL,
  write: () => -EBADF,
  poll(kernel, file) {
    const set = setOf(file);
    dropClosed(set);
    return set.watches.some((watch) => readyEvents(kernel, watch) !== 0) ? READABLE : 0;
  },
  queues: epollQueues,
};
