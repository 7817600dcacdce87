import { PTE_EXEC, PTE_PRESENT, PTE_USER, PTE_WRITE } from '@kml/core';
import { expect, it } from 'vitest';
import { kernelReadBytes, kernelWrite32 } from './kernel-access.ts';
import { mapKernelImage, mapKernelPage } from './kernel-image.ts';
import { auditMemory, testKernel, testTask } from './mm-test-kit.ts';
import { readWord, writeWord } from './user-access.ts';

const TEXT = 0xc010_0000;
const DATA = 0xc040_0000;

it('the kernel image is mapped for the kernel alone, text read-only', () => {
  const kernel = testKernel();
  const text = Uint8Array.from({ length: 5000 }, (_, i) => i & 0xff);
  const data = new Uint8Array(100).fill(7);
  const image = {
    segments: [
      { address: TEXT, bytes: text, writable: false, executable: true },
      { address: DATA, bytes: data, writable: true, executable: false },
      { address: DATA + 200, bytes: data, writable: true, executable: false },
    ],
    symbols: new Map<string, number>(),
    textStart: TEXT,
    textEnd: TEXT + 5000,
  };
  const loaded = { ...kernel, image };
  mapKernelImage(loaded);
  expect(kernelReadBytes(loaded, TEXT, 5000)).toEqual(text);
  expect(kernelReadBytes(loaded, DATA + 199, 2)).toEqual(Uint8Array.of(0, 7));
  const flags = (address: number): number => {
    const entry = kernel.mmu.kernelOnly.pages.get(address >>> 12);
    return entry & (PTE_PRESENT | PTE_WRITE | PTE_EXEC | PTE_USER);
  };
  expect(flags(TEXT + 4096)).toBe(PTE_PRESENT | PTE_EXEC);
  expect(flags(DATA)).toBe(PTE_PRESENT | PTE_WRITE);

  const task = testTask(loaded);
  task.kernelMode = true;
  expect(writeWord(loaded, task, TEXT, 1)).toBe(false);
  expect(readWord(loaded, task, TEXT)).toBe(0x03020100);
  expect(writeWord(loaded, task, DATA, 1)).toBe(true);
  task.kernelMode = false;
  expect(readWord(loaded, task, DATA)).toBeUndefined();
  expect(auditMemory(loaded)).toEqual([]);
});

it('a kernel page that is mapped again keeps its frame and gains rights', () => {
  const kernel = testKernel();
  const first = mapKernelPage(kernel, DATA >>> 12, false, true);
  kernelWrite32(kernel, DATA, 99);
  expect(mapKernelPage(kernel, DATA >>> 12, true, false)).toBe(first);
  expect(kernel.mmu.kernelOnly.pages.get(DATA >>> 12) & (PTE_WRITE | PTE_EXEC)).toBe(PTE_WRITE | PTE_EXEC);
  expect(kernelReadBytes(kernel, DATA, 1)[0]).toBe(99);
});
