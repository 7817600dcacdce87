import { EAGAIN } from '../errno.ts';
import { signalArrived } from '../fs/signalfd.ts';
import type { Kernel } from '../kernel.ts';
import { TIF_SIGPENDING } from '../kernel-memory.ts';
import { resumeTraced } from '../ptrace/stop.ts';
import { makeRunnable } from '../sched/run-queue.ts';
import { wakeTask } from '../sched/wait.ts';
import { CAP, capable } from '../task/capabilities.ts';
import { RLIMIT_SIGPENDING } from '../task/rlimit-numbers.ts';
import { setState, setWork } from '../task/thread-info.ts';
import type { PendingSignals, SigInfo, Task, ThreadGroup } from '../types.ts';
import { notifyContinued } from './child.ts';
import {
  defaultAction,
  SI_KERNEL,
  SI_USER,
  SIG_DFL,
  SIG_IGN,
  SIGCONT,
  SIGKILL,
  SIGRTMIN,
  STOP_SIGNALS,
} from './numbers.ts';
import { flushSignals } from './pending.ts';
import { hasSignal, sigBit, union, without } from './sig-set.ts';

/** A siginfo of the kernel's own making; fill in what differs. */
export function sigInfo(signo: number, fields?: Partial<SigInfo>): SigInfo {
  return { signo, code: SI_KERNEL, errno: 0, pid: 0, uid: 0, addr: 0, status: 0, value: 0, ...fields };
}

/** Sends a signal to one thread. 0, or -EAGAIN where the queue of a real-time signal is full. */
export function sendSignal(kernel: Kernel, task: Task, info: SigInfo): number {
  return send(kernel, task.group, task, info);
}

/** Sends a signal to a process: any of its threads that does not block it takes it. */
export function sendGroupSignal(kernel: Kernel, group: ThreadGroup, info: SigInfo): number {
  return send(kernel, group, undefined, info);
}

/** Sends a signal to every process of a process group. Answers how many there are. */
export function sendPgrpSignal(kernel: Kernel, pgid: number, info: SigInfo): number {
  let count = 0;
  for (const group of [...kernel.state.groups.values()]) {
    if (group.pgid !== pgid || group.exited) continue;
    count++;
    send(kernel, group, undefined, { ...info });
  }
  return count;
}

/** Whether a signal to one thread, or to a process, is dropped because nobody would do anything about it. */
export function ignoresSignal(group: ThreadGroup, only: Task | undefined, signo: number): boolean {
  return isIgnored(group, only ?? group.leader, signo);
}

/** Whether a process has no handler and would do nothing about it. A blocked signal is not ignored: the handler may change before it is unblocked; nor is one that a tracer may want to see. */
function isIgnored(group: ThreadGroup, task: Task, signo: number): boolean {
  if (hasSignal(task.sigMask, signo) || hasSignal(task.realBlocked, signo)) return false;
  if (task.tracing !== undefined && signo !== SIGKILL) return false;
  const { handler } = group.actions[signo]!;
  if (isProtected(group) && handler === SIG_DFL) return true;
  return handler === SIG_IGN || (handler === SIG_DFL && defaultAction(signo) === 'ignore');
}

/** Process 1 gets only the signals it has handlers for. Linux: SIGNAL_UNKILLABLE */
function isProtected(group: ThreadGroup): boolean {
  return group.pid === 1;
}

function allPending(group: ThreadGroup): PendingSignals[] {
  return [group.pending, ...group.tasks.map((task) => task.pending)];
}

/** Stop and continue signals cancel each other; SIGCONT goes on at once. Linux 6.1 kernel/signal.c: prepare_signal */
function prepare(kernel: Kernel, group: ThreadGroup, signo: number): void {
  if (hasSignal(STOP_SIGNALS, signo)) {
    for (const pending of allPending(group)) flushSignals(pending, sigBit(SIGCONT));
  } else if (signo === SIGCONT) {
    for (const pending of allPending(group)) flushSignals(pending, STOP_SIGNALS);
    for (const task of group.tasks) {
      task.stopSignal = 0;
      if (task.tracing?.seized) trapNotify(kernel, task);
    }
    if (group.stopped) continueGroup(kernel, group);
  }
}

/** Lets a stopped process run again. */
export function continueGroup(kernel: Kernel, group: ThreadGroup): void {
  group.stopped = false;
  group.stopReport = undefined;
  group.continueReport = true;
  for (const task of group.tasks) if (task.state === 'stopped') resumeStopped(kernel, task);
  notifyContinued(kernel, group);
}

/** A seized task is to tell its tracer that its group stops or goes on. Linux: ptrace_trap_notify */
export function trapNotify(kernel: Kernel, task: Task): void {
  task.tracing!.trapNotify = true;
  setWork(kernel, task, TIF_SIGPENDING);
  if (task.tracing!.listening) resumeTraced(kernel, task, 0);
  else signalWake(kernel, task, false);
}

function resumeStopped(kernel: Kernel, task: Task): void {
  if (task.state === 'traced') resumeTraced(kernel, task, 0);
  if (task.state !== 'stopped') return;
  setState(kernel, task, 'runnable');
  makeRunnable(kernel, task);
}

function send(kernel: Kernel, group: ThreadGroup, only: Task | undefined, info: SigInfo): number {
  const { signo } = info;
  if (group.exited || group.tasks.length === 0) return 0;
  const first = only ?? group.leader;
  if (first.state === 'dead' || (only !== undefined && only.state === 'zombie')) return 0;
  if (group.groupExit === undefined) prepare(kernel, group, signo);
  else if (signo !== SIGKILL) return 0;
  if (isIgnored(group, first, signo)) return 0;
  const pending = only === undefined ? group.pending : only.pending;
  if (signo < SIGRTMIN && hasSignal(pending.set, signo)) return 0;
  const limit = group.rlimits[RLIMIT_SIGPENDING]?.current ?? Number.POSITIVE_INFINITY;
  if (signo >= SIGRTMIN && pending.queue.length >= limit) {
    if (info.code !== SI_USER) return -EAGAIN;
  } else pending.queue.push(info);
  pending.set = union(pending.set, sigBit(signo));
  kernel.state.counters.signals++;
  signalArrived(kernel);
  complete(kernel, group, only, signo);
  return 0;
}

/** Whether a thread would take the signal soon. Linux 6.1 kernel/signal.c: wants_signal */
function wants(task: Task, signo: number): boolean {
  if (task.state === 'zombie' || task.state === 'dead') return false;
  if (hasSignal(task.sigMask, signo)) return false;
  if (signo === SIGKILL) return true;
  return task.state !== 'stopped' && task.state !== 'traced';
}

/** The thread that takes a signal to the process: one that would look at once, the leader first, else any that would take it. */
function pickThread(kernel: Kernel, group: ThreadGroup, signo: number): Task | undefined {
  const { leader } = group;
  let able: Task | undefined;
  if (wants(leader, signo)) {
    if (looksAtOnce(kernel, leader)) return leader;
    able = leader;
  }
  for (const task of group.tasks) {
    if (!wants(task, signo)) continue;
    if (looksAtOnce(kernel, task)) return task;
    able ??= task;
  }
  return able;
}

function looksAtOnce(kernel: Kernel, task: Task): boolean {
  return task === kernel.state.current || !(task.work & TIF_SIGPENDING);
}

/** Picks the thread that takes it and wakes it; a signal that kills is made SIGKILL for all threads. Linux: complete_signal */
function complete(kernel: Kernel, group: ThreadGroup, only: Task | undefined, signo: number): void {
  const target = only === undefined ? pickThread(kernel, group, signo) : only;
  if (target === undefined || (only !== undefined && !wants(only, signo))) return;
  if (signo === SIGKILL || isFatal(group, target, signo)) {
    killGroup(kernel, group, signo);
    return;
  }
  signalWake(kernel, target, false);
}

function isFatal(group: ThreadGroup, task: Task, signo: number): boolean {
  return (
    group.actions[signo]!.handler === SIG_DFL &&
    group.groupExit === undefined &&
    task.tracing === undefined &&
    !hasSignal(task.sigMask, signo) &&
    !hasSignal(task.realBlocked, signo) &&
    defaultAction(signo) === 'terminate'
  );
}

/** The whole process is to end with this status word: SIGKILL is pending for every thread, and each dies where it next would run user code. */
export function killGroup(kernel: Kernel, group: ThreadGroup, status: number): void {
  group.groupExit ??= status;
  for (const task of group.tasks) killThread(kernel, task);
}

/** Makes SIGKILL pending for one thread. */
export function killThread(kernel: Kernel, task: Task): void {
  if (task.state === 'zombie' || task.state === 'dead') return;
  task.pending.set = union(task.pending.set, sigBit(SIGKILL));
  signalWake(kernel, task, true);
}

/** Tells a thread to look at its signals; ends its sleep if it may. */
export function signalWake(kernel: Kernel, task: Task, fatal: boolean): void {
  setWork(kernel, task, TIF_SIGPENDING);
  if (task.state === 'sleeping' && (fatal || task.wait?.interruptible)) wakeTask(kernel, task);
  else if (fatal) resumeStopped(kernel, task);
}

/**
 * A signal an instruction raised: it cannot be ignored or blocked; a program that does so is killed.
 * Linux 6.1 kernel/signal.c: force_sig_info
 */
export function forceSignal(kernel: Kernel, task: Task, info: SigInfo): void {
  const action = task.group.actions[info.signo]!;
  const blocked = hasSignal(task.sigMask, info.signo);
  if (blocked || action.handler === SIG_IGN) {
    task.group.actions[info.signo] = { ...action, handler: SIG_DFL };
    task.sigMask = without(task.sigMask, sigBit(info.signo));
  }
  if (!hasSignal(task.pending.set, info.signo)) task.pending.queue.push(info);
  task.pending.set = union(task.pending.set, sigBit(info.signo));
  kernel.state.counters.signals++;
  signalWake(kernel, task, false);
}

/** SIGSEGV because a signal frame could not be written or read: a handler that just failed is not tried again. */
export function forceSegv(kernel: Kernel, task: Task, signo: number): void {
  if (signo === 11) task.group.actions[11] = { ...task.group.actions[11]!, handler: SIG_DFL };
  forceSignal(kernel, task, sigInfo(11));
}

/** Whether someone with these identities, who is not there any more, may signal a task. Linux 6.1 fs/fcntl.c: sigio_perm */
export function maySignalAs(from: { readonly uid: number; readonly euid: number }, target: Task): boolean {
  const to = target.cred;
  if (from.euid === 0) return true;
  return from.euid === to.suid || from.euid === to.uid || from.uid === to.suid || from.uid === to.uid;
}

/** Whether one process may signal another. Linux 6.1 kernel/signal.c: kill_ok_by_cred */
export function maySignal(sender: Task, target: Task, signo: number): boolean {
  const from = sender.cred;
  const to = target.cred;
  if (capable(from, CAP.kill) || sender.group === target.group) return true;
  if (from.euid === to.suid || from.euid === to.uid || from.uid === to.suid || from.uid === to.uid) return true;
  return signo === SIGCONT && sender.group.sid === target.group.sid;
}
