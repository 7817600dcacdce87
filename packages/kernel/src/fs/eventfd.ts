import { StructReader, StructWriter } from '../abi/struct.ts';
import { EAGAIN, EINVAL } from '../errno.ts';
import type { Kernel } from '../kernel.ts';
import { blockOn } from '../sched/wait.ts';
import type { OpenFile } from '../types.ts';
import { newAnonymousFile } from './anonymous-file.ts';
import type { FileOps } from './file-ops.ts';
import { type FileQueue, newQueue, notify } from './notify.ts';
import { O_NONBLOCK } from './open-flags.ts';
import { READABLE, WRITABLE } from './poll-events.ts';

interface EventCounter {
  count: bigint;
  semaphore: boolean;
  queue: FileQueue;
}

const MAX_COUNT = 0xffff_ffff_ffff_fffen;

/** eventfd(): a counter as a file. Linux 6.1 fs/eventfd.c */
export function openEventfd(kernel: Kernel, initial: number, semaphore: boolean, flags: number): OpenFile {
  const data: EventCounter = { count: BigInt(initial), semaphore, queue: newQueue() };
  return newAnonymousFile(kernel, 'eventfd', 'eventfd', flags, data);
}

function counterOf(file: OpenFile): EventCounter {
  return file.data as EventCounter;
}

/** The kernel adds to a counter: as much as it holds. Linux 6.1 fs/eventfd.c: eventfd_signal */
export function addToEventfd(kernel: Kernel, file: OpenFile, count: bigint): void {
  const counter = counterOf(file);
  counter.count = counter.count + count > MAX_COUNT ? MAX_COUNT : counter.count + count;
  notify(kernel, counter.queue);
}

export const EVENTFD_OPS: FileOps = {
  seeksNowhere: true,

  read(kernel, task, file, into) {
    const counter = counterOf(file);
    if (into.length < 8) return -EINVAL;
    if (counter.count === 0n) {
      return file.flags & O_NONBLOCK ? -EAGAIN : blockOn(kernel, task, [counter.queue]);
    }
    const value = counter.semaphore ? 1n : counter.count;
    counter.count -= value;
    into.set(new StructWriter(kernel, 8).u64(value).bytes);
    notify(kernel, counter.queue);
    return 8;
  },

  write(kernel, task, file, bytes) {
    const counter = counterOf(file);
    if (bytes.length < 8) return -EINVAL;
    const value = new StructReader(kernel, bytes).u64(0);
    if (value === 0xffff_ffff_ffff_ffffn) return -EINVAL;
    if (counter.count + value > MAX_COUNT) {
      return file.flags & O_NONBLOCK ? -EAGAIN : blockOn(kernel, task, [counter.queue]);
    }
    counter.count += value;
    notify(kernel, counter.queue);
    return 8;
  },

  poll(_kernel, file) {
    const { count } = counterOf(file);
    return (count > 0n ? READABLE : 0) | (count < MAX_COUNT ? WRITABLE : 0);
  },

  queues: (_kernel, file) => [counterOf(file).queue],
};
