import { expect, test } from 'vitest';
import { EAGAIN, EDEADLK, EINVAL, EPERM, ERESTARTNOINTR, ESRCH, ETIMEDOUT } from '../errno.ts';
import { copyOut, readWord, writeWord } from '../mm/user-access.ts';
import { changePolicy } from '../sched/change-policy.ts';
import { SCHED_FIFO } from '../sched/policy.ts';
import { SIGUSR1 } from '../signal/numbers.ts';
import { sendSignal, sigInfo } from '../signal/send.ts';
import { exitTask } from '../task/exit.ts';
import { setAction } from '../task/group-test-kit.ts';
import { taskKit, USER } from '../task/task-test-kit.ts';

const [WAKE, LOCK, UNLOCK, TRYLOCK, WAIT_REQUEUE, CMP_REQUEUE, LOCK2] = [129, 134, 135, 136, 139, 140, 141];
const THREAD = 0x100 | 0x200 | 0x400 | 0x800 | 0x10000;
const WAITERS = 0x8000_0000;
const DIED = 0x4000_0000;

function threads(count: number) {
  const kit = taskKit();
  const leader = kit.newProcess();
  writeWord(kit.kernel, leader, USER, 0);
  const others = Array.from({ length: count }, () => {
    return kit.kernel.state.tasks.get(kit.call(leader, 'clone', THREAD, USER + 0x1000) as number)!;
  });
  const word = (at = USER) => readWord(kit.kernel, leader, at)! >>> 0;
  return { kit, leader, others, word };
}

test('the lock goes to the highest priority, then to who waits longest', () => {
  const { kit, leader, others, word } = threads(4);
  const [first, second, urgent, killed] = others as [typeof leader, typeof leader, typeof leader, typeof leader];
  changePolicy(kit.kernel, urgent, SCHED_FIFO, 5);
  expect(kit.call(leader, 'futex', USER, LOCK, 0, 0)).toBe(0);
  expect(word()).toBe(leader.tid);
  expect(kit.call(first, 'futex', USER, UNLOCK, 0, 0)).toBe(-EPERM);
  for (const task of [killed, first, second, urgent]) expect(kit.call(task, 'futex', USER, LOCK, 0, 0)).toBe('blocked');
  exitTask(kit.kernel, killed, 9);
  expect(kit.call(leader, 'futex', USER, WAKE, 1)).toBe(-EINVAL);
  expect(kit.call(leader, 'futex', USER, UNLOCK)).toBe(0);
  expect(word()).toBe((WAITERS | urgent.tid) >>> 0);
  expect(kit.resume(urgent)).toBe(0);
  // The owner's end hands it over, marked.
  exitTask(kit.kernel, urgent, 0);
  expect(word()).toBe((WAITERS | DIED | first.tid) >>> 0);
});

test('a wait ends by its time, and begins anew after a signal', () => {
  const { kit, leader, others, word } = threads(1);
  const other = others[0]!;
  kit.call(leader, 'futex', USER, LOCK, 0, 0);
  copyOut(kit.kernel, leader, USER + 8, new Uint8Array(new Int32Array([0, 500_000_000]).buffer));
  expect(kit.call(other, 'futex', USER, LOCK2, 0, USER + 8)).toBe('blocked');
  kit.advance(1e9);
  kit.tick();
  expect(kit.resume(other)).toBe(-ETIMEDOUT);
  expect(kit.call(other, 'futex', USER, LOCK, 0, 0)).toBe('blocked');
  setAction(other, SIGUSR1, { handler: 0x1000 });
  sendSignal(kit.kernel, other, sigInfo(SIGUSR1));
  expect(kit.resume(other)).toBe(-ERESTARTNOINTR);
  expect(kit.call(leader, 'futex', USER, UNLOCK)).toBe(0);
  expect(word()).toBe(0);
});

test('locks that cannot be had are refused', () => {
  const { kit, leader, others } = threads(1);
  const other = others[0]!;
  const second = USER + 64;
  kit.call(leader, 'futex', USER, LOCK, 0, 0);
  kit.call(other, 'futex', second, LOCK, 0, 0);
  expect(kit.call(leader, 'futex', USER, TRYLOCK)).toBe(-EDEADLK);
  expect(kit.call(other, 'futex', USER, TRYLOCK)).toBe(-EAGAIN);
  expect(kit.call(other, 'futex', USER, LOCK, 0, 0)).toBe('blocked');
  expect(kit.call(leader, 'futex', second, LOCK, 0, 0)).toBe(-EDEADLK);
  writeWord(kit.kernel, leader, USER + 128, 30_000);
  expect(kit.call(leader, 'futex', USER + 128, LOCK, 0, 0)).toBe(-ESRCH);
});

test('waiters are moved to the lock, the first gets it if it is free', () => {
  const { kit, leader, others, word } = threads(2);
  const lock = USER + 64;
  for (const task of others) expect(kit.call(task, 'futex', USER, WAIT_REQUEUE, 0, 0, lock)).toBe('blocked');
  expect(kit.call(leader, 'futex', USER, WAKE, 1)).toBe(-EINVAL);
  expect(kit.call(leader, 'futex', USER, CMP_REQUEUE, 1, 10, lock, 1)).toBe(-EAGAIN);
  expect(kit.call(leader, 'futex', USER, CMP_REQUEUE, 1, 10, lock, 0)).toBe(2);
  expect(kit.resume(others[0]!)).toBe(0);
  expect(word(lock)).toBe((WAITERS | others[0]!.tid) >>> 0);
  expect(others[1]!.state).toBe('sleeping');
  expect(kit.call(others[0]!, 'futex', lock, UNLOCK)).toBe(0);
  expect(kit.resume(others[1]!)).toBe(0);
  expect([...kit.kernel.state.keyedQueues.values()].filter(({ waiters }) => waiters.length > 0)).toEqual([]);
});
