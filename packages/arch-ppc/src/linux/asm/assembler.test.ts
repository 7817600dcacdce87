import { describe, expect, test } from 'vitest';
import { assemble } from './assembler.ts';

const NONE = new Map<string, number>();

function hex(source: string, constants: ReadonlyMap<string, number> = NONE): string {
  return Buffer.from(assemble(source, 0x1000, constants).bytes).toString('hex');
}

describe('encodings, as GNU as gives them', () => {
  test.each([
    ['addi r3, r1, -16', '3861fff0'],
    ['addis r11, r0, -16320', '3d60c040'],
    ['li r0, -38', '3800ffda'],
    ['lis r9, -16320', '3d20c040'],
    ['ori r4, r4, 0xffff', '6084ffff'],
    ['andi. r9, r9, 7', '71290007'],
    ['rlwinm r10, r10, 0, 17, 15', '554a045e'],
    ['slwi r12, r0, 2', '540c103a'],
    ['srwi r5, r6, 3', '54c5e8fe'],
    ['clrlwi r7, r8, 16', '5507043e'],
    ['add r3, r4, r5', '7c642a14'],
    ['subf r11, r1, r11', '7d615850'],
    ['neg r3, r3', '7c6300d0'],
    ['mullw r3, r4, r5', '7c6429d6'],
    ['and r3, r4, r5', '7c832838'],
    ['or r3, r4, r5', '7c832b78'],
    ['mr r1, r11', '7d615b78'],
    ['nop', '60000000'],
    ['cmpw r3, r4', '7c032000'],
    ['cmplw cr7, r3, r9', '7f834840'],
    ['cmpwi cr1, r3, -1', '2c83ffff'],
    ['cmplwi r0, 451', '280001c3'],
    ['lwz r10, 144(r1)', '81410090'],
    ['stwu r1, -16(r1)', '9421fff0'],
    ['lmw r3, 28(r1)', 'b861001c'],
    ['stmw r29, -12(r1)', 'bfa1fff4'],
    ['lwzx r12, r11, r12', '7d8b602e'],
    ['stwcx. r0, r0, r1', '7c00092d'],
    ['lwarx r5, r0, r3', '7ca01828'],
    ['lfd f1, 8(r3)', 'c8230008'],
    ['mfcr r10', '7d400026'],
    ['mtcr r10', '7d4ff120'],
    ['mfmsr r10', '7d4000a6'],
    ['mtmsr r10', '7d400124'],
    ['mfsprg0 r10', '7d5042a6'],
    ['mtsprg3 r2', '7c5343a6'],
    ['mfsrr1 r11', '7d7b02a6'],
    ['mtsrr0 r10', '7d5a03a6'],
    ['mfdar r10', '7d5302a6'],
    ['mtctr r12', '7d8903a6'],
    ['mflr r0', '7c0802a6'],
    ['mfxer r9', '7d2102a6'],
    ['mtcrf 0x47, r9', '7d247120'],
    ['bctrl', '4e800421'],
    ['blr', '4e800020'],
    ['rfi', '4c000064'],
    ['sc', '44000002'],
    ['trap', '7fe00008'],
    ['crclr 3', '4c631982'],
    ['mftb r3', '7c6c42e6'],
  ])('%s', (line, bytes) => {
    expect(hex(line)).toBe(bytes);
  });

  test('the kernel call', () => {
    expect(hex('kernelcall 0x1002')).toBe('04001002');
  });
});

describe('labels', () => {
  test('branches are relative, data absolute; halves of an address', () => {
    const source = `
start:
  beq end
  bl start
  lis r3, X@ha
  addi r3, r3, X@l
  lis r4, X@h
.align 16
end:
  .long end - start, X`;
    const { bytes, labels } = assemble(source, 0x1000, new Map([['X', 0x1234_9abc]]));
    expect(labels.get('end')).toBe(0x1020);
    const view = new DataView(bytes.buffer);
    expect(Array.from({ length: 5 }, (_, i) => view.getUint32(4 * i).toString(16))).toEqual([
      '41820020',
      '4bfffffd',
      '3c601235',
      '38639abc',
      '3c801234',
    ]);
    expect([view.getUint32(32), view.getUint32(36)]).toEqual([0x20, 0x1234_9abc]);
  });

  test('.org fills with zeros up to an address', () => {
    expect(hex('  nop\n  .org BASE + 0x10\n  nop', new Map([['BASE', 0x1000]]))).toBe(
      '60000000000000000000000000000000' + '60000000',
    );
  });

  test.each([
    ['b nowhere', /'nowhere' is not defined/],
    ['frobnicate r3', /unknown instruction 'frobnicate'/],
    ['a:\na:', /'a' is defined twice/],
    ['li r3, 1 * 2', /not an operand/],
    ['li r3', /a number or label was expected/],
    ['li r3, 40000', /out of range/],
    ['lwz r3, r4', /displacement/],
    ['add r3, r4', /3 operands/],
    ['.org 4', /goes back/],
  ])('%j is refused', (source, message) => {
    expect(() => hex(source)).toThrow(message);
  });
});
