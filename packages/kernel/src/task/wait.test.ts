import { expect, test } from 'vitest';
import { ECHILD, EINVAL } from '../errno.ts';
import { readWord } from '../mm/user-access.ts';
import { SA_NOCLDWAIT, SIG_IGN, SIGCHLD, SIGCONT, SIGHUP, SIGSTOP } from '../signal/numbers.ts';
import { hasSignal, setOfWords } from '../signal/sig-set.ts';
import { taskKit, USER } from './task-test-kit.ts';

const WNOHANG = 1;
const WUNTRACED = 2;
const WCONTINUED = 8;

test('a parent waits for a child that ends later, and gets its status once', () => {
  const kit = taskKit();
  const parent = kit.newProcess();
  const pid = kit.call(parent, 'fork') as number;
  const child = kit.kernel.state.tasks.get(pid)!;
  expect(kit.call(parent, 'wait4', -1, USER, WNOHANG, 0)).toBe(0);
  expect(kit.call(parent, 'wait4', -1, USER, 0, 0)).toBe('blocked');
  expect(kit.call(child, 'exit_group', 7)).toBe('ended');
  expect(child.state).toBe('zombie');
  expect(kit.resume(parent)).toBe(pid);
  expect(readWord(kit.kernel, parent, USER)).toBe(7 << 8);
  expect(kit.kernel.state.groups.has(pid)).toBe(false);
  expect(kit.call(parent, 'wait4', -1, USER, 0, 0)).toBe(-ECHILD);
  expect(hasSignal(parent.group.pending.set, SIGCHLD)).toBe(false);
});

test('the child gets result 0 in its frame and shares nothing but what fork shares', () => {
  const kit = taskKit();
  const parent = kit.newProcess();
  parent.sigMask = setOfWords(5);
  const pid = kit.call(parent, 'fork') as number;
  const child = kit.kernel.state.tasks.get(pid)!;
  expect(kit.frame(child).result).toBe(0);
  expect(child.sigMask).toEqual(setOfWords(5));
  expect(child.mm).not.toBe(parent.mm);
  expect(child.group.actions).not.toBe(parent.group.actions);
  expect(child.group.parent).toBe(parent.group);
});

test('wait selects by pid and process group', () => {
  const kit = taskKit();
  const parent = kit.newProcess();
  const first = kit.call(parent, 'fork') as number;
  const second = kit.call(parent, 'fork') as number;
  expect(kit.call(parent, 'setpgid', second, second)).toBe(0);
  kit.call(kit.kernel.state.tasks.get(first)!, 'exit_group', 1);
  expect(kit.call(parent, 'wait4', second, 0, WNOHANG, 0)).toBe(0);
  expect(kit.call(parent, 'wait4', -second, 0, WNOHANG, 0)).toBe(0);
  expect(kit.call(parent, 'wait4', 99, 0, 0, 0)).toBe(-ECHILD);
  expect(kit.call(parent, 'wait4', 0, 0, WNOHANG, 0)).toBe(first);
  expect(kit.call(parent, 'wait4', -1, 0, 0x100, 0)).toBe(-EINVAL);
});

test('stops and continues are reported once to who asks for them', () => {
  const kit = taskKit();
  const parent = kit.newProcess();
  const pid = kit.call(parent, 'fork') as number;
  const child = kit.kernel.state.tasks.get(pid)!;
  expect(kit.call(parent, 'kill', pid, SIGSTOP)).toBe(0);
  kit.exitWork(child);
  expect(child.state).toBe('stopped');
  expect(kit.call(parent, 'wait4', pid, 0, WNOHANG, 0)).toBe(0);
  expect(kit.call(parent, 'wait4', pid, USER, WUNTRACED | WNOHANG, 0)).toBe(pid);
  expect(readWord(kit.kernel, parent, USER)).toBe((SIGSTOP << 8) | 0x7f);
  expect(kit.call(parent, 'wait4', pid, USER, WUNTRACED | WNOHANG, 0)).toBe(0);
  expect(kit.call(parent, 'kill', pid, SIGCONT)).toBe(0);
  expect(child.state).toBe('runnable');
  expect(kit.call(parent, 'wait4', pid, USER, WCONTINUED | WNOHANG, 0)).toBe(pid);
  expect(readWord(kit.kernel, parent, USER)).toBe(0xffff);
});

test.each([
  ['SIGCHLD ignored', SIG_IGN, 0],
  ['SA_NOCLDWAIT', 0, SA_NOCLDWAIT],
])('with %s children leave no zombies and wait ends with ECHILD', (_name, handler, flags) => {
  const kit = taskKit();
  const parent = kit.newProcess();
  Object.assign(parent.group.actions[SIGCHLD]!, { handler, flags });
  const pid = kit.call(parent, 'fork') as number;
  expect(kit.call(parent, 'wait4', -1, 0, 0, 0)).toBe('blocked');
  kit.call(kit.kernel.state.tasks.get(pid)!, 'exit_group', 0);
  expect(kit.kernel.state.groups.has(pid)).toBe(false);
  expect(kit.resume(parent)).toBe(-ECHILD);
});

test('orphans go to process 1, which reaps them; a subreaper comes first', () => {
  const kit = taskKit();
  const top = kit.newProcess();
  const middlePid = kit.call(top, 'fork') as number;
  const middle = kit.kernel.state.tasks.get(middlePid)!;
  const leafPid = kit.call(middle, 'fork') as number;
  const leaf = kit.kernel.state.tasks.get(leafPid)!;
  kit.call(top, 'prctl', 36, 1);
  kit.call(middle, 'exit_group', 0);
  expect(leaf.group.parent).toBe(top.group);
  kit.call(top, 'exit_group', 0);
  expect(leaf.group.parent).toBe(kit.init.group);
  kit.call(leaf, 'exit_group', 3);
  expect(kit.kernel.state.groups.has(leafPid)).toBe(false);
});

test('a vfork parent waits until the child lets go of the memory', () => {
  const kit = taskKit();
  const parent = kit.newProcess();
  expect(kit.call(parent, 'vfork')).toBe('blocked');
  const child = [...kit.kernel.state.tasks.values()].find((task) => task.group.parent === parent.group)!;
  expect(child.mm).toBe(parent.mm);
  expect(parent.state).toBe('sleeping');
  kit.call(child, 'exit_group', 0);
  expect(kit.resume(parent)).toBe(child.tid);
  expect(parent.mm?.users).toBe(1);
});

test('a stopped job whose process group is orphaned gets SIGHUP and SIGCONT', () => {
  const kit = taskKit();
  const shell = kit.newProcess();
  const jobPid = kit.call(shell, 'fork') as number;
  const job = kit.kernel.state.tasks.get(jobPid)!;
  kit.call(shell, 'setpgid', jobPid, jobPid);
  kit.call(shell, 'kill', jobPid, SIGSTOP);
  kit.exitWork(job);
  expect(job.state).toBe('stopped');
  kit.call(shell, 'exit_group', 0);
  expect(job.group.stopped).toBe(false);
  kit.exitWork(job);
  expect(job.exitCode & 0x7f).toBe(SIGHUP);
});

test('a thread group ends with exit_group of any thread; exit ends one thread only', () => {
  const kit = taskKit();
  const leader = kit.newProcess();
  const flags = 0x100 | 0x200 | 0x400 | 0x800 | 0x10000;
  const one = kit.kernel.state.tasks.get(kit.call(leader, 'clone', flags, USER) as number)!;
  const two = kit.kernel.state.tasks.get(kit.call(leader, 'clone', flags, USER) as number)!;
  expect(one.group).toBe(leader.group);
  expect(kit.call(one, 'getpid')).toBe(leader.tid);
  expect(kit.call(one, 'gettid')).toBe(one.tid);
  kit.call(leader, 'exit', 4);
  expect(leader.state).toBe('zombie');
  expect(leader.group.exited).toBe(false);
  kit.call(one, 'exit', 0);
  expect(kit.kernel.state.tasks.has(one.tid)).toBe(false);
  const { group } = leader;
  kit.call(two, 'exit_group', 9);
  expect(group.exited).toBe(true);
  expect(leader.exitCode).toBe(9 << 8);
});

test('a forked child runs before its parent goes on, a thread after', () => {
  const kit = taskKit();
  const parent = kit.newProcess();
  const child = kit.kernel.state.tasks.get(kit.call(parent, 'fork') as number)!;
  kit.exitWork(parent);
  expect(kit.kernel.state.current).toBe(child);
  const thread = kit.kernel.state.tasks.get(kit.call(child, 'clone', 0x100 | 0x800 | 0x10000, USER) as number)!;
  kit.exitWork(child);
  expect(kit.kernel.state.current).toBe(child);
  expect(thread.state).toBe('runnable');
});
