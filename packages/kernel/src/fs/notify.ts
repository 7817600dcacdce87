import type { Kernel } from '../kernel.ts';
import { wake } from '../sched/wait.ts';
import type { WaitQueue } from '../types.ts';

/**
 * Wait queues of files. Each remembers how often it was woken: edge-triggered epoll compares it to
 * what it saw last. Linux 6.1 fs/eventpoll.c: ep_poll_callback
 */
export interface FileQueue extends WaitQueue {
  events: number;
}

export function newQueue(): FileQueue {
  return { waiters: [], events: 0 };
}

/** Something happened to the file: everyone waiting on it looks again. */
export function notify(kernel: Kernel, queue: FileQueue): void {
  queue.events++;
  if (queue.waiters.length > 0) wake(kernel, queue);
}
