import { PTE_EXEC, PTE_USER } from '@kml/core';
import { expect, test } from 'vitest';
import { asm, BareMachine } from '../testing/index.ts';
import { OV, RI, TR } from '../vectors.ts';

const CODE = 0x1000;

function run(code: readonly number[], registers: Readonly<Record<string, number>>): BareMachine {
  const m = new BareMachine();
  m.map(CODE, 0x1000, PTE_USER | PTE_EXEC);
  m.words(CODE, code);
  m.set(registers);
  m.run(code.length, CODE);
  return m;
}

const code = (m: BareMachine): number => (m.get('cause') >>> 2) & 31;
const trap = (m: BareMachine): number | undefined => (m.get('status') & 2 ? code(m) : undefined);

test.each([
  ['add', 0x7fff_ffff, 1, OV],
  ['add', 0x8000_0000, -1, OV],
  ['add', 0x7fff_ffff, -1, undefined],
  ['sub', 0x8000_0000, 1, OV],
  ['sub', 0, 0x8000_0000, OV],
  ['sub', -1, 0x8000_0000, undefined],
  ['addu', 0x7fff_ffff, 1, undefined],
])('%s of %i and %i', (mnemonic, r4, r5, expected) => {
  const m = run([asm(mnemonic, { s: 4, t: 5, d: 6 })], { r4, r5, r6: 0x77 });
  expect(trap(m)).toBe(expected);
  expect(m.get('r6') === 0x77).toBe(expected === OV);
});

test.each([
  ['div', 7, 0, 7, 0],
  ['divu', 7, 0, 7, 0],
  ['div', 0x8000_0000, -1, 0x8000_0000, 0],
  ['div', -7, 2, -3 >>> 0, -1 >>> 0],
  ['divu', -7 >>> 0, 2, 0x7fff_fffc, 1],
])('%s of %i by %i', (mnemonic, r4, r5, lo, hi) => {
  const m = run([asm(mnemonic, { s: 4, t: 5 })], { r4, r5 });
  expect([m.get('lo'), m.get('hi')]).toEqual([lo, hi]);
});

test('MADD and MSUB go through all 64 bits', () => {
  const m = run([asm('madd', { s: 4, t: 5 })], { r4: -1, r5: 1, hi: 0, lo: 0 });
  expect([m.get('hi'), m.get('lo')]).toEqual([0xffff_ffff, 0xffff_ffff]);
  const n = run([asm('msubu', { s: 4, t: 5 })], { r4: -1, r5: 2, hi: 2, lo: 0 });
  expect([n.get('hi'), n.get('lo')]).toEqual([0, 2]);
});

test('EXT and INS', () => {
  const m = run([asm('ext', { s: 4, t: 6, m: 7, l: 8 }), asm('ins', { s: 4, t: 5, m: 23, l: 16 })], {
    r4: 0x1234_5678,
    r5: -1,
  });
  expect([m.get('r6'), m.get('r5')]).toEqual([0x56, 0xff78_ffff]);
  expect(trap(run([asm('ext', { s: 4, t: 6, m: 31, l: 1 })], {}))).toBe(RI);
  expect(trap(run([asm('ins', { s: 4, t: 6, m: 1, l: 2 })], {}))).toBe(RI);
});

test('conditional moves', () => {
  const m = run([asm('movz', { s: 4, t: 0, d: 5 }), asm('movn', { s: 4, t: 0, d: 6 })], { r4: 1, r5: 2, r6: 3 });
  expect([m.get('r5'), m.get('r6')]).toEqual([1, 3]);
});

test('traps compare signed or unsigned', () => {
  expect(trap(run([asm('tlt', { s: 4, t: 5 })], { r4: -1, r5: 0 }))).toBe(TR);
  expect(trap(run([asm('tltu', { s: 4, t: 5 })], { r4: -1, r5: 0 }))).toBe(undefined);
  expect(trap(run([asm('tgeiu', { s: 4, i: -1 })], { r4: -1 }))).toBe(TR);
});
