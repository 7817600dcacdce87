import { CAP, capable } from '../task/capabilities.ts';
import type { Inode, Task } from '../types.ts';
import type { FileOps } from './file-ops.ts';
import { touchAccessed } from './inode.ts';
import { inodeRead, inodeWrite } from './inode-io.ts';
import { S_ISGID, S_ISUID } from './mode.ts';
import { MS_NOATIME } from './mount-table.ts';
import { O_NOATIME } from './open-flags.ts';
import { READABLE, WRITABLE } from './poll-events.ts';

/** A program that an ordinary user changes is not set-user-id any more. Linux 6.1 fs/inode.c: file_remove_privs */
export function dropPrivileges(task: Task, inode: Inode): void {
  if (!(inode.mode & (S_ISUID | S_ISGID)) || capable(task.cred, CAP.fsetid)) return;
  inode.mode &= ~S_ISUID;
  if (inode.mode & 0o010) inode.mode &= ~S_ISGID;
}

/** Regular files of every file system that has stored content. */
export const REGULAR_OPS: FileOps = {
  seekable: true,

  read(kernel, _task, file, into, position) {
    const result = inodeRead(kernel, file.inode, position, into);
    if (result > 0 && !(file.flags & O_NOATIME) && !(file.path.mount.flags & MS_NOATIME))
      touchAccessed(kernel, file.inode);
    return result;
  },

  write(kernel, task, file, bytes, position) {
    dropPrivileges(task, file.inode);
    return inodeWrite(kernel, file.inode, position, bytes);
  },

  poll: () => READABLE | WRITABLE,
};
