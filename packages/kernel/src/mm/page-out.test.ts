import { describe, expect, it } from 'vitest';
import type { HostSwap } from '../host.ts';
import type { Task } from '../types.ts';
import { exitMm } from './exit.ts';
import { forkMm } from './fork.ts';
import { memoryInfo } from './maps-text.ts';
import { mlock } from './mlock.ts';
import { auditMemory, type TestKernel, testFile, testKernel, testTask } from './mm-test-kit.ts';
import { mmap } from './mmap.ts';
import { MAP_ANONYMOUS, MAP_PRIVATE, MAP_SHARED } from './mmap-flags.ts';
import { PROT_READ, PROT_WRITE } from './pte.ts';
import { mmState } from './state.ts';
import { copyIn, copyOut, readWord, writeWord } from './user-access.ts';

const RW = PROT_READ | PROT_WRITE;

function anonymous(kernel: TestKernel, task: Task, pages: number, type = MAP_PRIVATE): number {
  const address = mmap(kernel, task, 0, pages * 4096, RW, MAP_ANONYMOUS | type, undefined, 0);
  expect(address).toBeGreaterThan(0);
  return address;
}

/** Page content that depends on every bit of its number. */
function pattern(seed: number): Uint8Array {
  const bytes = new Uint8Array(4096);
  let x = (seed * 2654435761) >>> 0 || 1;
  for (let i = 0; i < 4096; i += 4) {
    x ^= x << 13;
    x ^= x >>> 17;
    x ^= x << 5;
    bytes[i] = x;
    bytes[i + 1] = x >>> 8;
    bytes[i + 2] = x >>> 16;
    bytes[i + 3] = x >>> 24;
  }
  return bytes;
}

function hostSwap(): HostSwap & { pages: Map<number, Uint8Array> } {
  const pages = new Map<number, Uint8Array>();
  return {
    pages,
    write: (slot, bytes) => void pages.set(slot, bytes.slice()),
    read: (slot, into) => into.set(pages.get(slot)!),
  };
}

describe('page-out', () => {
  it('brings back every byte of five times the memory, through either store', () => {
    for (const swap of [undefined, hostSwap()]) {
      const kernel = testKernel({ frames: 256, swapPages: 2048, ...(swap ? { swap } : {}) });
      const task = testTask(kernel);
      const base = anonymous(kernel, task, 1280);
      for (let i = 0; i < 1280; i++) expect(copyOut(kernel, task, base + i * 4096, pattern(i))).toBe(true);
      for (let i = 0; i < 1280; i++) expect(copyIn(kernel, task, base + i * 4096, 4096)).toEqual(pattern(i));
      for (let i = 1279; i >= 0; i--) expect(copyIn(kernel, task, base + i * 4096, 4096)).toEqual(pattern(i));
      expect(kernel.state.counters.pagesOut).toBeGreaterThan(1000);
      expect(task.majorFaults).toBeGreaterThan(2000);
      expect(auditMemory(kernel)).toEqual([]);
      exitMm(kernel, task);
      expect(memoryInfo(kernel).swapFree).toBe(memoryInfo(kernel).swapTotal);
    }
  });

  it('keeps pages of one repeated word out of the store', () => {
    const swap = hostSwap();
    const kernel = testKernel({ frames: 256, swapPages: 2048, swap });
    const task = testTask(kernel);
    const base = anonymous(kernel, task, 1000);
    for (let i = 0; i < 1000; i++) {
      copyOut(kernel, task, base + i * 4096, new Uint8Array(4096).fill(i & 1 ? 0xa5 : 0));
    }
    for (let i = 0; i < 1000; i++) {
      expect(readWord(kernel, task, base + i * 4096 + 4092)).toBe(i & 1 ? 0xa5a5a5a5 | 0 : 0);
    }
    expect(kernel.state.counters.pagesOut).toBeGreaterThan(500);
    expect(swap.pages.size).toBe(0);
  });

  it('keeps copy-on-write families right while they are paged out and in', () => {
    const kernel = testKernel({ frames: 256, swapPages: 4096 });
    const tasks = [testTask(kernel)];
    const base = anonymous(kernel, tasks[0]!, 150);
    const common = anonymous(kernel, tasks[0]!, 20, MAP_SHARED);
    const model: Map<number, number>[] = [new Map()];
    const shared = new Map<number, number>();
    let random = 12345;
    const next = (limit: number): number => {
      random = (Math.imul(random, 1103515245) + 12345) >>> 0;
      return (random >>> 8) % limit;
    };
    for (let step = 0; step < 12_000; step++) {
      const who = next(tasks.length);
      const task = tasks[who]!;
      const page = next(150);
      const action = next(100);
      if (action < 45) {
        writeWord(kernel, task, base + page * 4096, step);
        model[who]!.set(page, step);
      } else if (action < 90) {
        expect(readWord(kernel, task, base + page * 4096)).toBe(model[who]!.get(page) ?? 0);
      } else if (action < 94) {
        writeWord(kernel, task, common + (page % 20) * 4096, step);
        shared.set(page % 20, step);
      } else if (action < 98) {
        expect(readWord(kernel, task, common + (page % 20) * 4096)).toBe(shared.get(page % 20) ?? 0);
      } else if (action === 98 && tasks.length < 8) {
        const child = testTask(kernel);
        exitMm(kernel, child);
        child.mm = forkMm(kernel, task.mm!);
        tasks.push(child);
        model.push(new Map(model[who]));
      } else if (tasks.length > 4) {
        exitMm(kernel, task);
        tasks.splice(who, 1);
        model.splice(who, 1);
      }
    }
    expect(kernel.state.counters.pagesIn).toBeGreaterThan(100);
    expect(auditMemory(kernel)).toEqual([]);
  });

  it('writes dirty pages of shared file mappings to the file and drops clean ones', () => {
    const kernel = testKernel({ frames: 192, swapPages: 0 });
    const task = testTask(kernel);
    const file = testFile(kernel, new Uint8Array(60 * 4096).fill(1));
    const base = mmap(kernel, task, 0, 60 * 4096, RW, MAP_SHARED, file, 0);
    for (let i = 0; i < 60; i++) writeWord(kernel, task, base + i * 4096, 500 + i);
    const other = anonymous(kernel, task, 150);
    for (let i = 0; i < 150; i++) writeWord(kernel, task, other + i * 4096, i);
    for (let i = 0; i < 60; i++) expect(readWord(kernel, task, base + i * 4096)).toBe(500 + i);
    expect(task.majorFaults).toBeGreaterThan(20);
    expect(auditMemory(kernel)).toEqual([]);
  });

  it('never pages out locked memory', () => {
    const kernel = testKernel({ frames: 256, swapPages: 1024 });
    const task = testTask(kernel);
    const kept = anonymous(kernel, task, 20);
    expect(mlock(kernel, task, kept, 20 * 4096, 0)).toBe(0);
    const base = anonymous(kernel, task, 600);
    for (let i = 0; i < 600; i++) writeWord(kernel, task, base + i * 4096, i);
    for (let page = kept / 4096; page < kept / 4096 + 20; page++) {
      expect(task.mm!.space.pages.get(page) & 1).toBe(1);
    }
    expect(auditMemory(kernel)).toEqual([]);
  });
});

describe('out of memory', () => {
  it('kills the process with most memory and serves the other', () => {
    const kernel = testKernel({ frames: 256, swapPages: 64 });
    const big = testTask(kernel);
    const small = testTask(kernel);
    const a = anonymous(kernel, big, 300);
    let written = 0;
    while (written < 230 && writeWord(kernel, big, a + written * 4096, 1)) written++;
    const b = anonymous(kernel, small, 120);
    for (let i = 0; i < 100; i++) expect(writeWord(kernel, small, b + i * 4096, i)).toBe(true);
    expect(big.group.groupExit).toBe(9);
    expect(small.group.groupExit).toBeUndefined();
    for (let i = 0; i < 100; i++) expect(readWord(kernel, small, b + i * 4096)).toBe(i);
    expect(kernel.warnings.some((line) => line.includes('Out of memory'))).toBe(true);
    expect(mmState(kernel).swap.used).toBeLessThanOrEqual(64);
    expect(auditMemory(kernel)).toEqual([]);
  });
});
