import { expect, test } from 'vitest';
import { ia32 } from './backend.ts';
import { CLASSES } from './classify.ts';
import { MODE_CODE32 } from './state.ts';
import { rows } from './tables/index.ts';

test('every class of cost has a class', () => {
  const known = [...Object.keys(CLASSES), 'move'];
  for (const { cost } of rows) expect(known).toContain(cost);
});

test.each([
  ['add eax, ebx', '01 d8', 'alu'],
  ['add eax, [ebx]', '03 03', 'aluMemory'],
  ['lea eax, [ebx+4]', '8d 43 04', 'alu'],
  ['mov eax, ebx', '89 d8', 'alu'],
  ['mov eax, 5', 'b8 05 00 00 00', 'alu'],
  ['mov eax, [ebx]', '8b 03', 'load'],
  ['mov [ebx], eax', '89 03', 'store'],
  ['mov eax, [0x1000]', 'a1 00 10 00 00', 'load'],
  ['mov [0x1000], al', 'a2 00 10 00 00', 'store'],
  ['movzx eax, byte [ebx]', '0f b6 03', 'load'],
  ['mov dword [ebx], 1', 'c7 03 01 00 00 00', 'store'],
  ['push eax', '50', 'store'],
  ['push dword [ebx]', 'ff 33', 'aluMemory'],
  ['pop eax', '58', 'load'],
  ['leave', 'c9', 'load'],
  ['rep movsd', 'f3 a5', 'aluMemory'],
  ['stosb', 'aa', 'store'],
  ['imul eax, ebx', '0f af c3', 'multiply'],
  ['jmp short .', 'eb fe', 'branch'],
  ['jmp eax', 'ff e0', 'branch'],
  ['call .', 'e8 fb ff ff ff', 'call'],
  ['call [ebx]', 'ff 13', 'call'],
  ['ret', 'c3', 'call'],
  ['fadd st0, st1', 'd8 c1', 'float'],
  ['addsd xmm0, xmm1', 'f2 0f 58 c1', 'float'],
  ['addpd xmm0, xmm1', '66 0f 58 c1', 'simd'],
  ['movsd xmm0, [ebx]', 'f2 0f 10 03', 'float'],
  ['paddd xmm0, xmm1', '66 0f fe c1', 'simd'],
  ['int 0x80', 'cd 80', 'system'],
  ['sysenter', '0f 34', 'system'],
  ['nop', '90', 'other'],
])('%s', (_text, hex, expected) => {
  const bytes = hex.split(' ').map((digits) => Number.parseInt(digits, 16));
  expect(ia32.classify({ byte: (address) => bytes[address] ?? -1 }, 0, MODE_CODE32)).toBe(expected);
});
