import { describe, expect, test } from 'vitest';
import { type TestKernel, testKernel, testTask } from '../mm/mm-test-kit.ts';
import { mmap } from '../mm/mmap.ts';
import { MAP_ANONYMOUS, MAP_PRIVATE } from '../mm/mmap-flags.ts';
import { PROT_READ, PROT_WRITE } from '../mm/pte.ts';
import { copyIn, copyOut } from '../mm/user-access.ts';
import type { Task } from '../types.ts';
import { FrameImage } from './frame-image.ts';
import { setOfWords } from './sig-set.ts';

const BYTES = 64;
const PAGE = 4096;
/** Two pages, nothing behind them. */
function setUp(byteOrder: 'little' | 'big'): { kernel: TestKernel; task: Task; base: number } {
  const kernel = testKernel({ byteOrder });
  const task = testTask(kernel);
  const base = mmap(kernel, task, 0, 2 * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, undefined, 0);
  return { kernel, task, base };
}

function make(kernel: TestKernel, task: Task, at: number): boolean {
  const image = new FrameImage(BYTES + 16);
  if (!image.begin(kernel, task, at, BYTES)) return false;
  image.clear(0, BYTES);
  image.put(4, 0x0102_0304);
  image.putBytes(kernel, 8, Uint8Array.of(5, 6, 7, 8, 9, 10, 11, 12));
  image.putSigSet(setOfWords(1, -2), BYTES - 8, 8);
  return image.finish(kernel, task, at, BYTES);
}

function expected(byteOrder: 'little' | 'big'): Uint8Array {
  const bytes = new Uint8Array(BYTES);
  const view = new DataView(bytes.buffer);
  const little = byteOrder === 'little';
  view.setInt32(4, 0x0102_0304, little);
  bytes.set([5, 6, 7, 8, 9, 10, 11, 12], 8);
  view.setInt32(BYTES - 8, 1, little);
  view.setInt32(BYTES - 4, -2, little);
  return bytes;
}

/** Within a page, up to its end, across two by any split, and at odd addresses. */
const PLACES = [64, PAGE - BYTES, PAGE - 4, PAGE - BYTES + 4, PAGE - 60, 65, PAGE - 30, PAGE - 1];

describe.each(['little', 'big'] as const)('frames of a %s-endian program', (byteOrder) => {
  test.each(PLACES)('are the same bytes at offset %i', (offset) => {
    const { kernel, task, base } = setUp(byteOrder);
    const around = new Uint8Array(BYTES + 2).fill(0xaa);
    copyOut(kernel, task, base + offset - 1, around);
    expect(make(kernel, task, base + offset)).toBe(true);
    around.set(expected(byteOrder), 1);
    expect(copyIn(kernel, task, base + offset - 1, BYTES + 2)).toEqual(around);

    const image = new FrameImage(BYTES);
    expect(image.open(kernel, task, base + offset, BYTES)).toBe(true);
    expect([image.take(0), image.take(4)]).toEqual([0, 0x0102_0304]);
    expect(image.takeSigSet(BYTES - 8, 8)).toEqual(setOfWords(1, -2));
  });

  test('cannot be where nothing is mapped, not even in part', () => {
    const { kernel, task, base } = setUp(byteOrder);
    for (const offset of [2 * PAGE, 2 * PAGE - 4, 2 * PAGE - 30]) {
      expect(make(kernel, task, base + offset)).toBe(false);
      expect(new FrameImage(BYTES).open(kernel, task, base + offset, BYTES)).toBe(false);
    }
    expect(make(kernel, task, kernel.abi.taskSize - BYTES + 4)).toBe(false);
  });
});
