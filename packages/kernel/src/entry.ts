/** The kernel call gate: the one way from guest code into the kernel. */

import { GuestFault, KERNEL_GO_ON, KERNEL_LEAVE } from '@kml/core';
import { takeException } from './exception.ts';
import { InternalError } from './internal-error.ts';
import type { Kernel } from './kernel.ts';
import {
  KC_EXCEPTION,
  KC_EXIT_WORK,
  KC_IDLE,
  KC_INTERRUPT,
  KC_PRIVATE,
  KC_SCHEDULE_TAIL,
  KC_SYSCALL_LIMIT,
  KC_SYSCALL_TRACE,
  TIF_NEED_RESCHED,
  TIF_NOTIFY,
  TIF_REWRITE,
  TIF_SIGPENDING,
} from './kernel-memory.ts';
import { isKernelMapped } from './mm/kernel-access.ts';
import { tracedCallEntry, tracedExitWork } from './ptrace/exit-work.ts';
import { badKernelCall } from './report/oops.ts';
import { panic } from './report/panic.ts';
import { rewriteTrap } from './rewrite/sites.ts';
import { idleCall } from './sched/idle.ts';
import { abortSequence } from './sched/rseq.ts';
import { schedule } from './sched/switch.ts';
import { deliverSignals } from './signal/deliver.ts';
import { systemCall } from './syscalls/dispatch.ts';
import { scheduleTail } from './task/fork.ts';
import { frameAddress, mirrorWork } from './task/thread-info.ts';
import { TIMER_LINE, timerInterrupt } from './time/tick.ts';
import type { Task } from './types.ts';

/**
 * Kernel call `number` (kernel-memory.ts) of the current task, with the CPU state in memory and pc
 * behind the instruction. Answers KERNEL_GO_ON (or KERNEL_STEADY, syscalls/steady.ts), or KERNEL_LEAVE where another task runs now or the
 * CPU's state is not what it was.
 */
export function kernelCall(kernel: Kernel, number: number): number {
  const task = kernel.state.current!;
  try {
    if (number < KC_SYSCALL_LIMIT) return systemCall(kernel, task, number);
    return otherCall(kernel, task, number);
  } catch (error) {
    // A kernel-mode program that jumps to a kernel call with registers of its own making.
    if (error instanceof GuestFault) badKernelCall(kernel, task, number, 'its arguments cannot be read');
    else if (error instanceof InternalError && error.code === 'kernel-address') {
      badKernelCall(kernel, task, number, error.message);
    } else throw error;
    return settle(kernel, task);
  }
}

function otherCall(kernel: Kernel, task: Task, number: number): number {
  if (kernel.state.panic !== undefined) {
    kernel.engine.stop();
    return KERNEL_LEAVE;
  }
  switch (number) {
    case KC_EXCEPTION:
      takeException(kernel, task);
      return settle(kernel, task);
    case KC_INTERRUPT:
      return interrupt(kernel);
    case KC_EXIT_WORK:
      return exitWork(kernel, task);
    case KC_SYSCALL_TRACE:
      return callEntryWork(kernel, task);
    case KC_SCHEDULE_TAIL:
      scheduleTail(kernel, task);
      return KERNEL_GO_ON;
    case KC_IDLE:
      return idleCall(kernel, task);
  }
  if (number >= KC_PRIVATE) return kernel.abi.privateKernelCall(kernel, number);
  panic(kernel, `unknown kernel call 0x${number.toString(16)}`);
  return KERNEL_LEAVE;
}

/** Work before a system call: the trap is rewritten, the tracer told. */
function callEntryWork(kernel: Kernel, task: Task): number {
  if (task.work & TIF_REWRITE) rewriteTrap(kernel, task);
  const answer = tracedCallEntry(kernel, task);
  return kernel.cpu.leaveRequested ? KERNEL_LEAVE : answer;
}

function interrupt(kernel: Kernel): number {
  const { abi } = kernel;
  const frame = abi.kernelCallArgument(kernel, 0);
  const line = abi.kernelCallArgument(kernel, 1);
  if (line !== TIMER_LINE) {
    kernel.engine.setInterrupt(line, false);
    return KERNEL_GO_ON;
  }
  const fromUser = isKernelMapped(kernel, frame) && abi.frame.pc(kernel, frame) >>> 0 < abi.taskSize;
  return timerInterrupt(kernel, fromUser);
}

/** Work before going back to user code; the exit code comes again until nothing is left. */
function exitWork(kernel: Kernel, task: Task): number {
  if (task.work & TIF_NEED_RESCHED) {
    abortSequence(kernel, task);
    return schedule(kernel);
  }
  if ((task.tracing !== undefined || task.tracedStop !== undefined) && tracedExitWork(kernel, task)) {
    return schedule(kernel);
  }
  if (task.work & TIF_SIGPENDING) {
    deliverSignals(kernel, task, frameAddress(kernel, task));
    return settle(kernel, task);
  }
  task.work &= ~TIF_NOTIFY;
  mirrorWork(kernel, task);
  return KERNEL_GO_ON;
}

/** The answer after work that may have stopped or ended the current task. */
function settle(kernel: Kernel, task: Task): number {
  if (kernel.state.panic !== undefined) return KERNEL_LEAVE;
  if (task.state !== 'runnable') return schedule(kernel);
  return kernel.cpu.leaveRequested ? KERNEL_LEAVE : KERNEL_GO_ON;
}
