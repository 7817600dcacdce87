import { describe, expect, it } from 'vitest';
import { setSoftLimit } from '../task/group-test-kit.ts';
import type { Task } from '../types.ts';
import { brk } from './brk.ts';
import { handlePageFault } from './fault.ts';
import { kernelRead32, kernelReadBytes, kernelWrite32, kernelWriteBytes } from './kernel-access.ts';
import { allocKernelStack, freeKernelStack, kernelStackBase, kernelStackTop } from './kernel-stack.ts';
import { auditMemory, type TestKernel, testKernel, testTask } from './mm-test-kit.ts';
import { mmap } from './mmap.ts';
import { MAP_ANONYMOUS, MAP_FIXED, MAP_GROWSDOWN, MAP_PRIVATE } from './mmap-flags.ts';
import { mprotect } from './mprotect.ts';
import { PROT_READ, PROT_WRITE } from './pte.ts';
import { clearUser, copyIn, copyOut, copyOutPartial, readCString, readWord, writeWord } from './user-access.ts';
import { findVma } from './vma.ts';

const RW = PROT_READ | PROT_WRITE;

function map(kernel: TestKernel, task: Task, pages: number, address = 0, flags = 0): number {
  const fixed = address === 0 ? 0 : MAP_FIXED;
  return mmap(kernel, task, address, pages * 4096, RW, MAP_PRIVATE | MAP_ANONYMOUS | fixed | flags, undefined, 0);
}

const text = (value: string): Uint8Array => Uint8Array.from(value, (char) => char.charCodeAt(0));

describe('user memory access', () => {
  it('crosses pages and stops at the first that is missing', () => {
    const kernel = testKernel();
    const task = testTask(kernel);
    const base = map(kernel, task, 2);
    const bytes = Uint8Array.from({ length: 5000 }, (_, i) => i & 0xff);
    expect(copyOut(kernel, task, base + 1000, bytes)).toBe(true);
    expect(copyIn(kernel, task, base + 1000, 5000)).toEqual(bytes);
    expect(copyOutPartial(kernel, task, base + 8192 - 10, bytes)).toBe(10);
    expect(copyOut(kernel, task, base + 8192 - 10, bytes)).toBe(false);
    expect(copyIn(kernel, task, base + 8192 - 10, 11)).toBeUndefined();
    expect(writeWord(kernel, task, base + 4094, 0x01020304)).toBe(true);
    expect(readWord(kernel, task, base + 4094)).toBe(0x01020304);
    expect(clearUser(kernel, task, base + 4095, 2)).toBe(true);
    expect(readWord(kernel, task, base + 4094)).toBe(0x01000004);
  });

  it('keeps bytes and words of a big-endian guest in its order', () => {
    const kernel = testKernel({ byteOrder: 'big', frames: 64, swapPages: 256 });
    const task = testTask(kernel);
    const base = map(kernel, task, 120);
    copyOut(kernel, task, base + 2, Uint8Array.of(1, 2, 3, 4, 5, 6));
    expect(readWord(kernel, task, base + 4)).toBe(0x03040506);
    expect(readWord(kernel, task, base + 1)).toBe(0x00010203);
    writeWord(kernel, task, base + 4094, 0x0a0b0c0d);
    expect(copyIn(kernel, task, base + 4094, 4)).toEqual(Uint8Array.of(10, 11, 12, 13));
    copyOut(kernel, task, base + 9, text('string\0'));
    for (let i = 3; i < 120; i++) writeWord(kernel, task, base + i * 4096, i);
    expect(kernel.state.counters.pagesOut).toBeGreaterThan(20);
    expect(readCString(kernel, task, base + 9)).toBe('string');
    expect(readWord(kernel, task, base + 4)).toBe(0x03040506);
    const stack = kernelStackBase(kernel, task.stackSlot);
    kernelWrite32(kernel, stack + 4, 0x01020304);
    expect([...kernelReadBytes(kernel, stack + 4, 4)]).toEqual([1, 2, 3, 4]);
  });

  it('refuses what the protection forbids, and huge or wrapping ranges', () => {
    const kernel = testKernel();
    const task = testTask(kernel);
    const base = map(kernel, task, 1);
    mprotect(kernel, task, base, 4096, PROT_READ);
    expect(writeWord(kernel, task, base, 1)).toBe(false);
    expect(readWord(kernel, task, base)).toBe(0);
    mprotect(kernel, task, base, 4096, 0);
    expect(readWord(kernel, task, base)).toBeUndefined();
    expect(copyIn(kernel, task, base, 0x7fff_ffff)).toBeUndefined();
    expect(copyIn(kernel, task, 0xffff_fff0, 32)).toBeUndefined();
    expect(copyIn(kernel, task, -16, 32)).toBeUndefined();
  });

  it('reads strings up to their limit', () => {
    const kernel = testKernel();
    const task = testTask(kernel);
    const base = map(kernel, task, 2);
    copyOut(kernel, task, base + 4090, text('caf\u00e9 and more\0'));
    expect(readCString(kernel, task, base + 4090)).toBe('caf\u00e9 and more');
    expect(readCString(kernel, task, base + 4090, 5)).toBe(-36);
    copyOut(kernel, task, base + 8192 - 4, text('abcd'));
    expect(readCString(kernel, task, base + 8192 - 4)).toBe(-14);
    expect(readCString(kernel, task, 0)).toBe(-14);
  });

  it('gives kernel addresses to kernel-mode tasks alone', () => {
    const kernel = testKernel();
    const task = testTask(kernel);
    const stack = kernelStackBase(kernel, task.stackSlot);
    kernelWrite32(kernel, stack + 16, 1234);
    expect(readWord(kernel, task, stack + 16)).toBeUndefined();
    expect(writeWord(kernel, task, stack + 16, 1)).toBe(false);
    task.kernelMode = true;
    expect(readWord(kernel, task, stack + 16)).toBe(1234);
    expect(writeWord(kernel, task, stack + 16, 1)).toBe(true);
    expect(kernelRead32(kernel, stack + 16)).toBe(1);
    // The page below the stack is its guard.
    expect(readWord(kernel, task, stack - 4)).toBeUndefined();
  });
});

describe('page faults', () => {
  it('name the signal: nothing mapped, not permitted, kernel address', () => {
    const kernel = testKernel();
    const task = testTask(kernel);
    const base = map(kernel, task, 1);
    expect(handlePageFault(kernel, task, base, 'write')).toBe(0);
    expect(handlePageFault(kernel, task, base, 'execute')).toMatchObject({ signo: 11, code: 2, addr: base });
    expect(handlePageFault(kernel, task, 0, 'read')).toMatchObject({ signo: 11, code: 1, addr: 0 });
    const high = 0xc010_0000;
    expect(handlePageFault(kernel, task, high | 0, 'read')).toMatchObject({ signo: 11, code: 1, addr: high });
  });

  it('grow the stack within its limit and above its guard gap', () => {
    const kernel = testKernel({ frames: 4096 });
    const task = testTask(kernel);
    const top = 0x6000_0000;
    map(kernel, task, 2, top - 8192, MAP_GROWSDOWN);
    expect(writeWord(kernel, task, top - 100 * 4096, 5)).toBe(true);
    expect(findVma(task.mm!, top - 1)!.start).toBe(top - 100 * 4096);
    setSoftLimit(task, 3, 150 * 4096);
    expect(writeWord(kernel, task, top - 151 * 4096, 5)).toBe(false);
    setSoftLimit(task, 3, 0x1000_0000);
    map(kernel, task, 1, top - 600 * 4096);
    expect(writeWord(kernel, task, top - 300 * 4096, 5)).toBe(true);
    expect(writeWord(kernel, task, top - 344 * 4096, 5)).toBe(false);
    expect(auditMemory(kernel)).toEqual([]);
  });
});

describe('brk', () => {
  it('moves by bytes, gives pages back, and stays where it cannot', () => {
    const kernel = testKernel();
    const task = testTask(kernel);
    const mm = task.mm!;
    mm.brkStart = mm.brk = 0x0900_0000;
    expect(brk(kernel, task, 0)).toBe(0x0900_0000);
    expect(brk(kernel, task, 0x0900_0000 + 10_000)).toBe(0x0900_0000 + 10_000);
    expect(writeWord(kernel, task, 0x0900_2ffc, 3)).toBe(true);
    expect(mm.vmas.map((vma) => vma.name)).toEqual(['[heap]']);
    expect(brk(kernel, task, 0x0900_1000)).toBe(0x0900_1000);
    expect(readWord(kernel, task, 0x0900_1000)).toBeUndefined();
    brk(kernel, task, 0x0900_3000);
    expect(readWord(kernel, task, 0x0900_2ffc)).toBe(0);
    map(kernel, task, 1, 0x0901_0000);
    expect(brk(kernel, task, 0x0902_0000)).toBe(0x0900_3000);
    expect(brk(kernel, task, 0xbfff_0000)).toBe(0x0900_3000);
    expect(auditMemory(kernel)).toEqual([]);
  });
});

describe('kernel memory', () => {
  it('has zeroed stacks that can be had again', () => {
    const kernel = testKernel();
    const slot = allocKernelStack(kernel);
    const base = kernelStackBase(kernel, slot);
    expect(kernelStackTop(kernel, slot) - base).toBe(8192);
    kernelWriteBytes(kernel, base + 4090, text('across pages'));
    expect(kernelReadBytes(kernel, base + 4090, 12)).toEqual(text('across pages'));
    freeKernelStack(kernel, slot);
    expect(() => kernelRead32(kernel, base)).toThrow('not mapped');
    expect(allocKernelStack(kernel)).toBe(slot);
    expect(kernelRead32(kernel, base + 4092)).toBe(0);
    expect(auditMemory(kernel)).toEqual([]);
  });
});
