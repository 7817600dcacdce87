import { expect, test } from 'vitest';
import { mips, mipsel } from './backend.ts';
import { CLASSES } from './classify.ts';
import { rows } from './tables/index.ts';

test('every class of cost has a class', () => {
  for (const { cost } of rows) expect(CLASSES).toHaveProperty(cost);
});

test.each([
  ['addu $2, $4, $5', 0x0085_1021, 'alu'],
  ['mul $2, $4, $5', 0x7085_1002, 'multiply'],
  ['mflo $2', 0x0000_1012, 'alu'],
  ['lw $2, 4($4)', 0x8c82_0004, 'load'],
  ['ll $2, 0($4)', 0xc082_0000, 'load'],
  ['sb $2, 0($4)', 0xa082_0000, 'store'],
  ['lwc1 $f2, 0($4)', 0xc482_0000, 'float'],
  ['add.d $f0, $f2, $f4', 0x4624_1000, 'float'],
  ['beq $4, $5, .', 0x1085_ffff, 'branch'],
  ['j 0', 0x0800_0000, 'branch'],
  ['jal 0', 0x0c00_0000, 'call'],
  ['bal .', 0x0411_ffff, 'call'],
  ['jr $ra', 0x03e0_0008, 'call'],
  ['jr $t9', 0x0320_0008, 'branch'],
  ['jalr $t9', 0x0320_f809, 'call'],
  ['syscall', 0x0000_000c, 'system'],
  ['eret', 0x4200_0018, 'system'],
  ['no instruction', 0xffff_ffff, 'other'],
])('%s', (_text, word, expected) => {
  const bytes = [word >>> 24, (word >>> 16) & 255, (word >>> 8) & 255, word & 255];
  const big = { byte: (address: number) => bytes[address] ?? -1 };
  const little = { byte: (address: number) => bytes[3 - address] ?? -1 };
  expect(mips.classify(big, 0, 0)).toBe(expected);
  expect(mipsel.classify(little, 0, 0)).toBe(expected);
  // In a delay slot.
  expect(mips.classify(big, 1, 0)).toBe(expected);
});
