/** Sets what system calls would set of a process. For tests. */
import type { SigAction, Task } from '../types.ts';

/** Changes fields of a signal's action. */
export function setAction(task: Task, signo: number, fields: Partial<SigAction>): void {
  task.group.actions[signo] = { ...task.group.actions[signo]!, ...fields };
}

/** Sets a soft limit. */
export function setSoftLimit(task: Task, resource: number, current: number): void {
  task.group.rlimits[resource] = { ...task.group.rlimits[resource]!, current };
}
