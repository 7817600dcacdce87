import { beforeAll, describe, expect, test } from 'vitest';
import { byOperations, type Mode, runStressor, type StressArchitecture, stressRoot } from './run.ts';
import { STRESSORS } from './stressors.ts';

/** Declares the stress tests of one architecture and mode: stress-ng itself verifies what the kernel does. */
export function stressSuite(architecture: StressArchitecture, mode: Mode, which: 'ops' | 'few'): void {
  let root: string;
  beforeAll(async () => {
    root = await stressRoot(architecture);
  });

  describe(`stress-ng of ${architecture} in ${mode} mode has nothing to complain about`, () => {
    test.each(STRESSORS.map((stressor) => [stressor.name, stressor] as const))('%s', (_name, stressor) => {
      const verdict = runStressor(root, architecture, mode, stressor, byOperations(stressor, which));
      expect(verdict).toMatchObject({ complaints: [], status: 0, successful: true });
      if (stressor.uncounted) return;
      const least = stressor.ops === 'second' ? 1 : which === 'few' ? (stressor.few ?? stressor.ops) : stressor.ops;
      expect(verdict.operations).toBeGreaterThanOrEqual(least);
    });
  });
}
