import { describe, expect, it } from 'vitest';
import type { Task } from '../types.ts';
import { exitMm } from './exit.ts';
import { forkMm } from './fork.ts';
import { freeFrames } from './frames.ts';
import { madvise } from './madvise.ts';
import { auditMemory, type TestKernel, testKernel, testTask } from './mm-test-kit.ts';
import { mmap } from './mmap.ts';
import { MAP_ANONYMOUS, MAP_PRIVATE, MAP_SHARED } from './mmap-flags.ts';
import { mprotect } from './mprotect.ts';
import { PROT_READ, PROT_WRITE } from './pte.ts';
import { readWord, writeWord } from './user-access.ts';

const RW = PROT_READ | PROT_WRITE;

function anonymous(kernel: TestKernel, task: Task, pages: number, type: number): number {
  const address = mmap(kernel, task, 0, pages * 4096, RW, MAP_ANONYMOUS | type, undefined, 0);
  expect(address).toBeGreaterThan(0);
  return address;
}

function forkTask(kernel: TestKernel, parent: Task): Task {
  const child = testTask(kernel);
  exitMm(kernel, child);
  child.mm = forkMm(kernel, parent.mm!);
  return child;
}

describe('fork', () => {
  it('keeps private memory apart and shared memory common', () => {
    const kernel = testKernel();
    const parent = testTask(kernel);
    const own = anonymous(kernel, parent, 4, MAP_PRIVATE);
    const common = anonymous(kernel, parent, 4, MAP_SHARED);
    for (let i = 0; i < 4; i++) writeWord(kernel, parent, own + i * 4096, 100 + i);
    writeWord(kernel, parent, common, 200);
    const child = forkTask(kernel, parent);
    expect(readWord(kernel, child, own + 4096)).toBe(101);
    writeWord(kernel, child, own + 4096, 7);
    writeWord(kernel, parent, own + 8192, 8);
    writeWord(kernel, child, common, 201);
    writeWord(kernel, child, common + 4096, 202);
    expect(readWord(kernel, parent, own + 4096)).toBe(101);
    expect(readWord(kernel, child, own + 8192)).toBe(102);
    expect(readWord(kernel, parent, common)).toBe(201);
    expect(readWord(kernel, parent, common + 4096)).toBe(202);
    expect(auditMemory(kernel)).toEqual([]);
  });

  it('allocates no frames until somebody writes, and one frame a written page', () => {
    const kernel = testKernel();
    const parent = testTask(kernel);
    const own = anonymous(kernel, parent, 64, MAP_PRIVATE);
    for (let i = 0; i < 64; i++) writeWord(kernel, parent, own + i * 4096, i);
    const spare = testTask(kernel);
    exitMm(kernel, spare);
    const before = freeFrames(kernel);
    spare.mm = forkMm(kernel, parent.mm!);
    expect(freeFrames(kernel)).toBe(before);
    for (let i = 0; i < 5; i++) writeWord(kernel, spare, own + i * 4096, 9);
    expect(freeFrames(kernel)).toBe(before - 5);
    exitMm(kernel, spare);
    expect(freeFrames(kernel)).toBe(before);
    // The last one left writes in place.
    for (let i = 0; i < 64; i++) writeWord(kernel, parent, own + i * 4096, 1000 + i);
    expect(freeFrames(kernel)).toBe(before);
    expect(auditMemory(kernel)).toEqual([]);
  });

  it('is not undone by mprotect, nor is the zero page', () => {
    const kernel = testKernel();
    const parent = testTask(kernel);
    const own = anonymous(kernel, parent, 2, MAP_PRIVATE);
    writeWord(kernel, parent, own, 1);
    expect(readWord(kernel, parent, own + 4096)).toBe(0);
    const child = forkTask(kernel, parent);
    for (const task of [child, parent]) {
      expect(mprotect(kernel, task, own, 8192, PROT_READ)).toBe(0);
      expect(mprotect(kernel, task, own, 8192, RW)).toBe(0);
    }
    writeWord(kernel, child, own, 2);
    writeWord(kernel, child, own + 4096, 3);
    expect(readWord(kernel, parent, own)).toBe(1);
    expect(readWord(kernel, parent, own + 4096)).toBe(0);
    expect(readWord(kernel, child, own + 4096)).toBe(3);
    expect(auditMemory(kernel)).toEqual([]);
  });

  it('heeds MADV_DONTFORK and MADV_WIPEONFORK', () => {
    const kernel = testKernel();
    const parent = testTask(kernel);
    const hidden = anonymous(kernel, parent, 1, MAP_PRIVATE);
    const wiped = anonymous(kernel, parent, 1, MAP_PRIVATE);
    writeWord(kernel, parent, hidden, 1);
    writeWord(kernel, parent, wiped, 2);
    expect(madvise(kernel, parent, hidden, 4096, 10)).toBe(0);
    expect(madvise(kernel, parent, wiped, 4096, 18)).toBe(0);
    const child = forkTask(kernel, parent);
    expect(readWord(kernel, child, hidden)).toBeUndefined();
    expect(readWord(kernel, child, wiped)).toBe(0);
    expect(readWord(kernel, parent, wiped)).toBe(2);
  });

  it('gives everything back when a family has exited', () => {
    const kernel = testKernel();
    const parent = testTask(kernel);
    const before = freeFrames(kernel);
    const own = anonymous(kernel, parent, 16, MAP_PRIVATE);
    const common = anonymous(kernel, parent, 16, MAP_SHARED);
    for (let i = 0; i < 16; i++) {
      writeWord(kernel, parent, own + i * 4096, i);
      writeWord(kernel, parent, common + i * 4096, i);
    }
    const spaces = Array.from({ length: 5 }, () => forkMm(kernel, parent.mm!));
    const child = testTask(kernel);
    const stack = before - freeFrames(kernel) - 32;
    for (const mm of spaces) {
      exitMm(kernel, child);
      child.mm = mm;
      writeWord(kernel, child, own, 77);
    }
    exitMm(kernel, child);
    exitMm(kernel, parent);
    expect(freeFrames(kernel)).toBe(before - stack);
    expect(auditMemory(kernel)).toEqual([]);
  });
});
