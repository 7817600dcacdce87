import type { Kernel } from '../kernel.ts';
import type { Task } from '../types.ts';
import { EVENT_EXIT } from './numbers.ts';
import { endStop, eventStop } from './stop.ts';

/** PTRACE_EVENT_EXIT: whether the task stopped to tell its tracer that it is about to end. Once. */
export function exitEvent(kernel: Kernel, task: Task, status: number): boolean {
  endStop(task, 'call');
  const { tracing } = task;
  if (tracing === undefined || tracing.exitReported) return false;
  tracing.exitReported = true;
  return eventStop(kernel, task, 'call', EVENT_EXIT, status);
}
