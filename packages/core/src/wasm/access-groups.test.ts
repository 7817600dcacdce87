import { expect, test } from 'vitest';
import { optimisationsWithout } from '../engine/optimisations.ts';
import { PAGE_SIZE } from '../memory/memory-map.ts';
import { Random } from '../testing/random.ts';
import { outcome } from '../testing/random-machine.ts';
import { type TOY_OPS, toy, toyIsa } from '../testing/toy-isa.ts';
import { KERNEL_TEXT, RW, RX, type ToyMachine, toyMachine, USER_CODE, USER_DATA } from '../testing/toy-machine.ts';
import { wasmTranslatorWith } from './translator.ts';

const EAGER = wasmTranslatorWith({ batch: 1, maxWait: 1 });
const PAGES = 3;

type Line = readonly [op: keyof typeof TOY_OPS, a?: number, b?: number, c?: number];

/** A loop over some accesses off r0, which moves on by `step` each turn, until something faults. */
function loop(accesses: readonly Line[], step: number): readonly Line[] {
  return [...accesses, ['addi', 0, 0, step], ['jmp', 0, -accesses.length - 1]];
}

const OPS = { bytes: ['lb', 'sb'], words: ['ld', 'st'], all: ['lb', 'sb', 'ld', 'st'], loads: ['lb', 'ld'] } as const;

function randomAccesses(random: Random, ops: readonly (keyof typeof TOY_OPS)[]): Line[] {
  return Array.from({ length: 2 + random.below(8) }, (): Line => {
    const word = random.oneIn(2) ? 4 * random.below(30) - 60 : random.below(120) - 60;
    return [random.pick(ops), 1 + random.below(5), 0, word];
  });
}

interface Walk {
  readonly lines: readonly Line[];
  readonly byteOrder: 'little' | 'big';
  readonly start: number;
  /** Of the last of the pages: what lies behind it is not mapped. */
  readonly last: number;
}

/** Pages in frames that do not follow each other, full of numbers. */
function walker({ lines, byteOrder, start, last }: Walk, options: Parameters<typeof toyMachine>[0] = {}): ToyMachine {
  const machine = toyMachine({ isa: toyIsa(byteOrder), frames: 64, ...options });
  for (let page = 0; page < PAGES; page++) {
    machine.mapFrame(USER_DATA + page * PAGE_SIZE, 20 + 5 * (PAGES - page), page === PAGES - 1 ? last : RW);
    machine.poke(
      USER_DATA + page * PAGE_SIZE,
      Array.from({ length: PAGE_SIZE }, (_, n) => (n * 7 + page + (n >> 8)) & 255),
    );
  }
  machine.poke(
    USER_CODE,
    lines.flatMap(([op, a, b, c]) => toy(op, a, b, c)),
  );
  machine.poke(KERNEL_TEXT, toy('jmp', 0, 0));
  machine.setReg('vectorBase', KERNEL_TEXT);
  machine.setReg('r0', USER_DATA + start);
  return machine;
}

test.each(['little', 'big'] as const)('accesses off one base are as interpreted, %s-endian', (byteOrder) => {
  const random = new Random(77);
  for (const ops of Object.values(OPS)) {
    for (let n = 0; n < 6; n++) {
      const step = random.pick([4, 8, 13, 60]);
      const lines = loop(randomAccesses(random, ops), step);
      const start = 64 + random.pick([0, 0, 1, 2, 3]);
      const walk: Walk = { lines, byteOrder, start, last: random.oneIn(2) ? RW : RX };
      const plain = walker(walk);
      const count = Math.ceil((PAGES * PAGE_SIZE) / step) * lines.length;
      plain.engine.run(count);
      for (const hotness of [2, 150]) {
        const machine = walker(walk, { hotness, translator: EAGER });
        machine.engine.run(count);
        expect({ walk, ...outcome(machine) }).toEqual({ walk, ...outcome(plain) });
      }
    }
  }
});

/** Bytes of WebAssembly in the translation of a walk. */
function codeBytes(lines: readonly Line[], without: Parameters<typeof optimisationsWithout>[0]): number {
  const optimisations = optimisationsWithout(without);
  const walk: Walk = { lines, byteOrder: 'little', start: 64, last: RW };
  const machine = walker(walk, { hotness: 2, translator: EAGER, optimisations });
  machine.engine.run(500);
  return machine.engine.counters.wasmBytes;
}

test('an address that is accessed twice makes no group', () => {
  const twice = loop(
    [
      ['ld', 1, 0, 8],
      ['st', 2, 0, 8],
    ],
    4,
  );
  expect(codeBytes(twice, ['carriedLookUps'])).toBe(codeBytes(twice, ['sharedLookUps']));
  const apart = loop(
    [
      ['ld', 1, 0, 8],
      ['st', 2, 0, 16],
    ],
    4,
  );
  expect(codeBytes(apart, [])).not.toBe(codeBytes(apart, ['sharedLookUps']));
});

test('turns of a loop share a look-up', () => {
  const lines = loop([['ld', 1, 0, 8]], 4);
  const alone = codeBytes(lines, ['carriedLookUps']);
  expect(alone).toBe(codeBytes(lines, ['sharedLookUps']));
  expect(codeBytes(lines, [])).not.toBe(alone);
  // Where the base is another one in each turn there is nothing to share.
  const loaded = loop([['ld', 0, 0, 8]], 0);
  expect(codeBytes(loaded, [])).toBe(codeBytes(loaded, ['carriedLookUps']));
});

/** A loop whose turns go one of two ways, by what they loaded, and access something on each. */
function forked(random: Random, step: number): readonly Line[] {
  const [first, other, last] = [2, 2, 2].map(() => randomAccesses(random, OPS.all).slice(0, 3));
  const body: Line[] = [
    ...first!,
    ['beqz', 1, other!.length + 2],
    ...other!,
    ['jmp', 0, last!.length + 1],
    ...last!,
    ['addi', 0, 0, step],
  ];
  return [...body, ['jmp', 0, -body.length]];
}

test.each(['little', 'big'] as const)('ways within a loop access what they would alone, %s-endian', (byteOrder) => {
  const random = new Random(78);
  for (let n = 0; n < 12; n++) {
    const step = random.pick([4, 8, 13, 60]);
    const lines = forked(random, step);
    const walk: Walk = { lines, byteOrder, start: 64 + random.pick([0, 0, 3]), last: random.oneIn(2) ? RW : RX };
    const plain = walker(walk);
    const count = Math.ceil((PAGES * PAGE_SIZE) / step) * lines.length;
    plain.engine.run(count);
    for (const hotness of [2, 150]) {
      const machine = walker(walk, { hotness, translator: EAGER });
      machine.engine.run(count);
      expect({ walk, ...outcome(machine) }).toEqual({ walk, ...outcome(plain) });
    }
  }
});
