/** msgctl(2). Linux 6.1 ipc/msg.c: ksys_msgctl */
import { StructWriter } from '../../abi/struct.ts';
import { EACCES, EAGAIN, EFAULT, EIDRM, EINVAL, EPERM } from '../../errno.ts';
import type { Kernel } from '../../kernel.ts';
import { wake } from '../../sched/wait.ts';
import { CAP, capable } from '../../task/capabilities.ts';
import type { Task } from '../../types.ts';
import {
  IPC_INFO,
  IPC_RMID,
  IPC_SET,
  IPC_STAT,
  ipcAt,
  ipcFind,
  ipcHighest,
  ipcOwner,
  ipcPermits,
  ipcRemove,
  MAY_READ_IPC,
  seconds,
} from './ids.ts';
import { finishReceiver } from './msg.ts';
import { type MsgQueue, sysvState } from './state.ts';
import { give, permWriter, putTime, readPerm, sysvLayout, updatePerm } from './structs.ts';

const MSG_STAT = 11;
const MSG_INFO = 12;
const MSG_STAT_ANY = 13;

/** Constants that only IPC_INFO tells. Linux 6.1 include/uapi/linux/msg.h */
const MSGMNI = 32_000;
const MSGMNB = 16_384;
const MSGPOOL = (MSGMNI * MSGMNB) / 1024;
const MSGSSZ = 16;
const MSGSEG = 0xffff;

export function msgctl(kernel: Kernel, task: Task, id: number, command: number, address: number): number {
  if (id < 0 || command < 0) return -EINVAL;
  switch (command) {
    case IPC_INFO:
    case MSG_INFO:
      return info(kernel, task, command === MSG_INFO, address);
    case IPC_STAT:
    case MSG_STAT:
    case MSG_STAT_ANY:
      return status(kernel, task, id, command, address);
    case IPC_SET:
    case IPC_RMID:
      return change(kernel, task, id, command, address);
    default:
      return -EINVAL;
  }
}

/** struct msginfo: msgpool, msgmap, msgmax, msgmnb, msgmni, msgssz, msgtql, msgseg. */
function info(kernel: Kernel, task: Task, used: boolean, address: number): number {
  const { msg, limits } = sysvState(kernel);
  let [headers, bytes] = [0, 0];
  for (const queue of msg.objects.values()) {
    headers += queue.messages.length;
    bytes += queue.bytes;
  }
  const out = new StructWriter(kernel, 32).u32(used ? msg.objects.size : MSGPOOL).u32(used ? headers : MSGMNB);
  out.u32(limits.msgmax).u32(limits.msgmnb).u32(limits.msgmni).u32(MSGSSZ);
  out.u32(used ? bytes : MSGMNB).u16(MSGSEG);
  return give(kernel, task, address, out, ipcHighest(msg));
}

/** struct msqid64_ds of an id, or of an index. */
function status(kernel: Kernel, task: Task, id: number, command: number, address: number): number {
  const { msg } = sysvState(kernel);
  const queue = command === IPC_STAT ? ipcFind(msg, id) : ipcAt(msg, id);
  if (typeof queue === 'number') return queue;
  if (command !== MSG_STAT_ANY && !ipcPermits(task, queue, MAY_READ_IPC)) return -EACCES;
  const layout = sysvLayout(kernel).msg;
  const out = permWriter(kernel, queue, layout.bytes);
  putTime(out, layout.stime, queue.stime);
  putTime(out, layout.rtime, queue.rtime);
  putTime(out, layout.ctime, queue.ctime);
  out.at(layout.counts).u32(queue.bytes).u32(queue.messages.length).u32(queue.maxBytes);
  out.u32(queue.lastSender).u32(queue.lastReceiver);
  return give(kernel, task, address, out, command === IPC_STAT ? 0 : queue.id);
}

/** Everyone who waits looks again, or learns that the queue is gone. Linux: expunge_all */
function expunge(kernel: Kernel, queue: MsgQueue, why: number): void {
  for (const receiver of [...queue.receivers]) finishReceiver(kernel, receiver, why);
  wake(kernel, queue.sending);
}

/** IPC_SET, IPC_RMID. Linux: msgctl_down */
function change(kernel: Kernel, task: Task, id: number, command: number, address: number): number {
  const { msg, limits } = sysvState(kernel);
  const layout = sysvLayout(kernel).msg;
  const perm = command === IPC_SET ? readPerm(kernel, task, address, layout.bytes) : undefined;
  if (command === IPC_SET && perm === undefined) return -EFAULT;
  const queue = ipcFind(msg, id);
  if (typeof queue === 'number') return queue;
  const refused = ipcOwner(task, queue);
  if (refused !== 0) return refused;
  if (perm === undefined) {
    ipcRemove(msg, queue);
    expunge(kernel, queue, -EIDRM);
    return 0;
  }
  const maxBytes = perm.reader.u32(layout.counts + 8);
  if (maxBytes > limits.msgmnb && !capable(task.cred, CAP.sysResource)) return -EPERM;
  updatePerm(queue, perm);
  queue.maxBytes = maxBytes;
  queue.ctime = seconds(kernel);
  expunge(kernel, queue, -EAGAIN);
  return 0;
}
