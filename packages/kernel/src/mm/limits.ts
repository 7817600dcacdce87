import type { Task } from '../types.ts';

/** Present value of a resource limit, in its unit; no limit set means infinity. */
export function limitOf(task: Task, resource: number): number {
  const limit = task.group.rlimits[resource]?.current ?? Number.POSITIVE_INFINITY;
  return limit >= 0xffff_ffff || limit < 0 ? Number.POSITIVE_INFINITY : limit;
}
