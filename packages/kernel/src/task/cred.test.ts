import { expect, test } from 'vitest';
import { EINVAL, EPERM } from '../errno.ts';
import { copyIn, copyOut, readWord } from '../mm/user-access.ts';
import { newCredentials } from './new-task.ts';
import { taskKit, USER } from './task-test-kit.ts';

const KEEP = 0xffff_ffff | 0;

function user(uid: number) {
  const kit = taskKit();
  const task = kit.newProcess();
  task.cred = newCredentials(uid, uid);
  return { kit, task };
}

test('root gives up all ids with setuid; an ordinary user cannot become another', () => {
  const { kit, task } = user(0);
  expect(kit.call(task, 'setuid32', 1000)).toBe(0);
  expect(task.cred).toMatchObject({ uid: 1000, euid: 1000, suid: 1000, fsuid: 1000 });
  expect(kit.call(task, 'setuid32', 0)).toBe(-EPERM);
  expect(kit.call(task, 'setgroups32', 0, 0)).toBe(-EPERM);
});

test('setreuid swaps real and effective ids and saves the new effective one', () => {
  const { kit, task } = user(1000);
  Object.assign(task.cred, { euid: 2000, suid: 2000 });
  expect(kit.call(task, 'setreuid32', 2000, 1000)).toBe(0);
  expect(task.cred).toMatchObject({ uid: 2000, euid: 1000, suid: 1000, fsuid: 1000 });
  expect(kit.call(task, 'setreuid32', KEEP, 3000)).toBe(-EPERM);
});

test('setresuid takes any of the three ids, keeps what is -1, and getresuid shows them', () => {
  const { kit, task } = user(1000);
  Object.assign(task.cred, { suid: 3000 });
  expect(kit.call(task, 'setresuid32', KEEP, 3000, KEEP)).toBe(0);
  expect(task.cred).toMatchObject({ uid: 1000, euid: 3000, suid: 3000 });
  expect(kit.call(task, 'setresuid32', 4000, KEEP, KEEP)).toBe(-EPERM);
  kit.call(task, 'getresuid32', USER, USER + 4, USER + 8);
  expect([0, 4, 8].map((at) => readWord(kit.kernel, task, USER + at))).toEqual([1000, 3000, 3000]);
});

test('16-bit calls show what does not fit as 65534 and take 0xffff for no change', () => {
  const { kit, task } = user(100_000);
  expect(kit.call(task, 'getuid')).toBe(65_534);
  expect(kit.call(task, 'getuid32')).toBe(100_000);
  task.cred.suid = 7;
  expect(kit.call(task, 'setresuid', 0xffff, 7, 0xffff)).toBe(0);
  expect(task.cred).toMatchObject({ uid: 100_000, euid: 7 });
});

test('groups go in and out in both widths', () => {
  const { kit, task } = user(0);
  copyOut(kit.kernel, task, USER, new Uint8Array(new Uint32Array([5, 70_000]).buffer));
  expect(kit.call(task, 'setgroups32', 2, USER)).toBe(0);
  expect(kit.call(task, 'getgroups32', 0, 0)).toBe(2);
  expect(kit.call(task, 'getgroups', 1, USER)).toBe(-EINVAL);
  expect(kit.call(task, 'getgroups', 2, USER)).toBe(2);
  expect([...copyIn(kit.kernel, task, USER, 4)!]).toEqual([5, 0, 0xfe, 0xff]);
});

test('limits: soft under hard, hard goes down only, infinity survives both forms', () => {
  const { kit, task } = user(1000);
  copyOut(kit.kernel, task, USER, new Uint8Array(new Uint32Array([64, 128]).buffer));
  expect(kit.call(task, 'setrlimit', 7, USER)).toBe(0);
  copyOut(kit.kernel, task, USER, new Uint8Array(new Uint32Array([64, 256]).buffer));
  expect(kit.call(task, 'setrlimit', 7, USER)).toBe(-EPERM);
  copyOut(kit.kernel, task, USER, new Uint8Array(new Uint32Array([99, 98]).buffer));
  expect(kit.call(task, 'setrlimit', 7, USER)).toBe(-EINVAL);
  kit.call(task, 'getrlimit', 9, USER);
  expect(readWord(kit.kernel, task, USER)).toBe(0x7fff_ffff);
  kit.call(task, 'ugetrlimit', 9, USER);
  expect(readWord(kit.kernel, task, USER)).toBe(-1);
  kit.call(task, 'prlimit64', 0, 9, 0, USER);
  expect([...copyIn(kit.kernel, task, USER, 16)!].every((byte) => byte === 0xff)).toBe(true);
});

test('process groups: children before exec only, sessions by who leads nothing', () => {
  const { kit, task } = user(0);
  const child = kit.kernel.state.tasks.get(kit.call(task, 'fork') as number)!;
  expect(kit.call(task, 'setpgid', child.tid, 0)).toBe(0);
  expect(kit.call(child, 'getpgrp')).toBe(child.tid);
  expect(kit.call(child, 'setpgid', 0, 4242)).toBe(-EPERM);
  child.group.didExec = true;
  expect(kit.call(task, 'setpgid', child.tid, task.tid)).toBe(-13);
  expect(kit.call(child, 'setsid')).toBe(-EPERM);
  expect(kit.call(task, 'setsid')).toBe(-EPERM);
  const second = kit.kernel.state.tasks.get(kit.call(task, 'fork') as number)!;
  expect(kit.call(second, 'setsid')).toBe(second.tid);
  expect(kit.call(second, 'getsid', 0)).toBe(second.tid);
});
