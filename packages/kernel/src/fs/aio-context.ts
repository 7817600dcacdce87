import { StructReader, StructWriter } from '../abi/struct.ts';
import type { Kernel } from '../kernel.ts';
import { copyIn, copyOut } from '../mm/user-access.ts';
import type { Mm, OpenFile, Task } from '../types.ts';
import { addToEventfd } from './eventfd.ts';
import { releaseFile } from './file.ts';
import { fileOps } from './file-ops.ts';
import { fsState } from './fs-state.ts';
import { addListener, type FileQueue, notify, removeListener } from './notify.ts';
import { POLLERR, POLLHUP } from './poll-events.ts';
import { type QueueListener, registerListenerKind } from './queue-listeners.ts';

/** A context of asynchronous input and output. Linux 6.1 fs/aio.c: struct kioctx */
export interface AioContext {
  readonly mm: Mm;
  /** Where its ring lies in user memory: that is its id. */
  readonly address: number;
  /** Events that the ring has places for. */
  readonly places: number;
  polls: AioPoll[];
  /** Woken when an event came. */
  readonly queue: FileQueue;
}

/** A control block that was accepted: what its event will say. */
export interface AioRequest {
  readonly context: AioContext;
  readonly iocb: number;
  /** The program's 8 bytes. */
  readonly data: bigint;
  /** The eventfd that is told, with a reference. */
  readonly eventfd: OpenFile | undefined;
}

/** IOCB_CMD_POLL that waits: a listener on the file's queues. */
export interface AioPoll extends QueueListener, AioRequest {
  readonly file: OpenFile;
  readonly events: number;
}

/** struct aio_ring: id, places, head, tail, magic, two sets of features, its length. */
const HEADER_BYTES = 32;
const EVENT_BYTES = 32;
const MAGIC = 0xa10a_10a1;

/** Bytes of a ring for so many events. */
export function ringBytes(places: number): number {
  return HEADER_BYTES + places * EVENT_BYTES;
}

/** How many events a ring of so many bytes takes. */
export function ringPlaces(bytes: number): number {
  return Math.floor((bytes - HEADER_BYTES) / EVENT_BYTES);
}

/** Writes the head of a fresh ring. */
export function startRing(kernel: Kernel, task: Task, address: number, places: number): boolean {
  const out = new StructWriter(kernel, HEADER_BYTES).u32(address).u32(places).u32(0).u32(0);
  return copyOut(kernel, task, address, out.u32(MAGIC).u32(1).u32(0).u32(HEADER_BYTES).bytes);
}

/** The context of an id, of the task's memory. */
export function findContext(kernel: Kernel, task: Task, id: number): AioContext | undefined {
  return fsState(kernel).aioContexts.find((context) => context.mm === task.mm && context.address === id >>> 0);
}

/** Head and tail of the ring, as the program may have left them. */
function ends(kernel: Kernel, task: Task, context: AioContext): { head: number; tail: number } {
  const bytes = copyIn(kernel, task, context.address + 8, 8);
  if (bytes === undefined) return { head: 0, tail: 0 };
  const reader = new StructReader(kernel, bytes);
  return { head: reader.u32(0) % context.places, tail: reader.u32(4) % context.places };
}

/** Events that wait in the ring. */
export function ringCount(kernel: Kernel, task: Task, context: AioContext): number {
  const { head, tail } = ends(kernel, task, context);
  return (tail - head + context.places) % context.places;
}

/** Takes up to `most` events off the ring: their bytes, one after the other. */
export function takeEvents(kernel: Kernel, task: Task, context: AioContext, most: number): Uint8Array[] {
  const taken: Uint8Array[] = [];
  let { head } = ends(kernel, task, context);
  for (let left = Math.min(most, ringCount(kernel, task, context)); left > 0; left--) {
    const bytes = copyIn(kernel, task, context.address + HEADER_BYTES + head * EVENT_BYTES, EVENT_BYTES);
    if (bytes === undefined) break;
    taken.push(bytes);
    head = (head + 1) % context.places;
  }
  copyOut(kernel, task, context.address + 8, new StructWriter(kernel, 4).u32(head).bytes);
  return taken;
}

/** A request is done: its event goes into the ring. Linux 6.1 fs/aio.c: aio_complete */
export function completeRequest(kernel: Kernel, request: AioRequest, result: number): void {
  const { context, iocb, data, eventfd } = request;
  const task = [...kernel.state.tasks.values()].find((candidate) => candidate.mm === context.mm);
  if (task !== undefined) {
    const { tail } = ends(kernel, task, context);
    const event = new StructWriter(kernel, EVENT_BYTES).u64(data).u64(iocb).u64(result).u64(0);
    copyOut(kernel, task, context.address + HEADER_BYTES + tail * EVENT_BYTES, event.bytes);
    const next = (tail + 1) % context.places;
    copyOut(kernel, task, context.address + 12, new StructWriter(kernel, 4).u32(next).bytes);
  }
  if (eventfd !== undefined) {
    addToEventfd(kernel, eventfd, 1n);
    releaseFile(kernel, eventfd);
  }
  notify(kernel, context.queue);
}

function pollNow(kernel: Kernel, poll: AioPoll): number {
  const events = fileOps(poll.file).poll?.(kernel, poll.file) ?? poll.events;
  return events & (poll.events | POLLERR | POLLHUP);
}

function queuesOf(kernel: Kernel, file: OpenFile): readonly FileQueue[] {
  return fileOps(file).queues?.(kernel, file) ?? [];
}

/** IOCB_CMD_POLL: completes when one of the events holds. Linux 6.1 fs/aio.c: aio_poll */
export function startPoll(kernel: Kernel, poll: AioPoll): void {
  const events = pollNow(kernel, poll);
  if (events !== 0) {
    completeRequest(kernel, poll, events);
    releaseFile(kernel, poll.file);
    return;
  }
  poll.context.polls.push(poll);
  for (const queue of queuesOf(kernel, poll.file)) addListener(queue, poll);
}

/** The poll waits no more. */
export function dropPoll(kernel: Kernel, poll: AioPoll): void {
  for (const queue of queuesOf(kernel, poll.file)) removeListener(queue, poll);
  poll.context.polls = poll.context.polls.filter((other) => other !== poll);
  releaseFile(kernel, poll.file);
}

registerListenerKind('aio-poll', (kernel, listener) => {
  const poll = listener as AioPoll;
  const events = pollNow(kernel, poll);
  if (events === 0 || !poll.context.polls.includes(poll)) return;
  dropPoll(kernel, poll);
  completeRequest(kernel, poll, events);
});

/** io_destroy(), or its memory is gone. */
export function endContext(kernel: Kernel, context: AioContext): void {
  const state = fsState(kernel);
  state.aioContexts = state.aioContexts.filter((other) => other !== context);
  for (const poll of [...context.polls]) {
    dropPoll(kernel, poll);
    if (poll.eventfd !== undefined) releaseFile(kernel, poll.eventfd);
  }
  notify(kernel, context.queue);
}
