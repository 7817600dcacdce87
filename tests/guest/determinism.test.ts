import { joined } from '@kml/core';
import type { MachineOptions } from '@kml/machine';
import { describe, expect, test } from 'vitest';
import { ARCHS, guestProgram, guestRoot, loadGuest, runGuest, stepsOfATick, TestConsole, type Way } from './harness.ts';

/** Instruction counts at which the states are compared. */
const POINTS = [1_000, 5_003, 20_011, 50_021, 100_003, 200_003, 350_003, 500_009, 750_019, 1_000_003];
const SCRIPT = 'seq 3000 | cat | wc; forks; seq 9000 | cat | wc';

/** Hashes of memory and registers at the points, and the output so far. */
function trace(way: Way, hotness: number, options: MachineOptions = {}) {
  const screen = new TestConsole();
  const machine = loadGuest(way, ['sh', '-c', SCRIPT], screen, { hotness, memory: 16 << 20, ...options });
  const hashes: string[] = [];
  let done = 0;
  for (const point of POINTS) {
    machine.step(point - done);
    done = point;
    hashes.push(`${machine.instructions} ${machine.stateHash()}`);
  }
  const { cycles, cyclesBy } = machine.stats();
  return { hashes, output: screen.output, cycles, cyclesBy };
}

/** Both modes of every architecture. */
const PLACES = ARCHS.flatMap((arch) => [{ arch, mode: 'user' } as const, { arch, mode: 'kernel' } as const]);

test.each(PLACES)('the same run is the same under every engine: $arch in $mode mode', (place) => {
  const interpreted = trace({ ...place, engine: 'interpreter' }, 1);
  expect(interpreted.hashes[9]).toMatch(/^1000003 /);
  expect(new Set(interpreted.hashes).size).toBe(POINTS.length);
  // Translated at once, soon, and late.
  for (const hotness of [1, 10, 500]) {
    expect(trace({ ...place, engine: 'translator' }, hotness)).toEqual(interpreted);
  }
});

test.each(['user', 'kernel'] as const)('and with the lifted code of an earlier run, in %s mode', async (mode) => {
  const kept = new Map<string, Uint8Array>();
  const codeStore = {
    open(name: string) {
      const bytes = kept.get(name);
      if (bytes === undefined) return undefined;
      const read = (into: Uint8Array, position: number): boolean => {
        into.set(bytes.subarray(position, position + into.length));
        return position + into.length <= bytes.length;
      };
      return { size: bytes.length, read, close: () => {} };
    },
    write: (name: string, pieces: Iterable<Uint8Array>) => void kept.set(name, joined(pieces)),
  };
  const cold = await runGuest({ mode, engine: 'interpreter' }, ['sh', '-c', SCRIPT], { memory: 16 << 20, codeStore });
  expect(kept.size).toBe(1);
  const expected = trace({ mode, engine: 'interpreter' }, 1);
  for (const engine of ['interpreter', 'translator'] as const) {
    expect(trace({ mode, engine }, 10, { codeStore })).toEqual(expected);
  }
  const warm = await runGuest({ mode, engine: 'translator' }, ['sh', '-c', SCRIPT], { memory: 16 << 20, codeStore });
  expect(warm.output).toBe(cold.output);
  const [before, after] = [cold, warm].map(({ machine }) => machine.stats());
  expect([after!.instructions, after!.cycles]).toEqual([before!.instructions, before!.cycles]);
  expect(warm.machine.engine.counters.blocksLifted).toBeLessThan(cold.machine.engine.counters.blocksLifted / 10);
});

/** Programs whose events fall where they must: ticks on starved stacks, signals, faults, page-out, code that changes. */
const PROGRAMS: [argv: string[], options: MachineOptions][] = [
  [['starve', '5', 'TICK'], { hz: 1000 }],
  [['ring0', 'alarm'], { hz: 1000 }],
  [['crowd', '100'], {}],
  [['touch', '10'], { memory: 6 << 20, swap: 32 << 20 }],
  [['fuzz', 'text', '1', '60'], {}],
  [['fuzz', 'elf', '1', '150'], {}],
  [['fuzz', 'calls', '1', '60'], {}],
  [['kernelmem', 'current'], { hz: 1000 }],
  [['kernelmem', 'cli'], { hz: 1000, lockupSeconds: 0.002 }],
];

describe.each(PLACES)('to the end: $arch in $mode mode', (place) => {
  const fuzz = guestProgram('fuzz', place.arch);
  const root = guestRoot(place.arch, { '/bin/fuzz': fuzz, '/trusted/bin/fuzz': fuzz });
  const tick = String(stepsOfATick(place.arch, 1000));
  // ARM ignores a change of the interrupt mask in user mode: that program would loop for ever.
  const endless = place.arch === 'arm' && place.mode === 'user' ? 'cli' : undefined;

  test.each(PROGRAMS.filter(([argv]) => argv[1] !== endless))('%j', async (argv, options) => {
    const words = argv.map((word) => (word === 'TICK' ? tick : word));
    const ends = [];
    for (const [engine, hotness] of [
      ['interpreter', 1],
      ['translator', 1],
      ['translator', 300],
    ] as const) {
      const { result, output, machine } = await runGuest({ ...place, engine }, words, {
        root,
        memory: 16 << 20,
        ...options,
        hotness,
      });
      const { instructions, cycles, ticks } = machine.stats();
      ends.push({ result, output, instructions, cycles, ticks, hash: machine.stateHash() });
    }
    expect(ends[1]).toEqual(ends[0]);
    expect(ends[2]).toEqual(ends[0]);
  });
});
