import { describe, expect, test } from 'vitest';
import { runGuest, WAYS } from '../harness.ts';

const ROUNDS = 5;

describe.each(WAYS)('check 5, the trap instruction works: $arch in $mode mode by the $engine', (way) => {
  // In user mode nothing is recognised.
  test.each(way.mode === 'kernel' ? [false, true] : [true])(
    'for every kind of call, and each is counted, recognised: %s',
    async (recognise) => {
      const entries = async (rounds: number) => {
        const { result, output, machine } = await runGuest(way, ['traps', String(rounds)], { recognise });
        expect(output).toMatch(/^([a-z0-9_, ]+: ok\n){8}$/);
        expect(result).toEqual({ kind: 'exit', status: 0 });
        return machine.stats().kernelEntries;
      };
      const [some, none] = [await entries(ROUNDS), await entries(0)];
      const counter = recognise && way.mode === 'kernel' ? 'recognised' : 'trap';
      // A round: getpid twice, write, read, fork, exit_group, wait4, kill; more where a handler returns by a trap.
      expect(some[counter] - none[counter]).toBeGreaterThanOrEqual(8 * ROUNDS);
      expect(some[counter] - none[counter]).toBeLessThanOrEqual(9 * ROUNDS);
    },
  );
});
