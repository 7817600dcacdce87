import { expect, test } from 'vitest';
import { auditMemory } from '../mm/mm-test-kit.ts';
import { mmState } from '../mm/state.ts';
import { clearUser } from '../mm/user-access.ts';
import { publishCurrent } from '../sched/switch.ts';
import { SIGKILL } from '../signal/numbers.ts';
import { killGroup } from '../signal/send.ts';
import { taskKit, USER } from '../task/task-test-kit.ts';
import type { Task } from '../types.ts';

const CALLS = 10_000;
/** Xorshift: the same calls in every run. */
function random(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) % below;
  };
}

const INTERESTING = [
  0,
  1,
  2,
  3,
  4,
  7,
  8,
  9,
  15,
  17,
  63,
  64,
  65,
  127,
  128,
  255,
  256,
  4095,
  4096,
  0x7fff_ffff,
  0x8000_0000,
  0xffff_ffff,
  USER,
  USER + 1,
  USER + 8,
  USER + 0x3ffc,
  USER + 0x4000,
  0xbfff_fffc,
  0xc000_0000,
  0xc040_0000,
  0xffff_fff0,
];

test.each([1, 20_260_101])('system calls with any arguments give a result, never an exception (seed %i)', (seed) => {
  const kit = taskKit({ strace: true });
  const { kernel } = kit;
  const pick = random(seed);
  let task = freshTask();
  const results = new Set<number>();

  function freshTask(): Task {
    const fresh = kit.newProcess();
    fresh.kernelMode = pick(4) === 0;
    clearUser(kernel, fresh, USER, 0x4000);
    return fresh;
  }

  /** All but the stand-ins for init and idle die, so that the run stays small. */
  function sweep(): void {
    for (const group of [...kernel.state.groups.values()]) {
      if (group.pid === 1 || group.exited) continue;
      killGroup(kernel, group, SIGKILL);
      for (const victim of [...group.tasks]) if (victim.state === 'runnable') kit.exitWork(victim);
    }
  }

  /** A kernel-mode caller can have the kernel overwrite its own data: a panic, and rightly so. Here the run goes on as if it had not. */
  function forgetPanic(): void {
    const { state } = kernel;
    if (state.panic === undefined) return;
    expect(state.panic).toContain('the pointer to the current task was overwritten');
    state.panic = undefined;
    publishCurrent(kernel, state.current!);
  }

  for (let i = 0; i < CALLS; i++) {
    const row = kernel.syscalls[pick(kernel.syscalls.length)]!;
    const args = row.args.map(() => (pick(3) === 0 ? pick(0x1_0000_0000) : INTERESTING[pick(INTERESTING.length)]!) | 0);
    const outcome = kit.call(task, row.name, ...args);
    if (typeof outcome === 'number') {
      if (!Number.isInteger(outcome)) throw new Error(`${row.name}(${args}) gives ${outcome}`);
      results.add(outcome);
      if (task.stackSlot >= 0) kit.exitWork(task);
    }
    if (pick(20) === 0) {
      kit.advance(pick(1e9));
      kit.run(task.state === 'runnable' && task.stackSlot >= 0 ? task : kit.idle);
      kit.tick();
      forgetPanic();
    }
    if (kernel.state.tasks.size > 40) sweep();
    if (task.state !== 'runnable' || task.stackSlot < 0) task = freshTask();
  }
  expect(results.size).toBeGreaterThan(30);
  sweep();
  // Nothing is left behind: no task, no waiter, no timer.
  expect([...kernel.state.tasks.keys()]).toEqual([1]);
  expect(kernel.state.runQueue).toEqual([]);
  expect(kernel.state.keyedQueues.size).toBe(0);
  expect(kernel.state.time.timers).toEqual([]);
  expect(mmState(kernel).mms).toEqual([]);
  expect(auditMemory(kernel)).toEqual([]);
});
