import { walkObjects } from '@kml/core';
import { fsState } from '../fs/fs-state.ts';
import { SPARE_QUEUES } from '../ipc/futex.ts';
import type { Kernel } from '../kernel.ts';
import { outsideNames } from '../save/unsaveable.ts';
import type { Inode, OpenFile, WaitQueue } from '../types.ts';
import { census } from './census.ts';
import { auditFrames, type FrameAccounts, frameAccounts } from './frames.ts';

/** What the kernel holds at present. */
export interface KernelAccounts extends FrameAccounts {
  readonly tasks: number;
  readonly processes: number;
  readonly addressSpaces: number;
  readonly openFiles: number;
  readonly timers: number;
  /** Tasks that wait somewhere. */
  readonly waiters: number;
  /** Bytes of file systems, pipes and sockets whose content the kernel holds. */
  readonly dataBytes: number;
  /** Objects of kernel state by shape (census.ts). */
  readonly objects: ReadonlyMap<string, number>;
}

export interface KernelAudit {
  readonly accounts: KernelAccounts;
  /** A line for every count that does not agree with what is there: something leaks, or will be freed too early. */
  readonly faults: readonly string[];
}

/**
 * Counts what the kernel holds, and checks the counts it keeps (references of frames, swap slots, open
 * files and inodes, tasks that wait) against what is found from its state. To be called between
 * instructions; takes time in proportion to all state.
 */
export function auditKernel(kernel: Kernel): KernelAudit {
  const walk = walkObjects(kernel.state, outsideNames(kernel));
  const objects = [...walk.objects.keys()];
  const files = objects.filter(isOpenFile);
  const inodes = objects.filter(isInode);
  const queues = objects.filter(isWaitQueue);
  const { tasks, groups, time } = kernel.state;
  return {
    accounts: {
      ...frameAccounts(kernel),
      tasks: tasks.size,
      processes: groups.size,
      addressSpaces: objects.filter(isMm).length,
      openFiles: files.filter(({ refs }) => refs > 0).length,
      timers: time.timers.length,
      waiters: queues.reduce((sum, { waiters }) => sum + waiters.length, 0),
      dataBytes: fsState(kernel).dataBytes,
      objects: census(objects),
    },
    faults: [
      ...auditFrames(kernel, inodes),
      ...auditFiles(files, inodes, walk.references),
      ...auditQueues(kernel, queues),
      ...auditTasks(kernel),
    ],
  };
}

/** A reference is a pointer from somewhere; the users of an inode are the open files on it. */
function auditFiles(
  files: readonly OpenFile[],
  inodes: readonly Inode[],
  references: ReadonlyMap<object, number>,
): string[] {
  const faults: string[] = [];
  const users = new Map<Inode, number>();
  for (const file of files) {
    if (file.refs <= 0) continue;
    users.set(file.inode, (users.get(file.inode) ?? 0) + 1);
    if (file.refs > references.get(file)!) {
      faults.push(`${describe(file)}: ${file.refs} references kept, ${references.get(file)} found`);
    }
  }
  for (const inode of inodes) {
    const found = users.get(inode) ?? 0;
    if (inode.users !== found) {
      const name = `inode ${inode.ino} of ${inode.superblock.kind}`;
      faults.push(`${name}: ${inode.users} users kept, ${found} open files found`);
    }
  }
  return faults;
}

function describe({ kind, path }: OpenFile): string {
  return `open file (${kind}, ${path.dentry.name})`;
}

function auditQueues(kernel: Kernel, queues: readonly WaitQueue[]): string[] {
  const faults: string[] = [];
  for (const { waiters } of queues) {
    for (const tid of waiters) {
      const task = kernel.state.tasks.get(tid);
      if (task?.wait === undefined)
        faults.push(`task ${tid} is in a wait queue, but ${task ? 'does not wait' : 'is gone'}`);
    }
  }
  const spare = [...kernel.state.keyedQueues.values()].filter(({ waiters }) => waiters.length === 0).length;
  if (spare > SPARE_QUEUES) faults.push(`${spare} wait queues are kept with nobody in them`);
  return faults;
}

function auditTasks(kernel: Kernel): string[] {
  const faults: string[] = [];
  const { tasks, groups, time } = kernel.state;
  for (const task of tasks.values()) {
    if (groups.get(task.group.pid) !== task.group)
      faults.push(`task ${task.tid}: its process ${task.group.pid} is gone`);
  }
  for (const group of groups.values()) {
    if (group.tasks.length === 0) faults.push(`process ${group.pid}: no task`);
  }
  for (const { kind, id } of time.timers) {
    if (kind === 'wait' && tasks.get(id)?.wait === undefined) faults.push(`timer for task ${id}, which does not wait`);
  }
  return faults;
}

function isOpenFile(object: object): object is OpenFile {
  return 'refs' in object && 'kind' in object && 'inode' in object && 'position' in object;
}

function isInode(object: object): object is Inode {
  return 'ino' in object && 'superblock' in object && 'pages' in object;
}

function isWaitQueue(object: object): object is WaitQueue {
  return 'waiters' in object && Array.isArray(object.waiters);
}

function isMm(object: object): boolean {
  return 'vmas' in object && 'space' in object;
}
