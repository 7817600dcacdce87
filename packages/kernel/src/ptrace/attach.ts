/** Who traces whom: begin and end. Linux 6.1 kernel/ptrace.c: ptrace_attach, ptrace_traceme, ptrace_detach, exit_ptrace */
import { EIO, EPERM } from '../errno.ts';
import type { Kernel } from '../kernel.ts';
import { TIF_SIGPENDING, TIF_TRACE } from '../kernel-memory.ts';
import { wake } from '../sched/wait.ts';
import { CLD_STOPPED, SIGKILL, SIGSTOP } from '../signal/numbers.ts';
import { sendSignal, sigInfo } from '../signal/send.ts';
import { sigBit, union } from '../signal/sig-set.ts';
import { releaseTraced } from '../task/exit.ts';
import { clearWork, frameAddress, setState, setWork } from '../task/thread-info.ts';
import type { Task } from '../types.ts';
import { mayAccess } from './access.ts';
import { notifyTracer } from './notify.ts';
import { EVENT_STOP, O_EXITKILL, O_MASK, O_SUSPEND_SECCOMP } from './numbers.ts';
import { newTracing } from './state.ts';
import { resumeTraced, stopInfo } from './stop.ts';

/** Whether these are options at all, and none that wants checkpointing. 0 or -errno */
export function checkOptions(options: number, unknown: number): number {
  if (options & ~O_MASK) return -unknown;
  return options & O_SUSPEND_SECCOMP ? -EPERM : 0;
}

/** Makes `tracer` the tracer of `task`. */
function link(task: Task, tracer: Task, seized: boolean, options: number): void {
  task.tracing = newTracing(tracer, seized, options);
  tracer.tracees.push(task);
}

/** PTRACE_TRACEME: by the thread that made the caller. */
export function traceMe(kernel: Kernel, task: Task): number {
  const { parent, parentTid } = task.group;
  if (task.tracing !== undefined) return -EPERM;
  if (parent === undefined || parent.exited || parent.pid === 1) return 0;
  const thread = kernel.state.tasks.get(parentTid);
  link(task, thread?.group === parent && thread.state !== 'zombie' ? thread : parent.leader, false, 0);
  return 0;
}

/** PTRACE_ATTACH, PTRACE_SEIZE. */
export function attach(
  kernel: Kernel,
  tracer: Task,
  task: Task,
  seize: boolean,
  addr: number,
  options: number,
): number {
  if (seize) {
    if (addr !== 0) return -EIO;
    const bad = checkOptions(options, EIO);
    if (bad !== 0) return bad;
  }
  if (task.group === tracer.group || task.group.pid === 1 || task.mm === undefined) return -EPERM;
  if (!mayAccess(tracer, task)) return -EPERM;
  if (task.state === 'zombie' || task.state === 'dead' || task.tracing !== undefined) return -EPERM;
  link(task, tracer, seize, seize ? options : 0);
  if (!seize) sendSignal(kernel, task, sigInfo(SIGSTOP));
  if (task.state === 'stopped') takeStopped(kernel, task);
  return 0;
}

/** A task that is stopped already is the tracer's to see so. */
function takeStopped(kernel: Kernel, task: Task): void {
  const tracing = task.tracing!;
  const signo = task.group.lastStopSignal;
  const code = tracing.seized ? signo | (EVENT_STOP << 8) : signo;
  const info = tracing.seized ? stopInfo(task, signo, code) : undefined;
  task.tracedStop = { at: 'group', code, info, over: false };
  setState(kernel, task, 'traced');
  notifyTracer(kernel, task, CLD_STOPPED, signo);
}

/** A new task is traced as the one that made it: its first stop is before it does anything. Linux: ptrace_init_task */
export function inheritTracing(kernel: Kernel, parent: Task, child: Task): void {
  const from = parent.tracing;
  if (from === undefined) return;
  link(child, from.tracer, from.seized, from.options);
  if (from.seized) child.tracing!.trapStop = true;
  else child.pending.set = union(child.pending.set, sigBit(SIGSTOP));
  setWork(kernel, child, TIF_SIGPENDING);
}

/** Takes the task off its tracer's list. */
export function unlink(task: Task): void {
  const { tracing } = task;
  if (tracing === undefined) return;
  const { tracees } = tracing.tracer;
  const at = tracees.indexOf(task);
  if (at >= 0) tracees.splice(at, 1);
  task.tracing = undefined;
}

/** Ends the tracing; the task goes on, with a signal if `signo` is not 0. */
export function detach(kernel: Kernel, task: Task, signo: number): void {
  const { group } = task;
  if (task.state === 'zombie' || task.state === 'dead') {
    unlink(task);
    releaseTraced(kernel, task);
    return;
  }
  if (task.stackSlot >= 0) {
    kernel.abi.debug.detach?.(kernel, task);
    kernel.abi.debug.singleStep?.(kernel, task, frameAddress(kernel, task), false);
  }
  clearWork(kernel, task, TIF_TRACE);
  unlink(task);
  if (group.stopped && group.groupExit === undefined) {
    task.stopSignal = group.lastStopSignal;
    setWork(kernel, task, TIF_SIGPENDING);
  }
  resumeTraced(kernel, task, signo);
}

/** The tracer ends: so does its tracing. */
export function exitPtrace(kernel: Kernel, tracer: Task): void {
  for (const task of [...tracer.tracees]) {
    if (task.tracing !== undefined && task.tracing.options & O_EXITKILL) sendSignal(kernel, task, sigInfo(SIGKILL));
    const parent = task.group.parent;
    detach(kernel, task, 0);
    if (parent !== undefined) wake(kernel, parent.childExit);
  }
}
