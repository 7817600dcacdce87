import { describe, expect, test } from 'vitest';
import { assemble } from './assembler.ts';

const NONE = new Map<string, number>();

function hex(source: string, constants: ReadonlyMap<string, number> = NONE): string {
  return Buffer.from(assemble(source, 0x1000, constants).bytes).toString('hex');
}

describe('encodings, as GNU as gives them', () => {
  test.each([
    ['mov eax, 5', 'b805000000'],
    ['mov ss:[0xc0400008], eax', '368905080040c0'],
    ['mov dword [esp + 0x28], 0', 'c744242800000000'],
    ['mov gs, [esp + 0x28]', '8e6c2428'],
    ['mov ecx, gs', '8ce9'],
    ['push dword ss:[ebp]', '36ff7500'],
    ['push 104', '6868000000'],
    ['push gs', '0fa8'],
    ['pop [ecx]', '8f01'],
    ['call ss:[0xc0405000 + eax*4]', '36ff1485005040c0'],
    ['jmp [eax*4 + 0xc0406000]', 'ff2485006040c0'],
    ['lea eax, [ebx + ecx*8 - 300]', '8d84cbd4feffff'],
    ['cmp esp, 0xc0000000', '81fc000000c0'],
    ['sub eax, 8', '83e808'],
    ['xor ecx, [esp + 36]', '334c2424'],
    ['and dword [esp], 0xfffffdff', '812424fffdffff'],
    ['test edx, 0x100', 'f7c200010000'],
    ['test eax, ebx', '85d8'],
    ['inc dword ss:[0xc0400020]', '36ff05200040c0'],
    ['jmpfar 128, 0', 'ea000000008000'],
    ['int 0x80', 'cd80'],
    ['kernelcall 0x1002', '0f040210'],
    ['mov eax, [ebp]', '8b4500'],
    ['rdtsc', '0f31'],
    ['mul [ebp + 4]', 'f76504'],
    ['div ecx', 'f7f1'],
    ['shrd eax, edx, 24', '0facd018'],
  ])('%s', (line, bytes) => {
    expect(hex(line)).toBe(bytes);
  });
});

describe('labels', () => {
  test('branches are relative, data and immediates absolute', () => {
    const { bytes, labels } = assemble(
      'start:\n  jmp end\n  push start + 1\n.align 16\nend:\n  .long end - start, X',
      0x1000,
      new Map([['X', 7]]),
    );
    expect(labels.get('end')).toBe(0x1010);
    const view = new DataView(bytes.buffer);
    expect(view.getInt32(1, true)).toBe(0xb);
    expect(view.getInt32(6, true)).toBe(0x1001);
    expect([view.getInt32(16, true), view.getInt32(20, true)]).toEqual([0x10, 7]);
  });

  test.each([
    ['jmp nowhere', /'nowhere' is not defined/],
    ['frobnicate eax', /unknown instruction 'frobnicate'/],
    ['a:\na:', /'a' is defined twice/],
    ['mov eax, 1 * 2', /not an operand/],
    ['push', /a number or label was expected/],
  ])('%j is refused', (source, message) => {
    expect(() => hex(source)).toThrow(message);
  });
});
