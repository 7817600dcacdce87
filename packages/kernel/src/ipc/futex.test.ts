import { expect, test } from 'vitest';
import { EAGAIN, EFAULT, EINVAL, ETIMEDOUT } from '../errno.ts';
import { copyOut, readWord, writeWord } from '../mm/user-access.ts';
import { taskKit, USER } from '../task/task-test-kit.ts';

const WAIT = 128;
const WAKE = 129;
const CMP_REQUEUE = 4 | 128;
const WAKE_OP = 5 | 128;
const WAIT_BITSET = 9 | 128;
const WAKE_BITSET = 10 | 128;
const THREAD = 0x100 | 0x200 | 0x400 | 0x800 | 0x10000;

function threads(count: number) {
  const kit = taskKit();
  const leader = kit.newProcess();
  writeWord(kit.kernel, leader, USER, 0);
  const others = Array.from({ length: count }, () => {
    return kit.kernel.state.tasks.get(kit.call(leader, 'clone', THREAD, USER + 0x1000) as number)!;
  });
  return { kit, leader, others };
}

test('waiters are woken oldest first, as many as asked', () => {
  const { kit, leader, others } = threads(3);
  for (const task of others) expect(kit.call(task, 'futex', USER, WAIT, 0, 0)).toBe('blocked');
  expect(kit.call(leader, 'futex', USER, WAKE, 2)).toBe(2);
  expect(others.map((task) => task.state)).toEqual(['runnable', 'runnable', 'sleeping']);
  expect(kit.resume(others[0]!)).toBe(0);
  expect(kit.call(leader, 'futex', USER, WAKE, 5)).toBe(1);
  expect(kit.call(leader, 'futex', USER, WAKE, 5)).toBe(0);
  expect([...kit.kernel.state.keyedQueues.values()].filter(({ waiters }) => waiters.length > 0)).toEqual([]);
});

test('a value that changed gives EAGAIN, a bad address EFAULT, an unaligned one EINVAL', () => {
  const { kit, leader } = threads(0);
  expect(kit.call(leader, 'futex', USER, WAIT, 1, 0)).toBe(-EAGAIN);
  expect(kit.call(leader, 'futex', 0x40, WAIT, 1, 0)).toBe(-EFAULT);
  expect(kit.call(leader, 'futex', USER + 2, WAIT, 0, 0)).toBe(-EINVAL);
});

test('a time-out ends the wait at its time and not before', () => {
  const { kit, leader, others } = threads(1);
  copyOut(kit.kernel, leader, USER + 8, new Uint8Array(new Int32Array([0, 5_000_000]).buffer));
  expect(kit.call(others[0]!, 'futex', USER, WAIT, 0, USER + 8)).toBe('blocked');
  kit.advance(4_900_000);
  kit.tick();
  expect(others[0]!.state).toBe('sleeping');
  kit.advance(200_000);
  kit.tick();
  expect(kit.resume(others[0]!)).toBe(-ETIMEDOUT);
  expect([...kit.kernel.state.keyedQueues.values()].filter(({ waiters }) => waiters.length > 0)).toEqual([]);
});

test('bits choose who is woken', () => {
  const { kit, leader, others } = threads(2);
  kit.call(others[0]!, 'futex', USER, WAIT_BITSET, 0, 0, 0, 1);
  kit.call(others[1]!, 'futex', USER, WAIT_BITSET, 0, 0, 0, 2);
  expect(kit.call(leader, 'futex', USER, WAKE_BITSET, 9, 0, 0, 2)).toBe(1);
  expect(others.map((task) => task.state)).toEqual(['sleeping', 'runnable']);
});

test('requeue moves waiters to the other address if the value is as expected', () => {
  const { kit, leader, others } = threads(3);
  for (const task of others) kit.call(task, 'futex', USER, WAIT, 0, 0);
  expect(kit.call(leader, 'futex', USER, CMP_REQUEUE, 1, 9, USER + 4, 1)).toBe(-EAGAIN);
  expect(kit.call(leader, 'futex', USER, CMP_REQUEUE, 1, 9, USER + 4, 0)).toBe(3);
  expect(kit.call(leader, 'futex', USER, WAKE, 9)).toBe(0);
  expect(kit.call(leader, 'futex', USER + 4, WAKE, 9)).toBe(2);
  for (const task of others) expect(kit.resume(task)).toBe(0);
});

test('wake-op changes the second word and wakes it if the old value compares so', () => {
  const { kit, leader, others } = threads(2);
  kit.call(others[0]!, 'futex', USER, WAIT, 0, 0);
  kit.call(others[1]!, 'futex', USER + 4, WAIT, 0, 0);
  // second word := 7 (SET), second waiter woken if the old value equals 0 (EQ).
  const encoded = (0 << 28) | (0 << 24) | (7 << 12) | 0;
  expect(kit.call(leader, 'futex', USER, WAKE_OP, 1, 1, USER + 4, encoded)).toBe(2);
  expect(readWord(kit.kernel, leader, USER + 4)).toBe(7);
});

test('shared futexes of two processes meet only in shared memory; private ones never', () => {
  const kit = taskKit();
  const parent = kit.newProcess();
  writeWord(kit.kernel, parent, USER, 0);
  const child = kit.kernel.state.tasks.get(kit.call(parent, 'fork') as number)!;
  expect(kit.call(child, 'futex', USER, 0, 0, 0)).toBe('blocked');
  expect(kit.call(parent, 'futex', USER, 1, 9)).toBe(0);
});

test('a thread that ends clears its tid word and wakes who joins it; robust locks are marked', () => {
  const { kit, leader } = threads(0);
  const { kernel } = kit;
  const CLEARTID = 0x200000;
  const tid = kit.call(leader, 'clone', THREAD | CLEARTID, USER + 0x1000, 0, 0, USER + 0x20) as number;
  const thread = kernel.state.tasks.get(tid)!;
  writeWord(kernel, leader, USER + 0x20, tid);
  expect(kit.call(leader, 'futex', USER + 0x20, 0, tid, 0)).toBe('blocked');
  // A robust list with one lock held: entry at +0x40, its word 4 bytes behind.
  for (const [at, value] of [
    [0x30, USER + 0x40],
    [0x34, 4],
    [0x38, 0],
    [0x40, USER + 0x30],
    [0x44, tid],
  ] as const) {
    writeWord(kernel, leader, USER + at, value);
  }
  expect(kit.call(thread, 'set_robust_list', USER + 0x30, 12)).toBe(0);
  expect(kit.call(thread, 'exit', 0)).toBe('ended');
  expect(readWord(kernel, leader, USER + 0x20)).toBe(0);
  expect(readWord(kernel, leader, USER + 0x44)).toBe(0x4000_0000);
  expect(kit.resume(leader)).toBe(0);
});

test('several futexes are waited for at once, until one is woken', () => {
  const { kit, leader, others } = threads(2);
  const list = USER + 0x100;
  for (const address of [USER + 4, USER + 8]) writeWord(kit.kernel, leader, address, 0);
  const words = [USER + 4, USER + 8].flatMap((address) => [0, 0, address, 0, 2 | 128, 0]);
  copyOut(kit.kernel, leader, list, new Uint8Array(new Int32Array(words).buffer));
  expect(kit.call(leader, 'futex_waitv', list, 0, 0, 0, 0)).toBe(-EINVAL);
  for (const task of others) expect(kit.call(task, 'futex_waitv', list, 2, 0, 0, 1)).toBe('blocked');
  expect(kit.call(leader, 'futex', USER + 8, WAKE, 1)).toBe(1);
  expect(kit.resume(others[0]!)).toBe(1);
  expect(kit.call(leader, 'futex', USER + 8, CMP_REQUEUE, 0, 1, USER, 0)).toBe(1);
  expect(kit.call(leader, 'futex', USER + 4, WAKE, 9)).toBe(1);
  expect(kit.resume(others[1]!)).toBe(0);
  expect([...kit.kernel.state.keyedQueues.values()].filter(({ waiters }) => waiters.length > 0)).toEqual([]);
  writeWord(kit.kernel, leader, USER + 8, 1);
  expect(kit.call(leader, 'futex_waitv', list, 2, 0, 0, 1)).toBe(-EAGAIN);
});
