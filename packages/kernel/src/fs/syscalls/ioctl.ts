import { StructWriter } from '../../abi/struct.ts';
import { EBADF, EFAULT, ENOTTY } from '../../errno.ts';
import type { Kernel } from '../../kernel.ts';
import { copyOut, readWord } from '../../mm/user-access.ts';
import { full, type SyscallDef } from '../../syscalls/define.ts';
import type { Task } from '../../types.ts';
import { fileOps } from '../file-ops.ts';
import { setAsync } from '../file-owner.ts';
import { FIOASYNC, FIOCLEX, FIONBIO, FIONCLEX, FIONREAD, FIOQSIZE, putInt } from '../ioctl.ts';
import { S_IFDIR, S_IFLNK, S_IFMT, S_IFREG } from '../mode.ts';
import { O_NONBLOCK, O_PATH } from '../open-flags.ts';
import { usedBytes } from './arguments.ts';

/** Commands of every file; the rest is its kind's. Linux 6.1 fs/ioctl.c: do_vfs_ioctl */
function ioctl(kernel: Kernel, task: Task, fd: number, command: number, argument: number): number {
  const entry = task.files.fds[fd];
  if (entry === undefined || entry.file.flags & O_PATH) return -EBADF;
  const { file } = entry;
  switch (command >>> 0) {
    case FIOCLEX:
      entry.closeOnExec = true;
      return 0;
    case FIONCLEX:
      entry.closeOnExec = false;
      return 0;
    case FIONBIO:
    case FIOASYNC: {
      const on = readWord(kernel, task, argument);
      if (on === undefined) return -EFAULT;
      if (command >>> 0 === FIOASYNC) setAsync(kernel, file, fd, on !== 0);
      else file.flags = on ? file.flags | O_NONBLOCK : file.flags & ~O_NONBLOCK;
      return 0;
    }
    case FIOQSIZE: {
      const type = file.inode.mode & S_IFMT;
      if (type !== S_IFREG && type !== S_IFDIR && type !== S_IFLNK) break;
      const out = new StructWriter(kernel, 8).u64(usedBytes(file.inode));
      return copyOut(kernel, task, argument, out.bytes) ? 0 : -EFAULT;
    }
    case FIONREAD:
      if (file.kind === 'regular') return putInt(kernel, task, argument, file.inode.size - file.position);
      break;
  }
  return fileOps(file).ioctl?.(kernel, task, file, command >>> 0, argument) ?? -ENOTTY;
}

/** ioctl(2). */
export const IOCTL_SYSCALLS: SyscallDef[] = [full('ioctl', ['fd', 'ioctl', 'ulong'], ioctl)];
