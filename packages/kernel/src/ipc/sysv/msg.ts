/** msgget, msgsnd, msgrcv. Linux 6.1 ipc/msg.c */
import { StructWriter } from '../../abi/struct.ts';
import { BLOCKED, E2BIG, EACCES, EAGAIN, EFAULT, EIDRM, EINVAL, ENOMSG, ERESTARTNOHAND } from '../../errno.ts';
import type { Kernel } from '../../kernel.ts';
import { copyIn, copyOut, readWord } from '../../mm/user-access.ts';
import { blockOn, wake, wakeTask } from '../../sched/wait.ts';
import type { RestartRecord, Task } from '../../types.ts';
import {
  IPC_NOWAIT,
  ipcAdd,
  ipcFind,
  ipcGet,
  ipcPermits,
  MAY_READ_IPC,
  MAY_WRITE_IPC,
  newIpcObject,
  seconds,
} from './ids.ts';
import { type Message, type MessageMode, type MsgQueue, type MsgReceiver, sysvState } from './state.ts';

const MSG_NOERROR = 0o10000;
const MSG_EXCEPT = 0o20000;
const MSG_COPY = 0o40000;
const LONG_MIN = -0x8000_0000;

export function msgget(kernel: Kernel, task: Task, key: number, flags: number): number {
  const { msg } = sysvState(kernel);
  return ipcGet(task, msg, key, flags, () => newMsgQueue(kernel, task, key, flags));
}

/** Linux: newque */
function newMsgQueue(kernel: Kernel, task: Task, key: number, flags: number): number {
  const { msg, limits } = sysvState(kernel);
  const queue: MsgQueue = {
    ...newIpcObject(task, key, flags),
    messages: [],
    bytes: 0,
    maxBytes: limits.msgmnb,
    stime: 0,
    rtime: 0,
    ctime: seconds(kernel),
    lastSender: 0,
    lastReceiver: 0,
    receivers: [],
    receiving: { waiters: [] },
    sending: { waiters: [] },
  };
  return ipcAdd(msg, queue, limits.msgmni);
}

/** A msgsnd that waits for room. */
interface SendRecord extends RestartRecord {
  queue: MsgQueue;
  message: Message;
}

export function msgsnd(kernel: Kernel, task: Task, id: number, address: number, size: number, flags: number): number {
  if (task.restart?.call === 'msgsnd') {
    const { queue, message } = task.restart as SendRecord;
    return send(kernel, task, queue, message, flags);
  }
  const { msg, limits } = sysvState(kernel);
  const type = readWord(kernel, task, address);
  if (type === undefined) return -EFAULT;
  if (size > limits.msgmax || size > 0x7fff_ffff || id < 0 || type < 1) return -EINVAL;
  const bytes = copyIn(kernel, task, address + 4, size);
  if (bytes === undefined) return -EFAULT;
  const queue = ipcFind(msg, id);
  return typeof queue === 'number' ? queue : send(kernel, task, queue, { type, bytes }, flags);
}

function send(kernel: Kernel, task: Task, queue: MsgQueue, message: Message, flags: number): number {
  if (queue.removed) return -EIDRM;
  if (!ipcPermits(task, queue, MAY_WRITE_IPC)) return -EACCES;
  const fits = message.bytes.length + queue.bytes <= queue.maxBytes && queue.messages.length + 1 <= queue.maxBytes;
  if (!fits) {
    if (flags & IPC_NOWAIT) return -EAGAIN;
    task.restart = { call: 'msgsnd', queue, message } satisfies SendRecord;
    return blockOn(kernel, task, [queue.sending], { onSignal: -ERESTARTNOHAND });
  }
  queue.lastSender = task.group.pid;
  queue.stime = seconds(kernel);
  if (!handOver(kernel, queue, message)) {
    queue.messages.push(message);
    queue.bytes += message.bytes.length;
  }
  return 0;
}

/** Gives the message to the first receiver that waits for it. Linux: pipelined_send */
function handOver(kernel: Kernel, queue: MsgQueue, message: Message): boolean {
  for (const receiver of [...queue.receivers]) {
    const task = kernel.state.tasks.get(receiver.tid);
    if (task?.restart !== receiver) {
      dropReceiver(receiver);
      continue;
    }
    if (!matches(message, receiver.mode, receiver.type)) continue;
    const tooBig = message.bytes.length > receiver.room && !receiver.cut;
    finishReceiver(kernel, receiver, tooBig ? -E2BIG : message);
    if (tooBig) continue;
    queue.lastReceiver = task.group.pid;
    queue.rtime = seconds(kernel);
    return true;
  }
  return false;
}

function dropReceiver(receiver: MsgReceiver): void {
  const { receivers } = receiver.queue;
  const at = receivers.indexOf(receiver);
  if (at >= 0) receivers.splice(at, 1);
}

/** Ends a receiver's wait: with a message, or with an error (-EAGAIN: it is to look again). */
export function finishReceiver(kernel: Kernel, receiver: MsgReceiver, result: Message | number): void {
  dropReceiver(receiver);
  receiver.result = result;
  const task = kernel.state.tasks.get(receiver.tid);
  if (task !== undefined) wakeTask(kernel, task);
}

/** Linux: testmsg */
function matches(message: Message, mode: MessageMode, type: number): boolean {
  switch (mode) {
    case 'equal':
      return message.type === type;
    case 'not-equal':
      return message.type !== type;
    case 'up-to':
      return message.type <= type;
    default:
      return true;
  }
}

/** Index of the message that is wanted, or -1. Linux: find_msg */
function findMessage(queue: MsgQueue, mode: MessageMode, type: number): number {
  const { messages } = queue;
  if (mode === 'number') return type >= 0 && type < messages.length ? type : -1;
  if (mode !== 'up-to') return messages.findIndex((message) => matches(message, mode, type));
  // The lowest type there is, and the first of that.
  let best = -1;
  messages.forEach((message, at) => {
    if (message.type <= type && (best < 0 || message.type < messages[best]!.type)) best = at;
  });
  return best;
}

/** Linux: convert_mode */
function modeOf(type: number, flags: number): { mode: MessageMode; type: number } {
  if (flags & MSG_COPY) return { mode: 'number', type };
  if (type === 0) return { mode: 'any', type };
  if (type < 0) return { mode: 'up-to', type: type === LONG_MIN ? 0x7fff_ffff : -type };
  return { mode: flags & MSG_EXCEPT ? 'not-equal' : 'equal', type };
}

export function msgrcv(
  kernel: Kernel,
  task: Task,
  id: number,
  address: number,
  size: number,
  wanted: number,
  flags: number,
): number {
  if (task.restart?.call === 'msgrcv') {
    const { result } = task.restart as MsgReceiver;
    if (typeof result === 'object') return deliver(kernel, task, address, size, result);
    if (result === undefined) return wait(kernel, task, task.restart as MsgReceiver);
    if (result !== -EAGAIN) return result;
    task.restart = undefined;
  }
  if (id < 0 || size > 0x7fff_ffff) return -EINVAL;
  if (flags & MSG_COPY && (flags & MSG_EXCEPT || !(flags & IPC_NOWAIT))) return -EINVAL;
  const queue = ipcFind(sysvState(kernel).msg, id);
  if (typeof queue === 'number') return queue;
  if (!ipcPermits(task, queue, MAY_READ_IPC)) return -EACCES;
  const { mode, type } = modeOf(wanted, flags);
  const at = findMessage(queue, mode, type);
  const cut = (flags & MSG_NOERROR) !== 0;
  if (at >= 0) {
    const message = queue.messages[at]!;
    if (size < message.bytes.length && !cut) return -E2BIG;
    if (mode !== 'number') take(kernel, task, queue, at);
    else if (size < message.bytes.length) return -EINVAL;
    return deliver(kernel, task, address, size, message);
  }
  if (flags & IPC_NOWAIT) return -ENOMSG;
  const receiver: MsgReceiver = {
    call: 'msgrcv',
    tid: task.tid,
    queue,
    type,
    mode,
    room: size,
    cut,
    result: undefined,
  };
  queue.receivers.push(receiver);
  task.restart = receiver;
  return wait(kernel, task, receiver);
}

function wait(kernel: Kernel, task: Task, receiver: MsgReceiver): number {
  const result = blockOn(kernel, task, [receiver.queue.receiving], { onSignal: -ERESTARTNOHAND });
  if (result !== BLOCKED) dropReceiver(receiver);
  return result;
}

function take(kernel: Kernel, task: Task, queue: MsgQueue, at: number): void {
  const [message] = queue.messages.splice(at, 1);
  queue.bytes -= message!.bytes.length;
  queue.rtime = seconds(kernel);
  queue.lastReceiver = task.group.pid;
  wake(kernel, queue.sending);
}

/** struct msgbuf: the type and the text, as much as there is room for. */
function deliver(kernel: Kernel, task: Task, address: number, size: number, message: Message): number {
  const length = Math.min(size, message.bytes.length);
  const type = new StructWriter(kernel, 4).u32(message.type).bytes;
  if (!copyOut(kernel, task, address, type)) return -EFAULT;
  return copyOut(kernel, task, address + 4, message.bytes.subarray(0, length)) ? length : -EFAULT;
}
