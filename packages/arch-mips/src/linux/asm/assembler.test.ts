import { describe, expect, test } from 'vitest';
import { assemble, wordBytes } from './assembler.ts';

const NONE = new Map<string, number>();

function word(source: string, constants: ReadonlyMap<string, number> = NONE): string {
  return (assemble(source, 0x8010_0000, constants).words[0]! >>> 0).toString(16).padStart(8, '0');
}

describe('encodings, as GNU as gives them', () => {
  test.each([
    ['addu t0, t1, t2', '012a4021'],
    ['negu v0, v0', '00021023'],
    ['move k1, sp', '03a0d825'],
    ['addiu sp, k1, -184', '277dff48'],
    ['lui k0, 0x8040', '3c1a8040'],
    ['li v0, 4193', '34021061'],
    ['li t0, -1134', '2408fb92'],
    ['sll k0, k0, 3', '001ad0c0'],
    ['lw k1, 4(k1)', '8f7b0004'],
    ['sw ra, 156(sp)', 'afbf009c'],
    ['mfc0 k0, c0_status', '401a6000'],
    ['mtc0 t0, c0_epc', '40887000'],
    ['mfc0 t0, c0_badvaddr', '40084000'],
    ['jr ra', '03e00008'],
    ['jalr t2', '0140f809'],
    ['mfhi t0', '00004010'],
    ['mtlo t0', '01000013'],
    ['eret', '42000018'],
    ['syscall', '0000000c'],
    ['break 7', '0007000d'],
    ['kernelcall 0x1002', '70040088'],
  ])('%s', (line, expected) => {
    expect(word(line)).toBe(expected);
  });
});

describe('labels', () => {
  test('branches are relative to the delay slot, jumps within the segment', () => {
    const { words, labels } = assemble(
      'start:\n  b end\n  nop\n  jal start\n  .align 16\nend:\n  beqz v0, start',
      0x8010_0000,
      NONE,
    );
    expect(labels.get('end')).toBe(0x8010_0010);
    expect([words[0]! >>> 0, words[2]! >>> 0, words[4]! >>> 0]).toEqual([0x10000003, 0x0c040000, 0x1040fffb]);
  });

  test('%hi and %lo make the address', () => {
    const constants = new Map([['X', 0x8040_9abc]]);
    expect(word('lui t0, %hi(X)', constants)).toBe('3c088041');
    expect(word('lw t0, %lo(X)(t0)', constants)).toBe('8d089abc');
  });

  test('.org', () => {
    expect(assemble('nop\n.org 0x10\nx:\n.word x, 5', 0x1000, NONE).words).toEqual([0, 0, 0, 0, 0x1010, 5]);
  });

  test.each([
    ['b nowhere', /'nowhere' is not defined/],
    ['frobnicate t0', /unknown instruction/],
    ['a:\na:', /'a' is defined twice/],
    ['lw t0, t1', /offset\(register\)/],
    ['li t0, 0x12345', /16 bits/],
  ])('%j is refused', (source, message) => {
    expect(() => word(source)).toThrow(message);
  });
});

test('bytes in either order', () => {
  expect([...wordBytes([0x01020304], 'big')]).toEqual([1, 2, 3, 4]);
  expect([...wordBytes([0x01020304], 'little')]).toEqual([4, 3, 2, 1]);
});
