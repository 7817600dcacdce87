import { expect, test } from 'vitest';
import { bySeconds, runStressor, stressRoot } from '../real/stress/run.ts';
import { STRESSORS } from '../real/stress/stressors.ts';

/** Each stressor runs for so many seconds by the host's clock. */
const SECONDS = 5;

for (const architecture of ['i386', 'armhf', 'mipsel'] as const) {
  for (const mode of ['user', 'kernel'] as const) {
    test.each(STRESSORS.map((stressor) => [stressor.name, stressor] as const))(
      `%s, ${architecture}, ${mode} mode: stress-ng has nothing to complain about`,
      async (_name, stressor) => {
        const root = await stressRoot(architecture);
        const verdict = runStressor(root, architecture, mode, stressor, bySeconds(SECONDS));
        expect(verdict).toMatchObject({ complaints: [], status: 0, successful: true });
        expect(verdict.operations).toBeGreaterThan(0);
      },
    );
  }
}
