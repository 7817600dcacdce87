import type { Kernel } from '../kernel.ts';
import { chargeTask } from '../sched/run-queue.ts';
import { groupTimes } from '../task/times.ts';
import type { Task } from '../types.ts';
import { cyclesToNs } from './clock.ts';
import type { CpuClockId } from './clock-ids.ts';

/** The clock with the process or thread that it is of; undefined: there is none, or a thread of another process. Linux 6.1 kernel/time/posix-cpu-timers.c: pid_for_clock */
export function ownedClock(kernel: Kernel, task: Task, id: CpuClockId): CpuClockId | undefined {
  if (id.kind === 'process') {
    const group = id.pid === 0 ? task.group : kernel.state.groups.get(id.pid);
    return group === undefined || group.exited ? undefined : { kind: 'process', pid: group.pid };
  }
  const target = id.pid === 0 ? task : kernel.state.tasks.get(id.pid);
  return target?.group === task.group ? { kind: 'thread', pid: target.tid } : undefined;
}

/** Nanoseconds of CPU time that the clock shows; undefined where its process or thread is gone. */
export function readCpuClock(kernel: Kernel, id: CpuClockId): bigint | undefined {
  const { clockHz } = kernel.options;
  if (id.kind === 'thread') {
    const target = kernel.state.tasks.get(id.pid);
    if (target === undefined) return undefined;
    if (target === kernel.state.current) chargeTask(kernel, target, 'user');
    return BigInt(cyclesToNs(target.userCycles + target.systemCycles, clockHz));
  }
  const group = kernel.state.groups.get(id.pid);
  if (group === undefined) return undefined;
  const times = groupTimes(kernel, group);
  return BigInt(cyclesToNs(times.userCycles + times.systemCycles, clockHz));
}
