/** System calls that only read a word of the task's: translated code gives their last answer while the kernel has not run. */
import { MAX_STEADY_CALLS, type SteadyCall } from '@kml/core';
import type { Kernel } from '../kernel.ts';
import type { LinuxAbi } from '../linux-abi.ts';
import type { Task } from '../types.ts';
import type { SyscallDef } from './define.ts';

/** What the engine is told of the rows marked `steady`, by number. */
export function steadyCalls(abi: LinuxAbi, rows: readonly (SyscallDef | undefined)[]): (SteadyCall | undefined)[] {
  const calls: (SteadyCall | undefined)[] = [];
  let index = 0;
  rows.forEach((row, number) => {
    if (row?.steady !== true || index === MAX_STEADY_CALLS) return;
    calls[number] = { index: index++, result: abi.resultSlot, work: Math.floor(row.work ?? 0) };
  });
  return calls;
}

/** Whether nobody is told of the task's system calls: neither a hook, nor a trace, nor a tracer. */
export function isUnwatched(kernel: Kernel, task: Task): boolean {
  const { strace, onSyscall } = kernel.options;
  return strace === undefined && onSyscall === undefined && task.tracing === undefined;
}

/** System call `number` was made so often without the kernel being asked. */
export function noteAnswered(kernel: Kernel, number: number, count: number): void {
  const { calls } = kernel.state.counters;
  calls[number] = (calls[number] ?? 0) + count;
}
