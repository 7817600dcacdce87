import { describe, expect, test } from 'vitest';
import { ia32 } from '../backend.ts';
import { OpcodeMap } from '../decode/opcode-map.ts';
import { row } from '../decode/row.ts';
import { MODE_CODE32 } from '../state.ts';
import { rows } from './index.ts';

describe('the instruction tables', () => {
  test('no two rows claim the same encoding', () => {
    expect(() => new OpcodeMap(rows).check()).not.toThrow();
  });

  test('two rows with the same encoding are refused', () => {
    const nothing = () => {};
    const twice = [row('0F AF /r', 'a', 'Gv,Ev', 'alu', nothing), row('0F AF /r', 'b', 'Gv,Ev', 'alu', nothing)];
    expect(() => new OpcodeMap(twice).check()).toThrow(TypeError);
  });

  test('every class of cost has its cycles and their source in every CPU model', () => {
    const classes = new Set(rows.map(({ cost }) => cost));
    for (const model of ia32.cpuModels) {
      expect([...classes].filter((name) => !Number.isInteger(model.costs[name]))).toEqual([]);
      expect(Object.keys(model.sources).sort()).toEqual(Object.keys(model.costs).sort());
    }
  });

  test('every instruction names its place in the manual', () => {
    for (const instruction of ia32.instructions) expect(instruction.manual).toMatch(/^SDM vol\. 2, ./);
  });
});

/** Disassembles hex bytes at 0x1000. */
function text(hex: string, mode = MODE_CODE32): string | undefined {
  const bytes = hex.split(' ').map((byte) => Number.parseInt(byte, 16));
  const result = ia32.disassemble({ byte: (at) => bytes[at - 0x1000] ?? -1 }, 0x1000, mode);
  return result && `${result.length} ${result.text}`;
}

describe('the disassembler', () => {
  test.each([
    ['55', '1 push ebp'],
    ['83 ec 18', '3 sub esp,0x18'],
    ['83 c0 ff', '3 add eax,0xffffffff'],
    ['65 a1 14 00 00 00', '6 mov eax,gs:0x14'],
    ['0f b6 44 8b f8', '5 movzx eax,BYTE PTR [ebx+ecx*4-0x8]'],
    ['8d 04 8d 00 00 00 00', '7 lea eax,[ecx*4+0x0]'],
    ['f0 0f b1 11', '4 lock cmpxchg DWORD PTR [ecx],edx'],
    ['f3 a5', '2 rep movs DWORD PTR es:[edi],DWORD PTR ds:[esi]'],
    ['f2 ae', '2 repnz scas al,BYTE PTR es:[edi]'],
    ['66 98', '2 cbw'],
    ['98', '1 cwde'],
    ['74 fe', '2 je 1000'],
    ['67 8b 07', '3 mov eax,DWORD PTR [bx]'],
    ['f3 0f 1e fb', '4 endbr32'],
    ['f3 90', '2 pause'],
    ['0f 0b', '2 ud2'],
    ['d3 e0', '2 shl eax,cl'],
    ['0f 04 34 12', '4 kernelcall 0x1234'],
    ['f0 01 d8', '3 (bad)'],
  ])('%s', (hex, expected) => {
    expect(text(hex)).toBe(expected);
  });

  test('a 16-bit code segment turns the sizes round', () => {
    expect(text('b8 34 12', 0)).toBe('3 mov ax,0x1234');
    expect(text('66 b8 78 56 34 12', 0)).toBe('6 mov eax,0x12345678');
    expect(text('8b 46 02', 0)).toBe('3 mov ax,WORD PTR [bp+0x2]');
  });

  test('bytes that cannot be fetched give nothing', () => {
    expect(text('81 c0 01')).toBeUndefined();
  });
});
