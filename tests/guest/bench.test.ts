import { describe, expect, test } from 'vitest';
import { benchCases, benchRoot } from './bench-programs.ts';
import { ARCHS, runGuest, type Way } from './harness.ts';

/** The other ways, the interpreter's among them, take longer: tests/real/bench. */
const WAY: Way = { mode: 'kernel', engine: 'translator' };

describe.each(ARCHS)('the programs of the bench on %s', (arch) => {
  const root = benchRoot(arch);

  test('print what they print under QEMU', async () => {
    const printed: Record<string, string> = {};
    for (const { argv } of benchCases(arch)) {
      const { output, result } = await runGuest({ ...WAY, arch }, argv, { root });
      printed[argv.join(' ')] = `${output}status ${result.status}`;
    }
    expect(printed).toEqual(
      Object.fromEntries(benchCases(arch).map(({ argv, output }) => [argv.join(' '), `${output}\nstatus 0`])),
    );
  });

  test('processes exec runs another program', async () => {
    const { output } = await runGuest({ ...WAY, arch }, ['processes', 'exec', '3', '/trusted/bin/true'], { root });
    expect(output).toBe('exec 3\n');
  });
});
