import { describe, expect, test } from 'vitest';
import { rewrite } from './rewrite.ts';

const SITE = 0x2_0000;

/** Plans the SVC that ends the halves; they lie in front of and at SITE. */
function planThumb(...halves: number[]) {
  const text = [...new Array<number>(8 - halves.length).fill(0x46c0), ...halves];
  const bytes = Uint8Array.from(text.flatMap((half) => [half & 0xff, half >> 8]));
  return rewrite.plan(undefined as never, undefined as never, SITE | 1, () => bytes);
}

function planA32(word: number) {
  const bytes = new Uint8Array(4);
  new DataView(bytes.buffer).setUint32(0, word, true);
  return rewrite.plan(undefined as never, undefined as never, SITE, () => bytes);
}

const half = (bytes: Uint8Array, at: number): number => bytes[at]! | (bytes[at + 1]! << 8);

describe('A32', () => {
  test.each([
    ['svc #0', 0xef00_0000, 0xea],
    ['svcne #0', 0x1f00_0000, 0x1a],
  ])('%s is a branch with its condition', (_name, word, opcode) => {
    const plan = planA32(word);
    if (typeof plan === 'string') throw new Error(plan);
    const { patch } = plan.make(SITE + 0x1000);
    expect([...patch]).toEqual([((0x1000 - 8) >> 2) & 0xff, ((0x1000 - 8) >> 10) & 0xff, 0, opcode]);
  });

  test.each([
    ['SVC with a number', 0xef90_0001],
    ['no trap instruction', 0xe3a0_0000],
    ['no trap instruction', 0xff00_0000],
  ])('%s', (reason, word) => {
    expect(planA32(word)).toBe(reason);
  });
});

describe('Thumb', () => {
  test('with a 16-bit instruction before it: the second half of the branch is a BKPT, wherever the stub may lie', () => {
    const plan = planThumb(0x2704, 0xdf00);
    if (typeof plan === 'string') throw new Error(plan);
    expect(plan.start).toBe(SITE - 2);
    const { low, high, fits } = plan.stub!;
    let places = 0;
    for (let stub = Math.ceil(Math.max(0, low) / 32) * 32; stub <= high; stub += 32) {
      if (!fits!(stub)) continue;
      places++;
      const { patch, stub: code } = plan.make(stub);
      expect(half(patch, 2) >> 8).toBe(0xbe);
      // Decoded again, the branch leads to the stub. J1 and J2 are 1.
      const first = half(patch, 0);
      const distance = ((first & 0x3ff) << 12) | ((half(patch, 2) & 0x7ff) << 1);
      expect(SITE + 2 + (first & 0x400 ? distance - 0x40_0000 : distance)).toBe(stub);
      expect(half(code!, 0)).toBe(0x2704);
    }
    expect(places).toBeGreaterThan(1000);
  });

  test('with MOV.W before it: that alone is replaced', () => {
    const plan = planThumb(0xf44f, 0x7780, 0xdf00);
    if (typeof plan === 'string') throw new Error(plan);
    expect([plan.start, plan.original.length]).toEqual([SITE - 4, 4]);
    expect([...plan.make(SITE + 0x10_0000).stub!.subarray(0, 4)]).toEqual([0x4f, 0xf4, 0x80, 0x77]);
  });

  test.each([
    ['Thumb: in or near an IT block', [0xbf08, 0x2704, 0xdf00]],
    ['Thumb: the instruction before cannot be moved', [0x4f01, 0xdf00]],
    ['Thumb: the instruction before cannot be moved', [0xe7fe, 0xdf00]],
    ['Thumb: the instruction before cannot be moved', [0xf8d0, 0x7000, 0xdf00]],
    ['Thumb: the instruction before is not known', [0xf000, 0xf800, 0x2704, 0xdf00]],
    ['no SVC #0', [0x2704, 0xdf01]],
  ])('%s', (reason, halves) => {
    expect(planThumb(...halves)).toBe(reason);
  });
});
