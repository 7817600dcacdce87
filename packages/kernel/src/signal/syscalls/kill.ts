/** kill, tkill, tgkill, rt_sigqueueinfo, rt_tgsigqueueinfo. */
import { lastSignal } from '../../abi/signals.ts';
import { EFAULT, EINVAL, EPERM, ESRCH } from '../../errno.ts';
import type { Kernel } from '../../kernel.ts';
import { copyIn } from '../../mm/user-access.ts';
import { full, type SyscallDef } from '../../syscalls/define.ts';
import type { SigInfo, Task, ThreadGroup } from '../../types.ts';
import { SI_TKILL, SI_USER } from '../numbers.ts';
import { maySignal, sendGroupSignal, sendSignal } from '../send.ts';
import { decodeSigInfo, SIGINFO_BYTES } from '../siginfo-struct.ts';

function fromTask(task: Task, signo: number, code: number): SigInfo {
  return { signo, code, errno: 0, pid: task.group.pid, uid: task.cred.uid, addr: 0, status: 0, value: 0 };
}

/** Signal 0 only asks whether it might. */
function killProcess(kernel: Kernel, task: Task, group: ThreadGroup, info: SigInfo): number {
  if (!maySignal(task, group.leader, info.signo)) return -EPERM;
  return info.signo === 0 ? 0 : sendGroupSignal(kernel, group, info);
}

/** Linux 6.1 kernel/signal.c: kill_something_info */
function kill(kernel: Kernel, task: Task, pid: number, signo: number): number {
  if (signo > lastSignal(kernel)) return -EINVAL;
  const info = fromTask(task, signo, SI_USER);
  if (pid > 0) {
    const group = kernel.state.groups.get(pid);
    return group === undefined ? -ESRCH : killProcess(kernel, task, group, info);
  }
  if (pid === -0x8000_0000) return -ESRCH;
  const all = pid === -1;
  const pgid = pid === 0 ? task.group.pgid : -pid;
  let any = false;
  let failure = 0;
  for (const group of [...kernel.state.groups.values()]) {
    if (all ? group.pid <= 1 || group === task.group : group.pgid !== pgid) continue;
    const one = killProcess(kernel, task, group, { ...info });
    if (one === 0) any = true;
    else failure = one;
  }
  // kill(-1) succeeds where it found anyone but the caller; a group, where one member got the signal.
  if (any || (all && failure === -EPERM)) return 0;
  return failure === 0 ? -ESRCH : failure;
}

function findThread(kernel: Kernel, tgid: number | undefined, tid: number): Task | undefined {
  const target = kernel.state.tasks.get(tid);
  return target === undefined || (tgid !== undefined && target.group.pid !== tgid) ? undefined : target;
}

function threadKill(kernel: Kernel, task: Task, tgid: number | undefined, tid: number, signo: number): number {
  if (tid <= 0 || (tgid !== undefined && tgid <= 0) || signo > lastSignal(kernel)) return -EINVAL;
  const target = findThread(kernel, tgid, tid);
  if (target === undefined) return -ESRCH;
  if (!maySignal(task, target, signo)) return -EPERM;
  return signo === 0 ? 0 : sendSignal(kernel, target, fromTask(task, signo, SI_TKILL));
}

/** A program may not pretend to be the kernel, or kill(), towards others. */
function queuedInfo(kernel: Kernel, task: Task, address: number, signo: number, toSelf: boolean): SigInfo | number {
  if (signo > lastSignal(kernel)) return -EINVAL;
  const bytes = copyIn(kernel, task, address, SIGINFO_BYTES);
  if (bytes === undefined) return -EFAULT;
  const info = decodeSigInfo(kernel, bytes, signo);
  return (info.code >= 0 || info.code === SI_TKILL) && !toSelf ? -EPERM : info;
}

function queueInfo(kernel: Kernel, task: Task, pid: number, signo: number, address: number): number {
  const info = queuedInfo(kernel, task, address, signo, pid === task.group.pid);
  if (typeof info === 'number') return info;
  const group = kernel.state.groups.get(pid);
  return group === undefined ? -ESRCH : killProcess(kernel, task, group, info);
}

function queueThreadInfo(
  kernel: Kernel,
  task: Task,
  tgid: number,
  tid: number,
  signo: number,
  address: number,
): number {
  if (tgid <= 0 || tid <= 0) return -EINVAL;
  const info = queuedInfo(kernel, task, address, signo, tgid === task.group.pid);
  if (typeof info === 'number') return info;
  const target = findThread(kernel, tgid, tid);
  if (target === undefined) return -ESRCH;
  if (!maySignal(task, target, signo)) return -EPERM;
  return signo === 0 ? 0 : sendSignal(kernel, target, info);
}

export const KILL_SYSCALLS: readonly SyscallDef[] = [
  full('kill', ['pid', 'signal'], kill),
  full('tkill', ['pid', 'signal'], (kernel, task, tid, signo) => threadKill(kernel, task, undefined, tid!, signo!)),
  full('tgkill', ['pid', 'pid', 'signal'], threadKill),
  full('rt_sigqueueinfo', ['pid', 'signal', 'ptr'], queueInfo),
  full('rt_tgsigqueueinfo', ['pid', 'pid', 'signal', 'ptr'], queueThreadInfo),
];
