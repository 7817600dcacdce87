import { expect, test } from 'vitest';
import { EINVAL, EPERM } from '../errno.ts';
import { copyOut, readWord } from '../mm/user-access.ts';
import { newCredentials } from '../task/new-task.ts';
import { taskKit, USER } from '../task/task-test-kit.ts';
import { monotonicNs, realtimeNs } from './clock.ts';

const SECOND = 1_000_000_000n;

function clockKit() {
  const kit = taskKit();
  const task = kit.newProcess();
  const put = (at: number, ...words: number[]) =>
    copyOut(kit.kernel, task, at, new Uint8Array(new Int32Array(words).buffer));
  return { ...kit, task, put };
}

test('root sets the real-time clock; the monotonic one goes on', () => {
  const { kernel, task, put, call, advance } = clockKit();
  const before = monotonicNs(kernel);
  put(USER, 1_000_000_000, 5000);
  expect(call(task, 'settimeofday', USER, 0)).toBe(0);
  expect(realtimeNs(kernel) / SECOND).toBe(1_000_000_000n);
  expect(monotonicNs(kernel) - before).toBeLessThan(SECOND);
  advance(2e9);
  expect(call(task, 'time', 0)).toBe(1_000_000_002);
  put(USER, 1_100_000_000, 7);
  expect(call(task, 'clock_settime', 0, USER)).toBe(0);
  expect(call(task, 'time', 0)).toBe(1_100_000_000);
  expect(call(task, 'clock_settime', 1, USER)).toBe(-EINVAL);
  put(USER, 1_100_000_000, 1_000_000_000);
  expect(call(task, 'clock_settime', 0, USER)).toBe(-EINVAL);
  task.cred = newCredentials(7, 7);
  put(USER, 1_100_000_000, 7);
  expect(call(task, 'clock_settime', 0, USER)).toBe(-EPERM);
  expect(call(task, 'stime', USER)).toBe(-EPERM);
});

test('the time zone is kept', () => {
  const { kernel, task, put, call } = clockKit();
  put(USER, -60, 1);
  expect(call(task, 'settimeofday', 0, USER)).toBe(0);
  expect(call(task, 'gettimeofday', 0, USER + 16)).toBe(0);
  expect([readWord(kernel, task, USER + 16), readWord(kernel, task, USER + 20)]).toEqual([-60, 1]);
  put(USER, 901, 0);
  expect(call(task, 'settimeofday', 0, USER)).toBe(-EINVAL);
});

test('timers that wait for a time of the clock move along', () => {
  const { kernel, task, put, call } = clockKit();
  const now = Number(realtimeNs(kernel) / SECOND);
  for (const [id, flags, at] of [
    [0, 1, now + 100],
    [1, 0, 100],
  ] as const) {
    expect(call(task, 'timer_create', 0, 0, USER + 64)).toBe(0);
    put(USER, 0, 0, at, 0);
    expect(call(task, 'timer_settime', id, flags, USER, 0)).toBe(0);
  }
  put(USER, now + 60, 0);
  expect(call(task, 'clock_settime', 0, USER)).toBe(0);
  const left = [0, 1].map((id) => {
    expect(call(task, 'timer_gettime', id, USER)).toBe(0);
    return readWord(kernel, task, USER + 8)!;
  });
  expect(left[0]).toBeLessThanOrEqual(40);
  expect(left[1]).toBeGreaterThan(90);
});

test('I/O priorities are kept, inherited and checked', () => {
  const { kernel, task, call } = clockKit();
  expect(call(task, 'ioprio_get', 1, 0)).toBe(0);
  expect(call(task, 'ioprio_get', 3, 0)).toBe((2 << 13) | 4);
  expect(call(task, 'ioprio_set', 1, 0, (2 << 13) | 3)).toBe(0);
  const child = kernel.state.tasks.get(call(task, 'fork') as number)!;
  expect(call(child, 'ioprio_get', 1, 0)).toBe((2 << 13) | 3);
  expect(call(task, 'ioprio_set', 1, 0, (2 << 13) | 8)).toBe(-EINVAL);
  task.cred = newCredentials(7, 7);
  expect(call(task, 'ioprio_set', 1, 0, (1 << 13) | 1)).toBe(-EPERM);
});
