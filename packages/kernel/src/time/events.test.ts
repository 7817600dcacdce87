import { KERNEL_LEAVE } from '@kml/core';
import { expect, test } from 'vitest';
import { kernelCall } from '../entry.ts';
import { CPU_AREA, KC_IDLE, KC_INTERRUPT, KERNEL_DATA_OFFSET } from '../kernel-memory.ts';
import { kernelWrite32 } from '../mm/kernel-access.ts';
import { copyOut, readWord } from '../mm/user-access.ts';
import { SIGALRM } from '../signal/numbers.ts';
import { dequeueSignal } from '../signal/pending.ts';
import { NO_SIGNALS, sigBit } from '../signal/sig-set.ts';
import { setAction } from '../task/group-test-kit.ts';
import { taskKit, USER } from '../task/task-test-kit.ts';
import { cyclesToNs, monotonicNs, nsToCycles } from './clock.ts';
import { isIdle, onRunReturn, timerDue } from './events.ts';
import { expireTimers, setTimer } from './timers.ts';

/** A run loop over an engine that executes nothing but counts, at a given cost of an instruction. */
function runLoop(cyclesPerInstruction: number, chunk: number) {
  const kit = taskKit();
  const { kernel } = kit;
  const task = kit.newProcess();
  kit.run(task);
  const counts = { instructions: 0, cycles: 0, line: false };
  const ticks: number[] = [];
  Object.assign(kernel.engine, {
    instructions: () => counts.instructions,
    cycles: () => counts.cycles,
    addCycles: (cycles: number) => {
      counts.cycles += cycles;
    },
    setInterrupt: (_line: number, up: boolean) => {
      counts.line = up;
    },
  });
  while (counts.instructions < 20_000_000) {
    if (counts.line) {
      kernelCall(kernel, KC_INTERRUPT);
      ticks.push(counts.instructions);
    }
    const budget = Math.min(chunk, timerDue(kernel));
    counts.instructions += budget;
    counts.cycles += budget * cyclesPerInstruction;
    onRunReturn(kernel);
  }
  return { ticks, kernel };
}

test.each([1, 3, 0.7])('ticks come at their rate whatever an instruction costs (%d cycles)', (cost) => {
  const { ticks, kernel } = runLoop(cost, 1e9);
  // 100 Hz at 1 GHz: a tick every 10 million cycles.
  expect(ticks.length).toBeGreaterThanOrEqual(Math.floor((20 * cost) / 10) - 1);
  expect(Math.abs(ticks[0]! * cost - 10_000_000)).toBeLessThan(1000);
  expect(kernel.state.counters.ticks).toBe(ticks.length);
});

test('the pieces in which the host runs the machine do not show', () => {
  const whole = runLoop(2, 1e9).ticks;
  expect(runLoop(2, 77_777).ticks).toEqual(whole);
  expect(runLoop(2, 1_000_003).ticks).toEqual(whole);
});

test('timers expire in order of time, equal ones in the order they were set', () => {
  const kit = taskKit();
  const { kernel } = kit;
  const order: number[] = [];
  const tasks = [0, 1, 2, 3].map(() => kit.newProcess());
  for (const task of tasks) {
    kit.run(task);
    kit.call(task, 'pause');
  }
  const times = [30n, 10n, 20n, 10n];
  tasks.forEach((task, i) => {
    task.wait!.deadline = times[i];
    setTimer(kernel, 'wait', task.tid, monotonicNs(kernel) + times[i]!);
  });
  kit.advance(15);
  expireTimers(kernel);
  for (const task of kernel.state.runQueue) order.push(tasks.indexOf(task));
  expect(order).toEqual([1, 3]);
  kit.advance(100);
  expireTimers(kernel);
  expect(kernel.state.time.timers).toEqual([]);
  expect(tasks.every((task) => task.timedOut)).toBe(true);
});

test('virtual time skips idle time to the next deadline exactly', () => {
  const kit = taskKit();
  const { kernel } = kit;
  const task = kit.newProcess();
  copyOut(kernel, task, USER, new Uint8Array(new Int32Array([3600, 0]).buffer));
  const start = monotonicNs(kernel);
  expect(kit.call(task, 'nanosleep', USER, 0)).toBe('blocked');
  const deadline = task.wait!.deadline!;
  expect(deadline - start).toBeGreaterThanOrEqual(3600_000_000_000n);
  kernelCall(kernel, KC_IDLE);
  expect(monotonicNs(kernel)).toBe(deadline);
  kit.tick();
  expect(task.state).toBe('runnable');
  expect(kit.resume(task)).toBe(0);
});

test('a machine with nothing to wait for but the host is idle', () => {
  const kit = taskKit();
  const task = kit.newProcess();
  kit.run(task);
  kit.call(task, 'pause');
  const before = monotonicNs(kit.kernel);
  kernelCall(kit.kernel, KC_IDLE);
  expect(isIdle(kit.kernel)).toBe(true);
  expect(monotonicNs(kit.kernel)).toBe(before);
});

test('setitimer repeats, alarm tells what was left, and both raise SIGALRM', () => {
  const kit = taskKit();
  const { kernel } = kit;
  const task = kit.newProcess();
  kit.run(task);
  task.sigMask = sigBit(SIGALRM);
  copyOut(kernel, task, USER, new Uint8Array(new Int32Array([0, 20_000, 0, 10_000]).buffer));
  expect(kit.call(task, 'setitimer', 0, USER, 0)).toBe(0);
  kit.advance(10_100_000);
  kit.tick();
  expect(task.group.pending.set).toEqual(task.sigMask);
  kit.call(task, 'getitimer', 0, USER + 32);
  expect(readWord(kernel, task, USER + 36)).toBe(20_000);
  // It is set again when its signal is taken.
  expect(readWord(kernel, task, USER + 44)).toBe(0);
  expect(dequeueSignal(kernel, task, NO_SIGNALS)?.signo).toBe(SIGALRM);
  kit.call(task, 'getitimer', 0, USER + 32);
  expect(readWord(kernel, task, USER + 44)).toBeGreaterThan(19_000);
  expect(kit.call(task, 'alarm', 10)).toBe(1);
  expect(kit.call(task, 'alarm', 0)).toBe(10);
});

test('a POSIX timer counts what it overran while its signal was not taken', () => {
  const kit = taskKit();
  const { kernel } = kit;
  const task = kit.newProcess();
  kit.run(task);
  task.sigMask = sigBit(SIGALRM);
  expect(kit.call(task, 'timer_create', 1, 0, USER)).toBe(0);
  const id = readWord(kernel, task, USER)!;
  copyOut(kernel, task, USER, new Uint8Array(new Int32Array([0, 1_000_000, 0, 1_000_000]).buffer));
  expect(kit.call(task, 'timer_settime', id, 0, USER, 0)).toBe(0);
  kit.advance(5_500_000);
  kit.tick();
  kit.advance(1_000_000);
  kit.tick();
  setAction(task, SIGALRM, { handler: 4096 });
  copyOut(kernel, task, USER, new Uint8Array(8));
  kit.call(task, 'rt_sigprocmask', 2, USER, 0, 8);
  kit.exitWork(task);
  expect(kit.handled).toHaveLength(1);
  expect(kit.call(task, 'timer_getoverrun', id)).toBe(5);
  expect(kit.call(task, 'timer_delete', id)).toBe(0);
  expect(kernel.state.time.timers).toEqual([]);
});

test('interrupts that are never taken are named as a lock-up', () => {
  const kit = taskKit();
  const { kernel } = kit;
  const task = kit.newProcess();
  kit.run(task);
  let looks = 0;
  for (let i = 0; i < 30 && kernel.state.panic === undefined; i++) {
    kit.advance(timerDue(kernel));
    kit.advance(250_000_000);
    onRunReturn(kernel);
    looks++;
  }
  // The tick is raised at the first look; a second of the guest's time is four more.
  expect(looks).toBe(5);
  expect(kernel.state.panic).toMatch(/^lock-up: interrupts disabled for 1 s by test/);
  expect(kit.console.join('')).toContain('Kernel panic - not syncing: lock-up');
});

test('cycles and nanoseconds convert without drift', () => {
  expect(cyclesToNs(2.4e9 * 1e6 + 7, 2.4e9)).toBe(1e15 + 2);
  expect(nsToCycles(1, 2.4e9)).toBe(3);
  expect(nsToCycles(1e15, 2.4e9)).toBe(2.4e15);
});

test('a tick that finds the pointer to the current task overwritten is a panic that names the task', () => {
  const { kernel } = runLoop(1, 1e9);
  kernelWrite32(kernel, kernel.abi.taskSize + KERNEL_DATA_OFFSET + CPU_AREA.current, 0x1234_5678);
  expect(kernelCall(kernel, KC_INTERRUPT)).toBe(KERNEL_LEAVE);
  expect(kernel.state.panic).toMatch(/^the pointer to the current task was overwritten: 12345678, .*\(pid \d+\)$/);
});
