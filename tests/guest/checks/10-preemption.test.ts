import { standardRegistry } from '@kml/machine';
import { describe, expect, test } from 'vitest';
import { LOCK_UP, runGuest, TestConsole, WAYS } from '../harness.ts';

const MILLISECONDS = 60;

/** The slowest model of an architecture: fewer instructions in the same time. */
const slowest = (arch: string): string =>
  [...standardRegistry().find(arch)!.isa.cpuModels].sort((a, b) => a.clockHz - b.clockHz)[0]!.name;

describe.each(WAYS)('check 10, an endless loop: $arch in $mode mode by the $engine', (way) => {
  test('shares the CPU with others in like parts, and is ended by signals', async () => {
    const { result, output } = await runGuest(way, ['share', String(MILLISECONDS)], {
      hz: 1000,
      cpu: slowest(way.arch),
    });
    const shares = [...output.matchAll(/^signal (\d+): (\d+)$/gm)];
    expect(shares.map(([, signal]) => signal)).toEqual(['2', '15', '9']);
    const times = shares.map(([, , microseconds]) => Number(microseconds));
    const each = times.reduce((sum, time) => sum + time) / times.length;
    expect(each * 3).toBeGreaterThan(MILLISECONDS * 1000 * 0.95);
    for (const time of times) expect(Math.abs(time / each - 1)).toBeLessThan(0.05);
    expect(result).toEqual({ kind: 'exit', status: 0 });
  });

  test('is ended by Ctrl-C', async () => {
    const screen = new TestConsole({ tty: true, cues: [{ on: 'spinning', type: '\x03' }] });
    expect((await runGuest(way, ['spin'], { screen })).result).toEqual({ kind: 'signal', signal: 2, status: 130 });
  });

  if (way.mode === 'kernel')
    test('with interrupts disabled hangs the machine, and the watchdog names it', async () => {
      const screen = new TestConsole();
      const { result } = await runGuest(way, ['kernelmem', 'cli'], { screen, lockupSeconds: 0.005 });
      expect(result).toMatchObject({ kind: 'panic', status: 125, message: expect.stringMatching(LOCK_UP) });
      expect(screen.errors).toMatch(/Call trace:\r\n( \[[0-9a-f]{8}\] .*\r\n)+/);
    });
});
