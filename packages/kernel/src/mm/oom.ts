/** Out of memory: neither free frames nor page-out could serve a page fault. Linux 6.1 mm/oom_kill.c */
import { PAGE_SIZE } from '@kml/core';
import type { Kernel } from '../kernel.ts';
import { SIGKILL } from '../signal/numbers.ts';
import { killGroup } from '../signal/send.ts';
import type { Mm, Task, ThreadGroup } from '../types.ts';
import { zapRange } from './zap.ts';

/**
 * Kills the process with most memory (present and paged out, and what oom_score_adj makes of it) and takes
 * its private anonymous memory at once, so that the fault can be tried again. `task` is killed where no
 * other has any.
 */
export function outOfMemory(kernel: Kernel, task: Task): void {
  // It dies at its exit to user code; nobody else has to for its sake.
  if (task.group.groupExit !== undefined) return;
  let victim: ThreadGroup = task.group;
  let worst = badness(kernel, victim) ?? 0;
  for (const group of kernel.state.groups.values()) {
    if (group.groupExit !== undefined || group.exited) continue;
    const points = badness(kernel, group);
    if (points === undefined || points <= worst) continue;
    victim = group;
    worst = points;
  }
  const mm = memoryOf(victim);
  const fields = { pid: victim.pid, comm: victim.leader.comm, rssPages: mm?.rss ?? 0, swapPages: mm?.swapped ?? 0 };
  kernel.host.log.warn(fields, `Out of memory: Killed process ${victim.pid} (${victim.leader.comm})`);
  killGroup(kernel, victim, SIGKILL);
  if (mm !== undefined && victim !== task.group) reap(kernel, mm);
}

function memoryOf(group: ThreadGroup): Mm | undefined {
  return group.tasks.find((member) => member.mm !== undefined)?.mm;
}

function totalPages(kernel: Kernel): number {
  return kernel.memory.frameCount + kernel.options.swapPages;
}

/** Pages that killing a process would give, moved by its oom_score_adj; undefined where it is not to be killed. Linux: oom_badness */
function badness(kernel: Kernel, group: ThreadGroup): number | undefined {
  const mm = memoryOf(group);
  if (mm === undefined || group.oomScoreAdj === -1000) return undefined;
  return mm.rss + mm.swapped + (group.oomScoreAdj * totalPages(kernel)) / 1000;
}

/** /proc/PID/oom_score. Linux 6.1 fs/proc/base.c: proc_oom_score */
export function oomScore(kernel: Kernel, group: ThreadGroup): number {
  const points = badness(kernel, group);
  return points === undefined ? 0 : Math.floor(((1000 + (points * 1000) / totalPages(kernel)) * 2) / 3);
}

/** Linux 6.1 mm/oom_kill.c: __oom_reap_task_mm */
function reap(kernel: Kernel, mm: Mm): void {
  for (const vma of mm.vmas) {
    if (!vma.shared && vma.end - vma.start >= PAGE_SIZE) zapRange(kernel, mm, vma.start, vma.end);
  }
}
