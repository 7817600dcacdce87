import { expect, test } from 'vitest';
import { TIF_NEED_RESCHED } from '../kernel-memory.ts';
import { setAction } from '../task/group-test-kit.ts';
import { taskKit } from '../task/task-test-kit.ts';
import type { Task } from '../types.ts';
import { weightOf } from './weights.ts';

/** Lets CPU-bound tasks run under a 1 kHz tick and answers the cycles each got. */
function share(kit: ReturnType<typeof taskKit>, tasks: Task[], milliseconds: number): number[] {
  const { state } = kit.kernel;
  const [first, ...rest] = tasks;
  for (const task of rest) state.runQueue.push(task);
  kit.run(first!);
  const before = tasks.map((task) => task.userCycles);
  for (let i = 0; i < milliseconds; i++) {
    kit.advance(1_000_000);
    kit.tick();
    kit.exitWork(state.current!);
  }
  return tasks.map((task, i) => task.userCycles - before[i]!);
}

test('equal tasks get equal shares', () => {
  const kit = taskKit();
  const tasks = [kit.newProcess(), kit.newProcess(), kit.newProcess()];
  const shares = share(kit, tasks, 3000);
  for (const cycles of shares) expect(cycles / 1e9).toBeCloseTo(1, 1);
});

test('a nice task gets its weight', () => {
  const kit = taskKit();
  const normal = kit.newProcess();
  const nice = kit.newProcess();
  kit.call(nice, 'nice', 5);
  const [a, b] = share(kit, [normal, nice], 4000);
  const expected = weightOf(0) / weightOf(5);
  expect(a! / b! / expected).toBeGreaterThan(0.9);
  expect(a! / b! / expected).toBeLessThan(1.1);
});

test('a sleeper that wakes takes the CPU soon, but not all the time it slept', () => {
  const kit = taskKit();
  const hog = kit.newProcess();
  const sleeper = kit.newProcess();
  kit.run(sleeper);
  expect(kit.call(sleeper, 'pause')).toBe('blocked');
  share(kit, [hog], 1000);
  kit.run(hog);
  kit.call(hog, 'kill', sleeper.tid, 18);
  setAction(sleeper, 10, { handler: 4096 });
  kit.call(hog, 'kill', sleeper.tid, 10);
  expect(sleeper.state).toBe('runnable');
  expect(hog.work & TIF_NEED_RESCHED).toBe(TIF_NEED_RESCHED);
  kit.exitWork(hog);
  expect(kit.kernel.state.current).toBe(sleeper);
  expect(hog.vruntime - sleeper.vruntime).toBeLessThan(10_000_000);
});

test('sched_yield lets every other runnable task go first', () => {
  const kit = taskKit();
  const tasks = [kit.newProcess(), kit.newProcess(), kit.newProcess()];
  kit.kernel.state.runQueue.push(tasks[1]!, tasks[2]!);
  kit.run(tasks[0]!);
  const order: number[] = [];
  for (let i = 0; i < 6; i++) {
    const { current } = kit.kernel.state;
    order.push(tasks.indexOf(current!));
    kit.call(current!, 'sched_yield');
    kit.exitWork(current!);
  }
  expect(order).toEqual([0, 1, 2, 0, 1, 2]);
});

test('with nothing to run the idle task has the CPU', () => {
  const kit = taskKit();
  const only = kit.newProcess();
  kit.run(only);
  expect(kit.call(only, 'pause')).toBe('blocked');
  expect(kit.kernel.state.current).toBe(kit.idle);
});
