import { describe, expect, it } from 'vitest';
import { newFile } from '../fs/file.ts';
import { installFd } from '../fs/file-table.ts';
import { setSoftLimit } from '../task/group-test-kit.ts';
import { newCredentials } from '../task/new-task.ts';
import type { Task } from '../types.ts';
import { madvise } from './madvise.ts';
import { memoryInfo, mmUsage } from './maps-text.ts';
import { mincore } from './mincore.ts';
import { mlock, mlockall, munlock, munlockall } from './mlock.ts';
import { auditMemory, reopenReadOnly, type TestKernel, testFile, testKernel, testTask } from './mm-test-kit.ts';
import { mmap } from './mmap.ts';
import {
  MAP_ANONYMOUS,
  MAP_FIXED,
  MAP_FIXED_NOREPLACE,
  MAP_NORESERVE,
  MAP_POPULATE,
  MAP_PRIVATE,
  MAP_SHARED,
  MREMAP_DONTUNMAP,
  MREMAP_MAYMOVE,
} from './mmap-flags.ts';
import { mprotect } from './mprotect.ts';
import { mremap } from './mremap.ts';
import { PROT_EXEC, PROT_READ, PROT_WRITE } from './pte.ts';
import { MM_SYSCALLS } from './syscalls.ts';
import { copyIn, readWord, writeWord } from './user-access.ts';

const RW = PROT_READ | PROT_WRITE;

function anonymous(kernel: TestKernel, task: Task, pages: number, type = MAP_PRIVATE): number {
  return mmap(kernel, task, 0, pages * 4096, RW, MAP_ANONYMOUS | type, undefined, 0);
}

function call(kernel: TestKernel, task: Task, name: string, ...args: number[]): number {
  return MM_SYSCALLS.find((row) => row.name === name)!.handler(kernel, task, ...args);
}

describe('mmap', () => {
  it('refuses nonsense with the right errno', () => {
    const kernel = testKernel();
    const task = testTask(kernel);
    const both = MAP_PRIVATE | MAP_ANONYMOUS;
    expect(mmap(kernel, task, 0, 0, RW, both, undefined, 0)).toBe(-22);
    expect(mmap(kernel, task, 0, 4096, RW, MAP_ANONYMOUS, undefined, 0)).toBe(-22);
    expect(mmap(kernel, task, 0x1001, 4096, RW, both | MAP_FIXED, undefined, 0)).toBe(-22);
    expect(mmap(kernel, task, 0, 4096, RW, both | MAP_FIXED, undefined, 0)).toBe(-1);
    expect(mmap(kernel, task, 0xbfff_f000, 8192, RW, both | MAP_FIXED, undefined, 0)).toBe(-12);
    expect(mmap(kernel, task, 0, 0xd000_0000, RW, both, undefined, 0)).toBe(-12);
    const base = anonymous(kernel, task, 4);
    expect(mmap(kernel, task, base + 4096, 4096, RW, both | MAP_FIXED_NOREPLACE, undefined, 0)).toBe(-17);
  });

  it('goes to a free hint, else top down, and reuses holes', () => {
    const kernel = testKernel();
    const task = testTask(kernel);
    const hint = 0x3000_0000;
    expect(mmap(kernel, task, hint, 4096, RW, MAP_PRIVATE | MAP_ANONYMOUS, undefined, 0)).toBe(hint);
    expect(mmap(kernel, task, hint, 4096, RW, MAP_PRIVATE | MAP_ANONYMOUS, undefined, 0)).not.toBe(hint);
    const a = anonymous(kernel, task, 10);
    const b = anonymous(kernel, task, 10);
    expect(b).toBe(a - 40960);
    call(kernel, task, 'munmap', a, 40960);
    expect(anonymous(kernel, task, 10)).toBe(a);
    expect(auditMemory(kernel)).toEqual([]);
  });

  it('reserves address space freely, but not memory there could never be', () => {
    const kernel = testKernel({ frames: 256, swapPages: 100 });
    const task = testTask(kernel);
    const flags = MAP_PRIVATE | MAP_ANONYMOUS;
    const pages = 400 * 4096;
    expect(mmap(kernel, task, 0, pages, RW, flags, undefined, 0)).toBe(-12);
    expect(mmap(kernel, task, 0, pages, RW, flags | MAP_NORESERVE, undefined, 0)).toBeGreaterThan(0);
    const reserved = mmap(kernel, task, 0, pages, 0, flags, undefined, 0);
    expect(reserved).toBeGreaterThan(0);
    expect(mprotect(kernel, task, reserved, pages, RW)).toBe(-12);
    expect(mprotect(kernel, task, reserved, pages / 4, RW)).toBe(0);
  });

  it('keeps to RLIMIT_AS and RLIMIT_DATA', () => {
    const kernel = testKernel();
    const task = testTask(kernel);
    setSoftLimit(task, 9, 20 * 4096);
    expect(anonymous(kernel, task, 16)).toBeGreaterThan(0);
    expect(anonymous(kernel, task, 5)).toBe(-12);
    expect(anonymous(kernel, task, 4)).toBeGreaterThan(0);
    setSoftLimit(task, 9, 0xffff_ffff);
    setSoftLimit(task, 2, 24 * 4096);
    expect(anonymous(kernel, task, 5)).toBe(-12);
    expect(anonymous(kernel, task, 5, MAP_SHARED)).toBeGreaterThan(0);
    expect(anonymous(kernel, task, 4)).toBeGreaterThan(0);
  });

  it('MAP_POPULATE leaves no faults for later', () => {
    const kernel = testKernel();
    const task = testTask(kernel);
    const base = mmap(kernel, task, 0, 16 * 4096, RW, MAP_PRIVATE | MAP_ANONYMOUS | MAP_POPULATE, undefined, 0);
    for (let i = 0; i < 16; i++) writeWord(kernel, task, base + i * 4096, i);
    expect(task.minorFaults).toBe(0);
  });

  it('by system call: descriptors, page offsets, the old block form', () => {
    const kernel = testKernel();
    const task = testTask(kernel);
    const bytes = new Uint8Array(3 * 4096).map((_, i) => i >> 12);
    const fd = installFd(kernel, task, testFile(kernel, bytes));
    const base = call(kernel, task, 'mmap2', 0, 4096, PROT_READ, MAP_PRIVATE, fd, 2);
    expect(copyIn(kernel, task, base, 1)![0]).toBe(2);
    expect(call(kernel, task, 'mmap2', 0, 4096, PROT_READ, MAP_PRIVATE, 77, 0)).toBe(-9);
    const block = anonymous(kernel, task, 1);
    [0, 4096, PROT_READ, MAP_PRIVATE, fd, 4096].forEach((word, i) => {
      writeWord(kernel, task, block + i * 4, word);
    });
    const old = call(kernel, task, 'mmap', block);
    expect(copyIn(kernel, task, old, 1)![0]).toBe(1);
    expect(call(kernel, task, 'mmap', 0)).toBe(-14);
    writeWord(kernel, task, block + 20, 100);
    expect(call(kernel, task, 'mmap', block)).toBe(-22);
  });

  it('refuses files that cannot be mapped', () => {
    const kernel = testKernel();
    const task = testTask(kernel);
    const file = testFile(kernel, new Uint8Array(10));
    const directory = newFile('directory', file.path, 0, undefined);
    expect(mmap(kernel, task, 0, 4096, PROT_READ, MAP_PRIVATE, directory, 0)).toBe(-19);
    const writeOnly = newFile('regular', file.path, 1, undefined);
    expect(mmap(kernel, task, 0, 4096, PROT_READ, MAP_PRIVATE, writeOnly, 0)).toBe(-13);
    const before = file.inode.users;
    const reader = reopenReadOnly(file);
    const base = mmap(kernel, task, 0, 4096, PROT_READ, MAP_PRIVATE, reader, 0);
    expect(reader.refs).toBe(2);
    call(kernel, task, 'munmap', base, 4096);
    expect(reader.refs).toBe(1);
    expect(file.inode.users).toBe(before + 1);
  });
});

describe('mremap', () => {
  it('moves file and shared mappings with their offsets', () => {
    const kernel = testKernel();
    const task = testTask(kernel);
    const file = testFile(
      kernel,
      new Uint8Array(8 * 4096).map((_, i) => i >> 12),
    );
    const base = mmap(kernel, task, 0, 8 * 4096, PROT_READ | PROT_EXEC, MAP_PRIVATE, file, 0);
    const middle = base + 3 * 4096;
    const moved = mremap(kernel, task, middle, 2 * 4096, 5 * 4096, MREMAP_MAYMOVE, 0);
    expect(moved).toBeGreaterThan(0);
    expect(moved).not.toBe(middle);
    for (let i = 0; i < 5; i++) expect(copyIn(kernel, task, moved + i * 4096, 1)![0]).toBe(3 + i);
    expect(readWord(kernel, task, middle)).toBeUndefined();
    expect(copyIn(kernel, task, base + 5 * 4096, 1)![0]).toBe(5);
    const keys = new Set(task.mm!.vmas.map((vma) => vma.image));
    expect(keys.size).toBe(2);
    expect(auditMemory(kernel)).toEqual([]);
  });

  it('keeps the old mapping under MREMAP_DONTUNMAP, emptied', () => {
    const kernel = testKernel();
    const task = testTask(kernel);
    const base = anonymous(kernel, task, 2);
    writeWord(kernel, task, base, 42);
    const moved = mremap(kernel, task, base, 8192, 8192, MREMAP_MAYMOVE | MREMAP_DONTUNMAP, 0);
    expect(readWord(kernel, task, moved)).toBe(42);
    expect(readWord(kernel, task, base)).toBe(0);
    expect(auditMemory(kernel)).toEqual([]);
  });

  it('duplicates a shared mapping when the old size is 0', () => {
    const kernel = testKernel();
    const task = testTask(kernel);
    const base = anonymous(kernel, task, 2, MAP_SHARED);
    const twin = mremap(kernel, task, base, 0, 8192, MREMAP_MAYMOVE, 0);
    writeWord(kernel, task, base + 4096, 9);
    expect(readWord(kernel, task, twin + 4096)).toBe(9);
    const own = anonymous(kernel, task, 2);
    expect(mremap(kernel, task, own, 0, 8192, MREMAP_MAYMOVE, 0)).toBe(-22);
  });
});

describe('madvise', () => {
  it('DONTNEED gives zeros in anonymous memory and the file again in file mappings', () => {
    const kernel = testKernel();
    const task = testTask(kernel);
    const base = anonymous(kernel, task, 3);
    for (let i = 0; i < 3; i++) writeWord(kernel, task, base + i * 4096, 5);
    expect(madvise(kernel, task, base + 4096, 4096, 4)).toBe(0);
    expect([0, 1, 2].map((i) => readWord(kernel, task, base + i * 4096))).toEqual([5, 0, 5]);
    const file = testFile(kernel, new Uint8Array(4096).fill(1));
    const mapped = mmap(kernel, task, 0, 4096, RW, MAP_PRIVATE, file, 0);
    writeWord(kernel, task, mapped, 7);
    expect(madvise(kernel, task, mapped, 4096, 4)).toBe(0);
    expect(readWord(kernel, task, mapped)).toBe(0x01010101);
    expect(madvise(kernel, task, base, 4096, 999)).toBe(-22);
    expect(madvise(kernel, task, 0x1000_0000, 4096, 4)).toBe(-12);
  });

  it('REMOVE empties shared memory for all, POPULATE_WRITE brings pages in', () => {
    const kernel = testKernel();
    const task = testTask(kernel);
    const base = anonymous(kernel, task, 2, MAP_SHARED);
    writeWord(kernel, task, base, 5);
    writeWord(kernel, task, base + 4096, 6);
    expect(madvise(kernel, task, base, 4096, 9)).toBe(0);
    expect(readWord(kernel, task, base)).toBe(0);
    expect(readWord(kernel, task, base + 4096)).toBe(6);
    const own = anonymous(kernel, task, 4);
    expect(madvise(kernel, task, own, 16384, 23)).toBe(0);
    expect(mmUsage(kernel, task.mm!).rssAnonymous).toBe(16384);
    expect(auditMemory(kernel)).toEqual([]);
  });
});

describe('residence', () => {
  it('mincore tells what is in memory', () => {
    const kernel = testKernel();
    const task = testTask(kernel);
    const base = anonymous(kernel, task, 3);
    writeWord(kernel, task, base + 4096, 1);
    const vector = anonymous(kernel, task, 1);
    expect(mincore(kernel, task, base, 3 * 4096, vector)).toBe(0);
    expect([...copyIn(kernel, task, vector, 3)!]).toEqual([0, 1, 0]);
    expect(mincore(kernel, task, base - 64 * 4096, 4096, vector)).toBe(-12);
    expect(mincore(kernel, task, base, 4096, 0)).toBe(-14);
  });

  it('mlock brings in, counts and obeys the limit', () => {
    const kernel = testKernel();
    const task = testTask(kernel);
    const base = anonymous(kernel, task, 8);
    expect(mlock(kernel, task, base + 100, 4096, 0)).toBe(0);
    expect(task.mm!.lockedBytes).toBe(8192);
    expect(task.mm!.rss).toBe(2);
    expect(munlock(kernel, task, base, 4096)).toBe(0);
    expect(task.mm!.lockedBytes).toBe(4096);
    task.cred = newCredentials(1000, 1000);
    setSoftLimit(task, 8, 4 * 4096);
    expect(mlock(kernel, task, base, 8 * 4096, 0)).toBe(-12);
    expect(mlockall(kernel, task, 2)).toBe(0);
    expect(anonymous(kernel, task, 8)).toBe(-11);
    expect(munlockall(kernel, task)).toBe(0);
    expect(task.mm!.lockedBytes).toBe(0);
    expect(auditMemory(kernel)).toEqual([]);
  });

  it('memoryInfo adds up', () => {
    const kernel = testKernel({ frames: 512, swapPages: 10 });
    const task = testTask(kernel);
    const base = anonymous(kernel, task, 20);
    for (let i = 0; i < 20; i++) writeWord(kernel, task, base + i * 4096, 1);
    const info = memoryInfo(kernel);
    expect(info.total).toBe(512 * 4096);
    expect(info.anonymous).toBe(20 * 4096);
    expect(info.free + info.anonymous + info.cached + info.kernel).toBe(info.total);
    expect(info.swapTotal).toBe(40960);
  });
});
