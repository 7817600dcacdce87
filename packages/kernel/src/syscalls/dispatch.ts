import { KERNEL_GO_ON, KERNEL_LEAVE, KERNEL_STEADY } from '@kml/core';
import type { NumberKind } from '../abi/numbers.ts';
import { BLOCKED, ENOSYS, ERESTART_RESTARTBLOCK, ERESTARTSYS, NO_RESULT } from '../errno.ts';
import type { Kernel } from '../kernel.ts';
import { TIF_SIGPENDING } from '../kernel-memory.ts';
import { noteCallEnd } from '../ptrace/exit-work.ts';
import { schedule } from '../sched/switch.ts';
import { frameAddress, setWork } from '../task/thread-info.ts';
import { traceCall, traceResult } from '../trace/strace.ts';
import type { Task } from '../types.ts';
import { type CallPlan, callPlan, isSigned } from './call-plan.ts';
import type { ArgType, SyscallDef } from './define.ts';
import { isUnwatched } from './steady.ts';

/**
 * A system call, from its stub's kernel call. First entry (the count, the trace line, a fresh restart
 * record) happens once; a call that waited is executed again with its record. Answers KERNEL_GO_ON,
 * KERNEL_STEADY or KERNEL_LEAVE.
 */
export function systemCall(kernel: Kernel, task: Task, number: number): number {
  const plan = kernel.plans[number] ?? callPlan(kernel, number);
  if (!task.inCall) enter(kernel, task, plan?.row, number);
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

function enter(kernel: Kernel, task: Task, row: SyscallDef | undefined, number: number): void {
  const { calls, unimplemented } = kernel.state.counters;
  task.restart = undefined;
  task.timedOut = false;
  task.onRealtime = false;
  if (row === undefined) {
    unimplemented.set(number, (unimplemented.get(number) ?? 0) + 1);
    kernel.host.log.debug({ pid: task.tid, call: nameOf(kernel, number) }, 'system call not implemented');
  } else {
    calls[number] = (calls[number] ?? 0) + 1;
    if (row.work !== undefined && row.work > 0) kernel.engine.addCycles(row.work, row.steady);
  }
  if (kernel.options.strace !== undefined) traceCall(kernel, task, row, number);
  if (kernel.options.onSyscall !== undefined) {
    const args = row === undefined ? [] : syscallArguments(kernel, row);
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
  const value =
    result === NO_RESULT ? kernel.abi.frame.result(kernel, frameAddress(kernel, task)) : nativeResult(kernel, result);
  kernel.abi.setSyscallResult(kernel, value);
}

/** A result with the ABI's error number. Restart classes are the kernel's own. */
function nativeResult(kernel: Kernel, result: number): number {
  const table = kernel.abi.numbers?.errno;
  return table === undefined || result >= 0 || result < -4095 ? result : -table.toNative(-result);
}

/** Calls the handler with its arguments read as the row's signature says. */
function invoke(kernel: Kernel, task: Task, plan: CallPlan): number {
  const { row, words } = plan;
  const { handler } = row;
  if (words < 0) return handler(kernel, task, ...syscallArguments(kernel, row));
  if (words === 0) return handler(kernel, task);
  const a = argument(kernel, plan, 0);
  if (words === 1) return handler(kernel, task, a);
  const b = argument(kernel, plan, 1);
  if (words === 2) return handler(kernel, task, a, b);
  const c = argument(kernel, plan, 2);
  if (words === 3) return handler(kernel, task, a, b, c);
  const d = argument(kernel, plan, 3);
  if (words === 4) return handler(kernel, task, a, b, c, d);
  const e = argument(kernel, plan, 4);
  if (words === 5) return handler(kernel, task, a, b, c, d, e);
  return handler(kernel, task, a, b, c, d, e, argument(kernel, plan, 5));
}

/** Argument `index`, one word. */
function argument(kernel: Kernel, plan: CallPlan, index: number): number {
  const given = kernel.abi.syscallArgument(kernel, index);
  const value = plan.tables === undefined ? given : (plan.tables[index]?.toGeneric(given >>> 0) ?? given);
  return (plan.signed >> index) & 1 ? value : value >>> 0;
}

/** One argument word. */
function word(kernel: Kernel, type: ArgType, index: number): number {
  const given = kernel.abi.syscallArgument(kernel, index);
  const { numbers } = kernel.abi;
  const value = numbers === undefined ? given : (numbers[type as NumberKind]?.toGeneric(given >>> 0) ?? given);
  return isSigned(type) ? value : value >>> 0;
}

/** All arguments of a row; a 'u64' takes two words, low word first on a little-endian machine. */
export function syscallArguments(kernel: Kernel, row: SyscallDef): number[] {
  const values: number[] = [];
  const { abi } = kernel;
  let index = 0;
  for (const type of row.args) {
    if (type !== 'u64') {
      values.push(word(kernel, type, index++));
      continue;
    }
    if (abi.alignsPairs && index & 1) index++;
    const first = abi.syscallArgument(kernel, index);
    const second = abi.syscallArgument(kernel, index + 1);
    const little = abi.isa.byteOrder === 'little';
    values.push((little ? second : first) * 0x1_0000_0000 + ((little ? first : second) >>> 0));
    index += 2;
  }
  return values;
}
