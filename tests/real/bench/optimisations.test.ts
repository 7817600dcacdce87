import { OPTIMISATION_NAMES } from '@kml/machine';
import { describe, expect, test } from 'vitest';
import { benchCases, benchRoot } from '../../guest/bench-programs.ts';
import { ARCHS, runGuest, type Way } from '../../guest/harness.ts';

describe.each(ARCHS)('%s', (arch) => {
  const root = benchRoot(arch);

  test.each(OPTIMISATION_NAMES)('the programs of the bench without %s', async (name) => {
    for (const mode of ['user', 'kernel'] as const) {
      const way: Way = { arch, mode, engine: 'translator' };
      for (const { argv, output } of benchCases(arch)) {
        const run = await runGuest(way, argv, { root, without: [name] });
        expect(run.output, argv.join(' ')).toBe(`${output}\n`);
        const state = { instructions: run.machine.instructions, hash: run.machine.stateHash() };
        const whole = await runGuest(way, argv, { root });
        expect({ instructions: whole.machine.instructions, hash: whole.machine.stateHash() }).toEqual(state);
      }
    }
  });
});
