/** Out of memory: neither free frames nor page-out could serve a page fault. Linux 6.1 mm/oom_kill.c */
import { PAGE_SIZE } from '@kml/core';
import type { Kernel } from '../kernel.ts';
import { SIGKILL } from '../signal/numbers.ts';
import { killGroup } from '../signal/send.ts';
import type { Mm, Task, ThreadGroup } from '../types.ts';
import { zapRange } from './zap.ts';

/**
 * Kills the process with most memory (present and paged out) and takes its private anonymous memory
 * at once, so that the fault can be tried again. `task` is killed where no other has any.
 */
export function outOfMemory(kernel: Kernel, task: Task): void {
  // It dies at its exit to user code; nobody else has to for its sake.
  if (task.group.groupExit !== undefined) return;
  let victim: ThreadGroup = task.group;
  let mm = task.mm;
  for (const group of kernel.state.groups.values()) {
    if (group.groupExit !== undefined || group.exited) continue;
    const candidate = group.tasks.find((member) => member.mm !== undefined)?.mm;
    if (candidate === undefined || (mm !== undefined && badness(candidate) <= badness(mm))) continue;
    victim = group;
    mm = candidate;
  }
  const fields = { pid: victim.pid, comm: victim.leader.comm, rssPages: mm?.rss ?? 0, swapPages: mm?.swapped ?? 0 };
  kernel.host.log.warn(fields, `Out of memory: Killed process ${victim.pid} (${victim.leader.comm})`);
  killGroup(kernel, victim, SIGKILL);
  if (mm !== undefined && victim !== task.group) reap(kernel, mm);
}

function badness(mm: Mm): number {
  return mm.rss + mm.swapped;
}

/** Linux 6.1 mm/oom_kill.c: __oom_reap_task_mm */
function reap(kernel: Kernel, mm: Mm): void {
  for (const vma of mm.vmas) {
    if (!vma.shared && vma.end - vma.start >= PAGE_SIZE) zapRange(kernel, mm, vma.start, vma.end);
  }
}
