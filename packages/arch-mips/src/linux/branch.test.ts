import { describe, expect, test } from 'vitest';
import { assemble } from './asm/assembler.ts';
import { branchTarget } from './branch.ts';

const PC = 0x40_0000;

/** Target of one line of assembly at PC, with these registers. */
function target(line: string, registers: Record<number, number> = {}): number | undefined {
  const word = assemble(`${line}\n`, PC, new Map([['T', PC + 0x100]])).words[0]!;
  return branchTarget(undefined as never, word, PC, (n) => registers[n] ?? 0);
}

describe('branch targets', () => {
  test.each([
    ['b T', {}, PC + 0x100],
    ['beq t0, t1, T', { 8: 5, 9: 5 }, PC + 0x100],
    ['beq t0, t1, T', { 8: 5, 9: 6 }, PC + 8],
    ['bne t0, t1, T', { 8: 5, 9: 6 }, PC + 0x100],
    ['bltz t0, T', { 8: -1 }, PC + 0x100],
    ['bltz t0, T', { 8: 0 }, PC + 8],
    ['bgez t0, T', { 8: 0 }, PC + 0x100],
    ['j T', {}, PC + 0x100],
    ['jal T', {}, PC + 0x100],
    ['jr ra', { 31: 0x1234 }, 0x1234],
    ['jalr t9', { 25: 0x5678 }, 0x5678],
    ['addu t0, t1, t2', {}, undefined],
    ['lw t0, 4(t1)', {}, undefined],
  ] as [string, Record<number, number>, number | undefined][])('%s with %j', (line, registers, expected) => {
    expect(target(line, registers)).toBe(expected);
  });

  test('a floating point condition', () => {
    const cpu = { get: () => 1 } as never;
    const bc1t = 0x4501_0010;
    expect(branchTarget(cpu, bc1t, PC, () => 0)).toBe(PC + 0x44);
    expect(branchTarget(cpu, bc1t & ~0x1_0000, PC, () => 0)).toBe(PC + 8);
  });
});
