import { expect, test } from 'vitest';
import { kernelCall } from './entry.ts';
import { KC_EXCEPTION, KC_EXIT_WORK } from './kernel-memory.ts';
import type { KernelException, LinuxAbi } from './linux-abi.ts';
import { readWord, writeWord } from './mm/user-access.ts';
import { SIGFPE, SIGSEGV } from './signal/numbers.ts';
import { NO_SIGNALS, union } from './signal/sig-set.ts';
import { setAction } from './task/group-test-kit.ts';
import { taskKit, USER } from './task/task-test-kit.ts';
import { frameAddress } from './task/thread-info.ts';
import type { Task } from './types.ts';

function raise(kit: ReturnType<typeof taskKit>, task: Task, exception: Partial<KernelException>): number {
  kit.run(task);
  const full = { frame: frameAddress(kit.kernel, task), fromUser: true, ...exception } as KernelException;
  (kit.kernel.abi as { readException: LinuxAbi['readException'] }).readException = () => full;
  return kernelCall(kit.kernel, KC_EXCEPTION);
}

const page = (address: number, access: 'read' | 'write', present = false) =>
  ({ kind: 'page', address, access, present }) as const;

test('a fault on mapped memory is served, one beside it is SIGSEGV with its address', () => {
  const kit = taskKit();
  const task = kit.newProcess();
  raise(kit, task, { cause: page(USER, 'write') });
  expect(union(task.group.pending.set, task.pending.set)).toEqual(NO_SIGNALS);
  expect(kit.kernel.state.counters.minorFaults).toBe(1);
  setAction(task, SIGSEGV, { handler: 4096 });
  raise(kit, task, { cause: page(0, 'write') });
  kit.exitWork(task);
  expect(kit.handled[0]!.info).toMatchObject({ signo: SIGSEGV, code: 1, addr: 0 });
});

test('an exception of user code becomes its signal', () => {
  const kit = taskKit();
  const task = kit.newProcess();
  raise(kit, task, { cause: { kind: 'signal', signo: SIGFPE, code: 1, address: 0x8000, name: 'divide error' } });
  kit.exitWork(task);
  expect(task.exitCode).toBe(SIGFPE);
});

test('a kernel-mode program that writes kernel text dies of an oops, whatever handler it has; others live', () => {
  const kit = taskKit();
  const task = kit.newProcess();
  const other = kit.newProcess();
  kit.run(other);
  kit.run(task);
  task.kernelMode = true;
  setAction(task, SIGSEGV, { handler: 4096 });
  raise(kit, task, { cause: page(0xc010_0000, 'write', true) });
  expect(task.exitCode).toBe(SIGSEGV);
  expect(kit.handled).toEqual([]);
  expect(kit.console.join('')).toContain('BUG: unable to handle page fault for address: c0100000');
  expect(kit.console.join('')).toContain('permissions violation');
  expect(kit.kernel.state.current).toBe(other);
  expect(kit.kernel.state.panic).toBeUndefined();
});

test('a user-mode program that touches the kernel gets a plain SIGSEGV', () => {
  const kit = taskKit();
  const task = kit.newProcess();
  raise(kit, task, { cause: page(0xc010_0000, 'write', true) });
  kit.exitWork(task);
  expect(task.exitCode).toBe(SIGSEGV);
  expect(kit.console).toEqual([]);
});

test('a fault of kernel text is repaired if it is prepared for, else an oops; in the idle task a panic', () => {
  const kit = taskKit();
  const task = kit.newProcess();
  let repaired = 0;
  const abi = kit.kernel.abi as { fixupException?: LinuxAbi['fixupException'] };
  abi.fixupException = () => ++repaired > 0;
  raise(kit, task, { fromUser: false, cause: page(4, 'read') });
  expect(repaired).toBe(1);
  expect(task.group.exited).toBe(false);
  abi.fixupException = () => false;
  raise(kit, task, { fromUser: false, cause: page(4, 'read') });
  expect(task.group.exited).toBe(true);
  raise(kit, kit.idle, { fromUser: false, cause: page(4, 'read') });
  expect(kit.kernel.state.panic).toMatch(/^fault in the idle task: BUG: unable to handle page fault/);
});

test('a kernel call from a place no entry code has ends the program, not the machine', () => {
  const kit = taskKit();
  const task = kit.newProcess();
  const survivor = kit.newProcess();
  kit.run(survivor);
  kit.run(task);
  (kit.kernel.abi as { readException: LinuxAbi['readException'] }).readException = (kernel) => {
    kernel.abi.frame.pc(kernel, 0x1234);
    throw new Error('not reached');
  };
  kernelCall(kit.kernel, KC_EXCEPTION);
  expect(task.exitCode).toBe(SIGSEGV);
  expect(kit.console.join('')).toContain('bad kernel call');
  expect(kit.kernel.state.current).toBe(survivor);
});

test('a number without a row is ENOSYS and counted', () => {
  const kit = taskKit();
  const task = kit.newProcess();
  kit.run(task);
  let result = 0;
  kit.kernel.cpu.set = (_slot, value) => {
    result = value;
  };
  kernelCall(kit.kernel, 4000);
  kernelCall(kit.kernel, 4000);
  expect(result).toBe(-38);
  expect(kit.kernel.state.counters.unimplemented.get(4000)).toBe(2);
});

test('a new task writes its id where clone said, in its own memory', () => {
  const kit = taskKit();
  const parent = kit.newProcess();
  writeWord(kit.kernel, parent, USER, 77);
  const pid = kit.call(parent, 'clone', 0x100_0000 | 0x10_0000 | 17, 0, USER + 4, 0, USER) as number;
  const child = kit.kernel.state.tasks.get(pid)!;
  kit.run(child);
  kernelCall(kit.kernel, 0x1004);
  expect(readWord(kit.kernel, child, USER)).toBe(pid);
  expect(readWord(kit.kernel, parent, USER)).toBe(77);
  expect(readWord(kit.kernel, parent, USER + 4)).toBe(pid);
});

test('exit work with nothing to do goes on', () => {
  const kit = taskKit();
  const task = kit.newProcess();
  kit.run(task);
  expect(kernelCall(kit.kernel, KC_EXIT_WORK)).toBe(0);
});
