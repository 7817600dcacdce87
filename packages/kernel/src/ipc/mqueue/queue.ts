/** Sending to and receiving from a queue. Linux 6.1 ipc/mqueue.c: do_mq_timedsend, do_mq_timedreceive */

import { notify } from '../../fs/notify.ts';
import { deliverNetlink } from '../../fs/socket/netlink/netlink-ops.ts';
import type { Kernel } from '../../kernel.ts';
import { wakeTask } from '../../sched/wait.ts';
import { SI_MESGQ } from '../../signal/numbers.ts';
import { sendGroupSignal, sigInfo } from '../../signal/send.ts';
import type { Task } from '../../types.ts';
import type { PosixMessage, PosixQueue, QueueNotification, QueueWaiter } from './state.ts';

export const SIGEV_SIGNAL = 0;
/** NOTIFY_COOKIE_LEN, and what its last byte tells. Linux 6.1 include/uapi/linux/mqueue.h */
export const COOKIE_BYTES = 32;
const NOTIFY_WOKENUP = 1;
const NOTIFY_REMOVED = 2;

export function isFull(queue: PosixQueue): boolean {
  return queue.messages.length >= queue.maxMessages;
}

/** Behind the messages of its priority. */
function insert(queue: PosixQueue, message: PosixMessage): void {
  const at = queue.messages.findIndex(({ priority }) => priority < message.priority);
  queue.messages.splice(at < 0 ? queue.messages.length : at, 0, message);
}

/** Whoever waits longest, of those still alive; off the list. */
function firstWaiter(kernel: Kernel, list: QueueWaiter[]): QueueWaiter | undefined {
  for (;;) {
    const waiter = list.shift();
    if (waiter === undefined || kernel.state.tasks.get(waiter.tid)?.restart === waiter) return waiter;
  }
}

function finish(kernel: Kernel, waiter: QueueWaiter): void {
  waiter.done = true;
  const task = kernel.state.tasks.get(waiter.tid);
  if (task !== undefined) wakeTask(kernel, task);
}

/** Lower is more urgent. Linux: task_struct.prio */
function urgency(task: Task | undefined): number {
  if (task === undefined) return Number.POSITIVE_INFINITY;
  return task.rtPriority > 0 ? 99 - task.rtPriority : 120 + task.nice;
}

/** The more urgent task comes first, then who came first. Linux: wq_add */
export function addQueueWaiter(kernel: Kernel, task: Task, list: QueueWaiter[], waiter: QueueWaiter): void {
  const own = urgency(task);
  const at = list.findIndex(({ tid }) => urgency(kernel.state.tasks.get(tid)) > own);
  list.splice(at < 0 ? list.length : at, 0, waiter);
}

export function dropQueueWaiter(waiter: QueueWaiter): void {
  for (const list of [waiter.queue.senders, waiter.queue.receivers]) {
    const at = list.indexOf(waiter);
    if (at >= 0) list.splice(at, 1);
  }
}

/** Sends to a queue that has room: to who waits for a message, or into the queue. */
export function sendMessage(kernel: Kernel, sender: Task, queue: PosixQueue, message: PosixMessage): void {
  const receiver = firstWaiter(kernel, queue.receivers);
  if (receiver !== undefined) {
    receiver.message = message;
    finish(kernel, receiver);
    return;
  }
  insert(queue, message);
  tellOwner(kernel, sender, queue);
  notify(kernel, queue.changed);
}

/** Takes the first message of a queue that has one; who waits to send may send now. */
export function takeMessage(kernel: Kernel, queue: PosixQueue): PosixMessage {
  const message = queue.messages.shift()!;
  const sender = firstWaiter(kernel, queue.senders);
  if (sender === undefined) notify(kernel, queue.changed);
  else {
    insert(queue, sender.message!);
    finish(kernel, sender);
  }
  return message;
}

/** Nobody is to be told any more; a thread that waits for it learns that. Linux: remove_notification */
export function removeNotification(kernel: Kernel, queue: PosixQueue): void {
  const { notification } = queue;
  queue.notification = undefined;
  if (notification !== undefined) sendCookie(kernel, notification, NOTIFY_REMOVED);
}

/** SIGEV_THREAD: the socket gets the cookie with the reason in it. Linux: set_cookie, netlink_sendskb */
function sendCookie(kernel: Kernel, { socket, cookie }: QueueNotification, reason: number): void {
  if (socket === undefined || cookie === undefined) return;
  const bytes = cookie.slice();
  bytes[COOKIE_BYTES - 1] = reason;
  deliverNetlink(kernel, socket, bytes);
}

/** A message came to an empty queue: the notification is used up. Linux: __do_notify */
function tellOwner(kernel: Kernel, sender: Task, queue: PosixQueue): void {
  const { notification } = queue;
  if (notification === undefined || queue.messages.length !== 1) return;
  queue.notification = undefined;
  const group = kernel.state.groups.get(notification.pid);
  sendCookie(kernel, notification, NOTIFY_WOKENUP);
  if (notification.how !== SIGEV_SIGNAL || group === undefined) return;
  const { signo, value } = notification;
  const from = { pid: sender.group.pid, uid: sender.cred.uid };
  sendGroupSignal(kernel, group, sigInfo(signo, { code: SI_MESGQ, value, ...from }));
}
