import { describe, expect, test } from 'vitest';
import { joined, StoreLost } from '../engine/stored-bytes.ts';
import { PAGE_SIZE } from '../memory/memory-map.ts';
import { mix } from '../testing/random.ts';
import { type RandomProgram, randomIsa } from '../testing/random-ir.ts';
import { outcome, randomMachine, runRandomly } from '../testing/random-machine.ts';
import { reader } from '../testing/stored-bytes.ts';
import { type TOY_OPS, toy } from '../testing/toy-isa.ts';
import { type ToyMachine, toyMachine, USER_CODE, USER_DATA } from '../testing/toy-machine.ts';
import { wasmTranslatorWith } from './translator.ts';

const EAGER = { hotness: 2, translator: wasmTranslatorWith({ batch: 1, maxWait: 1 }) };
const PLENTY = 1 << 24;
type Line = readonly [op: keyof typeof TOY_OPS, a?: number, b?: number, c?: number];

const LOOP: readonly Line[] = [
  ['ld', 0, 6, 0],
  ['addi', 0, 0, 3],
  ['st', 0, 6, 0],
  ['rdcycles', 1],
  ['call', 0, 2],
  ['jmp', 0, -5],
  ['addi', 2, 2, 1],
  ['ret'],
];

function machineWith(lines: readonly Line[], options = {}, store?: Uint8Array): ToyMachine {
  const machine = toyMachine(options);
  machine.poke(
    USER_CODE,
    lines.flatMap(([op, a, b, c]) => toy(op, a, b, c)),
  );
  machine.setReg('r6', USER_DATA);
  if (store) expect(machine.engine.adoptTranslations(reader(store))).toBe(true);
  return machine;
}

function ran(machine: ToyMachine, instructions: number) {
  machine.engine.run(instructions);
  return outcome(machine);
}

test.each(['little', 'big'] as const)('random programs run by regions of an earlier run: %s-endian', (byteOrder) => {
  let kept = 0;
  for (let n = 0; n < 4; n++) {
    const program: RandomProgram = { seed: mix(n, 31), size: 16 << (n % 6), byteOrder };
    const isa = { ...randomIsa(program), deferredSlots: [['r4', 'r5'], ['r6']] };
    const plain = randomMachine(program, { isa });
    runRandomly(plain, program, 3000);
    const first = randomMachine(program, { isa, ...EAGER });
    // Half the run: the later one finds some of its regions, and makes others beside them.
    runRandomly(first, program, 1500);
    const second = randomMachine(program, { isa, ...EAGER });
    const store = first.engine.storeTranslations(PLENTY);
    if (store) expect(second.engine.adoptTranslations(reader(joined(store)))).toBe(true);
    runRandomly(second, program, 3000);
    expect({ n, ...outcome(second) }).toEqual({ n, ...outcome(plain) });
    kept += second.engine.counters.regionsKept;
  }
  expect(kept).toBeGreaterThan(10);
});

test('a later machine translates nothing, to the same effect', () => {
  const expected = ran(machineWith(LOOP), 5000);
  const first = machineWith(LOOP, EAGER);
  expect(ran(first, 5000)).toEqual(expected);
  const store = joined(first.engine.storeTranslations(PLENTY)!);
  const second = machineWith(LOOP, EAGER, store);
  expect(ran(second, 5000)).toEqual(expected);
  expect(second.engine.counters.regionsTranslated).toBe(0);
  expect(second.engine.counters.regionsKept).toBeGreaterThan(0);
  expect(second.engine.counters.interpretedInstructions).toBeLessThan(200);
  // Nothing was new.
  expect(second.engine.storeTranslations(PLENTY)).toBeUndefined();
});

test('a kept region grows by what the run that made it never came by', () => {
  const lines: readonly Line[] = [
    ['beqz', 1, 3],
    ['addi', 0, 0, 3],
    ['jmp', 0, -2],
    ['addi', 2, 2, 1],
    ['jmp', 0, -4],
  ];
  const late = { ...EAGER, hotness: 2000 };
  const first = machineWith(lines, late);
  first.setReg('r1', 1);
  first.engine.run(50_000);
  const machine = machineWith(lines, late, joined(first.engine.storeTranslations(PLENTY)!));
  machine.setReg('r1', 1);
  machine.engine.run(50_000);
  const { counters } = machine.engine;
  expect([counters.regionsKept, counters.regionsTranslated]).toEqual([1, 0]);
  machine.setReg('r1', 0);
  machine.engine.run(500_000);
  expect(counters.regionsTranslated).toBe(1);
  expect(counters.interpretedInstructions).toBeLessThan(50_000);
});

test('a region is used only where its very bytes are', () => {
  const first = machineWith(LOOP, EAGER);
  first.engine.run(5000);
  const changed = LOOP.with(1, ['addi', 0, 0, 4]);
  const machine = machineWith(changed, EAGER, joined(first.engine.storeTranslations(PLENTY)!));
  expect(ran(machine, 5000)).toEqual(ran(machineWith(changed), 5000));
  expect(machine.engine.counters.regionsTranslated).toBeGreaterThan(0);
});

test('code overwritten under a kept region is not run by it any more', () => {
  const first = machineWith(LOOP, EAGER);
  first.engine.run(5000);
  const store = joined(first.engine.storeTranslations(PLENTY)!);
  const outcomes = [machineWith(LOOP), machineWith(LOOP, EAGER, store)].map((machine) => {
    machine.engine.run(1000);
    machine.poke(USER_CODE + 4, toy('addi', 0, 0, 5));
    machine.engine.run(1000);
    // Its own code again, then the whole page at once.
    machine.poke(USER_CODE + 24, toy('addi', 2, 2, 7));
    machine.engine.run(1000);
    const page = new Uint8Array(PAGE_SIZE);
    page.set([...LOOP.with(6, ['addi', 3, 3, 1])].flatMap(([op, a, b, c]) => toy(op, a, b, c)));
    machine.memory.writeFrame(machine.mmu.entry(machine.space, USER_CODE >>> 12) >>> 12, 0, page);
    return ran(machine, 1000);
  });
  expect(outcomes[1]).toEqual(outcomes[0]);
});

test('stores accumulate, begin anew where they grow too large, and are told from anything else', () => {
  const first = machineWith(LOOP, EAGER);
  first.engine.run(5000);
  const store = joined(first.engine.storeTranslations(PLENTY)!);
  const other = LOOP.with(1, ['addi', 0, 0, 4]);
  const second = machineWith(other, EAGER, store);
  second.engine.run(5000);
  const both = joined(second.engine.storeTranslations(PLENTY)!);
  for (const lines of [LOOP, other]) {
    const machine = machineWith(lines, EAGER, both);
    expect(ran(machine, 5000)).toEqual(ran(machineWith(lines), 5000));
    expect(machine.engine.counters.regionsTranslated).toBe(0);
  }
  const empty = joined(second.engine.storeTranslations(1)!);
  const third = machineWith(LOOP, EAGER, empty);
  third.engine.run(5000);
  expect(third.engine.counters.regionsKept).toBe(0);
  const broken = store.slice();
  broken[20] = 0x7d;
  for (const bytes of [new Uint8Array(), store.subarray(4), store.subarray(0, 400), new Uint8Array(64), broken]) {
    expect(toyMachine(EAGER).engine.adoptTranslations(reader(bytes))).toBe(false);
  }
  expect(toyMachine().engine.adoptTranslations(reader(store))).toBe(false);
});

describe('a store of many programs', () => {
  const PROGRAMS = Array.from({ length: 12 }, (_, n) => LOOP.with(1, ['addi', 0, 0, 4 + n]));

  /** The translations of all, those of the last in front. */
  function storeOfAll(mostBytes: number): Uint8Array {
    let store: Uint8Array | undefined;
    for (const program of PROGRAMS) {
      const machine = machineWith(program, EAGER, store);
      machine.engine.run(5000);
      store = joined(machine.engine.storeTranslations(mostBytes)!);
    }
    return store!;
  }

  test('is read as far as a run uses it', () => {
    const store = storeOfAll(PLENTY);
    const source = reader(store);
    let bytesRead = 0;
    const read = (into: Uint8Array, position: number): boolean => {
      bytesRead += into.length;
      return source.read(into, position);
    };
    const machine = machineWith(PROGRAMS[3]!, EAGER);
    expect(machine.engine.adoptTranslations({ ...source, read })).toBe(true);
    expect(ran(machine, 5000)).toEqual(ran(machineWith(PROGRAMS[3]!), 5000));
    expect(machine.engine.counters.regionsTranslated).toBe(0);
    expect(bytesRead).toBeLessThan(store.length / 2);
  });

  test('that is full forgets what was not used for longest', () => {
    const store = storeOfAll(storeOfAll(PLENTY).length * 0.7);
    const translatedFor = (program: readonly Line[]): number => {
      const machine = machineWith(program, EAGER, store);
      machine.engine.run(5000);
      return machine.engine.counters.regionsTranslated;
    };
    expect(PROGRAMS.slice(-5).map(translatedFor)).toEqual(Array(5).fill(0));
    expect(translatedFor(PROGRAMS[0]!)).toBeGreaterThan(0);
  });

  test('lost while it is taken over makes no new one', () => {
    const source = reader(storeOfAll(PLENTY));
    let lost = false;
    const machine = machineWith(LOOP, EAGER);
    machine.engine.adoptTranslations({ ...source, read: (into, at) => !lost && source.read(into, at) });
    machine.engine.run(5000);
    const pieces = machine.engine.storeTranslations(PLENTY)!;
    lost = true;
    expect(() => joined(pieces)).toThrow(StoreLost);
  });
});
