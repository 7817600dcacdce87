import { atCoreDump, beginCoreDump } from '../coredump/dump.ts';
import { EINTR, ERESTART_RESTARTBLOCK, ERESTARTNOHAND, ERESTARTNOINTR, ERESTARTSYS } from '../errno.ts';
import type { Kernel } from '../kernel.ts';
import { TIF_SIGPENDING } from '../kernel-memory.ts';
import { exitEvent } from '../ptrace/exit.ts';
import { signalAfterStop } from '../ptrace/signals.ts';
import { endStop, enterStop, groupStop, stopInfo } from '../ptrace/stop.ts';
import { abortSequence } from '../sched/rseq.ts';
import { exitGroup } from '../task/exit.ts';
import { isOrphanedPgrp } from '../task/jobs.ts';
import { setState, setWork } from '../task/thread-info.ts';
import { traceSignal } from '../trace/strace.ts';
import type { SigAction, SigInfo, Task } from '../types.ts';
import { notifyStopped } from './child.ts';
import {
  defaultAction,
  SA_NODEFER,
  SA_RESETHAND,
  SA_RESTART,
  SIG_DFL,
  SIG_IGN,
  SIGKILL,
  SIGSTOP,
  SIGTRAP,
} from './numbers.ts';
import { dequeueSignal, recalcSigPending, setSigMask } from './pending.ts';
import { forceSegv, signalWake, trapNotify } from './send.ts';
import { hasSignal, sigBit, union } from './sig-set.ts';

/**
 * Signal work before the task goes back to user code: sets up one handler, or restarts the system
 * call, or stops or ends the process. `frame` holds the user's registers. The task may not be runnable
 * afterwards. Linux 6.1 kernel/signal.c: get_signal; arch/x86/kernel/signal.c: arch_do_signal_or_restart
 */
export function deliverSignals(kernel: Kernel, task: Task, frame: number): void {
  const { group } = task;
  for (;;) {
    if (group.core !== undefined && atCoreDump(kernel, task)) return;
    if (group.groupExit !== undefined || hasSignal(task.pending.set, SIGKILL)) {
      endGroup(kernel, task, group.groupExit ?? SIGKILL);
      return;
    }
    const stop = endStop(task, 'signal');
    let info = stop && signalAfterStop(kernel, task, stop);
    if (info === undefined) {
      if (stopIfDue(kernel, task)) return;
      info = dequeueSignal(kernel, task, task.sigMask);
      if (info === undefined) {
        finishWithoutHandler(kernel, task, frame);
        return;
      }
      traceSignal(kernel, task, info);
      if (info.signo !== SIGKILL && enterStop(kernel, task, { at: 'signal', code: info.signo, info })) return;
    }
    if (actOn(kernel, task, frame, info)) return;
  }
}

/** The task's part in a stop of its process, or a stop that its tracer asked for. */
function stopIfDue(kernel: Kernel, task: Task): boolean {
  endStop(task, 'group');
  const { tracing } = task;
  if (tracing !== undefined) {
    if (task.stopSignal !== 0 || tracing.trapStop || tracing.trapNotify) return groupStop(kernel, task);
  } else if (task.stopSignal !== 0) {
    task.stopSignal = 0;
    stopHere(kernel, task);
    return true;
  }
  return false;
}

/** Death of the process by a signal; the tracer may want to see it coming. */
function endGroup(kernel: Kernel, task: Task, status: number): void {
  task.group.groupExit ??= status;
  if (!exitEvent(kernel, task, task.group.groupExit)) exitGroup(kernel, task, task.group.groupExit);
}

/** Acts on one signal. Answers whether signal work is over for now. */
function actOn(kernel: Kernel, task: Task, frame: number, info: SigInfo): boolean {
  const { group } = task;
  const action = group.actions[info.signo]!;
  if (action.handler === SIG_IGN) return false;
  if (action.handler !== SIG_DFL) {
    runHandler(kernel, task, frame, info, action);
    return true;
  }
  if (group.pid === 1) return false;
  switch (defaultAction(info.signo)) {
    case 'ignore':
      return false;
    case 'stop':
      // A job that nobody could continue is not stopped by the terminal.
      if (info.signo !== SIGSTOP && isOrphanedPgrp(kernel, group.pgid)) return false;
      stopGroup(kernel, task, info.signo);
      return true;
    case 'core':
      if (beginCoreDump(kernel, task, info)) return false;
      endGroup(kernel, task, info.signo);
      return true;
    default:
      endGroup(kernel, task, info.signo);
      return true;
  }
}

function runHandler(kernel: Kernel, task: Task, frame: number, info: SigInfo, action: SigAction): void {
  kernel.abi.undoRecognised?.(kernel, frame);
  resolveRestart(kernel, task, frame, action);
  abortSequence(kernel, task);
  if (action.flags & SA_RESETHAND) task.group.actions[info.signo] = { ...action, handler: SIG_DFL };
  const mask = task.savedSigMask ?? task.sigMask;
  kernel.engine.addCycles(kernel.work.signalDelivery);
  const stepping = task.tracing?.step === true;
  if (task.tracing !== undefined) kernel.abi.debug.singleStep?.(kernel, task, frame, false);
  if (!kernel.abi.setupSignal(kernel, task, frame, info, action, mask)) {
    forceSegv(kernel, task, info.signo);
    return;
  }
  task.savedSigMask = undefined;
  const blocked = union(task.sigMask, action.mask);
  setSigMask(kernel, task, action.flags & SA_NODEFER ? blocked : union(blocked, sigBit(info.signo)));
  if (task.tracing !== undefined) enterTracedHandler(kernel, task, frame, stepping);
}

/** A handler is about to run: breakpoints go on in it, and a step ends at its beginning. Linux: signal_setup_done */
function enterTracedHandler(kernel: Kernel, task: Task, frame: number, stepping: boolean): void {
  kernel.abi.debug.singleStep?.(kernel, task, frame, false);
  if (stepping) enterStop(kernel, task, { at: 'event', code: SIGTRAP, info: stopInfo(task, SIGTRAP, SIGTRAP) });
}

/** A handler is to run: a system call that was cut short gives EINTR or is executed again after it. */
function resolveRestart(kernel: Kernel, task: Task, frame: number, action: SigAction): void {
  const registers = kernel.abi.frame;
  if (registers.syscall(kernel, frame) < 0) return;
  const result = -registers.result(kernel, frame);
  switch (result) {
    case ERESTARTNOHAND:
    case ERESTART_RESTARTBLOCK:
      task.restartBlock = undefined;
      registers.setResult(kernel, frame, -EINTR);
      return;
    case ERESTARTSYS:
      if (action.flags & SA_RESTART) registers.restart(kernel, frame, false);
      else registers.setResult(kernel, frame, -EINTR);
      return;
    case ERESTARTNOINTR:
      registers.restart(kernel, frame, false);
  }
}

/** No handler runs: an interrupted system call goes on, and sigsuspend's mask is undone. */
function finishWithoutHandler(kernel: Kernel, task: Task, frame: number): void {
  const registers = kernel.abi.frame;
  if (registers.syscall(kernel, frame) >= 0) {
    const result = -registers.result(kernel, frame);
    if (result === ERESTARTNOHAND || result === ERESTARTSYS || result === ERESTARTNOINTR) {
      registers.restart(kernel, frame, false);
    } else if (result === ERESTART_RESTARTBLOCK) registers.restart(kernel, frame, true);
  }
  if (task.savedSigMask !== undefined) {
    const mask = task.savedSigMask;
    task.savedSigMask = undefined;
    setSigMask(kernel, task, mask);
  } else recalcSigPending(kernel, task);
}

/** The whole process stops; each thread where it next would run user code. Linux: do_signal_stop */
function stopGroup(kernel: Kernel, task: Task, signo: number): void {
  const { group } = task;
  const already = group.stopped;
  group.stopped = true;
  group.lastStopSignal = signo;
  group.stopReport = signo;
  group.continueReport = false;
  // The others stop on their way to user code; an interruptible sleep ends for it as for a signal.
  for (const other of group.tasks) {
    if (other === task || other.state === 'zombie' || other.state === 'stopped') continue;
    other.stopSignal = signo;
    if (other.tracing?.seized) trapNotify(kernel, other);
    else signalWake(kernel, other, false);
  }
  task.stopSignal = signo;
  if (task.tracing !== undefined) {
    groupStop(kernel, task);
    return;
  }
  task.stopSignal = 0;
  stopHere(kernel, task);
  if (!already) notifyStopped(kernel, group, signo);
}

/** The task is to look here again when it goes on: signals, restart. */
function stopHere(kernel: Kernel, task: Task): void {
  setState(kernel, task, 'stopped');
  setWork(kernel, task, TIF_SIGPENDING);
}
