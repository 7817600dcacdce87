import type { Kernel } from '../../kernel.ts';
import { realtimeNs } from '../../time/clock.ts';
import type { Inode, Superblock, Task } from '../../types.ts';
import { isDirectory } from '../mode.ts';

/** Inode.data of /proc: which node it is, of which task. */
export interface ProcNode {
  /** 'root', 'sys/kernel', 'pid', 'pid/fd', 'pid/status', 'meminfo', … */
  readonly node: string;
  /** Task the node is of (a process by its leader), or 0. */
  readonly tid: number;
  /** Within task/: a thread, not a process. */
  readonly thread: boolean;
  /** Descriptor number below fd/. */
  readonly fd: number;
}

export function procNode(inode: Inode): ProcNode {
  return inode.data as ProcNode;
}

/** The task a node is of, while it is there. */
export function procTask(kernel: Kernel, node: ProcNode): Task | undefined {
  return kernel.state.tasks.get(node.tid);
}

/** Inode number: the same each time the name is looked up. */
function inoOf(node: ProcNode): number {
  let hash = 5381;
  for (let i = 0; i < node.node.length; i++) hash = (hash * 33 + node.node.charCodeAt(i)) & 0xffff;
  return (((node.tid & 0x3fff) << 16) | hash) + 2 + (node.fd + 1) * 7 + (node.thread ? 0x4000_0000 : 0);
}

/** A node's inode, made at each look-up; it belongs to the task it is of. */
export function procInode(kernel: Kernel, superblock: Superblock, mode: number, node: ProcNode): Inode {
  const task = node.tid === 0 ? undefined : procTask(kernel, node);
  const now = realtimeNs(kernel);
  return {
    ino: node.node === 'root' ? 1 : inoOf(node),
    superblock,
    mode,
    uid: task?.cred.euid ?? 0,
    gid: task?.cred.egid ?? 0,
    nlink: isDirectory(mode) ? 2 : 1,
    size: 0,
    rdev: 0,
    atime: now,
    mtime: now,
    ctime: now,
    pages: new Map(),
    users: 0,
    data: node,
  };
}
