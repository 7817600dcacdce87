import { describe, expect, it } from 'vitest';
import { GENERIC_SYSV } from '../../abi/layouts.ts';
import { StructReader } from '../../abi/struct.ts';
import { EAGAIN, EINTR, EINVAL, ENOSPC } from '../../errno.ts';
import type { Kernel } from '../../kernel.ts';
import { exitMm } from '../../mm/exit.ts';
import { forkMm } from '../../mm/fork.ts';
import { mapsText } from '../../mm/maps-text.ts';
import { auditMemory, testKernel, testTask } from '../../mm/mm-test-kit.ts';
import { copyIn, copyOut, readWord, writeWord } from '../../mm/user-access.ts';
import { SIGUSR1 } from '../../signal/numbers.ts';
import { sendGroupSignal, sigInfo } from '../../signal/send.ts';
import { exitTask } from '../../task/exit.ts';
import { setAction } from '../../task/group-test-kit.ts';
import { taskKit, USER } from '../../task/task-test-kit.ts';
import type { Task } from '../../types.ts';
import { ipcHighest } from './ids.ts';
import { limitsText, semText, setLimits, shmText } from './proc-texts.ts';
import { shmat, shmdt, shmget } from './shm.ts';
import { shmctl } from './shm-control.ts';
import { sysvState } from './state.ts';

const SEM_UNDO = 0x1000;
const [SETVAL, GETVAL, GETNCNT, IPC_RMID, IPC_STAT] = [16, 12, 14, 0, 2];

/** Writes struct sembuf at USER. */
function putOps(kernel: Kernel, task: Task, ...ops: [num: number, op: number, flags?: number][]): void {
  const words = ops.flatMap(([num, op, flags = 0]) => [num, op & 0xffff, flags]);
  copyOut(kernel, task, USER, new Uint8Array(new Uint16Array(words).buffer));
}

describe('semaphores', () => {
  function waiters() {
    const kit = taskKit();
    const [first, second, giver] = [kit.newProcess(), kit.newProcess(), kit.newProcess()];
    const id = kit.call(giver, 'semget', 0, 2, 0o600) as number;
    return { kit, first, second, giver, id };
  }

  it('does the operations of who waits longest, at once', () => {
    const { kit, first, second, giver, id } = waiters();
    for (const task of [first, second]) {
      putOps(kit.kernel, task, [0, -2]);
      expect(kit.call(task, 'semop', id, USER, 1)).toBe('blocked');
    }
    expect(kit.call(giver, 'semctl', id, 0, GETNCNT, 0)).toBe(2);
    expect(kit.call(giver, 'semctl', id, 0, SETVAL, 3)).toBe(0);
    expect(kit.call(giver, 'semctl', id, 0, GETVAL, 0)).toBe(1);
    expect([first.state, second.state]).toEqual(['runnable', 'sleeping']);
    expect(kit.resume(first)).toBe(0);
    // A waiter that dies waits no more.
    exitTask(kit.kernel, second, 9);
    expect(kit.call(giver, 'semctl', id, 0, GETNCNT, 0)).toBe(0);
    expect(kit.call(giver, 'semctl', id, 0, SETVAL, 5)).toBe(0);
    expect(kit.call(giver, 'semctl', id, 0, GETVAL, 0)).toBe(5);
  });

  it('ends with EINTR by a signal, with EAGAIN by the time', () => {
    const { kit, first, id } = waiters();
    putOps(kit.kernel, first, [1, -1]);
    setAction(first, SIGUSR1, { handler: 0x1234 });
    expect(kit.call(first, 'semop', id, USER, 1)).toBe('blocked');
    sendGroupSignal(kit.kernel, first.group, sigInfo(SIGUSR1));
    expect(kit.resume(first)).toBe(-EINTR);
    kit.exitWork(first);
    writeWord(kit.kernel, first, USER + 0x100, 0);
    writeWord(kit.kernel, first, USER + 0x104, 1000);
    expect(kit.call(first, 'semtimedop', id, USER, 1, USER + 0x100)).toBe('blocked');
    kit.advance(5_000_000);
    kit.tick();
    expect(kit.resume(first)).toBe(-EAGAIN);
    expect(sysvState(kit.kernel).sem.objects.get(0)?.waiters).toEqual([]);
  });

  it('undoes at the end of the last task that shares the adjustments', () => {
    const { kit, first, giver, id } = waiters();
    putOps(kit.kernel, first, [0, 4, SEM_UNDO], [1, 1, SEM_UNDO]);
    expect(kit.call(first, 'semop', id, USER, 2)).toBe(0);
    putOps(kit.kernel, first, [0, -1, SEM_UNDO]);
    expect(kit.call(first, 'semop', id, USER, 1)).toBe(0);
    const thread = kit.kernel.state.tasks.get(kit.call(first, 'clone', 0x50f00, USER + 0x1000) as number)!;
    expect(thread.semUndo).toBe(first.semUndo);
    exitTask(kit.kernel, thread, 0);
    expect(kit.call(giver, 'semctl', id, 0, GETVAL, 0)).toBe(3);
    exitTask(kit.kernel, first, 0);
    expect(kit.call(giver, 'semctl', id, 0, GETVAL, 0)).toBe(0);
    expect(kit.call(giver, 'semctl', id, 1, GETVAL, 0)).toBe(0);
    expect(sysvState(kit.kernel).sem.objects.get(0)?.undos).toEqual([]);
  });

  it('keeps to the limits that /proc sets, and shows what there is', () => {
    const { kit, giver, id } = waiters();
    const { kernel } = kit;
    expect(limitsText(kernel, ['semmsl', 'semmns', 'semopm', 'semmni'])).toBe('32000\t1024000000\t500\t32000\n');
    expect(setLimits(kernel, ['semmsl', 'semmns', 'semopm', 'semmni'], '10 100 5 1\n')).toBe(0);
    expect(setLimits(kernel, ['shmmni'], 'x')).toBe(-EINVAL);
    expect(kit.call(giver, 'semget', 0, 11, 0o600)).toBe(-EINVAL);
    expect(kit.call(giver, 'semget', 0, 1, 0o600)).toBe(-ENOSPC);
    expect(semText(kernel).split('\n')[1]).toMatch(/^ {9}0 {10}0 {3}600 {10}2 {5}0 {5}0 {5}0 {5}0 {10}0 +\d+$/);
    expect(kit.call(giver, 'semctl', id, 0, IPC_RMID, 0)).toBe(0);
    // The next id differs from all that were before.
    expect(kit.call(giver, 'semget', 0, 1, 0o600)).toBe(1);
    expect(ipcHighest(sysvState(kernel).sem)).toBe(1);
  });
});

describe('shared memory', () => {
  it('is paged out and read again, and goes with the last mapping', () => {
    const kernel = testKernel({ frames: 256, swapPages: 2048 });
    const task = testTask(kernel);
    kernel.state.current = task;
    const pages = 600;
    const id = shmget(kernel, task, 0x1234, pages * 4096, 0o1600);
    const at = shmat(kernel, task, id, 0, 0);
    for (let i = 0; i < pages; i++) expect(writeWord(kernel, task, at + i * 4096, i + 1)).toBe(true);
    const child = testTask(kernel);
    exitMm(kernel, child);
    child.mm = forkMm(kernel, task.mm!);
    for (let i = 0; i < pages; i++) expect(readWord(kernel, child, at + i * 4096)).toBe(i + 1);
    expect(kernel.state.counters.pagesOut).toBeGreaterThan(300);
    const maps = mapsText(
      { ...kernel, image: { segments: [], symbols: new Map(), textStart: 0, textEnd: 0 } },
      task.mm!,
    );
    expect(maps).toMatch(/ rw-s 00000000 [\d:]+ 0 {2,}\/SYSV00001234 \(deleted\)\n/);
    expect(shmText(kernel).split('\n')[1]).toMatch(/^ {6}4660 {10}0 {3}600 {4}2457600 +\d+ +\d+ {6}2 /);
    expect(shmctl(kernel, task, id, IPC_RMID, 0)).toBe(0);
    expect(shmdt(kernel, task, at)).toBe(0);
    expect(sysvState(kernel).shm.objects.size).toBe(1);
    expect(auditMemory(kernel)).toEqual([]);
    exitMm(kernel, child);
    expect(sysvState(kernel).shm.objects.size).toBe(0);
    expect(auditMemory(kernel)).toEqual([]);
  });

  it('writes struct shmid64_ds where the ABI has it', () => {
    for (const high of [44, 64]) {
      const base = testKernel({ frames: 256 });
      const shm = { ...GENERIC_SYSV.shm, ctime: { low: 56, high, half: high === 64 } };
      const kernel = { ...base, abi: { ...base.abi, layouts: { sysv: { ...GENERIC_SYSV, shm } } } } as typeof base;
      const task = testTask(kernel);
      const id = shmget(kernel, task, 0, 5000, 0o640);
      const at = shmat(kernel, task, id, 0, 0);
      expect(shmctl(kernel, task, id, IPC_STAT, at)).toBe(0);
      const reader = new StructReader(kernel, copyIn(kernel, task, at, 84)!);
      expect([reader.u32(20), reader.u32(36), reader.u32(72)]).toEqual([0o640, 5000, 1]);
      expect(reader.u32(56)).toBe(Math.floor(Number(sysvState(kernel).shm.objects.get(0)!.ctime)));
    }
  });
});
