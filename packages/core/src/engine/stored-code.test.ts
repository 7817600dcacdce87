import { describe, expect, test, vi } from 'vitest';
import { reader } from '../testing/stored-bytes.ts';
import { type TOY_OPS, toy } from '../testing/toy-isa.ts';
import { RX, type ToyMachine, toyMachine, USER_CODE, USER_DATA } from '../testing/toy-machine.ts';
import { BlockCache } from './block-cache.ts';
import type { EngineOptions } from './engine-types.ts';
import { optimisationsWithout } from './optimisations.ts';
import { joined, StoreLost } from './stored-bytes.ts';

const PLENTY = 1 << 24;
type Line = readonly [op: keyof typeof TOY_OPS, a?: number, b?: number, c?: number];

/** Forty blocks that each count in r0 and store it, with constants of their own, then round again. */
const PROGRAM: Line[] = [
  ...Array.from({ length: 40 }, (_, n): Line[] => [
    ['addi', 0, 0, n + 1],
    ['li', 1, 1000 + n],
    ['st', 1, 6, 4 * (n % 8)],
    ['jmp', 0, 1],
  ]).flat(),
  ['jmp', 0, -160],
];

function machineWith(lines: readonly Line[], store?: Uint8Array, options: Partial<EngineOptions> = {}): ToyMachine {
  const machine = toyMachine(options);
  machine.poke(
    USER_CODE,
    lines.flatMap(([op, a, b, c]) => toy(op, a, b, c)),
  );
  machine.setReg('r6', USER_DATA);
  if (store) expect(machine.engine.adoptCode(reader(store))).toBe(true);
  return machine;
}

const outcome = (machine: ToyMachine) => ({
  registers: ['r0', 'r1', 'r6', 'pc'].map((name) => machine.reg(name)),
  cycles: machine.engine.cycles(),
  data: [...machine.memory.u8.subarray(machine.memory.frameAddress(3), machine.memory.frameAddress(3) + 64)],
});

function runFor(machine: ToyMachine, instructions: number) {
  machine.engine.run(instructions);
  return outcome(machine);
}

test('a later machine uses the blocks without lifting, to the same effect', () => {
  const first = machineWith(PROGRAM);
  const expected = runFor(first, 10_001);
  const store = joined(first.engine.storeCode(PLENTY)!);
  const second = machineWith(PROGRAM, store);
  expect(runFor(second, 10_001)).toEqual(expected);
  expect(first.engine.counters.blocksLifted).toBeGreaterThan(40);
  // What the end of the run stands in is lifted where the store has no block that begins there.
  expect(second.engine.counters.blocksLifted).toBeLessThan(2);
  expect(second.engine.storeCode(PLENTY)).toBeUndefined();
});

test('a block is used only where its very bytes are', () => {
  const store = machineWith(PROGRAM);
  store.engine.run(10_000);
  const changed = PROGRAM.with(9, ['li', 1, 77]);
  const expected = runFor(machineWith(changed), 10_001);
  const machine = machineWith(changed, joined(store.engine.storeCode(PLENTY)!));
  expect(runFor(machine, 10_001)).toEqual(expected);
  expect(machine.engine.counters.blocksLifted).toBeGreaterThan(0);
});

describe('a block of two pages', () => {
  const STRADDLING = USER_CODE + 0xffe;
  const NEXT_PAGE = USER_CODE + 0x1000;

  function straddling(value: number, store?: Uint8Array): ToyMachine {
    const machine = machineWith(PROGRAM, store);
    machine.poke(STRADDLING, toy('li', 2, value));
    machine.cpu.pc = STRADDLING;
    return machine;
  }

  function stored(): Uint8Array {
    const first = straddling(0x0101);
    first.engine.run(1);
    // So that there is enough to store.
    first.cpu.pc = USER_CODE;
    first.engine.run(10_000);
    return joined(first.engine.storeCode(PLENTY)!);
  }

  test('is kept', () => {
    const machine = straddling(0x0101, stored());
    machine.engine.run(1);
    expect(machine.reg('r2')).toBe(0x0101);
    expect(machine.engine.counters.blocksLifted).toBe(0);
  });

  test('is used only where both its pages have its bytes', () => {
    const machine = straddling(0x0102, stored());
    machine.engine.run(1);
    expect(machine.reg('r2')).toBe(0x0102);
    expect(machine.engine.counters.blocksLifted).toBe(1);
  });

  test('is another where its second page comes to be another', () => {
    const machine = straddling(0x0101, stored());
    machine.engine.run(1);
    const frame = machine.map(NEXT_PAGE, RX);
    machine.memory.writeFrame(frame, 0, Uint8Array.of(0x02, 0x03));
    machine.cpu.pc = STRADDLING;
    machine.engine.run(1);
    expect(machine.reg('r2')).toBe(0x0302);
  });

  test('is forgotten when its second page is written', () => {
    const machine = straddling(0x0101, stored());
    machine.engine.run(1);
    machine.poke(NEXT_PAGE, [5, 0]);
    machine.cpu.pc = STRADDLING;
    machine.engine.run(1);
    expect(machine.reg('r2')).toBe(0x0005);
  });
});

test('stores accumulate, and refuse what is no store', () => {
  const first = machineWith(PROGRAM);
  first.engine.run(10_000);
  const store = joined(first.engine.storeCode(PLENTY)!);
  const other = PROGRAM.map(([op, a, b, c]): Line => [op, a, b, op === 'addi' ? c! + 1 : c]);
  const second = machineWith(other, store);
  second.engine.run(10_000);
  const both = joined(second.engine.storeCode(PLENTY)!);
  for (const lines of [PROGRAM, other]) {
    const machine = machineWith(lines, both);
    machine.engine.run(10_000);
    expect(machine.engine.counters.blocksLifted).toBeLessThan(2);
  }
  for (const bytes of [new Uint8Array(), store.subarray(4), store.subarray(0, 400), new Uint8Array(64)]) {
    expect(toyMachine().engine.adoptCode(reader(bytes))).toBe(false);
  }
  expect(first.engine.adoptCode(reader(store))).toBe(false);
});

/** As many programs as one likes, at the same addresses. */
const variant = (n: number): Line[] => PROGRAM.map(([op, a, b, c]): Line => [op, a, b, op === 'addi' ? c! + n : c]);

function storeAfter(lines: readonly Line[], store: Uint8Array | undefined, mostBytes: number): Uint8Array {
  const machine = machineWith(lines, store);
  machine.engine.run(10_000);
  return joined(machine.engine.storeCode(mostBytes)!);
}

function liftedWith(lines: readonly Line[], store: Uint8Array): number {
  const machine = machineWith(lines, store);
  machine.engine.run(10_000);
  return machine.engine.counters.blocksLifted;
}

test('a store that is full forgets what was not used for longest', () => {
  const first = storeAfter(variant(0), undefined, PLENTY);
  const room = 2.5 * first.length;
  let store = first;
  for (let n = 1; n < 5; n++) store = storeAfter(variant(n), store, room);
  expect(store.length).toBeLessThan(1.2 * room);
  expect(liftedWith(variant(4), store)).toBeLessThan(2);
  expect(liftedWith(variant(3), store)).toBeLessThan(2);
  expect(liftedWith(variant(0), store)).toBeGreaterThan(20);
});

test('one lost while it is taken over makes no new one', () => {
  const source = reader(storeAfter(PROGRAM, undefined, PLENTY));
  let lost = false;
  const machine = machineWith(variant(1));
  machine.engine.adoptCode({ ...source, read: (into, at) => !lost && source.read(into, at) });
  machine.engine.run(10_000);
  const pieces = machine.engine.storeCode(PLENTY)!;
  lost = true;
  expect(() => joined(pieces)).toThrow(StoreLost);
});

describe('with a block those that an earlier run wanted next are entered', () => {
  const store = storeAfter(PROGRAM, undefined, PLENTY);

  test('so that few are looked for', () => {
    const find = vi.spyOn(BlockCache.prototype, 'find');
    const looksWith = (options: Partial<EngineOptions>) => {
      find.mockClear();
      runFor(machineWith(PROGRAM, store, options), 1000);
      return find.mock.calls.length;
    };
    expect(looksWith({})).toBeLessThan(10);
    expect(looksWith({ optimisations: optimisationsWithout(['readAhead']) })).toBeGreaterThan(40);
    find.mockRestore();
  });

  test('not where the code is another meanwhile, and no longer when it is written', () => {
    const [changed, other] = [PROGRAM.with(9, ['li', 1, 77]), PROGRAM.with(13, ['li', 1, 78])];
    const poked = (machine: ToyMachine) => {
      machine.engine.run(2);
      const code = other.flatMap(([op, a, b, c]) => toy(op, a, b, c));
      machine.poke(USER_CODE, code);
      return runFor(machine, 10_001);
    };
    expect(runFor(machineWith(changed, store), 10_001)).toEqual(runFor(machineWith(changed), 10_001));
    expect(poked(machineWith(PROGRAM, store))).toEqual(poked(machineWith(PROGRAM)));
  });

  test('and are not stored as used where the run did not come to them', () => {
    const machine = machineWith(PROGRAM, store);
    const elsewhere = USER_CODE + 0x800;
    machine.poke(
      elsewhere,
      variant(1).flatMap(([op, a, b, c]) => toy(op, a, b, c)),
    );
    machine.engine.run(2);
    machine.cpu.pc = elsewhere;
    machine.engine.run(10_000);
    // There is room for the blocks of this run, and few more: those go first that were only entered.
    const next = joined(machine.engine.storeCode(store.length * 1.05)!);
    expect(liftedWith(PROGRAM, next)).toBeGreaterThan(30);
  });
});
