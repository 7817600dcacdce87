/** process_madvise, process_mrelease. Linux 6.1 mm/madvise.c, mm/oom_kill.c */
import { EBADF, EINVAL, EPERM, ESRCH } from '../errno.ts';
import { getDataFile } from '../fs/file-table.ts';
import { isGone, pidfdGroup } from '../fs/pidfd.ts';
import type { Kernel } from '../kernel.ts';
import { mayAccess } from '../ptrace/access.ts';
import { CAP, capable } from '../task/capabilities.ts';
import type { Task } from '../types.ts';
import { madvise } from './madvise.ts';
import { readVectors } from './process-vm.ts';

const [MADV_WILLNEED, MADV_COLD, MADV_PAGEOUT, MADV_COLLAPSE] = [3, 20, 21, 25] as const;
const ADVICE: readonly number[] = [MADV_WILLNEED, MADV_COLD, MADV_PAGEOUT, MADV_COLLAPSE];

/** The leader of a pidfd's process, or -errno. Linux: pidfd_get_task */
function taskOf(kernel: Kernel, task: Task, fd: number): Task | number {
  const group = pidfdGroup(getDataFile(task, fd));
  if (group === undefined) return -EBADF;
  return isGone(kernel, group) ? -ESRCH : group.leader;
}

/** Bytes advised, or -errno where none were. */
export function processMadvise(
  kernel: Kernel,
  task: Task,
  fd: number,
  vector: number,
  count: number,
  advice: number,
  flags: number,
): number {
  if (flags !== 0) return -EINVAL;
  const pieces = readVectors(kernel, task, vector, count);
  if (typeof pieces === 'number') return pieces;
  const target = taskOf(kernel, task, fd);
  if (typeof target === 'number') return target;
  if (!ADVICE.includes(advice)) return -EINVAL;
  if (!mayAccess(task, target, 'fs')) return -EPERM;
  if (target.mm === undefined) return -ESRCH;
  if (!capable(task.cred, CAP.sysNice)) return -EPERM;
  // Nothing here has huge pages to collapse into.
  if (advice === MADV_COLLAPSE) return -EINVAL;
  let done = 0;
  for (const { address, length } of pieces) {
    const result = madvise(kernel, target, address, length, advice);
    if (result < 0) return done > 0 ? done : result;
    done += length;
  }
  return done;
}

/** Frees what a dying process holds: here it is free as soon as it dies. */
export function processMrelease(kernel: Kernel, task: Task, fd: number, flags: number): number {
  if (flags !== 0) return -EINVAL;
  const target = taskOf(kernel, task, fd);
  if (typeof target === 'number') return target;
  if (target.mm === undefined) return -ESRCH;
  return target.group.groupExit === undefined ? -EINVAL : 0;
}
