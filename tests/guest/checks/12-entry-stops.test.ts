import { describe, expect, test } from 'vitest';
import { runGuest, WAYS } from '../harness.ts';

const CALLS = 10;

describe.each(WAYS)("check 12, a tracer's stops at system calls: $arch in $mode mode by the $engine", (way) => {
  test('are there for traps and absent for direct calls', async () => {
    const { result, output } = await runGuest(way, ['entrystops', String(CALLS)]);
    const direct = way.mode === 'kernel' ? 0 : CALLS;
    expect(output).toBe(`trap: 10 at entry, 10 at exit\nsysinfo: ${direct} at entry, ${direct} at exit\n`);
    expect(result).toEqual({ kind: 'exit', status: 0 });
  });
});
