/** A queue as an open file: its state as a text, and what poll says. Linux 6.1 ipc/mqueue.c: mqueue_file_operations */
import { nativeNumber } from '../../abi/numbers.ts';
import { latin1Bytes } from '../../abi/struct.ts';
import type { FileOps } from '../../fs/file-ops.ts';
import { READABLE, WRITABLE } from '../../fs/poll-events.ts';
import type { Kernel } from '../../kernel.ts';
import { isFull, removeNotification, SIGEV_SIGNAL } from './queue.ts';
import { type PosixQueue, queueOf } from './state.ts';

function statusText(kernel: Kernel, queue: PosixQueue): string {
  const { notification, messages } = queue;
  let bytes = 0;
  for (const message of messages) bytes += message.bytes.length;
  const signo = notification?.how === SIGEV_SIGNAL ? nativeNumber(kernel, 'signal', notification.signo) : 0;
  const column = (value: number, width: number) => String(value).padEnd(width);
  const who = `NOTIFY:${column(notification?.how ?? 0, 5)} SIGNO:${column(signo, 5)}`;
  return `QSIZE:${column(bytes, 10)} ${who} NOTIFY_PID:${column(notification?.pid ?? 0, 6)}\n`;
}

export const MQUEUE_FILE_OPS: FileOps = {
  seekable: true,

  read(kernel, _task, file, into, position) {
    const text = latin1Bytes(statusText(kernel, queueOf(file.inode))).subarray(position, position + into.length);
    into.set(text);
    return text.length;
  },

  poll(_kernel, file) {
    const queue = queueOf(file.inode);
    return (queue.messages.length > 0 ? READABLE : 0) | (isFull(queue) ? 0 : WRITABLE);
  },

  queues: (_kernel, file) => [queueOf(file.inode).changed],

  /** Who closes a descriptor of the queue is not to be told any more. */
  flush(kernel, task, file) {
    const queue = queueOf(file.inode);
    if (queue.notification?.pid === task.group.pid) removeNotification(kernel, queue);
  },
};
