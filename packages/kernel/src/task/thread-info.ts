import type { Kernel } from '../kernel.ts';
import { THREAD_INFO } from '../kernel-memory.ts';
import { kernelWrite32, kernelWriteBytes } from '../mm/kernel-access.ts';
import { kernelStackBase, kernelStackTop } from '../mm/kernel-stack.ts';
import type { Task, TaskState } from '../types.ts';

/** States by their number in thread_info. */
export const TASK_STATES: readonly TaskState[] = ['runnable', 'sleeping', 'stopped', 'zombie', 'dead', 'traced'];

/** Lowest address of a task's kernel stack: its thread_info. */
export function threadInfoAddress(kernel: Kernel, task: Task): number {
  return kernelStackBase(kernel, task.stackSlot);
}

/** Address of the frame with the user's registers, at the top of the kernel stack. */
export function frameAddress(kernel: Kernel, task: Task): number {
  return kernelStackTop(kernel, task.stackSlot) - kernel.abi.frameBytes;
}

/** Sets work bits (TIF_*): the entry code sees them before it goes back to user code. */
export function setWork(kernel: Kernel, task: Task, bits: number): void {
  if ((task.work & bits) === (bits | 0)) return;
  task.work |= bits;
  if (task.stackSlot >= 0) kernelWrite32(kernel, threadInfoAddress(kernel, task) + THREAD_INFO.flags, task.work);
}

/** Writes the work bits anew: a kernel-mode program may have scribbled over them. */
export function mirrorWork(kernel: Kernel, task: Task): void {
  kernelWrite32(kernel, threadInfoAddress(kernel, task) + THREAD_INFO.flags, task.work);
}

export function clearWork(kernel: Kernel, task: Task, bits: number): void {
  task.work &= ~bits;
  if (task.stackSlot >= 0) kernelWrite32(kernel, threadInfoAddress(kernel, task) + THREAD_INFO.flags, task.work);
}

const COMM_BYTES = 16;
/** On its way to guest memory; charCodeAt beyond the end is NaN, which is stored as 0. */
const comm = new Uint8Array(COMM_BYTES);

/** Writes the task's whole mirror: at its birth, exec and change of name. */
export function mirrorTask(kernel: Kernel, task: Task): void {
  if (task.stackSlot < 0) return;
  const info = threadInfoAddress(kernel, task);
  kernelWrite32(kernel, info + THREAD_INFO.flags, task.work);
  kernelWrite32(kernel, info + THREAD_INFO.pid, task.group.pid);
  kernelWrite32(kernel, info + THREAD_INFO.tid, task.tid);
  kernelWrite32(kernel, info + THREAD_INFO.state, TASK_STATES.indexOf(task.state));
  for (let i = 0; i < COMM_BYTES; i++) comm[i] = i < COMM_BYTES - 1 ? task.comm.charCodeAt(i) : 0;
  kernelWriteBytes(kernel, info + THREAD_INFO.comm, comm);
}

/** Changes the state, in the mirror too. */
export function setState(kernel: Kernel, task: Task, state: TaskState): void {
  task.state = state;
  if (task.stackSlot < 0) return;
  kernelWrite32(kernel, threadInfoAddress(kernel, task) + THREAD_INFO.state, TASK_STATES.indexOf(state));
}
