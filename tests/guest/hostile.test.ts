import { describe, expect, test } from 'vitest';
import { guestProgram, guestRoot, runGuest, WAYS, type Way } from './harness.ts';

/** Children of each kind; IA-32 has more for all. */
const COUNT = (arch: string): number => (arch === 'ia32' ? 10_000 : 1_500);
const SEED = 20_260_101;

/** Children that fuzz ran, however they ended, and the panics on the way; a machine that panicked is followed by another. */
async function runChildren(way: Required<Way>, kind: string): Promise<{ children: number; panics: string[] }> {
  const program = guestProgram('fuzz', way.arch);
  const root = guestRoot(way.arch, { '/bin/fuzz': program, '/trusted/bin/fuzz': program });
  const count = COUNT(way.arch);
  const panics: string[] = [];
  let children = 0;
  while (children < count) {
    const { result, output } = await runGuest(way, ['fuzz', kind, String(SEED + children), String(count - children)], {
      root,
      memory: 32 << 20,
      lockupSeconds: 0.03,
      limits: { timeoutSeconds: 100 },
    });
    children += output.match(/^\.*/)![0].length;
    if (result.kind === 'panic') {
      panics.push(result.message);
      children++;
    } else {
      expect(result).toEqual({ kind: 'exit', status: 0 });
      expect(output).toMatch(/\.\n(signal \d+: \d+\n)+$/);
      break;
    }
  }
  return { children, panics };
}

/** Programs that do what no program should: the machine outlives them, whatever they hit. */
describe.each(WAYS.filter((way) => way.engine === 'translator'))('hostile programs: $arch in $mode mode', (way) => {
  test.each(['text', 'calls', 'elf'])('%s', { timeout: 300_000 }, async (kind) => {
    const { children, panics } = await runChildren(way, kind);
    expect(children).toBe(COUNT(way.arch));
    // User mode cannot hurt the kernel. Random bytes at privilege level 0 rarely do, and are named when they do.
    if (way.mode === 'user') expect(panics).toEqual([]);
    expect(panics.length).toBeLessThan(20);
    for (const panic of panics) expect(panic).toMatch(/^lock-up: |overwritten|the CPU stopped: /);
  });
});
