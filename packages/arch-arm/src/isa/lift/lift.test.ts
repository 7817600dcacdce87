import { ALL_OPTIMISATIONS, BlockBuilder, verify } from '@kml/core';
import { expect, test } from 'vitest';
import { arm } from '../backend.ts';
import { parseEncoding } from '../decode/encoding.ts';
import { ABT, MODE_FP_OFF, MODE_IT_SHIFT, SVC, SYS, USR } from '../state.ts';
import { rows } from '../tables/index.ts';

const PC = 0x1000;
const { costs } = arm.cpuModels[0]!;

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

/** Lifts one instruction as a block and verifies it; its length. */
function liftOne(bytes: ArrayLike<number>, thumb: boolean, mode: number): number {
  const pc = thumb ? PC | 1 : PC;
  const builder = new BlockBuilder(pc, mode);
  const code = { byte: (address: number) => bytes[address - PC] ?? -1 };
  const result = arm.lift({ code, builder, mode, kernelText: false, costs, optimisations: ALL_OPTIMISATIONS }, pc);
  if (result.kind === 'fetch') {
    expect(builder.instructionCount).toBe(0);
    return result.address - PC;
  }
  if (!builder.terminal) builder.endWith({ kind: 'jump', target: pc + result.length });
  verify(builder.finish(pc + result.length), arm.layout);
  return result.length;
}

const bytesOf = (word: number): Uint8Array => Uint8Array.of(word, word >>> 8, word >>> 16, word >>> 24);
const swapped = (word: number): number => (word >>> 16) | (word << 16);

const MODES = [USR, SVC, SYS, ABT, USR | MODE_FP_OFF];

test('random words under random modes lift to valid blocks, and never throw', () => {
  const random = generator(3);
  for (let n = 0; n < 40_000; n++) {
    const thumb = (n & 1) !== 0;
    const it = thumb && (n & 2) !== 0 ? (random() & 0xff) | 1 : 0;
    const mode = MODES[random() % MODES.length]! | (it << MODE_IT_SHIFT);
    // Mostly with the condition "always", or as a 32-bit encoding.
    const word = thumb
      ? random() | (random() & 1 ? 0xe800 : 0)
      : (random() & 0x0fff_ffff) | (random() & 1 ? 0xe000_0000 : random() & 0xf000_0000);
    const length = liftOne(bytesOf(word), thumb, mode);
    expect(length === 4 || (thumb && length === 2)).toBe(true);
  }
});

test('instructions of every row lift to valid blocks in every mode', () => {
  const random = generator(5);
  for (const row of rows) {
    const encoding = parseEncoding(row.encoding);
    for (let n = 0; n < 12; n++) {
      const word = ((random() & ~encoding.mask) | encoding.value) >>> 0;
      const memory = row.set === 'T32' ? swapped(word) : word;
      liftOne(bytesOf(memory), row.set !== 'A32', MODES[n % MODES.length]!);
    }
  }
});

test('an instruction that cannot be fetched whole tells where', () => {
  expect(liftOne([0, 0], false, USR)).toBe(2);
  expect(liftOne([], true, USR)).toBe(0);
  expect(liftOne([0, 0xf0], true, USR)).toBe(2);
});
