import { describe, expect, test } from 'vitest';
import { runGuest, WAYS } from '../harness.ts';

const CALLS = [
  'a read ends with EINTR',
  'SA_RESTART makes the read again',
  'a sleep ends with EINTR and says what is left',
  'a stopped sleep goes on',
];

describe.each(WAYS)('check 9, calls that a signal disturbs: $arch in $mode mode by the $engine', (way) => {
  test.each(['trap', 'sysinfo'])('made by %s', async (entry) => {
    const { result, output } = await runGuest(way, ['restart', entry], { hz: 1000 });
    expect(output).toBe(CALLS.map((call) => `${call}: ok\n`).join(''));
    expect(result).toEqual({ kind: 'exit', status: 0 });
  });
});
