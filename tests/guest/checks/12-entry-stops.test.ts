import { describe, expect, test } from 'vitest';
import { runGuest, WAYS } from '../harness.ts';

const CALLS = 10;
/** Where a direct call that needs the whole register frame goes on through the trap's path, stops included. */
const FULL_FRAME_STOPS: ReadonlySet<string> = new Set(['ia32', 'mips', 'mipsel']);

describe.each(WAYS)("check 12, a tracer's stops at system calls: $arch in $mode mode by the $engine", (way) => {
  test('are there for traps and absent for direct calls', async () => {
    const { result, output } = await runGuest(way, ['entrystops', String(CALLS)]);
    const direct = way.mode === 'kernel' ? 0 : CALLS;
    const fork = way.mode === 'kernel' && !FULL_FRAME_STOPS.has(way.arch) ? 0 : 1;
    expect(output.split('\n')).toEqual([
      `trap: ${CALLS} at entry, ${CALLS} at exit`,
      `sysinfo: ${direct} at entry, ${direct} at exit`,
      `fork by sysinfo: ${fork} at entry, ${fork} at exit`,
      '',
    ]);
    expect(result).toEqual({ kind: 'exit', status: 0 });
  });
});
