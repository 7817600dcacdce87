import { describe, expect, test } from 'vitest';
import { runGuest, WAYS } from '../harness.ts';

/** The register that says it on each architecture, and its bits in user and in kernel mode. */
const REGISTERS: Readonly<Record<string, { readonly user: string; readonly kernel: string }>> = {
  ia32: { user: 'CS & 3 = 00000003', kernel: 'CS & 3 = 00000000' },
  arm: { user: 'CPSR & 0x1f = 00000010', kernel: 'CPSR & 0x1f = 0000001f' },
  mips: { user: 'SIGILL', kernel: 'Status & 0x1e = 00000000' },
  mipsel: { user: 'SIGILL', kernel: 'Status & 0x1e = 00000000' },
  ppc: { user: 'SIGILL', kernel: 'MSR & 0x4000 = 00000000' },
};

describe.each(WAYS)('check 1, privilege: $arch in $mode mode by the $engine', (way) => {
  test('the CPU says the same in a program, its handlers, its children and its threads', async () => {
    const { result, output } = await runGuest(way, ['privilege']);
    const level = REGISTERS[way.arch]![way.mode];
    const places = ['main', 'handler', 'fork', 'thread', 'vfork', 'main'];
    expect(output).toBe(places.map((place) => `${place}: ${level}\n`).join(''));
    expect(result).toEqual({ kind: 'exit', status: 0 });
  });
});
