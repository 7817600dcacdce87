import { describe, expect, test } from 'vitest';
import { ppc } from '../backend.ts';
import { pattern } from '../decode/row.ts';
import { MODE_USER } from '../state.ts';
import { rows } from './index.ts';

describe('the instruction tables', () => {
  test('no two rows claim the same word', () => {
    const patterns = rows.map((row) => ({ row, ...pattern(row.encoding) }));
    for (const [n, one] of patterns.entries()) {
      const both = patterns
        .slice(n + 1)
        .filter((other) => ((one.value ^ other.value) & one.mask & other.mask) === 0)
        .map(({ row }) => row.mnemonic);
      expect([one.row.mnemonic, ...both]).toEqual([one.row.mnemonic]);
    }
  });

  test('every class of cost has its cycles and their source in every CPU model', () => {
    const classes = new Set(rows.map(({ cost }) => cost));
    for (const model of ppc.cpuModels) {
      expect([...classes].filter((name) => !Number.isInteger(model.costs[name]))).toEqual([]);
      expect(Object.keys(model.costs).filter((name) => !classes.has(name))).toEqual([]);
      expect(Object.keys(model.sources).sort()).toEqual(Object.keys(model.costs).sort());
    }
  });

  test('every instruction names its place in the manual', () => {
    for (const instruction of ppc.instructions) expect(instruction.manual).toMatch(/^PEM, ./);
  });
});

/** Disassembles a word at 0x1000. */
function text(word: number): string | undefined {
  const byte = (at: number) => (word >>> (24 - 8 * (at - 0x1000))) & 0xff;
  return ppc.disassemble({ byte }, 0x1000, MODE_USER)?.text;
}

describe('the disassembler', () => {
  test.each([
    [0x9421ffe0, 'stwu r1,-32(r1)'],
    [0x38600005, 'li r3,5'],
    [0x7c832378, 'mr r3,r4'],
    [0x54832834, 'slwi r3,r4,5'],
    [0x7c220a15, 'add. r1,r2,r1'],
    [0x7c220e15, 'addo. r1,r2,r1'],
    [0x4182fffc, 'beq+ 0xffc'],
    [0x409e0008, 'bne- cr7,0x1008'],
    [0x4200fff8, 'bdnz+ 0xff8'],
    [0x429f0005, 'bcl 20,4*cr7+so,0x1004'],
    [0x4e800020, 'blr'],
    [0x4d820020, 'beqlr-'],
    [0x48000101, 'bl 0x1100'],
    [0x7c0802a6, 'mflr r0'],
    [0x7fe00008, 'trap'],
    [0x4cc63182, 'crclr 4*cr1+eq'],
    [0xfc2a0afa, 'fmadd f1,f10,f11,f1'],
    [0xfc16048e, 'mffs f0'],
    [0x04001234, 'kcall 4660'],
    [0x00000000, '.long 0x0'],
  ])('%i', (word, expected) => {
    expect(text(word)).toBe(expected);
  });

  test('bytes that cannot be fetched give nothing', () => {
    expect(ppc.disassemble({ byte: () => -1 }, 0, MODE_USER)).toBeUndefined();
  });
});
