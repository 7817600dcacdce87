import { describe, expect, test } from 'vitest';
import { runGuest, WAYS } from '../harness.ts';

const ROUNDS = 5;

describe.each(WAYS)('check 5, the trap instruction works: $arch in $mode mode by the $engine', (way) => {
  test('for every kind of call, and each is counted', async () => {
    const entries = async (rounds: number) => {
      const { result, output, machine } = await runGuest(way, ['traps', String(rounds)]);
      expect(output).toMatch(/^([a-z0-9_, ]+: ok\n){8}$/);
      expect(result).toEqual({ kind: 'exit', status: 0 });
      const { trap, recognised } = machine.stats().kernelEntries;
      return trap + recognised;
    };
    // A round: getpid twice, write, read, fork, exit_group, wait4, kill; more where a handler returns by a trap.
    const more = (await entries(ROUNDS)) - (await entries(0));
    expect(more).toBeGreaterThanOrEqual(8 * ROUNDS);
    expect(more).toBeLessThanOrEqual(9 * ROUNDS);
  });
});
