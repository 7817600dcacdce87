import { describe, expect, test } from 'vitest';
import { mips } from '../backend.ts';
import { Decoder } from '../decode/decoder.ts';
import { patternOf, row } from '../decode/row.ts';
import { rows } from './index.ts';

describe('the instruction tables', () => {
  test('no two rows claim the same word', () => {
    expect(() => new Decoder(rows).check()).not.toThrow();
  });

  test('two rows with the same encoding are refused', () => {
    const nothing = () => {};
    const one = '000000 sssss ttttt ddddd 00000 100000';
    expect(() => new Decoder([row(one, 'a', '', 'alu', nothing), row(one, 'b', '', 'alu', nothing)]).check()).toThrow(
      TypeError,
    );
  });

  test('an encoding has 32 bits', () => {
    expect(() => patternOf('000000 sssss')).toThrow(TypeError);
  });

  test('every class of cost has its cycles and their source in every CPU model', () => {
    const classes = new Set(rows.map(({ cost }) => cost));
    for (const model of mips.cpuModels) {
      expect([...classes].filter((name) => !Number.isInteger(model.costs[name]))).toEqual([]);
      expect(Object.keys(model.sources).sort()).toEqual(Object.keys(model.costs).sort());
    }
  });

  test('every instruction names its place in the manual', () => {
    for (const instruction of mips.instructions) expect(instruction.manual).toMatch(/^MIPS32 vol\. II, ./);
  });
});

/** Disassembles a word at 0x1000. */
function text(word: number): string | undefined {
  const bytes = [word >>> 24, (word >>> 16) & 0xff, (word >>> 8) & 0xff, word & 0xff];
  return mips.disassemble({ byte: (at) => bytes[at - 0x1000] ?? -1 }, 0x1000, 0)?.text;
}

describe('the disassembler', () => {
  test.each([
    [0x00000000, 'nop'],
    [0x27bdffe0, 'addiu sp,sp,-32'],
    [0x24020005, 'li v0,5'],
    [0x00801025, 'move v0,a0'],
    [0x8fbf001c, 'lw ra,28(sp)'],
    [0x03e00008, 'jr ra'],
    [0x0320f809, 'jalr t9'],
    [0x1040fffe, 'beqz v0,ffc'],
    [0x0c000400, 'jal 1000'],
    [0x00021023, 'negu v0,v0'],
    [0x7c03e83b, 'rdhwr v1,$29'],
    [0x46201032, 'c.eq.d $f2,$f0'],
    [0x45010001, 'bc1t 1008'],
    [0x4c8830a1, 'madd.d $f2,$f4,$f6,$f8'],
    [0x7c843a00, 'ext a0,a0,0x8,0x8'],
    [0x40026000, 'mfc0 v0,c0_status'],
    [0x0000000c, 'syscall'],
    [0x700048c8, 'kernelcall 0x123'],
    [0xfc000000, '0xfc000000'],
  ])('%s', (word, expected) => {
    expect(text(word)).toBe(expected);
  });
});
