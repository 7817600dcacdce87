import { expect, test } from 'vitest';
import { ppc } from './backend.ts';
import { CLASSES } from './classify.ts';
import { rows } from './tables/index.ts';

test('every class of cost has a class', () => {
  const known = [...Object.keys(CLASSES), 'multiple', 'reserve'];
  for (const { cost } of rows) expect(known).toContain(cost);
});

test.each([
  ['add r3, r4, r5', 0x7c64_2a14, 'alu'],
  ['mullw r3, r4, r5', 0x7c64_29d6, 'multiply'],
  ['lwz r3, 0(r4)', 0x8064_0000, 'load'],
  ['lmw r30, 0(r1)', 0xbbc1_0000, 'load'],
  ['stmw r30, 0(r1)', 0xbfc1_0000, 'store'],
  ['stwcx. r3, 0, r4', 0x7c60_212d, 'store'],
  ['lfd f1, 0(r3)', 0xc823_0000, 'float'],
  ['b .', 0x4800_0000, 'branch'],
  ['bl .', 0x4800_0001, 'call'],
  ['beq .', 0x4182_0000, 'branch'],
  ['blr', 0x4e80_0020, 'call'],
  ['bctr', 0x4e80_0420, 'branch'],
  ['bctrl', 0x4e80_0421, 'call'],
  ['mflr r0', 0x7c08_02a6, 'alu'],
  ['mtsrr0 r0', 0x7c1a_03a6, 'system'],
  ['sc', 0x4400_0002, 'system'],
  ['no instruction', 0, 'other'],
])('%s', (_text, word, expected) => {
  const bytes = [word >>> 24, (word >>> 16) & 255, (word >>> 8) & 255, word & 255];
  expect(ppc.classify({ byte: (address) => bytes[address] ?? -1 }, 0, 0)).toBe(expected);
});
