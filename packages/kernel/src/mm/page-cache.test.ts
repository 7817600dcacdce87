import { describe, expect, it } from 'vitest';
import { inodeRead, inodeReadBacking, inodeTruncate, inodeWrite } from '../fs/inode-io.ts';
import type { OpenFile } from '../types.ts';
import { exitMm } from './exit.ts';
import { handlePageFault } from './fault.ts';
import { mapsText } from './maps-text.ts';
import { auditMemory, reopenReadOnly, type TestKernel, testFile, testKernel, testTask } from './mm-test-kit.ts';
import { mmap } from './mmap.ts';
import { MAP_PRIVATE, MAP_SHARED } from './mmap-flags.ts';
import { mprotect } from './mprotect.ts';
import { msync } from './msync.ts';
import { munmap } from './munmap.ts';
import { cachedPage, evictPages } from './page-cache.ts';
import { PROT_EXEC, PROT_READ, PROT_WRITE } from './pte.ts';
import { readWord, writeWord } from './user-access.ts';

const RW = PROT_READ | PROT_WRITE;

function words(count: number): Uint8Array {
  return new Uint8Array(Int32Array.from({ length: count }, (_, i) => i).buffer);
}

function backingWord(kernel: TestKernel, file: OpenFile, position: number): number {
  const bytes = new Uint8Array(4);
  inodeReadBacking(kernel, file.inode, position, bytes);
  return new DataView(bytes.buffer).getInt32(0, true);
}

describe('file mappings', () => {
  it('show the file, and zeros behind its end up to the page border', () => {
    const kernel = testKernel();
    const task = testTask(kernel);
    const file = testFile(kernel, words(1500));
    const base = mmap(kernel, task, 0, 3 * 4096, PROT_READ, MAP_PRIVATE, file, 0);
    expect(readWord(kernel, task, base + 1499 * 4)).toBe(1499);
    expect(readWord(kernel, task, base + 1500 * 4)).toBe(0);
    const fault = handlePageFault(kernel, task, base + 8192, 'read');
    expect(fault).toMatchObject({ signo: 7, code: 2, addr: base + 8192 });
  });

  it('map cached neighbours at the first fault', () => {
    const kernel = testKernel();
    const task = testTask(kernel);
    const file = testFile(kernel, words(20 * 1024));
    const base = mmap(kernel, task, 0, 20 * 4096, PROT_READ, MAP_PRIVATE, file, 0);
    for (let i = 0; i < 20; i++) expect(readWord(kernel, task, base + i * 4096)).toBe(i * 1024);
    expect(task.majorFaults + task.minorFaults).toBeLessThan(4);
    expect(task.majorFaults).toBe(1);
  });

  it('private writes stay private, and write() shows in pages not yet copied', () => {
    const kernel = testKernel();
    const task = testTask(kernel);
    const file = testFile(kernel, words(2048));
    const base = mmap(kernel, task, 0, 8192, RW, MAP_PRIVATE, file, 0);
    writeWord(kernel, task, base, -1);
    inodeWrite(kernel, file.inode, 0, new Uint8Array([9, 0, 0, 0]));
    inodeWrite(kernel, file.inode, 4096, new Uint8Array([8, 0, 0, 0]));
    expect(readWord(kernel, task, base)).toBe(-1);
    expect(readWord(kernel, task, base + 4096)).toBe(8);
    const bytes = new Uint8Array(4);
    inodeRead(kernel, file.inode, 0, bytes);
    expect([...bytes]).toEqual([9, 0, 0, 0]);
    expect(auditMemory(kernel)).toEqual([]);
  });

  it('shared writes show in read() at once and in the file after msync, each time', () => {
    const kernel = testKernel();
    const task = testTask(kernel);
    const file = testFile(kernel, words(2048));
    const base = mmap(kernel, task, 0, 8192, RW, MAP_SHARED, file, 0);
    for (const value of [111, 222]) {
      expect(readWord(kernel, task, base + 4096)).not.toBe(value);
      writeWord(kernel, task, base + 4096, value);
      const bytes = new Uint8Array(4);
      inodeRead(kernel, file.inode, 4096, bytes);
      expect(bytes[0]).toBe(value);
      expect(backingWord(kernel, file, 4096)).not.toBe(value);
      expect(msync(kernel, task, base, 8192, 4)).toBe(0);
      expect(backingWord(kernel, file, 4096)).toBe(value);
    }
    exitMm(kernel, task);
    expect(auditMemory(kernel)).toEqual([]);
  });

  it('truncation takes pages away, private copies too, and clears the tail', () => {
    const kernel = testKernel();
    const task = testTask(kernel);
    const file = testFile(kernel, words(4096));
    const shared = mmap(kernel, task, 0, 4 * 4096, RW, MAP_SHARED, file, 0);
    const own = mmap(kernel, task, 0, 4 * 4096, RW, MAP_PRIVATE, file, 0);
    for (let i = 0; i < 4; i++) writeWord(kernel, task, own + i * 4096, 7);
    for (let i = 0; i < 4; i++) readWord(kernel, task, shared + i * 4096);
    expect(inodeTruncate(kernel, file.inode, 4096 + 8)).toBe(0);
    expect(readWord(kernel, task, own + 4096)).toBe(7);
    expect(readWord(kernel, task, own + 8192)).toBeUndefined();
    expect(readWord(kernel, task, shared + 4096 + 4)).toBe(1025);
    expect(readWord(kernel, task, shared + 4096 + 8)).toBe(0);
    expect(readWord(kernel, task, shared + 8192)).toBeUndefined();
    expect(inodeTruncate(kernel, file.inode, 4 * 4096)).toBe(0);
    expect(readWord(kernel, task, shared + 8192)).toBe(0);
    expect(auditMemory(kernel)).toEqual([]);
  });

  it('a read-only descriptor gives no shared write access, by mmap or mprotect', () => {
    const kernel = testKernel();
    const task = testTask(kernel);
    const file = reopenReadOnly(testFile(kernel, words(1024)));
    expect(mmap(kernel, task, 0, 4096, RW, MAP_SHARED, file, 0)).toBe(-13);
    const base = mmap(kernel, task, 0, 4096, PROT_READ, MAP_SHARED, file, 0);
    expect(mprotect(kernel, task, base, 4096, RW)).toBe(-13);
    const own = mmap(kernel, task, 0, 4096, PROT_READ, MAP_PRIVATE, file, 0);
    expect(mprotect(kernel, task, own, 4096, RW)).toBe(0);
    expect(writeWord(kernel, task, own, 5)).toBe(true);
    expect(readWord(kernel, task, base)).toBe(0);
  });

  it('a file goes back to where it was last mapped, and carries the same image key there', () => {
    const kernel = testKernel();
    const one = testTask(kernel);
    const two = testTask(kernel);
    const library = testFile(kernel, words(4096));
    const filler = testFile(kernel, words(1024));
    const first = mmap(kernel, one, 0, 16384, PROT_READ | PROT_EXEC, MAP_PRIVATE, library, 0);
    mmap(kernel, two, 0, 4096, PROT_READ, MAP_PRIVATE, filler, 0);
    const blocked = mmap(kernel, two, 0, 16384, PROT_READ | PROT_EXEC, MAP_PRIVATE, library, 0);
    expect(blocked).not.toBe(first);
    munmap(kernel, two, blocked, 16384);
    expect(mmap(kernel, two, 0, 16384, PROT_READ | PROT_EXEC, MAP_PRIVATE, library, 0)).toBe(blocked);
    munmap(kernel, one, first, 16384);
    expect(mmap(kernel, one, 0, 16384, PROT_READ | PROT_EXEC, MAP_PRIVATE, library, 0)).toBe(blocked);
    expect(one.mm!.vmas[0]!.image).toBe(two.mm!.vmas[0]!.image);
    const lines = mapsText(kernel, one.mm!).trim().split('\n');
    expect(lines).toHaveLength(1);
    expect(lines[0]).toMatch(/^[0-9a-f]{8}-[0-9a-f]{8} r-xp 00000000 00:[0-9a-f]{2} \d+ +\S/);
  });
});

describe('page cache', () => {
  it('reads a page once, and evicts without leaks', () => {
    const kernel = testKernel();
    const file = testFile(kernel, words(40 * 1024));
    const frame = cachedPage(kernel, file.inode, 3);
    expect(frame).toBeGreaterThanOrEqual(0);
    expect(cachedPage(kernel, file.inode, 3)).toBe(frame);
    expect(file.inode.pages.size).toBe(32);
    evictPages(kernel, file.inode);
    expect(file.inode.pages.size).toBe(0);
    expect(auditMemory(kernel)).toEqual([]);
  });
});
