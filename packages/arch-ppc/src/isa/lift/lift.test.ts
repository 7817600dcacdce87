import { ALL_OPTIMISATIONS, BlockBuilder, type IrBlock, verify } from '@kml/core';
import { describe, expect, test } from 'vitest';
import { ppc } from '../backend.ts';
import { MODE_FP_EXACT, MODE_FP_SLOW, MODE_NO_FP, MODE_RN_SHIFT, MODE_STEP, MODE_USER } from '../state.ts';
import { rows } from '../tables/index.ts';
import { PROGRAM, SKIP } from '../vectors.ts';

const PC = 0x1000;
const { costs } = ppc.cpuModels[0]!;

/** Lifts words as one block, to its terminal, and verifies it. */
function lift(words: readonly number[], mode = MODE_USER, kernelText = false): IrBlock {
  const builder = new BlockBuilder(PC, mode);
  const byte = (at: number) => (words[(at - PC) >> 2]! >>> (24 - 8 * (at & 3))) & 0xff;
  let pc = PC;
  while (builder.terminal === undefined && pc < PC + 4 * words.length) {
    ppc.lift({ code: { byte }, builder, mode, kernelText, costs, optimisations: ALL_OPTIMISATIONS }, pc);
    pc += 4;
  }
  if (!builder.terminal) builder.endWith({ kind: 'jump', target: pc });
  const block = builder.finish(pc);
  verify(block, ppc.layout);
  return block;
}

/** Small seeded generator (mulberry32). */
function generator(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return (t ^ (t >>> 14)) >>> 0;
  };
}

const MODES = [
  0,
  MODE_USER,
  MODE_USER | MODE_NO_FP,
  MODE_USER | MODE_FP_EXACT,
  MODE_USER | MODE_FP_SLOW,
  ...[1, 2, 3].map((mode) => MODE_USER | (mode << MODE_RN_SHIFT)),
  MODE_USER | MODE_STEP,
];

test('random words of every row lift to valid blocks under every mode', () => {
  const random = generator(3);
  for (const row of rows) {
    for (let n = 0; n < 24; n++) {
      const bits = row.encoding.replaceAll(' ', '').replace(/[^01]/g, () => String(random() & 1));
      lift([Number.parseInt(bits, 2)], MODES[n % MODES.length]);
    }
  }
});

test('random words lift to valid blocks, and never throw', () => {
  const random = generator(4);
  for (let n = 0; n < 5000; n++) lift([random()], MODES[n % MODES.length]);
});

describe('branches', () => {
  test('of a compare in the same block become one comparison', () => {
    // cmpwi cr7,r3,5; ble cr7
    const block = lift([0x2f830005, 0x409d0010]);
    expect(block.terminal).toMatchObject({ kind: 'branch', taken: PC + 0x14, next: PC + 8 });
  });
  test('BL is a call, BLR a return, BCTRL and BCTR computed', () => {
    expect(lift([0x48000101]).terminal).toEqual({ kind: 'call', target: PC + 0x100, returnTo: PC + 4 });
    expect(lift([0x4e800020]).terminal).toMatchObject({ kind: 'return' });
    expect(lift([0x4e800421]).terminal).toMatchObject({ kind: 'callIndirect', returnTo: PC + 4 });
    expect(lift([0x4e800420]).terminal).toMatchObject({ kind: 'jumpIndirect' });
  });
  test('BCL to the next instruction only reads where it is', () => {
    const block = lift([0x429f0005, 0x7fc802a6, 0x4e800020]);
    expect(block.count).toBe(3);
  });
  test('BEQLR is a return that is skipped', () => {
    const block = lift([0x4d820020]);
    expect(block.terminal).toMatchObject({ kind: 'return' });
    expect(ppc.trapKind?.(SKIP, MODE_USER)).toBe('skip');
  });
});

describe('the kernel call', () => {
  test('is one in kernel text at supervisor privilege', () => {
    expect(lift([0x04000123], 0, true).terminal).toEqual({ kind: 'kernelCall', number: 0x123, next: PC + 4 });
  });
  test.each([
    ['outside of kernel text', 0, false],
    ['in user mode', MODE_USER, true],
  ])('is illegal %s', (_, mode, kernelText) => {
    expect(lift([0x04000123], mode, kernelText).terminal).toMatchObject({ kind: 'trap', vector: PROGRAM });
  });
});
