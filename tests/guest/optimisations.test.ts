import { OPTIMISATION_NAMES, type OptimisationName } from '@kml/machine';
import { describe, expect, test } from 'vitest';
import { benchRoot } from './bench-programs.ts';
import { ARCHS, runGuest, type Way } from './harness.ts';

const COMMANDS = [
  ['sh', '-c', 'mode; seq 300 | cat | wc; nullwrite; echo alive'],
  ['vmcalls', '1'],
];

/** All that a run shows: what it printed, and the state that it left, its counts of instructions and cycles in it. */
async function outcomes(way: Way, without: readonly OptimisationName[]): Promise<unknown> {
  const root = benchRoot(way.arch!);
  const seen = [];
  for (const argv of COMMANDS) {
    const { output, result, machine } = await runGuest(way, argv, { root, without });
    seen.push({ argv, output, result, instructions: machine.instructions, state: machine.stateHash() });
  }
  return seen;
}

describe.each(ARCHS.map((arch, place) => ({ arch, place })))('$arch', ({ arch, place }) => {
  const way: Way = { arch, mode: place % 2 ? 'kernel' : 'user', engine: 'translator' };
  // Each is left out on one architecture at least; all of them everywhere in tests/real.
  const mine = OPTIMISATION_NAMES.filter((_, number) => number % ARCHS.length === place);

  test(`runs the same without any of ${mine.join(', ')}, and without all`, async () => {
    const expected = await outcomes(way, []);
    for (const name of mine) {
      expect(await outcomes(way, [name]), name).toEqual(expected);
    }
    const most = OPTIMISATION_NAMES.filter((name) => name !== 'translation');
    expect(await outcomes(way, most)).toEqual(expected);
  });
});
