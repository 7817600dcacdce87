import { expect, test } from 'vitest';
import { loadGuest, TestConsole, type Way } from './harness.ts';

/** Instruction counts at which the states are compared. */
const POINTS = [1_000, 5_003, 20_011, 50_021, 100_003, 200_003, 350_003, 500_009, 750_019, 1_000_003];
const SCRIPT = 'seq 3000 | cat | wc; forks; seq 9000 | cat | wc';

/** Hashes of memory and registers at the points, and the output so far. */
function trace(way: Way, hotness: number): { hashes: string[]; output: string; cycles: number } {
  const screen = new TestConsole();
  const machine = loadGuest(way, ['sh', '-c', SCRIPT], screen, { hotness });
  const hashes: string[] = [];
  let done = 0;
  for (const point of POINTS) {
    machine.step(point - done);
    done = point;
    hashes.push(`${machine.instructions} ${machine.stateHash()}`);
  }
  return { hashes, output: screen.output, cycles: machine.stats().cycles };
}

test.each(['user', 'kernel'] as const)('the same run is the same under every engine, in %s mode', (mode) => {
  const interpreted = trace({ mode, engine: 'interpreter' }, 1);
  expect(interpreted.hashes[9]).toMatch(/^1000003 /);
  expect(new Set(interpreted.hashes).size).toBe(POINTS.length);
  // Translated at once, soon, and late.
  for (const hotness of [1, 10, 500]) {
    expect(trace({ mode, engine: 'translator' }, hotness)).toEqual(interpreted);
  }
});
