/** The file system of POSIX message queues: a flat directory of queues. Linux 6.1 ipc/mqueue.c: mqueue_get_inode */
import { EACCES, EINVAL, EMFILE, ENOENT, ENOSPC } from '../../errno.ts';
import { addChild, newDentry } from '../../fs/dentry.ts';
import { initOwner, newInode, newSuperblock, touchModified } from '../../fs/inode.ts';
import { S_IFDIR } from '../../fs/mode.ts';
import { newQueue } from '../../fs/notify.ts';
import type { PathContext } from '../../fs/path-walk.ts';
import { MAY_EXEC, MAY_WRITE, permission } from '../../fs/permission.ts';
import type { SuperblockOps } from '../../fs/superblock-ops.ts';
import { cachedEntries } from '../../fs/tmpfs/tmpfs.ts';
import type { Kernel } from '../../kernel.ts';
import { CAP, capable } from '../../task/capabilities.ts';
import { RLIMIT_MSGQUEUE } from '../../task/rlimit-numbers.ts';
import type { Dentry, Inode, Superblock } from '../../types.ts';
import { mqueueState, type PosixQueue, queueOf } from './state.ts';

const MQUEUE_MAGIC = 0x1980_0202;
/** What the privileged may ask for. Linux: HARD_MSGMAX, HARD_MSGSIZEMAX */
const HARD_MESSAGES = 65_536;
const HARD_SIZE = 16 << 20;
/** st_size of a queue: the text that it reads as. Linux: FILENT_SIZE */
export const QUEUE_FILE_SIZE = 80;
/** sizeof(struct msg_msg) and sizeof(struct posix_msg_tree_node) of a 32-bit kernel, for the accounts. */
const MESSAGE_BYTES = 24;
const TREE_NODE_BYTES = 24;
export const PRIORITIES = 32_768;

/** How many messages of which size a queue holds. */
export interface QueueShape {
  readonly maxMessages: number;
  readonly messageSize: number;
}

/** The one tree of queues. */
export function mqueueTree(kernel: Kernel): { superblock: Superblock; root: Dentry } {
  const state = mqueueState(kernel);
  if (state.tree === undefined) {
    const superblock = newSuperblock(kernel, 'mqueue', undefined);
    const root = newDentry('/', undefined, newInode(kernel, superblock, S_IFDIR | 0o1777, undefined));
    state.tree = { superblock, root };
  }
  return state.tree;
}

function defaultShape(kernel: Kernel): QueueShape {
  const { msg_max, msg_default, msgsize_max, msgsize_default } = mqueueState(kernel).limits;
  return { maxMessages: Math.min(msg_max, msg_default), messageSize: Math.min(msgsize_max, msgsize_default) };
}

/** What a queue of that shape counts for. */
function chargeOf({ maxMessages, messageSize }: QueueShape): number {
  const nodes = Math.min(maxMessages, PRIORITIES) * TREE_NODE_BYTES;
  return maxMessages * MESSAGE_BYTES + nodes + maxMessages * messageSize;
}

/** 0, or why a queue of that shape cannot be made. */
function refused(kernel: Kernel, context: PathContext, shape: QueueShape): number {
  const { limits, queues, usage } = mqueueState(kernel);
  const privileged = capable(context.cred, CAP.sysResource);
  if (queues >= limits.queues_max && !privileged) return -ENOSPC;
  if (shape.maxMessages <= 0 || shape.messageSize <= 0) return -EINVAL;
  if (shape.maxMessages > (privileged ? HARD_MESSAGES : limits.msg_max)) return -EINVAL;
  if (shape.messageSize > (privileged ? HARD_SIZE : limits.msgsize_max)) return -EINVAL;
  const limit = context.group?.rlimits[RLIMIT_MSGQUEUE]?.current ?? Number.POSITIVE_INFINITY;
  return (usage.get(context.cred.uid) ?? 0) + chargeOf(shape) > limit ? -EMFILE : 0;
}

function newQueueInode(
  kernel: Kernel,
  context: PathContext,
  dir: Inode,
  mode: number,
  shape: QueueShape,
): Inode | number {
  const failed = refused(kernel, context, shape);
  if (failed !== 0) return failed;
  const state = mqueueState(kernel);
  const { uid } = context.cred;
  const charged = chargeOf(shape);
  const waits = { senders: [], receivers: [], waiting: { waiters: [] }, changed: newQueue() };
  const data: PosixQueue = { ...shape, messages: [], ...waits, notification: undefined, uid, charged };
  const inode = newInode(kernel, dir.superblock, mode, data);
  inode.size = QUEUE_FILE_SIZE;
  initOwner(inode, dir, context);
  state.queues++;
  state.usage.set(uid, (state.usage.get(uid) ?? 0) + charged);
  return inode;
}

/** mq_open's creation of a queue: its dentry, or -errno. */
export function createQueue(
  kernel: Kernel,
  context: PathContext,
  name: string,
  mode: number,
  shape: QueueShape | undefined,
): Dentry | number {
  const { root } = mqueueTree(kernel);
  const dir = root.inode!;
  if (permission(context.cred, dir, MAY_WRITE | MAY_EXEC) !== 0) return -EACCES;
  const inode = newQueueInode(kernel, context, dir, mode, shape ?? defaultShape(kernel));
  if (typeof inode === 'number') return inode;
  touchModified(kernel, dir);
  return addChild(root, name, inode);
}

export const MQUEUE_OPS: SuperblockOps = {
  cached: true,
  lookup: () => -ENOENT,
  readdir: (_kernel, dir) => cachedEntries(dir),
  readlink: () => -EINVAL,
  attributesChanged: () => 0,

  create(kernel, context, dir, _name, node) {
    return newQueueInode(kernel, context, dir.inode!, node.mode, defaultShape(kernel));
  },

  unlink(_kernel, entry) {
    entry.inode!.nlink--;
    return 0;
  },

  forget(kernel, inode) {
    const state = mqueueState(kernel);
    const { uid, charged } = queueOf(inode);
    state.queues--;
    state.usage.set(uid, (state.usage.get(uid) ?? 0) - charged);
  },

  statfs: () => ({ type: MQUEUE_MAGIC, bsize: 4096, blocks: 0, bfree: 0, files: 0, ffree: 0 }),
};
