import { KERNEL_GO_ON, KERNEL_LEAVE, KERNEL_STEADY } from '@kml/core';
import { BLOCKED, ENOSYS, ERESTART_RESTARTBLOCK, ERESTARTSYS, NO_RESULT } from '../errno.ts';
import type { Kernel } from '../kernel.ts';
import { TIF_SIGPENDING } from '../kernel-memory.ts';
import { noteCallEnd } from '../ptrace/exit-work.ts';
import { schedule } from '../sched/switch.ts';
import { frameAddress, setWork } from '../task/thread-info.ts';
import { traceCall, traceResult } from '../trace/strace.ts';
import type { Task } from '../types.ts';
import { readArguments, signedWords, syscallArguments, unsignedWords } from './arguments.ts';
import { type CallPlan, callPlan } from './call-plan.ts';
import { isUnwatched } from './steady.ts';

/**
 * A system call, from its stub's kernel call. First entry (the count, the trace line, a fresh restart
 * record) happens once; a call that waited is executed again with its record. Answers KERNEL_GO_ON,
 * KERNEL_STEADY or KERNEL_LEAVE.
 */
export function systemCall(kernel: Kernel, task: Task, number: number): number {
  const plan = kernel.plans[number] ?? callPlan(kernel, number);
  if (!task.inCall) enter(kernel, task, plan, number);
  const result = plan === undefined ? -ENOSYS : invoke(kernel, task, plan);
  if (result === BLOCKED) {
    task.inCall = true;
    kernel.cpu.pc = kernel.cpu.pc - kernel.abi.kernelCallBytes;
    return schedule(kernel);
  }
  // The call ended the task, or its whole process.
  if (task.state !== 'runnable') return schedule(kernel);
  leave(kernel, task, result);
  if (kernel.options.onSyscall !== undefined) {
    kernel.options.onSyscall({ kind: 'exit', pid: task.tid, name: nameOf(kernel, number), result });
  }
  if (kernel.cpu.leaveRequested) return KERNEL_LEAVE;
  return plan?.row.steady === true && isUnwatched(kernel, task) ? KERNEL_STEADY : KERNEL_GO_ON;
}

function nameOf(kernel: Kernel, number: number): string {
  return kernel.abi.syscallNumbers.get(number) ?? `#${number}`;
}

function enter(kernel: Kernel, task: Task, plan: CallPlan | undefined, number: number): void {
  const { calls, unimplemented } = kernel.state.counters;
  task.restart = undefined;
  task.timedOut = false;
  task.onRealtime = false;
  if (plan === undefined) {
    unimplemented.set(number, (unimplemented.get(number) ?? 0) + 1);
    kernel.host.log.debug({ pid: task.tid, call: nameOf(kernel, number) }, 'system call not implemented');
  } else {
    calls[number] = (calls[number] ?? 0) + 1;
    const { work, steady } = plan.row;
    if (work !== undefined && work > 0) kernel.engine.addCycles(work, steady);
  }
  if (kernel.options.strace !== undefined) traceCall(kernel, task, plan, number);
  if (kernel.options.onSyscall !== undefined) {
    const args = plan === undefined ? [] : syscallArguments(kernel, plan);
    kernel.options.onSyscall({ kind: 'enter', pid: task.tid, name: nameOf(kernel, number), args });
  }
}

function leave(kernel: Kernel, task: Task, result: number): void {
  task.inCall = false;
  if (result <= -ERESTARTSYS && result >= -ERESTART_RESTARTBLOCK) {
    if (result === -ERESTART_RESTARTBLOCK) task.restartBlock = task.restart;
    // The exit code decides on the restart even where another thread took the signal.
    setWork(kernel, task, TIF_SIGPENDING);
  }
  if (task.traceEntry !== undefined) traceResult(kernel, task, result === NO_RESULT ? 0 : result);
  task.restart = undefined;
  task.timedOut = false;
  if (task.tracing !== undefined) noteCallEnd(kernel, task);
  kernel.cpu.set(kernel.abi.resultSlot, result >= 0 ? result : otherResult(kernel, task, result));
}

/** What the call answers where it is no value: the ABI's error number, or what its frame has. Restart classes are the kernel's own. */
function otherResult(kernel: Kernel, task: Task, result: number): number {
  if (result === NO_RESULT) return kernel.abi.frame.result(kernel, frameAddress(kernel, task));
  const table = kernel.abi.numbers?.errno;
  return table === undefined || result < -4095 ? result : -table.toNative(-result);
}

/** Calls the handler with its arguments read as the row's signature says. */
function invoke(kernel: Kernel, task: Task, plan: CallPlan): number {
  const { words, signed } = plan;
  const { handler } = plan.row;
  if (words === 0) return handler(kernel, task);
  if (plan.places !== undefined) return handler(kernel, task, ...syscallArguments(kernel, plan));
  readArguments(kernel, plan);
  const a = signed & 1 ? signedWords[0]! : unsignedWords[0]!;
  if (words === 1) return handler(kernel, task, a);
  const b = signed & 2 ? signedWords[1]! : unsignedWords[1]!;
  if (words === 2) return handler(kernel, task, a, b);
  const c = signed & 4 ? signedWords[2]! : unsignedWords[2]!;
  if (words === 3) return handler(kernel, task, a, b, c);
  const d = signed & 8 ? signedWords[3]! : unsignedWords[3]!;
  if (words === 4) return handler(kernel, task, a, b, c, d);
  const e = signed & 16 ? signedWords[4]! : unsignedWords[4]!;
  if (words === 5) return handler(kernel, task, a, b, c, d, e);
  return handler(kernel, task, a, b, c, d, e, signed & 32 ? signedWords[5]! : unsignedWords[5]!);
}
