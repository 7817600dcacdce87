/** State of POSIX message queues: plain data under KernelState.sub.mqueue. Linux 6.1 ipc/mqueue.c */

import type { FileQueue } from '../../fs/notify.ts';
import type { NetlinkSocket } from '../../fs/socket/netlink/netlink-state.ts';
import type { Kernel } from '../../kernel.ts';
import type { Dentry, Inode, RestartRecord, Superblock, WaitQueue } from '../../types.ts';

export interface PosixMessage {
  priority: number;
  bytes: Uint8Array;
}

/** A call that waits, to send or to receive. */
export interface QueueWaiter extends RestartRecord {
  tid: number;
  queue: PosixQueue;
  /** What is to be sent, or was received. */
  message: PosixMessage | undefined;
  /** Another task has done it. */
  done: boolean;
  deadline: bigint | undefined;
}

/** Who is told of a message that comes to an empty queue. Linux: notify_owner, struct sigevent */
export interface QueueNotification {
  pid: number;
  how: number;
  signo: number;
  value: number;
  /** SIGEV_THREAD: the netlink socket that gets the cookie. */
  socket?: NetlinkSocket;
  cookie?: Uint8Array;
}

/** Inode.data of a queue. Linux: struct mqueue_inode_info */
export interface PosixQueue {
  maxMessages: number;
  messageSize: number;
  /** Highest priority first, then oldest. */
  messages: PosixMessage[];
  senders: QueueWaiter[];
  receivers: QueueWaiter[];
  waiting: WaitQueue;
  /** Woken when poll's answer may have changed. */
  changed: FileQueue;
  notification: QueueNotification | undefined;
  /** Whose RLIMIT_MSGQUEUE it counts against, and how much. */
  uid: number;
  charged: number;
}

export interface QueueLimits {
  queues_max: number;
  msg_max: number;
  msgsize_max: number;
  msg_default: number;
  msgsize_default: number;
}

export interface MqueueState {
  limits: QueueLimits;
  /** The one file system of queues, and its root; made when first asked for (mqueuefs.ts). */
  tree: { superblock: Superblock; root: Dentry } | undefined;
  queues: number;
  /** Bytes charged, by user. */
  usage: Map<number, number>;
}

export function mqueueState(kernel: Kernel): MqueueState {
  const { sub } = kernel.state;
  sub.mqueue ??= {
    limits: { queues_max: 256, msg_max: 10, msgsize_max: 8192, msg_default: 10, msgsize_default: 8192 },
    tree: undefined,
    queues: 0,
    usage: new Map(),
  } satisfies MqueueState;
  return sub.mqueue as MqueueState;
}

export function queueOf(inode: Inode): PosixQueue {
  return inode.data as PosixQueue;
}
