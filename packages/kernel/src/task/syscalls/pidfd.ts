/** pidfd_open, pidfd_send_signal, pidfd_getfd. Linux 6.1 kernel/pid.c, kernel/signal.c */
import { lastSignal } from '../../abi/signals.ts';
import { EBADF, EFAULT, EINVAL, EPERM, ESRCH } from '../../errno.ts';
import { retainFile } from '../../fs/file.ts';
import { getDataFile, getFile, installFd } from '../../fs/file-table.ts';
import { O_NONBLOCK } from '../../fs/open-flags.ts';
import { isGone, newPidfd, pidfdGroup } from '../../fs/pidfd.ts';
import { procNode } from '../../fs/proc/proc-node.ts';
import type { Kernel } from '../../kernel.ts';
import { copyIn } from '../../mm/user-access.ts';
import { mayAccess } from '../../ptrace/access.ts';
import { SI_TKILL, SI_USER } from '../../signal/numbers.ts';
import { maySignal, sendGroupSignal, sigInfo } from '../../signal/send.ts';
import { decodeSigInfo, SIGINFO_BYTES } from '../../signal/siginfo-struct.ts';
import { full, type SyscallDef } from '../../syscalls/define.ts';
import type { SigInfo, Task, ThreadGroup } from '../../types.ts';

function pidfdOpen(kernel: Kernel, task: Task, pid: number, flags: number): number {
  if (flags & ~O_NONBLOCK || pid <= 0) return -EINVAL;
  const group = kernel.state.groups.get(pid);
  if (group === undefined) return kernel.state.tasks.has(pid) ? -EINVAL : -ESRCH;
  return installFd(kernel, task, newPidfd(kernel, group, flags), true);
}

/** The process that a pidfd or a directory /proc/PID names. Linux: pidfd_to_pid */
function namedGroup(kernel: Kernel, task: Task, fd: number): ThreadGroup | undefined {
  const file = getDataFile(task, fd);
  const group = pidfdGroup(file);
  if (group !== undefined || file?.inode.superblock.kind !== 'proc') return group;
  const node = procNode(file.inode);
  return node.node === 'pid' && !node.thread ? kernel.state.groups.get(node.tid) : undefined;
}

/** A siginfo of the caller's making: what pretends to be from kill() or the kernel only for itself. */
function givenInfo(kernel: Kernel, task: Task, group: ThreadGroup, signo: number, address: number): SigInfo | number {
  if (address === 0) return sigInfo(signo, { code: SI_USER, pid: task.group.pid, uid: task.cred.uid });
  const bytes = copyIn(kernel, task, address, SIGINFO_BYTES);
  if (bytes === undefined) return -EFAULT;
  const info = decodeSigInfo(kernel, bytes);
  if (info.signo !== signo) return -EINVAL;
  return group !== task.group && (info.code >= 0 || info.code === SI_TKILL) ? -EPERM : info;
}

function pidfdSendSignal(
  kernel: Kernel,
  task: Task,
  fd: number,
  signo: number,
  address: number,
  flags: number,
): number {
  if (flags !== 0) return -EINVAL;
  const group = namedGroup(kernel, task, fd);
  if (group === undefined) return -EBADF;
  const info = givenInfo(kernel, task, group, signo, address);
  if (typeof info === 'number') return info;
  if (isGone(kernel, group)) return -ESRCH;
  if (signo > lastSignal(kernel)) return -EINVAL;
  if (!maySignal(task, group.leader, signo)) return -EPERM;
  return signo === 0 ? 0 : sendGroupSignal(kernel, group, info);
}

function pidfdGetfd(kernel: Kernel, task: Task, fd: number, target: number, flags: number): number {
  if (flags !== 0) return -EINVAL;
  const group = pidfdGroup(getDataFile(task, fd));
  if (group === undefined) return -EBADF;
  if (isGone(kernel, group)) return -ESRCH;
  if (!mayAccess(task, group.leader)) return -EPERM;
  const file = group.leader.state === 'zombie' ? undefined : getFile(group.leader, target);
  return file === undefined ? -EBADF : installFd(kernel, task, retainFile(file), true);
}

export const PIDFD_SYSCALLS: readonly SyscallDef[] = [
  full('pidfd_open', ['pid', 'oflags'], pidfdOpen),
  full('pidfd_send_signal', ['fd', 'signal', 'ptr', 'flags'], pidfdSendSignal),
  full('pidfd_getfd', ['fd', 'fd', 'flags'], pidfdGetfd),
];
