import { nativeNumber } from '../../abi/numbers.ts';
import type { Kernel } from '../../kernel.ts';
import type { OpenFile, Task } from '../../types.ts';
import { O_CLOEXEC } from '../open-flags.ts';
import { isGone, pidfdGroup } from '../pidfd.ts';

/** What a pidfd's shows besides. Linux 6.1 kernel/fork.c: pidfd_show_fdinfo */
function pidfdText(kernel: Kernel, file: OpenFile): string {
  const group = pidfdGroup(file);
  if (group === undefined) return '';
  const pid = isGone(kernel, group) ? -1 : group.pid;
  return `Pid:\t${pid}\nNSpid:\t${pid}\n`;
}

/** /proc/PID/fdinfo/N, or undefined where the descriptor is gone. Linux 6.1 fs/proc/fd.c: seq_show */
export function fdInfoText(kernel: Kernel, task: Task, fd: number): string | undefined {
  const entry = task.files.fds[fd];
  if (entry === undefined) return undefined;
  const { file } = entry;
  const flags = nativeNumber(kernel, 'oflags', file.flags | (entry.closeOnExec ? O_CLOEXEC : 0));
  const pidfd = pidfdText(kernel, file);
  return `pos:\t${file.position}\nflags:\t0${flags.toString(8)}\nmnt_id:\t${file.path.mount.id}\nino:\t${file.inode.ino}\n${pidfd}`;
}
