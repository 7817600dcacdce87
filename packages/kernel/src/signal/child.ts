/**
 * What a parent hears of its child: SIGCHLD with the reason, and its wait() looks again.
 * Linux 6.1 kernel/signal.c: do_notify_parent, do_notify_parent_cldstop
 */
import { lastSignal } from '../abi/signals.ts';
import type { Kernel } from '../kernel.ts';
import { wake } from '../sched/wait.ts';
import { groupTimes } from '../task/times.ts';
import type { SigInfo, ThreadGroup } from '../types.ts';
import {
  CLD_CONTINUED,
  CLD_DUMPED,
  CLD_EXITED,
  CLD_KILLED,
  CLD_STOPPED,
  SA_NOCLDSTOP,
  SA_NOCLDWAIT,
  SIG_IGN,
  SIGCHLD,
  SIGCONT,
} from './numbers.ts';
import { ignoresSignal, sendGroupSignal } from './send.ts';

function childInfo(kernel: Kernel, group: ThreadGroup, code: number, status: number): SigInfo {
  const times = groupTimes(kernel, group);
  return {
    signo: SIGCHLD,
    code,
    errno: 0,
    pid: group.pid,
    uid: group.leader.cred.uid,
    addr: 0,
    status,
    value: 0,
    utime: times.userTicks,
    stime: times.systemTicks,
  };
}

/** si_code and si_status for a wait status word. */
export function exitReason(status: number): { code: number; status: number } {
  const signo = status & 0x7f;
  if (signo === 0) return { code: CLD_EXITED, status: (status >> 8) & 0xff };
  return { code: status & 0x80 ? CLD_DUMPED : CLD_KILLED, status: signo };
}

/** A process has ended. Answers whether nobody will wait for it: it can go at once. */
export function notifyExit(kernel: Kernel, group: ThreadGroup, status: number): boolean {
  const parent = group.parent;
  if (parent === undefined || parent.exited) return true;
  const signo = group.leader.exitSignal;
  let autoreap = false;
  if (signo === SIGCHLD) {
    const action = parent.actions[SIGCHLD]!;
    autoreap = action.handler === SIG_IGN || (action.flags & SA_NOCLDWAIT) !== 0;
    const reason = exitReason(status);
    // Mostly nobody would do anything about it: then its siginfo need not be made.
    if (autoreap ? action.handler !== SIG_IGN : !ignoresSignal(parent, undefined, SIGCHLD))
      sendGroupSignal(kernel, parent, childInfo(kernel, group, reason.code, reason.status));
  } else if (signo > 0 && signo <= lastSignal(kernel)) {
    const reason = exitReason(status);
    sendGroupSignal(kernel, parent, { ...childInfo(kernel, group, reason.code, reason.status), signo });
  }
  wake(kernel, parent.childExit);
  return autoreap;
}

/** A process has been stopped by `signo`. */
export function notifyStopped(kernel: Kernel, group: ThreadGroup, signo: number): void {
  notifyChange(kernel, group, CLD_STOPPED, signo);
}

/** A stopped process goes on. */
export function notifyContinued(kernel: Kernel, group: ThreadGroup): void {
  notifyChange(kernel, group, CLD_CONTINUED, SIGCONT);
}

function notifyChange(kernel: Kernel, group: ThreadGroup, code: number, status: number): void {
  const parent = group.parent;
  if (parent === undefined || parent.exited) return;
  const action = parent.actions[SIGCHLD]!;
  if (action.handler !== SIG_IGN && !(action.flags & SA_NOCLDSTOP)) {
    sendGroupSignal(kernel, parent, childInfo(kernel, group, code, status));
  }
  wake(kernel, parent.childExit);
}
