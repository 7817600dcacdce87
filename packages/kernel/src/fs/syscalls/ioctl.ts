import { EBADF, EFAULT, ENOTTY } from '../../errno.ts';
import type { Kernel } from '../../kernel.ts';
import { readWord } from '../../mm/user-access.ts';
import { full, type SyscallDef } from '../../syscalls/define.ts';
import type { Task } from '../../types.ts';
import { fileOps } from '../file-ops.ts';
import { FIOASYNC, FIOCLEX, FIONBIO, FIONCLEX, FIONREAD, putInt } from '../ioctl.ts';
import { O_ASYNC, O_NONBLOCK, O_PATH } from '../open-flags.ts';

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
      const bit = command >>> 0 === FIONBIO ? O_NONBLOCK : O_ASYNC;
      file.flags = on ? file.flags | bit : file.flags & ~bit;
      return 0;
    }
    case FIONREAD:
      if (file.kind === 'regular') return putInt(kernel, task, argument, file.inode.size - file.position);
      break;
  }
  return fileOps(file).ioctl?.(kernel, task, file, command >>> 0, argument) ?? -ENOTTY;
}

/** ioctl(2). */
export const IOCTL_SYSCALLS: SyscallDef[] = [full('ioctl', ['fd', 'ioctl', 'ulong'], ioctl)];
