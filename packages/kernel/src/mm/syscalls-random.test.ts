import { expect, it } from 'vitest';
import { installFd } from '../fs/file-table.ts';
import { inodeTruncate } from '../fs/inode-io.ts';
import type { Task } from '../types.ts';
import { exitMm } from './exit.ts';
import { forkMm } from './fork.ts';
import { auditMemory, reopenReadOnly, type TestKernel, testFile, testKernel, testTask } from './mm-test-kit.ts';
import { MM_SYSCALLS } from './syscalls.ts';
import { copyIn, readWord, writeWord } from './user-access.ts';

/** Linear congruential generator with the seed that a failure names. */
function generator(seed: number): (limit: number) => number {
  let state = seed >>> 0;
  return (limit) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 0x1_0000_0000) * limit);
  };
}

const EDGES = [0, 1, 4095, 4096, 0x7fff_ffff, 0x8000_0000, 0xbfff_f000, 0xc000_0000, 0xffff_f000, 0xffff_ffff];

/** An argument that often makes sense: addresses near each other, small sizes, flags, descriptors, edges. */
function argument(next: (limit: number) => number): number {
  switch (next(8)) {
    case 0:
      return EDGES[next(EDGES.length)]!;
    case 1:
      return next(64);
    case 2:
      return next(0x1_0000_0000);
    case 3:
      return next(20) * 4096 + (next(4) === 0 ? next(4096) : 0);
    case 4:
      return (1 << next(32)) >>> 0;
    default:
      return 0x2000_0000 + next(64) * 4096;
  }
}

function oneRun(seed: number, steps: number): void {
  const next = generator(seed);
  const kernel: TestKernel = testKernel({ frames: 300, swapPages: 150 });
  const tasks: Task[] = [testTask(kernel)];
  const file = testFile(kernel, new Uint8Array(20 * 4096).fill(3));
  installFd(kernel, tasks[0]!, file);
  installFd(kernel, tasks[0]!, reopenReadOnly(file));
  tasks[0]!.mm!.brkStart = tasks[0]!.mm!.brk = 0x1f00_0000;
  for (let step = 0; step < steps; step++) {
    const task = tasks[next(tasks.length)]!;
    const address = 0x2000_0000 + next(64) * 4096 + next(4096);
    switch (next(12)) {
      case 0:
        readWord(kernel, task, address);
        break;
      case 1:
      case 2:
        writeWord(kernel, task, address, step);
        break;
      case 3:
        copyIn(kernel, task, argument(next), argument(next));
        break;
      case 4:
        if (next(8) === 0) inodeTruncate(kernel, file.inode, next(20 * 4096));
        break;
      case 5:
        if (tasks.length < 4 && next(8) === 0) {
          const child = testTask(kernel);
          exitMm(kernel, child);
          child.mm = forkMm(kernel, task.mm!);
          child.files = task.files;
          tasks.push(child);
        }
        break;
      default: {
        const row = MM_SYSCALLS[next(MM_SYSCALLS.length)]!;
        const args = row.args.map(() => argument(next));
        // Mostly private anonymous or file mappings in the window, so that the rest has something to work on.
        if (row.name === 'mmap2' && next(4) > 0) args.splice(3, 1, [0x22, 0x32, 0x21, 0x31, 0x11, 0x12][next(6)]!);
        if (row.name === 'mmap2' && next(4) > 0) args.splice(1, 1, (1 + next(20)) * 4096);
        const result = row.handler(kernel, task, ...args);
        expect(Number.isSafeInteger(result)).toBe(true);
        expect(result).toBeGreaterThan(-4096);
      }
    }
  }
  expect(auditMemory(kernel)).toEqual([]);
  for (const task of tasks) exitMm(kernel, task);
  expect(auditMemory(kernel)).toEqual([]);
}

it('system calls with random arguments never throw and keep the books in order', () => {
  for (let seed = 1; seed <= 60; seed++) {
    try {
      oneRun(seed, 400);
    } catch (error) {
      throw new Error(`seed ${seed}`, { cause: error });
    }
  }
});
