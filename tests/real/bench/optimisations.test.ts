import { OPTIMISATION_NAMES } from '@kml/machine';
import { describe, expect, test } from 'vitest';
import { benchCases, benchRoot } from '../../guest/bench-programs.ts';
import { ARCHS, runGuest, type Way } from '../../guest/harness.ts';

/** Each optimisation is left out of every so many programs, another share of them each time. */
const SHARE = 10;

describe.each(ARCHS)('%s', (arch) => {
  const root = benchRoot(arch);

  test.each(OPTIMISATION_NAMES.map((name, number) => [name, number] as const))(
    'programs of the bench without %s',
    async (name, number) => {
      const way: Way = { arch, mode: number % 2 === 0 ? 'user' : 'kernel', engine: 'translator' };
      const some = benchCases(arch).filter((_, place) => place % SHARE === number % SHARE);
      expect(some.length).toBeGreaterThan(0);
      for (const { argv, output } of some) {
        const run = await runGuest(way, argv, { root, without: [name] });
        expect(run.output, argv.join(' ')).toBe(`${output}\n`);
        const whole = await runGuest(way, argv, { root });
        expect([run.machine.instructions, run.machine.stateHash()]).toEqual([
          whole.machine.instructions,
          whole.machine.stateHash(),
        ]);
      }
    },
  );
});
