import { expect, test } from 'vitest';
import { optimisationsWithout } from '../engine/optimisations.ts';
import { PAGE_SIZE } from '../memory/memory-map.ts';
import { outcome } from '../testing/random-machine.ts';
import { type TOY_OPS, toy, toyIsa } from '../testing/toy-isa.ts';
import { KERNEL_TEXT, RW, type ToyMachine, toyMachine, USER_CODE, USER_DATA } from '../testing/toy-machine.ts';
import { wasmTranslatorWith } from './translator.ts';

const EAGER = wasmTranslatorWith({ batch: 1, maxWait: 1 });
const PAGES = 8;

type Line = readonly [op: keyof typeof TOY_OPS, a?: number, b?: number, c?: number];

/** r1 += value, r0 = next, for ever. */
const WALK: readonly Line[] = [
  ['ld', 2, 0, 4],
  ['add', 1, 1, 2],
  ['ld', 0, 0, 0],
  ['jmp', 0, -3],
];

const bytesOf = (word: number): number[] => [word & 255, (word >> 8) & 255, (word >> 16) & 255, word >>> 24];

/** A ring of records, in the pages in turn; frames of odd pages are the wrong way around. */
function walker(byteOrder: 'little' | 'big', options: Parameters<typeof toyMachine>[0] = {}): ToyMachine {
  const machine = toyMachine({ isa: toyIsa(byteOrder), frames: 64, ...options });
  const order = byteOrder === 'big' ? (bytes: number[]) => bytes.reverse() : (bytes: number[]) => bytes;
  for (let page = 0; page < PAGES; page++) {
    machine.mapFrame(USER_DATA + page * PAGE_SIZE, 20 + (page % 2 ? PAGES - page : page), RW);
  }
  const at = (n: number): number => USER_DATA + (n % PAGES) * PAGE_SIZE + 16 * n;
  const records = 3 * PAGES;
  for (let n = 0; n < records; n++) {
    machine.poke(at(n), order(bytesOf(at((n + 1) % records))));
    machine.poke(at(n) + 4, order(bytesOf(n * n + 1)));
  }
  machine.poke(
    USER_CODE,
    WALK.flatMap(([op, a, b, c]) => toy(op, a, b, c)),
  );
  machine.poke(
    KERNEL_TEXT,
    ([['jmp', 0, 0]] as Line[]).flatMap(([op, a, b, c]) => toy(op, a, b, c)),
  );
  machine.setReg('vectorBase', KERNEL_TEXT);
  machine.setReg('r0', at(0));
  return machine;
}

const TRANSLATED = { hotness: 2, translator: EAGER };

test.each(['little', 'big'] as const)(
  'a list over scattered frames is walked as interpreted, %s-endian',
  (byteOrder) => {
    const plain = walker(byteOrder);
    plain.engine.run(5000);
    for (const part of [5000, 7, 61]) {
      const machine = walker(byteOrder, TRANSLATED);
      for (let left = 5000; left > 0; left -= part) machine.engine.run(Math.min(part, left));
      expect(outcome(machine)).toEqual(outcome(plain));
    }
  },
);

test('a page that is missing faults at its access, whatever was guessed', () => {
  for (let hole = 1; hole < PAGES; hole++) {
    const plain = walker('little');
    const machine = walker('little', TRANSLATED);
    for (const one of [plain, machine]) {
      one.engine.run(1000);
      one.mmu.setEntry(one.space, (USER_DATA >>> 12) + hole, 0);
      one.engine.run(1000);
    }
    expect(plain.reg('badAddress') >>> 12).toBe((USER_DATA >>> 12) + hole);
    expect(outcome(machine)).toEqual(outcome(plain));
  }
});

test('a page mapped elsewhere is read there', () => {
  const run = (options: Parameters<typeof toyMachine>[0]): ToyMachine => {
    const machine = walker('little', options);
    machine.engine.run(1000);
    // The ring's values change with the frame; the frame's links are those of the page.
    const copy = machine.memory.u8.slice(machine.memory.frameAddress(20), machine.memory.frameAddress(21));
    copy[4] = 77;
    machine.memory.writeFrame(40, 0, copy);
    machine.mapFrame(USER_DATA, 40, RW);
    machine.engine.run(1000);
    return machine;
  };
  const plain = run({});
  expect(outcome(run(TRANSLATED))).toEqual(outcome(plain));
  expect(outcome(run({ ...TRANSLATED, optimisations: optimisationsWithout(['guessedPages']) }))).toEqual(
    outcome(plain),
  );
});
