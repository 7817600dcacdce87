import { CAP, capable } from '../task/capabilities.ts';
import type { Inode } from '../types.ts';
import type { FileOps } from './file-ops.ts';
import { touchAccessed } from './inode.ts';
import { inodeRead, inodeWrite } from './inode-io.ts';
import { watchEvent } from './inotify.ts';
import { IN_ACCESS, IN_CLOSE_NOWRITE, IN_CLOSE_WRITE, IN_MODIFY } from './inotify-events.ts';
import { S_ISGID, S_ISUID } from './mode.ts';
import { canWrite, O_NOATIME } from './open-flags.ts';
import { READABLE, WRITABLE } from './poll-events.ts';

/** A program that an ordinary user writes to is not set-user-id any more. Linux 6.1 fs/inode.c: file_remove_privs */
function dropPrivileges(inode: Inode): void {
  inode.mode &= ~S_ISUID;
  if (inode.mode & 0o010) inode.mode &= ~S_ISGID;
}

/** Regular files of every file system that has stored content. */
export const REGULAR_OPS: FileOps = {
  seekable: true,

  read(kernel, _task, file, into, position) {
    const result = inodeRead(kernel, file.inode, position, into);
    if (result > 0) {
      if (!(file.flags & O_NOATIME)) touchAccessed(kernel, file.inode);
      watchEvent(kernel, file.inode, IN_ACCESS, '');
    }
    return result;
  },

  write(kernel, task, file, bytes, position) {
    if (file.inode.mode & (S_ISUID | S_ISGID) && !capable(task.cred, CAP.fsetid)) dropPrivileges(file.inode);
    const result = inodeWrite(kernel, file.inode, position, bytes);
    if (result > 0) watchEvent(kernel, file.inode, IN_MODIFY, '');
    return result;
  },

  poll: () => READABLE | WRITABLE,

  release(kernel, file) {
    watchEvent(kernel, file.inode, canWrite(file.flags) ? IN_CLOSE_WRITE : IN_CLOSE_NOWRITE, '');
  },
};
