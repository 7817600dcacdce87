import type { MachineOptions } from '@kml/machine';
import { describe, expect, test } from 'vitest';
import { ARCHS, runGuest } from '../harness.ts';

/** What can become of a kernel-mode program's trap instructions, but for what the checks have by default: they are recognised. */
const WAYS_OF_A_TRAP: readonly (readonly [name: string, options: MachineOptions])[] = [
  ['traps', { recognise: false }],
  ['rewritten', { rewrite: true }],
];

/** Programs of the checks that make their calls by traps. */
const PROGRAMS = ['privilege', 'traps 5', 'handlers leap', 'restart trap', 'entrystops 10'];

describe.each(ARCHS)('%s in kernel mode', (arch) => {
  const way = { arch, mode: 'kernel', engine: 'translator' } as const;

  test.each(PROGRAMS)('the same comes out of %s, whatever way its traps go', async (command) => {
    const run = (options: MachineOptions) => runGuest(way, command.split(' '), { hz: 1000, ...options });
    const usual = await run({});
    expect(usual.result).toEqual({ kind: 'exit', status: 0 });
    for (const [name, options] of WAYS_OF_A_TRAP) {
      const { result, output } = await run(options);
      expect(output, name).toBe(usual.output);
      expect(result, name).toEqual(usual.result);
    }
  });
});
