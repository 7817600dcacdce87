/**
 * Stops of a traced task. A place in the kernel that stops calls enterStop and gives the CPU away; when
 * the tracer has sent the task on, the place is reached again and asks endStop how.
 * Linux 6.1 kernel/signal.c: ptrace_stop
 */
import type { Kernel } from '../kernel.ts';
import { TIF_NOTIFY, TIF_SIGPENDING } from '../kernel-memory.ts';
import { makeRunnable } from '../sched/run-queue.ts';
import { notifyStopped } from '../signal/child.ts';
import { CLD_STOPPED, CLD_TRAPPED, SIGKILL, SIGTRAP } from '../signal/numbers.ts';
import { recalcSigPending } from '../signal/pending.ts';
import { sendSignal, sigInfo } from '../signal/send.ts';
import { hasSignal } from '../signal/sig-set.ts';
import { setState, setWork } from '../task/thread-info.ts';
import type { SigInfo, Task } from '../types.ts';
import { notifyTracer } from './notify.ts';
import { EVENT_EXIT, EVENT_STOP, eventOption } from './numbers.ts';
import type { StopPlace, TracedStop } from './state.ts';

interface StopReason {
  readonly at: StopPlace;
  /** The signal, and an event from bit 8 up. */
  readonly code: number;
  readonly info: SigInfo | undefined;
  readonly message?: number;
}

/** Stops the task for its tracer. False: it is not traced, or about to die, and goes on at once. */
export function enterStop(kernel: Kernel, task: Task, reason: StopReason): boolean {
  const { tracing } = task;
  const dying = task.group.groupExit !== undefined || hasSignal(task.pending.set, SIGKILL);
  if (tracing === undefined || (dying && reason.code >> 8 !== EVENT_EXIT)) return false;
  task.tracedStop = { at: reason.at, code: reason.code, info: reason.info, over: false };
  tracing.message = reason.message ?? 0;
  tracing.listening = false;
  tracing.trapStop = false;
  setState(kernel, task, 'traced');
  setWork(kernel, task, TIF_NOTIFY | TIF_SIGPENDING);
  const group = reason.at === 'group';
  if (group || reason.code >> 8 === EVENT_STOP) tracing.trapNotify = false;
  notifyTracer(kernel, task, group && reason.info === undefined ? CLD_STOPPED : CLD_TRAPPED, reason.code & 0x7f);
  return true;
}

/** What the stop made at this place ended with, once. */
export function endStop(task: Task, at: StopPlace): TracedStop | undefined {
  const stop = task.tracedStop;
  if (stop?.at !== at || !stop.over) return undefined;
  task.tracedStop = undefined;
  return stop;
}

/** Lets a stopped task go on; `signo` is for the place it stopped at. */
export function resumeTraced(kernel: Kernel, task: Task, signo: number): void {
  if (task.state !== 'traced') return;
  if (task.tracedStop !== undefined) {
    task.tracedStop.code = signo;
    task.tracedStop.over = true;
  }
  if (task.tracing !== undefined) {
    task.tracing.message = 0;
    task.tracing.listening = false;
  }
  setState(kernel, task, 'runnable');
  setWork(kernel, task, TIF_NOTIFY | TIF_SIGPENDING);
  makeRunnable(kernel, task);
}

/** The siginfo of stops that no signal causes: its code is the stop's. Linux: ptrace_do_notify */
export function stopInfo(task: Task, signo: number, code: number): SigInfo {
  return sigInfo(signo, { code, pid: task.tid, uid: task.cred.uid });
}

/** Whether the tracer wants to hear of an event. */
export function wantsEvent(task: Task, event: number): boolean {
  return task.tracing !== undefined && (task.tracing.options & eventOption(event)) !== 0;
}

/** Stops for an event, if the tracer wants to hear of it. Linux: ptrace_event */
export function eventStop(kernel: Kernel, task: Task, at: StopPlace, event: number, message: number): boolean {
  if (!wantsEvent(task, event)) return false;
  const code = SIGTRAP | (event << 8);
  return enterStop(kernel, task, { at, code, info: stopInfo(task, SIGTRAP, code), message });
}

/** A stop that is over: the signal that the tracer gave, if any, is sent. */
export function sendOn(kernel: Kernel, task: Task, stop: TracedStop | undefined): void {
  if (stop === undefined) return;
  if (stop.code !== 0) sendSignal(kernel, task, sigInfo(stop.code));
  recalcSigPending(kernel, task);
}

/** The stop of a seized task that is not at a signal or call: because of its group's stop, or PTRACE_INTERRUPT. Linux: do_jobctl_trap */
export function groupStop(kernel: Kernel, task: Task): boolean {
  const { group, tracing } = task;
  if (tracing === undefined) return false;
  const due = task.stopSignal;
  const signo = due !== 0 ? due : group.lastStopSignal;
  task.stopSignal = 0;
  let stopped: boolean;
  if (tracing.seized) {
    const shown = group.stopped ? signo : SIGTRAP;
    const code = shown | (EVENT_STOP << 8);
    stopped = enterStop(kernel, task, { at: 'group', code, info: stopInfo(task, shown, code) });
  } else stopped = enterStop(kernel, task, { at: 'group', code: signo, info: undefined });
  if (due !== 0 && stopped && tracing.tracer.group !== group.parent) notifyStopped(kernel, group, due);
  return stopped;
}
