import { describe, expect, test } from 'vitest';
import { runGuest, WAYS } from './harness.ts';

/** A division without a quotient: SIGFPE where the CPU raises it (1 is FPE_INTDIV, 2 FPE_INTOVF), else the CPU's result. */
const DIVISIONS: Readonly<Record<string, readonly string[]>> = {
  ia32: ['42 / 0: SIGFPE, code 1', 'least / -1: SIGFPE, code 1'],
  arm: ['42 / 0: 00000000', 'least / -1: 80000000'],
  mips: [
    ...['42 / 0: 0000002a', 'least / -1: 80000000'],
    ...['teq: SIGFPE, code 1', 'break 7: SIGFPE, code 1', 'break 6: SIGFPE, code 2'],
  ],
  ppc: ['42 / 0: 0000002a', 'least / -1: 80000000'],
};

describe.each(WAYS)('$arch in $mode mode by the $engine', (way) => {
  test('an undefined instruction is SIGILL and the machine lives on', async () => {
    expect((await runGuest(way, ['undefined'])).result).toEqual({ kind: 'signal', signal: 4, status: 132 });
    const inShell = await runGuest(way, ['sh', '-c', 'undefined; echo alive']);
    expect(inShell.output).toContain('alive\n');
    expect(inShell.result.status).toBe(0);
  });

  test('division by zero', async () => {
    const { result, output } = await runGuest(way, ['divide']);
    const expected = DIVISIONS[way.arch === 'mipsel' ? 'mips' : way.arch]!;
    expect(output.split('\n')).toEqual(['42 / 6: 00000007', ...expected, '']);
    expect(result).toEqual({ kind: 'exit', status: 0 });
  });
});
