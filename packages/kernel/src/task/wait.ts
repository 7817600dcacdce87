import { nativeStatus } from '../abi/signals.ts';
import { EAGAIN, EBADF, ECHILD, EFAULT, EINVAL } from '../errno.ts';
import { getDataFile } from '../fs/file-table.ts';
import { O_NONBLOCK } from '../fs/open-flags.ts';
import { isGone, pidfdGroup } from '../fs/pidfd.ts';
import type { Kernel } from '../kernel.ts';
import { copyOut, writeWord } from '../mm/user-access.ts';
import { blockOn } from '../sched/wait.ts';
import { exitReason } from '../signal/child.ts';
import { CLD_CONTINUED, CLD_STOPPED, CLD_TRAPPED, SIGCHLD, SIGCONT } from '../signal/numbers.ts';
import { sigInfo } from '../signal/send.ts';
import { encodeSigInfo } from '../signal/siginfo-struct.ts';
import type { SigInfo, Task } from '../types.ts';
import { reap, releaseTraced, threadStatus } from './exit.ts';
import { encodeRusage, groupRusage } from './rusage.ts';

export const WNOHANG = 1;
export const WUNTRACED = 2;
export const WEXITED = 4;
export const WCONTINUED = 8;
export const WNOWAIT = 0x0100_0000;
export const WNOTHREAD = 0x2000_0000;
export const WALL = 0x4000_0000;
export const WCLONE = 0x8000_0000;

/** Which children are meant. */
export type WaitFor = { readonly kind: 'all' } | { readonly kind: 'pid' | 'pgid'; readonly id: number };

/** What wait found. */
export interface Waited {
  task: Task;
  /** Status word as wait4 gives it, and as waitid's si_code and si_status. */
  status: number;
  code: number;
  reason: number;
}

function isMeant(task: Task, which: WaitFor, options: number, traced: boolean): boolean {
  if (which.kind === 'pid' && task.tid !== which.id) return false;
  if (which.kind === 'pgid' && task.group.pgid !== which.id) return false;
  if (traced || options & WALL) return true;
  const isClone = task.exitSignal !== SIGCHLD;
  return isClone === ((options & WCLONE) !== 0);
}

/** The process has ended, and only its leader is left. */
function isZombie(task: Task): boolean {
  const { group } = task;
  return task === group.leader ? group.exited && group.tasks.length === 1 : task.state === 'zombie';
}

/** Something to report of one child or tracee, or undefined. Reports are taken, unless WNOWAIT. Linux 6.1 kernel/exit.c: wait_consider_task */
function look(kernel: Kernel, task: Task, options: number, traced: boolean): Waited | undefined {
  const { group } = task;
  const keep = (options & WNOWAIT) !== 0;
  if (isZombie(task)) {
    // A traced zombie is its tracer's; the parent sees it afterwards.
    if (!(options & WEXITED) || (!traced && task.tracing !== undefined)) return undefined;
    return lookZombie(kernel, task, keep);
  }
  const stop = traced ? task.tracedStop : undefined;
  if (stop !== undefined && task.state === 'traced' && stop.code !== 0 && !task.tracing!.listening) {
    const status = (stop.code << 8) | 0x7f;
    const reason = stop.code;
    if (!keep) stop.code = 0;
    return { task, status, code: CLD_TRAPPED, reason };
  }
  if (traced && task !== group.leader) return undefined;
  if (!traced && options & WUNTRACED && group.stopped && group.stopReport !== undefined) {
    const reason = group.stopReport;
    if (!keep) group.stopReport = undefined;
    return { task, status: (reason << 8) | 0x7f, code: CLD_STOPPED, reason };
  }
  if (options & WCONTINUED && group.continueReport) {
    if (!keep) group.continueReport = false;
    return { task, status: 0xffff, code: CLD_CONTINUED, reason: SIGCONT };
  }
  return undefined;
}

function lookZombie(kernel: Kernel, task: Task, keep: boolean): Waited {
  const { group } = task;
  const status = threadStatus(task);
  const { code, status: reason } = exitReason(status);
  if (!keep) {
    const ownParent = task.tracing === undefined || task.tracing.tracer.group === group.parent;
    if (task === group.leader && ownParent) reap(kernel, group);
    else releaseTraced(kernel, task);
  }
  return { task, status, code, reason };
}

/** A child, or a task that the caller's process traces, with something to report; 0 for WNOHANG and nothing yet; -ECHILD; or waits. Linux 6.1 kernel/exit.c: do_wait */
export function waitForChild(kernel: Kernel, task: Task, which: WaitFor, options: number): Waited | number {
  let any = false;
  for (const group of [...task.group.children]) {
    const { leader } = group;
    // What its parent traces it sees as its tracer does.
    const traced = leader.tracing?.tracer.group === task.group;
    if (!isMeant(leader, which, options, traced)) continue;
    const hidden = isZombie(leader) && leader.tracing !== undefined && !traced;
    if (!hidden || options & (WCONTINUED | WEXITED)) any = true;
    const found = look(kernel, leader, options, traced);
    if (found !== undefined) return found;
  }
  for (const thread of options & WNOTHREAD ? [task] : task.group.tasks) {
    for (const tracee of [...thread.tracees]) {
      if (!isMeant(tracee, which, options, true)) continue;
      any = true;
      const found = look(kernel, tracee, options, true);
      if (found !== undefined) return found;
    }
  }
  if (!any) return -ECHILD;
  if (options & WNOHANG) return 0;
  return blockOn(kernel, task, [task.group.childExit]);
}

/** wait4's pid argument: -1 all, 0 own process group, -n group n, n process n. */
function selectPid(task: Task, pid: number): WaitFor {
  if (pid === -1) return { kind: 'all' };
  if (pid === 0) return { kind: 'pgid', id: task.group.pgid };
  return pid < 0 ? { kind: 'pgid', id: -pid } : { kind: 'pid', id: pid };
}

/** Linux 6.1 kernel/exit.c: kernel_wait4 */
export function wait4(
  kernel: Kernel,
  task: Task,
  pid: number,
  status: number,
  options: number,
  rusage: number,
): number {
  const known = WNOHANG | WUNTRACED | WCONTINUED | WNOTHREAD | WCLONE | WALL;
  if (options & ~known) return -EINVAL;
  if (pid === -0x8000_0000) return -ECHILD;
  const found = waitForChild(kernel, task, selectPid(task, pid), options | WEXITED);
  if (typeof found === 'number') return found;
  if (status !== 0 && !writeWord(kernel, task, status, nativeStatus(kernel, found.status))) return -EFAULT;
  if (rusage !== 0 && !copyOut(kernel, task, rusage, encodeRusage(kernel, groupRusage(kernel, found.task.group))))
    return -EFAULT;
  return found.task.tid;
}

const P_ALL = 0;
const P_PID = 1;
const P_PGID = 2;
const P_PIDFD = 3;

/** Linux 6.1 kernel/exit.c: kernel_waitid */
export function waitid(
  kernel: Kernel,
  task: Task,
  type: number,
  id: number,
  info: number,
  options: number,
  rusage: number,
): number {
  const kinds = WEXITED | WUNTRACED | WCONTINUED;
  if (options & ~(kinds | WNOHANG | WNOWAIT | WNOTHREAD | WCLONE | WALL) || !(options & kinds)) return -EINVAL;
  let which: WaitFor;
  let nonblocking = false;
  if (type === P_ALL) which = { kind: 'all' };
  else if (type === P_PID && id > 0) which = { kind: 'pid', id };
  else if (type === P_PIDFD) {
    const file = getDataFile(task, id);
    const group = pidfdGroup(file);
    if (id < 0 || group === undefined) return id < 0 ? -EINVAL : -EBADF;
    if (isGone(kernel, group)) return -ECHILD;
    which = { kind: 'pid', id: group.pid };
    nonblocking = (file!.flags & O_NONBLOCK) !== 0;
  } else if (type === P_PGID && id >= 0) which = { kind: 'pgid', id: id === 0 ? task.group.pgid : id };
  else return -EINVAL;
  const found = waitForChild(kernel, task, which, nonblocking ? options | WNOHANG : options);
  if (typeof found === 'number' && found !== 0) return found;
  if (found === 0 && nonblocking && !(options & WNOHANG)) return -EAGAIN;
  return reportWaitid(kernel, task, info, rusage, found === 0 ? undefined : (found as Waited));
}

function waitedInfo({ task, code, reason }: Waited): SigInfo {
  return sigInfo(SIGCHLD, { code, pid: task.tid, uid: task.cred.uid, status: reason });
}

function reportWaitid(kernel: Kernel, task: Task, info: number, rusage: number, found: Waited | undefined): number {
  if (
    found &&
    rusage !== 0 &&
    !copyOut(kernel, task, rusage, encodeRusage(kernel, groupRusage(kernel, found.task.group)))
  ) {
    return -EFAULT;
  }
  if (info === 0) return 0;
  // signo, errno, code, pid, uid, status: the CHLD layout of siginfo_t.
  const bytes = found === undefined ? new Uint8Array(24) : encodeSigInfo(kernel, waitedInfo(found)).subarray(0, 24);
  return copyOut(kernel, task, info, bytes) ? 0 : -EFAULT;
}
