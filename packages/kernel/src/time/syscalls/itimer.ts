/** setitimer, getitimer, alarm. Linux 6.1 kernel/time/itimer.c */
import { EFAULT, EINVAL } from '../../errno.ts';
import type { Kernel } from '../../kernel.ts';
import { full, type SyscallDef } from '../../syscalls/define.ts';
import type { Task } from '../../types.ts';
import { getItimer, ITIMER_PROF, ITIMER_REAL, type ItimerValue, setItimer } from '../itimers.ts';
import { readTimeval, writeTimeval } from '../timespec.ts';

const SECOND = 1_000_000_000n;

function write(kernel: Kernel, task: Task, address: number, setting: ItimerValue): number {
  const failed = writeTimeval(kernel, task, address, setting.interval);
  return failed !== 0 ? failed : writeTimeval(kernel, task, address + 8, setting.value);
}

function getitimer(kernel: Kernel, task: Task, which: number, address: number): number {
  if (which < 0 || which > ITIMER_PROF) return -EINVAL;
  return write(kernel, task, address, getItimer(kernel, task.group, which));
}

function setitimer(kernel: Kernel, task: Task, which: number, next: number, old: number): number {
  if (which < 0 || which > ITIMER_PROF) return -EINVAL;
  const before = getItimer(kernel, task.group, which);
  const setting: ItimerValue = { value: 0n, interval: 0n };
  // A null pointer disarms, as Linux has always let it.
  if (next !== 0) {
    const interval = readTimeval(kernel, task, next);
    const value = readTimeval(kernel, task, next + 8);
    if (typeof interval === 'number') return interval;
    if (typeof value === 'number') return value;
    setting.interval = interval;
    setting.value = value;
  }
  setItimer(kernel, task.group, which, setting);
  return old !== 0 && write(kernel, task, old, before) !== 0 ? -EFAULT : 0;
}

/** Seconds left of the old alarm, rounded, but not to 0. */
function alarm(kernel: Kernel, task: Task, seconds: number): number {
  const before = getItimer(kernel, task.group, ITIMER_REAL).value;
  setItimer(kernel, task.group, ITIMER_REAL, { value: BigInt(seconds) * SECOND, interval: 0n });
  if (before === 0n) return 0;
  const rounded = (before + SECOND / 2n) / SECOND;
  return Number(rounded === 0n ? 1n : rounded);
}

export const ITIMER_SYSCALLS: readonly SyscallDef[] = [
  full('getitimer', ['int', 'ptr'], getitimer),
  full('setitimer', ['int', 'ptr', 'ptr'], setitimer),
  full('alarm', ['uint'], alarm),
];
