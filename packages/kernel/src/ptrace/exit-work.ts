/** What a traced task does on its way back to user code, before its signals. Linux 6.1 kernel/entry/common.c: syscall_exit_work */
import { KERNEL_GO_ON } from '@kml/core';
import type { Kernel } from '../kernel.ts';
import { TIF_NOTIFY } from '../kernel-memory.ts';
import { schedule } from '../sched/switch.ts';
import { wakeTask } from '../sched/wait.ts';
import { SIGTRAP } from '../signal/numbers.ts';
import { fatalSignalPending } from '../signal/pending.ts';
import { forceSignal, sigInfo } from '../signal/send.ts';
import { frameAddress, setState, setWork } from '../task/thread-info.ts';
import type { Task, ThreadGroup } from '../types.ts';
import { MESSAGE_ENTRY, MESSAGE_EXIT, O_TRACESYSGOOD } from './numbers.ts';
import { endStop, enterStop, eventStop, sendOn, stopInfo } from './stop.ts';

const TRAP_BRKPT = 1;

/** Whether the task stopped for its tracer. */
export function tracedExitWork(kernel: Kernel, task: Task): boolean {
  sendOn(kernel, task, endStop(task, 'event'));
  sendOn(kernel, task, endStop(task, 'exit'));
  const { tracing } = task;
  if (tracing === undefined) return false;
  if (tracing.event !== undefined) {
    if (awaitThreads(kernel, task)) return true;
    const { event, message } = tracing.event;
    tracing.event = undefined;
    if (eventStop(kernel, task, 'event', event, message)) return true;
  }
  if (!tracing.callEnds) return false;
  tracing.callEnds = false;
  const seen = tracing.entered || !isDirectCall(kernel, task);
  tracing.entered = false;
  if (tracing.watching) kernel.abi.debug.afterCall?.(kernel, task, frameAddress(kernel, task));
  if (tracing.step) {
    const addr = kernel.abi.frame.pc(kernel, frameAddress(kernel, task)) >>> 0;
    forceSignal(kernel, task, sigInfo(SIGTRAP, { code: TRAP_BRKPT, addr }));
    return false;
  }
  return seen && tracing.syscalls && callStop(kernel, task, 'exit', MESSAGE_EXIT);
}

/**
 * A program that was started by one of several threads: the tracer waits for the others first. Whether
 * there are any. Linux 6.1 fs/exec.c: de_thread
 */
function awaitThreads(kernel: Kernel, task: Task): boolean {
  if (task.group.tasks.length === 1) return false;
  task.wait = { queues: [], deadline: undefined, interruptible: false };
  setState(kernel, task, 'sleeping');
  return true;
}

/** A thread has been waited for: one that awaits it looks again. */
export function threadReleased(kernel: Kernel, group: ThreadGroup): void {
  for (const task of group.tasks) if (task.tracing?.event !== undefined) wakeTask(kernel, task);
}

/** A kernel-mode program's call without a trap: the frame made for it stands behind no system call of the program's. */
function isDirectCall(kernel: Kernel, task: Task): boolean {
  const landing = kernel.image.symbols.get('kml_return');
  return kernel.abi.frame.pc(kernel, frameAddress(kernel, task)) >>> 0 === landing;
}

function callStop(kernel: Kernel, task: Task, at: 'entry' | 'exit', message: number): boolean {
  const code = SIGTRAP | (task.tracing!.options & O_TRACESYSGOOD ? 0x80 : 0);
  return enterStop(kernel, task, { at, code, info: stopInfo(task, SIGTRAP, code), message });
}

/** A traced task's system call ends: KC_EXIT_WORK has the rest. */
export function noteCallEnd(kernel: Kernel, task: Task): void {
  const { tracing } = task;
  if (tracing === undefined) return;
  if (!(tracing.syscalls || tracing.step || tracing.watching || tracing.event !== undefined)) return;
  tracing.callEnds = true;
  setWork(kernel, task, TIF_NOTIFY);
}

/** KC_SYSCALL_TRACE: the stop before a system call. Linux 6.1 kernel/entry/common.c: syscall_trace_enter */
export function tracedCallEntry(kernel: Kernel, task: Task): number {
  const over = endStop(task, 'entry');
  if (over !== undefined) {
    sendOn(kernel, task, over);
    // Killed meanwhile: the call is not made.
    if (fatalSignalPending(task)) kernel.abi.debug.setCall(kernel, task, -1);
    return KERNEL_GO_ON;
  }
  const { tracing } = task;
  if (tracing === undefined || !tracing.syscalls) return KERNEL_GO_ON;
  tracing.entered = true;
  if (!callStop(kernel, task, 'entry', MESSAGE_ENTRY)) return KERNEL_GO_ON;
  kernel.cpu.pc = kernel.cpu.pc - kernel.abi.kernelCallBytes;
  return schedule(kernel);
}
