import { nativeStatus } from '../abi/signals.ts';
import { ECHILD, EFAULT, EINVAL } from '../errno.ts';
import type { Kernel } from '../kernel.ts';
import { copyOut, writeWord } from '../mm/user-access.ts';
import { blockOn } from '../sched/wait.ts';
import { exitReason } from '../signal/child.ts';
import { CLD_CONTINUED, CLD_STOPPED, SIGCHLD, SIGCONT } from '../signal/numbers.ts';
import { sigInfo } from '../signal/send.ts';
import { encodeSigInfo } from '../signal/siginfo-struct.ts';
import type { SigInfo, Task, ThreadGroup } from '../types.ts';
import { reap } from './exit.ts';
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
  group: ThreadGroup;
  /** Status word as wait4 gives it, and as waitid's si_code and si_status. */
  status: number;
  code: number;
  reason: number;
}

function isMeant(group: ThreadGroup, which: WaitFor, options: number): boolean {
  if (which.kind === 'pid' && group.pid !== which.id) return false;
  if (which.kind === 'pgid' && group.pgid !== which.id) return false;
  if (options & WALL) return true;
  const isClone = group.leader.exitSignal !== SIGCHLD;
  return isClone === ((options & WCLONE) !== 0);
}

/** Something to report of one child, or undefined. Reports are taken, unless WNOWAIT. */
function look(kernel: Kernel, group: ThreadGroup, options: number): Waited | undefined {
  const keep = (options & WNOWAIT) !== 0;
  if (group.exited) {
    if (!(options & WEXITED)) return undefined;
    const status = group.leader.exitCode;
    const { code, status: reason } = exitReason(status);
    if (!keep) reap(kernel, group);
    return { group, status, code, reason };
  }
  if (options & WUNTRACED && group.stopped && group.stopReport !== undefined) {
    const reason = group.stopReport;
    if (!keep) group.stopReport = undefined;
    return { group, status: (reason << 8) | 0x7f, code: CLD_STOPPED, reason };
  }
  if (options & WCONTINUED && group.continueReport) {
    if (!keep) group.continueReport = false;
    return { group, status: 0xffff, code: CLD_CONTINUED, reason: SIGCONT };
  }
  return undefined;
}

/** A child with something to report; 0 for WNOHANG and nothing yet; -ECHILD; or waits. Linux 6.1 kernel/exit.c: do_wait */
export function waitForChild(kernel: Kernel, task: Task, which: WaitFor, options: number): Waited | number {
  let any = false;
  for (const group of [...task.group.children]) {
    if (!isMeant(group, which, options)) continue;
    any = true;
    const found = look(kernel, group, options);
    if (found !== undefined) return found;
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
  if (rusage !== 0 && !copyOut(kernel, task, rusage, encodeRusage(kernel, groupRusage(kernel, found.group))))
    return -EFAULT;
  return found.group.pid;
}

const P_ALL = 0;
const P_PID = 1;
const P_PGID = 2;

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
  if (type === P_ALL) which = { kind: 'all' };
  else if (type === P_PID && id > 0) which = { kind: 'pid', id };
  else if (type === P_PGID && id >= 0) which = { kind: 'pgid', id: id === 0 ? task.group.pgid : id };
  else return -EINVAL;
  const found = waitForChild(kernel, task, which, options);
  if (typeof found === 'number' && found !== 0) return found;
  return reportWaitid(kernel, task, info, rusage, found === 0 ? undefined : (found as Waited));
}

function waitedInfo({ group, code, reason }: Waited): SigInfo {
  return sigInfo(SIGCHLD, { code, pid: group.pid, uid: group.leader.cred.uid, status: reason });
}

function reportWaitid(kernel: Kernel, task: Task, info: number, rusage: number, found: Waited | undefined): number {
  if (found && rusage !== 0 && !copyOut(kernel, task, rusage, encodeRusage(kernel, groupRusage(kernel, found.group)))) {
    return -EFAULT;
  }
  if (info === 0) return 0;
  // signo, errno, code, pid, uid, status: the CHLD layout of siginfo_t.
  const bytes = found === undefined ? new Uint8Array(24) : encodeSigInfo(kernel, waitedInfo(found)).subarray(0, 24);
  return copyOut(kernel, task, info, bytes) ? 0 : -EFAULT;
}
