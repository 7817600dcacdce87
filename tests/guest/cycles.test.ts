import { describe, expect, test } from 'vitest';
import { ARCHS, runGuest } from './harness.ts';

describe.each(ARCHS)('where the cycles go, on %s', (arch) => {
  const split = async (mode: 'user' | 'kernel', engine: 'interpreter' | 'translator', argv: string[], cpu?: string) => {
    const run = await runGuest({ arch, mode, engine }, argv, { memory: 16 << 20, hotness: 2, ...(cpu && { cpu }) });
    return run.machine.stats();
  };

  test.each(['user', 'kernel'] as const)('exact, and the same in both engines, in %s mode', async (mode) => {
    const [interpreted, translated] = await Promise.all([
      split(mode, 'interpreter', ['sh', '-c', 'seq 300 | cat | wc; forks']),
      split(mode, 'translator', ['sh', '-c', 'seq 300 | cat | wc; forks']),
    ]);
    const { user, entry, kernel } = interpreted.cyclesBy;
    expect(translated.cyclesBy).toEqual(interpreted.cyclesBy);
    expect(user + entry + kernel).toBe(interpreted.cycles);
    for (const part of [user, entry, kernel]) expect(part).toBeGreaterThan(1000);
  });

  test('a program that only computes spends next to nothing in the kernel', async () => {
    const { cycles, cyclesBy } = await split('user', 'translator', ['fib', '20']);
    expect(cyclesBy.user / cycles).toBeGreaterThan(0.5);
    const more = await split('user', 'translator', ['fib', '24']);
    expect(more.cyclesBy.user).toBeGreaterThan(4 * cyclesBy.user);
  });
});
