import { describe, expect, test } from 'vitest';
import { arm } from '../backend.ts';
import { parseEncoding } from '../decode/encoding.ts';
import { row } from '../decode/row.ts';
import { MODE_IT_SHIFT, USR } from '../state.ts';
import { rows } from './index.ts';

const parsed = rows.map((one) => ({ one, encoding: parseEncoding(one.encoding) }));

/** Rows of A32's unconditional space are found apart. */
const space = ({ one }: (typeof parsed)[number]): string =>
  one.set === 'A32' && one.encoding.trim().startsWith('1111') ? 'A32 1111' : one.set;

describe('the instruction tables', () => {
  test('encodings have the length of their instruction set', () => {
    for (const { one, encoding } of parsed) expect(encoding.bits).toBe(one.set === 'T16' ? 16 : 32);
  });

  test('no two rows claim the same encoding, unless a condition tells them apart', () => {
    const seen = new Map<string, string>();
    const twice: string[] = [];
    for (const entry of parsed) {
      if (entry.one.when) continue;
      const key = `${space(entry)} ${entry.encoding.mask} ${entry.encoding.value}`;
      const other = seen.get(key);
      if (other !== undefined) twice.push(`${other} and ${entry.one.mnemonic}: ${entry.one.encoding}`);
      seen.set(key, entry.one.mnemonic);
    }
    expect(twice).toEqual([]);
  });

  test('every class of cost has its cycles and their source in every CPU model', () => {
    const classes = new Set(rows.map(({ cost }) => cost));
    for (const model of arm.cpuModels) {
      expect([...classes].filter((name) => !Number.isInteger(model.costs[name]))).toEqual([]);
      expect(Object.keys(model.sources).sort()).toEqual(Object.keys(model.costs).sort());
    }
  });

  test('every instruction names its place in the manual', () => {
    for (const instruction of arm.instructions) expect(instruction.manual).toMatch(/^ARM ARM DDI0406C [AB]\d/);
  });
});

describe('encodings', () => {
  test('fields are put together from their pieces', () => {
    const { parts, mask, value } = parseEncoding('11110 imm:1 0 0000 S:1 Rn:4 0 imm:3 Rd:4 imm:8');
    expect([mask >>> 0, value >>> 0]).toEqual([0xfbe0_8000, 0xf000_0000]);
    expect(parts.filter(({ name }) => name === 'imm').map(({ from, to, width }) => [from, to, width])).toEqual([
      [0, 0, 8],
      [12, 8, 3],
      [26, 11, 1],
    ]);
  });

  test('an unknown field and a wrong length are refused', () => {
    expect(() => parseEncoding('0000 what:4 00000000')).toThrow("no field 'what'");
    expect(() => parseEncoding('0000')).toThrow('has 4 bits');
    expect(row('A32', 'X', 'A8', '', '', '', () => {}).set).toBe('A32');
  });
});

function text(word: number, thumb: boolean, it = 0): string | undefined {
  const memory = thumb && word > 0xffff ? ((word >>> 16) | (word << 16)) >>> 0 : word;
  const byte = (at: number): number => (memory >>> (8 * (at - 0x1000))) & 255;
  return arm.disassemble({ byte }, 0x1000 | (thumb ? 1 : 0), USR | (it << MODE_IT_SHIFT))?.text;
}

describe('the disassembler', () => {
  test.each([
    [0xe92d_4ff0, 'push {r4, r5, r6, r7, r8, r9, sl, fp, lr}'],
    [0xe081_0182, 'add r0, r1, r2, lsl #3'],
    [0x13a0_0001, 'movne r0, #1'],
    [0xe1b0_1062, 'rrxs r1, r2'],
    [0xe711_0102, 'ldr r0, [r1, -r2, lsl #2]'],
    [0xe4d1_0001, 'ldrb r0, [r1], #1'],
    [0xe1c2_00d8, 'ldrd r0, [r2, #8]'],
    [0xe8fd_800f, 'ldm sp!, {r0, r1, r2, r3, pc}^'],
    [0xeaff_fffe, 'b 1000'],
    [0xe7f0_00f7, 'udf #7'],
    [0xee1d_0f70, 'mrc 15, 0, r0, cr13, cr0, {3}'],
    [0xf57f_f05b, 'dmb ish'],
  ])('A32 %o', (word, expected) => {
    expect(text(word, false)).toBe(expected);
  });

  test.each([
    [0xb510, 0, 'push {r4, lr}'],
    [0x1888, 0, 'adds r0, r1, r2'],
    [0x1888, 0x08, 'addeq r0, r1, r2'],
    [0xbf06, 0, 'itte eq'],
    [0xd0fe, 0, 'beq.n 1000'],
    [0xf04f_30ff, 0, 'mov.w r0, #4294967295'],
    [0xea4f_0081, 0, 'mov.w r0, r1, lsl #2'],
    [0xf851_0b04, 0, 'ldr.w r0, [r1], #4'],
    [0xe8bd_8010, 0, 'ldmia.w sp!, {r4, pc}'],
    [0xf7ff_fffe, 0, 'bl 1000'],
    [0xe8df_f001, 0, 'tbb [pc, r1]'],
  ])('T32 %o in IT state %o', (word, it, expected) => {
    expect(text(word, true, it)).toBe(expected);
  });
});
