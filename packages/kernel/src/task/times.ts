import type { Kernel } from '../kernel.ts';
import { chargeTask } from '../sched/run-queue.ts';
import { cyclesToNs } from '../time/clock.ts';
import type { ThreadGroup } from '../types.ts';

/** Clock ticks a second as programs see them (times, /proc/PID/stat, SIGCHLD). Linux: USER_HZ */
export const USER_HZ = 100;

export interface GroupTimes {
  userCycles: number;
  systemCycles: number;
  userTicks: number;
  systemTicks: number;
}

export function cyclesToTicks(kernel: Kernel, cycles: number): number {
  return Math.floor(cyclesToNs(cycles, kernel.options.clockHz) / (1e9 / USER_HZ));
}

/** Times of all threads of a process, ended ones included. */
export function groupTimes(kernel: Kernel, group: ThreadGroup): GroupTimes {
  let userCycles = group.deadUserCycles;
  let systemCycles = group.deadSystemCycles;
  for (const task of group.tasks) {
    if (task === kernel.state.current) chargeTask(kernel, task, 'user');
    userCycles += task.userCycles;
    systemCycles += task.systemCycles;
  }
  return {
    userCycles,
    systemCycles,
    userTicks: cyclesToTicks(kernel, userCycles),
    systemTicks: cyclesToTicks(kernel, systemCycles),
  };
}
