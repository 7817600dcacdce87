import { EACCES, EIO, ESRCH } from '../../errno.ts';
import type { Kernel } from '../../kernel.ts';
import { readRemote, writeRemote } from '../../mm/remote-access.ts';
import { mayAccess } from '../../ptrace/access.ts';
import type { OpenFile, PathRef, Task } from '../../types.ts';
import { newFile } from '../file.ts';
import type { FileOps } from '../file-ops.ts';
import { procNode, procTask } from './proc-node.ts';

/** Bytes looked at in one go; the caller goes on with the rest. */
const PIECE = 1 << 20;

/** /proc/PID/mem, for whoever may trace the task. Linux 6.1 fs/proc/base.c: mem_open */
export function openMemFile(kernel: Kernel, task: Task, ref: PathRef, flags: number): OpenFile | number {
  const subject = procTask(kernel, procNode(ref.dentry.inode!));
  if (subject === undefined) return -ESRCH;
  if (!mayAccess(task, subject, 'fs')) return -EACCES;
  return newFile('proc-mem', ref, flags, { tid: subject.tid });
}

/** The file shows the memory that the task had when it was opened; a task that has ended has none. */
function subjectOf(kernel: Kernel, file: OpenFile): Task | undefined {
  const subject = kernel.state.tasks.get((file.data as { tid: number }).tid);
  return subject?.mm === undefined ? undefined : subject;
}

/** Memory whatever its protections, as a tracer sees it. Linux: mem_rw */
export const PROC_MEM_OPS: FileOps = {
  seekable: true,

  read(kernel, _task, file, into, position) {
    const subject = subjectOf(kernel, file);
    if (subject === undefined || into.length === 0) return 0;
    if (position >= kernel.abi.taskSize) return -EIO;
    return readRemote(kernel, subject, position, into.subarray(0, PIECE)) || -EIO;
  },

  write(kernel, _task, file, bytes, position) {
    const subject = subjectOf(kernel, file);
    if (subject === undefined || bytes.length === 0) return 0;
    if (position >= kernel.abi.taskSize) return -EIO;
    return writeRemote(kernel, subject, position, bytes.subarray(0, PIECE)) || -EIO;
  },
};
