import { describe, expect, test } from 'vitest';
import { runGuest, WAYS } from '../harness.ts';

/** Whether sigaction's restorer is what a handler returns to; MIPS and PowerPC have none. KML ignores it on IA-32, not on ARM. */
const RESTORER: Readonly<Record<string, { readonly user: boolean; readonly kernel: boolean }>> = {
  ia32: { user: true, kernel: false },
  arm: { user: true, kernel: true },
  mips: { user: false, kernel: false },
  mipsel: { user: false, kernel: false },
  ppc: { user: false, kernel: false },
};

describe.each(WAYS)('check 8, handlers: $arch in $mode mode by the $engine', (way) => {
  const level = way.mode === 'kernel' ? 0 : 3;

  test.each([
    ['segv', new RegExp(`^100 faults left by longjmp from handlers at level ${level}\n$`)],
    ['repair', new RegExp(`^100 writes went on after handlers at level ${level}\n$`)],
    ['alarm', new RegExp(`^[2-9]\\d alarms taken and returned from at level ${level}\n$`)],
  ])('run at the privilege of their program and return: %s', async (what, expected) => {
    const { result, output } = await runGuest(way, ['ring0', what], { hz: 1000 });
    expect(output).toMatch(expected);
    expect(result).toEqual({ kind: 'exit', status: 0 });
  });

  test('siglongjmp leaves faults and an endless loop, and brings the mask back', async () => {
    const { result, output } = await runGuest(way, ['handlers', 'leap'], { hz: 1000 });
    expect(output).toBe(
      `50 faults and 3 endless loops left at level ${level}, mask empty\nwithout the mask the second fault is signal 11\n`,
    );
    expect(result).toEqual({ kind: 'exit', status: 0 });
  });

  test('SA_RESTORER', async () => {
    const counts = RESTORER[way.arch]![way.mode];
    const good = await runGuest(way, ['handlers', 'restorer']);
    expect(good.output).toBe(`1 handled at level ${level}, the restorer ran ${Number(counts)} times\n`);
    const bad = await runGuest(way, ['handlers', 'bad-restorer']);
    expect(bad.output).toBe(counts ? '' : `1 handled at level ${level}, the restorer ran 0 times\n`);
    expect(bad.result.status).toBe(counts ? 128 + 11 : 0);
  });
});
