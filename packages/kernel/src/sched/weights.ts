import type { Task } from '../types.ts';
import { SCHED_IDLE } from './policy.ts';

/** Weight of a nice value, -20 first: each step is about 1.25 times. Linux 6.1 kernel/sched/core.c: sched_prio_to_weight */
const WEIGHTS: readonly number[] = [
  88761, 71755, 56483, 46273, 36291, 29154, 23254, 18705, 14949, 11916, 9548, 7620, 6100, 4904, 3906, 3121, 2501, 1991,
  1586, 1277, 1024, 820, 655, 526, 423, 335, 272, 215, 172, 137, 110, 87, 70, 56, 45, 36, 29, 23, 18, 15,
];

/** Weight of nice 0. */
export const NICE_0_WEIGHT = 1024;

/** @param nice -20 to 19. */
export function weightOf(nice: number): number {
  return WEIGHTS[nice + 20]!;
}

/** Weight of all SCHED_IDLE tasks. Linux: WEIGHT_IDLEPRIO */
const IDLE_WEIGHT = 3;

/** A task's rank by its policy, nice value and priorities: to be called when one of them has changed. */
export function weigh(task: Task): void {
  task.priority = Math.max(task.boost, task.rtPriority);
  task.weight = task.policy === SCHED_IDLE ? IDLE_WEIGHT : weightOf(task.nice);
}

export function changeNice(task: Task, nice: number): void {
  task.nice = nice;
  weigh(task);
}
