import { latin1Bytes, latin1String } from '../../abi/struct.ts';
import { EACCES, EIO, ESRCH } from '../../errno.ts';
import type { Kernel } from '../../kernel.ts';
import { mayAccess } from '../../ptrace/access.ts';
import type { OpenFile, PathRef, Task } from '../../types.ts';
import { newFile } from '../file.ts';
import type { FileOps } from '../file-ops.ts';
import { canRead } from '../open-flags.ts';
import { READABLE, WRITABLE } from '../poll-events.ts';
import { fdInfoText } from './fd-info.ts';
import { openMemFile } from './mem-file.ts';
import { PID_FILES } from './pid-files.ts';
import { type ProcNode, procNode, procTask } from './proc-node.ts';
import { SYSTEM_FILES } from './system-files.ts';

/** OpenFile.data of a /proc file: its text, as of the last read from the beginning. */
interface ProcText {
  bytes: Uint8Array;
}

/** The text of a node, or -errno where its task is gone. */
function textOf(kernel: Kernel, task: Task, node: ProcNode): string | number {
  if (!node.node.startsWith('pid/')) return SYSTEM_FILES.get(node.node)?.read?.(kernel, task) ?? '';
  const subject = procTask(kernel, node);
  if (subject === undefined) return -ESRCH;
  if (node.node === 'pid/fdinfo/n') return fdInfoText(kernel, subject, node.fd) ?? -ESRCH;
  return PID_FILES.get(node.node.slice('pid/'.length))?.read(kernel, subject, node.thread, task) ?? '';
}

/** Whether the file is only for those who may trace its task, and the reader may not. */
function isGuarded(kernel: Kernel, task: Task, node: ProcNode): boolean {
  if (!node.node.startsWith('pid/') || !PID_FILES.get(node.node.slice('pid/'.length))?.guarded) return false;
  const subject = procTask(kernel, node);
  return subject !== undefined && !mayAccess(task, subject, 'fs');
}

/** Opens a regular file of /proc. */
export function openProcFile(kernel: Kernel, task: Task, ref: PathRef, flags: number): OpenFile | number {
  const node = procNode(ref.dentry.inode!);
  if (node.node === 'pid/mem') return openMemFile(kernel, task, ref, flags);
  if (isGuarded(kernel, task, node)) return -EACCES;
  const text = canRead(flags) ? textOf(kernel, task, node) : '';
  if (typeof text === 'number') return text;
  const data: ProcText = { bytes: latin1Bytes(text) };
  return newFile('proc', ref, flags, data);
}

/** Files of /proc: texts made when opened and when read from the beginning again. */
export const PROC_FILE_OPS: FileOps = {
  seekable: true,

  read(kernel, task, file, into, position) {
    const data = file.data as ProcText;
    if (position === 0) {
      const text = textOf(kernel, task, procNode(file.inode));
      if (typeof text === 'number') return text;
      data.bytes = latin1Bytes(text);
    }
    const count = Math.max(0, Math.min(into.length, data.bytes.length - position));
    if (count > 0) into.set(data.bytes.subarray(position, position + count));
    return count;
  },

  write(kernel, task, file, bytes) {
    const node = procNode(file.inode);
    const text = latin1String(bytes);
    if (!node.node.startsWith('pid/')) {
      const { write } = SYSTEM_FILES.get(node.node) ?? {};
      return write === undefined ? -EIO : write(kernel, task, text) || bytes.length;
    }
    const subject = procTask(kernel, node);
    if (subject === undefined) return -ESRCH;
    const { write } = PID_FILES.get(node.node.slice('pid/'.length)) ?? {};
    return write === undefined ? -EIO : write(kernel, subject, text) || bytes.length;
  },

  poll: () => READABLE | WRITABLE,
};
