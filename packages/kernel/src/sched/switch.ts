import { KERNEL_GO_ON, KERNEL_LEAVE } from '@kml/core';
import type { Kernel } from '../kernel.ts';
import { CPU_AREA, KERNEL_DATA_OFFSET, STACK_BYTES, TIF_NEED_RESCHED } from '../kernel-memory.ts';
import { kernelWords } from '../mm/kernel-access.ts';
import { clearWork, threadInfoAddress } from '../task/thread-info.ts';
import type { Task } from '../types.ts';
import { beginRealtime } from './realtime.ts';
import { chargeTask, enqueue, takeNext } from './run-queue.ts';

/**
 * Gives the CPU to the task that runs next. Called at a kernel call of the current task, with the CPU
 * state as the task is to find it again (pc behind the kernel call, or put back onto it). What is
 * returned is the kernel call's answer. Linux 6.1 kernel/sched/core.c: __schedule
 */
export function schedule(kernel: Kernel): number {
  const { state } = kernel;
  const previous = state.current!;
  const { idle } = state.sched;
  const canRun = previous.state === 'runnable' && previous !== idle;
  chargeTask(kernel, previous, 'user');
  if (previous.work & TIF_NEED_RESCHED) clearWork(kernel, previous, TIF_NEED_RESCHED);
  // A real-time task that is preempted keeps its place before its equals.
  if (canRun) enqueue(kernel, previous, !previous.toTail);
  previous.toTail = false;
  const next = takeNext(kernel) ?? idle!;
  if (next === previous) {
    next.sliceStart = kernel.engine.cycles();
    return KERNEL_GO_ON;
  }
  if (canRun) {
    previous.switchesForced++;
    state.sched.preemptions++;
  } else previous.switchesVoluntary++;
  state.counters.contextSwitches++;
  kernel.engine.addCycles(kernel.work.contextSwitch);
  if (previous.stackSlot >= 0) kernel.cpu.saveState(previous.context);
  loadTask(kernel, next);
  return KERNEL_LEAVE;
}

/** Makes a task current, with its registers and address space in the CPU. */
export function loadTask(kernel: Kernel, task: Task): void {
  const { state, cpu, mmu } = kernel;
  state.current = task;
  task.chargedAt = kernel.engine.cycles();
  task.sliceStart = task.chargedAt;
  beginRealtime(kernel, task);
  cpu.loadState(task.context);
  if (task.mm !== undefined && mmu.current !== task.mm.space) mmu.activate(task.mm.space);
  publishCurrent(kernel, task);
  kernel.abi.switchTo(kernel, task);
}

/** Tells the entry code which task runs. */
export function publishCurrent(kernel: Kernel, task: Task): void {
  const { i32 } = kernel.memory;
  const area = kernelWords(kernel, kernel.abi.taskSize + KERNEL_DATA_OFFSET, CPU_AREA.size);
  const info = threadInfoAddress(kernel, task);
  i32[area + (CPU_AREA.current >> 2)] = info;
  i32[area + (CPU_AREA.stackTop >> 2)] = info + STACK_BYTES;
}
