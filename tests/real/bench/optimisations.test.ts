import { type HostDirectory, OPTIMISATION_NAMES, type OptimisationName } from '@kml/machine';
import { describe, expect, test } from 'vitest';
import { benchCases, benchRoot } from '../../guest/bench-programs.ts';
import { ARCHS, runGuest, type Way } from '../../guest/harness.ts';

/** Each optimisation is left out of every so many programs, another share of them each time. */
const SHARE = 10;

/** What a run is compared by. */
interface Outcome {
  readonly output: string;
  readonly instructions: number;
  readonly state: string;
}

async function outcome(
  way: Way,
  argv: readonly string[],
  root: HostDirectory,
  without: OptimisationName[] = [],
): Promise<Outcome> {
  const { output, machine } = await runGuest(way, argv, { root, without });
  return { output, instructions: machine.instructions, state: machine.stateHash() };
}

describe.each(ARCHS)('%s', (arch) => {
  const root = benchRoot(arch);
  // Without nothing, each program and mode is run once.
  const wholes = new Map<string, Promise<Outcome>>();
  function whole(way: Way, argv: readonly string[]): Promise<Outcome> {
    const key = [way.mode, ...argv].join(' ');
    const run = wholes.get(key) ?? outcome(way, argv, root);
    wholes.set(key, run);
    return run;
  }

  test.each(OPTIMISATION_NAMES.map((name, number) => [name, number] as const))(
    'programs of the bench without %s',
    async (name, number) => {
      const way: Way = { arch, mode: number % 2 === 0 ? 'user' : 'kernel', engine: 'translator' };
      const some = benchCases(arch).filter((_, place) => place % SHARE === number % SHARE);
      expect(some.length).toBeGreaterThan(0);
      for (const { argv, output } of some) {
        const run = await outcome(way, argv, root, [name]);
        expect(run.output, argv.join(' ')).toBe(`${output}\n`);
        expect(run).toEqual(await whole(way, argv));
      }
    },
  );
});
