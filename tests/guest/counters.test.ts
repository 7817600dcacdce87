/** The counters that guests read (RDTSC, PMCCNTR, RDHWR 2, the time base) against the machine's own count of cycles. */
import { describe, expect, test } from 'vitest';
import { ARCHS, runGuest } from './harness.ts';

/** Rounds that `ways` makes of each way. */
const ROUNDS = 8;
/** Cycles of a counter's step: MIPS32 24K manual, Count; PowerPC: a quarter of a bus clock that is a quarter of the core's. */
const STEP: Readonly<Record<string, number>> = { ia32: 1, arm: 1, mips: 2, mipsel: 2, ppc: 16 };

/** What the guest counted, of all ways together, and what the machine did. */
async function count(arch: string, engine: 'interpreter' | 'translator', calls: number) {
  const run = await runGuest({ arch, mode: 'user', engine }, ['ways', 'getpid', String(calls)], { time: 'virtual' });
  const counts = run.output
    .trim()
    .split(/\r?\n/)
    .map((line) => Number(line.split(' ')[2]));
  return { counts, machine: run.machine.stats().cycles };
}

describe.each(ARCHS)('the cycle counter of %s', (arch) => {
  test('steps at its rate, and counts what the machine does, in both engines', async () => {
    const [few, many] = [await count(arch, 'interpreter', 251), await count(arch, 'interpreter', 1251)];
    expect(await count(arch, 'translator', 251)).toEqual(few);
    expect(await count(arch, 'translator', 1251)).toEqual(many);
    const step = STEP[arch]!;
    for (const cycles of [...few.counts, ...many.counts]) expect(cycles % step).toBe(0);
    const guest = ROUNDS * many.counts.reduce((sum, cycles, way) => sum + cycles - few.counts[way]!, 0);
    const ratio = guest / (many.machine - few.machine);
    expect(ratio).toBeGreaterThan(0.97);
    expect(ratio).toBeLessThan(1.01);
  });
});
