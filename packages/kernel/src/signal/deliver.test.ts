import { expect, test } from 'vitest';
import { EAGAIN, EINTR, EINVAL, EPERM } from '../errno.ts';
import { copyOut, readWord } from '../mm/user-access.ts';
import { setAction, setSoftLimit } from '../task/group-test-kit.ts';
import { newCredentials } from '../task/new-task.ts';
import { RESTART_SYSCALL, taskKit, USER } from '../task/task-test-kit.ts';
import {
  SA_NODEFER,
  SA_RESETHAND,
  SA_RESTART,
  SIGALRM,
  SIGINT,
  SIGKILL,
  SIGSEGV,
  SIGTERM,
  SIGUSR1,
  sigBit,
} from './numbers.ts';
import { firstSignal } from './pending.ts';
import { forceSignal, sendGroupSignal, sendSignal, sigInfo } from './send.ts';
import { intersects, NO_SIGNALS, sigSet } from './sig-set.ts';

const HANDLER = 0x8000_1000;

function withHandler(signo: number, flags = 0, mask = NO_SIGNALS) {
  const kit = taskKit();
  const task = kit.newProcess();
  task.group.actions[signo] = { handler: HANDLER, flags, mask, restorer: 0 };
  return { kit, task };
}

test('a handler runs with its mask and its own signal blocked, and gets the mask to put back', () => {
  const { kit, task } = withHandler(SIGUSR1, 0, sigBit(SIGINT));
  sendGroupSignal(kit.kernel, task.group, sigInfo(SIGUSR1));
  kit.exitWork(task);
  expect(kit.handled).toHaveLength(1);
  expect(kit.handled[0]).toMatchObject({ handler: HANDLER, mask: NO_SIGNALS });
  expect(task.sigMask).toEqual(sigSet(SIGINT, SIGUSR1));
});

test('SA_NODEFER leaves the signal unblocked, SA_RESETHAND takes the handler away', () => {
  const { kit, task } = withHandler(SIGUSR1, SA_NODEFER | SA_RESETHAND);
  sendSignal(kit.kernel, task, sigInfo(SIGUSR1));
  kit.exitWork(task);
  expect(task.sigMask).toEqual(NO_SIGNALS);
  expect(task.group.actions[SIGUSR1]!.handler).toBe(0);
});

test('a blocked signal waits; a standard one is kept once, real-time ones are queued in order', () => {
  const { kit, task } = withHandler(40);
  setAction(task, SIGUSR1, { handler: HANDLER });
  task.sigMask = sigSet(40, SIGUSR1);
  for (const value of [1, 2, 3]) sendSignal(kit.kernel, task, sigInfo(40, { value }));
  sendSignal(kit.kernel, task, sigInfo(SIGUSR1));
  sendSignal(kit.kernel, task, sigInfo(SIGUSR1));
  kit.exitWork(task);
  expect(kit.handled).toHaveLength(0);
  setAction(task, 40, { flags: SA_NODEFER });
  copyOut(kit.kernel, task, USER, new Uint8Array(8));
  expect(kit.call(task, 'rt_sigprocmask', 2, USER, 0, 8)).toBe(0);
  kit.exitWork(task);
  kit.exitWork(task);
  expect(kit.handled.map(({ info }) => [info.signo, info.value])).toEqual([
    [SIGUSR1, 0],
    [40, 1],
    [40, 2],
    [40, 3],
  ]);
});

test('a full queue of real-time signals gives EAGAIN to sigqueue', () => {
  const { kit, task } = withHandler(40);
  task.sigMask = sigBit(40);
  setSoftLimit(task, 11, 2);
  const results = [1, 2, 3].map(() => sendSignal(kit.kernel, task, sigInfo(40, { code: -1 })));
  expect(results).toEqual([0, 0, -EAGAIN]);
});

test('without a handler a signal ends the process with its number', () => {
  const kit = taskKit();
  const task = kit.newProcess();
  sendGroupSignal(kit.kernel, task.group, sigInfo(SIGTERM));
  kit.exitWork(task);
  expect(task.group.exited).toBe(true);
  expect(task.exitCode).toBe(SIGTERM);
});

test('SIGKILL ends a stopped process and one in an uninterruptible wait', () => {
  const kit = taskKit();
  const stopped = kit.newProcess();
  sendGroupSignal(kit.kernel, stopped.group, sigInfo(19));
  kit.exitWork(stopped);
  expect(stopped.state).toBe('stopped');
  sendGroupSignal(kit.kernel, stopped.group, sigInfo(SIGKILL));
  kit.exitWork(stopped);
  expect(stopped.exitCode).toBe(SIGKILL);
  const parent = kit.newProcess();
  setAction(parent, SIGUSR1, { handler: HANDLER });
  expect(kit.call(parent, 'vfork')).toBe('blocked');
  sendGroupSignal(kit.kernel, parent.group, sigInfo(SIGUSR1));
  expect(parent.state).toBe('sleeping');
  sendGroupSignal(kit.kernel, parent.group, sigInfo(SIGTERM));
  expect(parent.state).toBe('runnable');
  kit.resume(parent);
  kit.exitWork(parent);
  expect(parent.exitCode).toBe(SIGTERM);
});

test('a fault signal that is blocked or ignored kills; one with a handler does not', () => {
  const kit = taskKit();
  const blocked = kit.newProcess();
  setAction(blocked, SIGSEGV, { handler: HANDLER });
  blocked.sigMask = sigBit(SIGSEGV);
  forceSignal(kit.kernel, blocked, sigInfo(SIGSEGV, { code: 1, addr: 4 }));
  kit.exitWork(blocked);
  expect(blocked.exitCode).toBe(SIGSEGV);
  const caught = kit.newProcess();
  setAction(caught, SIGSEGV, { handler: HANDLER });
  forceSignal(kit.kernel, caught, sigInfo(SIGSEGV, { code: 1, addr: 4 }));
  kit.exitWork(caught);
  expect(kit.handled.at(-1)).toMatchObject({ task: caught, info: { addr: 4 } });
});

test.each([
  [SA_RESTART, 0x8000 - 2, 'restarts'],
  [0, 0x8000, 'ends with EINTR'],
])('wait4 under a handler with flags %i %s', (flags, pc) => {
  const { kit, task } = withHandler(SIGUSR1, flags);
  kit.call(task, 'fork');
  expect(kit.call(task, 'wait4', -1, 0, 0, 0)).toBe('blocked');
  sendSignal(kit.kernel, task, sigInfo(SIGUSR1));
  kit.resume(task);
  kit.exitWork(task);
  expect(kit.handled).toHaveLength(1);
  const frame = kit.frame(task);
  expect(frame.pc).toBe(pc);
  expect(frame.result).toBe(flags ? frame.syscall : -EINTR);
});

test('a call that no handler interrupts restarts: a stop and SIGCONT are not seen by the program', () => {
  const kit = taskKit();
  const task = kit.newProcess();
  kit.call(task, 'fork');
  expect(kit.call(task, 'wait4', -1, 0, 0, 0)).toBe('blocked');
  sendGroupSignal(kit.kernel, task.group, sigInfo(19));
  kit.resume(task);
  kit.exitWork(task);
  expect(task.state).toBe('stopped');
  sendGroupSignal(kit.kernel, task.group, sigInfo(18));
  kit.exitWork(task);
  expect(kit.frame(task)).toMatchObject({ pc: 0x8000 - 2, result: kit.frame(task).syscall });
});

test('nanosleep goes on through restart_syscall until its first deadline, and tells what is left to a handler', () => {
  const kit = taskKit();
  const task = kit.newProcess();
  const { kernel } = kit;
  copyOut(kernel, task, USER, new Uint8Array(new Int32Array([2, 0]).buffer));
  expect(kit.call(task, 'nanosleep', USER, USER + 16)).toBe('blocked');
  const deadline = task.wait!.deadline!;
  kit.advance(500_000_000);
  sendGroupSignal(kernel, task.group, sigInfo(19));
  kit.resume(task);
  kit.exitWork(task);
  kit.advance(500_000_000);
  sendGroupSignal(kernel, task.group, sigInfo(18));
  kit.exitWork(task);
  expect(kit.frame(task).result).toBe(RESTART_SYSCALL);
  expect(kit.call(task, 'restart_syscall')).toBe('blocked');
  expect(task.wait!.deadline).toBe(deadline);
  setAction(task, SIGALRM, { handler: HANDLER });
  kit.advance(100_000_000);
  sendSignal(kernel, task, sigInfo(SIGALRM));
  kit.resume(task);
  kit.exitWork(task);
  expect(kit.frame(task).result).toBe(-EINTR);
  const left = readWord(kernel, task, USER + 16)! * 1e9 + readWord(kernel, task, USER + 20)!;
  expect(left).toBeGreaterThan(890_000_000);
  expect(left).toBeLessThanOrEqual(900_000_000);
});

test('sigsuspend puts the old mask back: after the handler, through the mask it is given', () => {
  const { kit, task } = withHandler(SIGUSR1);
  task.sigMask = sigBit(SIGUSR1);
  copyOut(kit.kernel, task, USER, new Uint8Array(8));
  expect(kit.call(task, 'rt_sigsuspend', USER, 8)).toBe('blocked');
  expect(task.sigMask).toEqual(NO_SIGNALS);
  sendSignal(kit.kernel, task, sigInfo(SIGUSR1));
  kit.resume(task);
  kit.exitWork(task);
  expect(kit.handled[0]!.mask).toEqual(sigBit(SIGUSR1));
  expect(kit.frame(task).result).toBe(-EINTR);
});

test('sigtimedwait takes a blocked signal without a handler, or times out', () => {
  const kit = taskKit();
  const task = kit.newProcess();
  task.sigMask = sigBit(SIGUSR1);
  copyOut(kit.kernel, task, USER, new Uint8Array(new Int32Array([sigBit(SIGUSR1).w0, 0]).buffer));
  copyOut(kit.kernel, task, USER + 8, new Uint8Array(new Int32Array([1, 0]).buffer));
  expect(kit.call(task, 'rt_sigtimedwait', USER, USER + 64, USER + 8, 8)).toBe('blocked');
  sendSignal(kit.kernel, task, sigInfo(SIGUSR1, { code: -1, pid: 77, value: 5 }));
  expect(kit.resume(task)).toBe(SIGUSR1);
  expect(readWord(kit.kernel, task, USER + 64 + 12)).toBe(77);
  expect(task.sigMask).toEqual(sigBit(SIGUSR1));
  expect(kit.call(task, 'rt_sigtimedwait', USER, 0, USER + 8, 8)).toBe('blocked');
  kit.advance(1_000_000_000);
  kit.tick();
  expect(kit.resume(task)).toBe(-EAGAIN);
  expect(task.sigMask).toEqual(sigBit(SIGUSR1));
});

test('SIGKILL and SIGSTOP have no handlers and cannot be blocked', () => {
  const kit = taskKit();
  const task = kit.newProcess();
  expect(kit.call(task, 'signal', SIGKILL, HANDLER)).toBe(-EINVAL);
  copyOut(kit.kernel, task, USER, new Uint8Array(8).fill(0xff));
  expect(kit.call(task, 'rt_sigprocmask', 2, USER, 0, 8)).toBe(0);
  expect(intersects(task.sigMask, sigSet(SIGKILL, 19))).toBe(false);
});

test('kill needs the same user, and signal 0 only asks', () => {
  const kit = taskKit();
  const victim = kit.newProcess();
  const other = kit.newProcess();
  other.cred = newCredentials(1000, 1000);
  expect(kit.call(other, 'kill', victim.tid, SIGTERM)).toBe(-EPERM);
  expect(kit.call(victim, 'kill', other.tid, 0)).toBe(0);
  expect(other.group.pending.set).toEqual(NO_SIGNALS);
});

test('signals raised by instructions are taken first, then the lowest', () => {
  expect(firstSignal(sigSet(SIGINT, SIGSEGV))).toBe(SIGSEGV);
  expect(firstSignal(sigSet(34, 64))).toBe(34);
  expect(firstSignal(sigBit(64))).toBe(64);
  expect(firstSignal(NO_SIGNALS)).toBe(0);
});
