import { describe, expect, test } from 'vitest';
import { guestProgram, guestRoot, runGuest, WAYS } from './harness.ts';

const COUNT = 10_000;
const SEED = 20_260_101;

/** Programs that do what no program should. The machine must outlive them, whatever they hit. */
describe.each(WAYS.filter((way) => way.engine === 'translator'))('hostile programs in $mode mode', (way) => {
  const root = guestRoot('ia32', { '/bin/fuzz': guestProgram('fuzz'), '/trusted/bin/fuzz': guestProgram('fuzz') });
  // A kernel-mode program may well bring the machine down (that is a panic report, not a crash of the host).
  const ends = way.mode === 'user' ? ['exit'] : ['exit', 'panic', 'limit'];

  test.each(['text', 'calls'])(`%s: ${COUNT} children`, { timeout: 600_000 }, async (kind) => {
    const { result, output } = await runGuest(way, ['fuzz', kind, String(SEED), String(COUNT)], {
      root,
      memory: 32 << 20,
      limits: { timeoutSeconds: 300 },
    });
    expect(ends).toContain(result.kind);
    if (result.kind !== 'exit') return;
    expect(result.status).toBe(0);
    const ended = [...output.matchAll(/signal \d+: (\d+)/g)].reduce((sum, [, count]) => sum + Number(count), 0);
    expect(ended).toBe(COUNT);
  });
});
