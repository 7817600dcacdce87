import type { Kernel } from '../kernel.ts';
import { wake } from '../sched/wait.ts';
import type { WaitQueue } from '../types.ts';
import { type QueueListener, tellListeners } from './queue-listeners.ts';

/** What makes a file worth looking at. Linux 6.1 include/uapi/asm-generic/siginfo.h */
export const POLL_IN = 1;
export const POLL_OUT = 2;
export const POLL_MSG = 3;
export const POLL_PRI = 5;

/**
 * Wait queues of files. Each remembers how often it was woken: edge-triggered epoll compares it to
 * what it saw last. Linux 6.1 fs/eventpoll.c: ep_poll_callback
 */
export interface FileQueue extends WaitQueue {
  events: number;
  /** Who is told at once, without waiting: SIGIO, asynchronous polls. By kind, see registerListenerKind. */
  listeners?: QueueListener[];
}

export function newQueue(): FileQueue {
  return { waiters: [], events: 0 };
}

/** Something happened to the file: everyone waiting on it looks again. `band` says what, for SIGIO. */
export function notify(kernel: Kernel, queue: FileQueue, band = 0): void {
  queue.events++;
  if (queue.waiters.length > 0) wake(kernel, queue);
  if (queue.listeners !== undefined) tellListeners(kernel, queue.listeners, band);
}

export function addListener(queue: FileQueue, listener: QueueListener): void {
  queue.listeners = [...(queue.listeners ?? []), listener];
}

export function removeListener(queue: FileQueue, listener: QueueListener): void {
  const left = queue.listeners?.filter((other) => other !== listener) ?? [];
  if (left.length > 0) queue.listeners = left;
  else delete queue.listeners;
}
