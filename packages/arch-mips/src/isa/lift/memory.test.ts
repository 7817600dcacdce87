import { PTE_EXEC, PTE_USER, PTE_WRITE } from '@kml/core';
import { describe, expect, test } from 'vitest';
import { asm, BareMachine } from '../testing/index.ts';

const CODE = 0x1000;
const DATA = 0x4000;

function machine(code: readonly number[], order: 'big' | 'little' = 'little'): BareMachine {
  const m = new BareMachine({ order });
  m.map(CODE, 0x1000, PTE_USER | PTE_EXEC);
  m.map(DATA, 0x1000, PTE_USER | PTE_WRITE);
  m.words(CODE, code);
  m.set({ r4: DATA, r2: 0xaabb_ccdd });
  return m;
}

const hex = (value: number): string => (value >>> 0).toString(16).padStart(8, '0');

describe('unaligned words', () => {
  test.each([0, 1, 2, 3, 5])('a pair loads the word at offset %i in either byte order', (off) => {
    for (const order of ['big', 'little'] as const) {
      const [left, right] = order === 'big' ? [off, off + 3] : [off + 3, off];
      const m = machine([asm('lwl', { s: 4, t: 2, i: left }), asm('lwr', { s: 4, t: 2, i: right })], order);
      m.words(DATA, order === 'big' ? [0x00010203, 0x04050607, 0x08090a0b] : [0x03020100, 0x07060504, 0x0b0a0908]);
      m.run(2, CODE);
      const bytes = [off, off + 1, off + 2, off + 3].map((byte) => `0${byte.toString(16)}`);
      expect(hex(m.get('r2'))).toBe((order === 'big' ? bytes : bytes.reverse()).join(''));
    }
  });

  test('one of the pair leaves the register’s other bytes', () => {
    const m = machine([asm('lwl', { s: 4, t: 2, i: 1 }), asm('lwr', { s: 4, t: 3, i: 1 })], 'big');
    m.words(DATA, [0x1122_3344]);
    m.set({ r3: 0xaabb_ccdd });
    m.run(2, CODE);
    expect([hex(m.get('r2')), hex(m.get('r3'))]).toEqual(['223344dd', 'aabb1122']);
  });

  test.each([0, 1, 2, 3])('a pair stores the word at offset %i and nothing beside it', (off) => {
    const m = machine([asm('swl', { s: 4, t: 2, i: off }), asm('swr', { s: 4, t: 2, i: off + 3 })], 'big');
    m.words(DATA, [0x0000_0000, 0x0000_0000]);
    m.run(2, CODE);
    const expected = 'aabbccdd'.padStart(8 + 2 * off, '0').padEnd(16, '0');
    expect(hex(m.word(DATA)) + hex(m.word(DATA + 4))).toBe(expected);
  });
});

describe('LL and SC', () => {
  const pair = (between: readonly number[], off = 0): number[] => [
    asm('ll', { s: 4, t: 3 }),
    ...between,
    asm('sc', { s: 4, t: 2, i: off }),
  ];

  test('stores and answers 1 with the reservation', () => {
    const m = machine(pair([]));
    m.run(2, CODE);
    expect([hex(m.word(DATA)), m.get('r2')]).toEqual(['aabbccdd', 1]);
  });

  test.each([
    ['for another word', pair([], 4)],
    ['after another SC', pair([asm('sc', { s: 4, t: 5 })])],
  ])('does not store and answers 0 %s', (_, code) => {
    const m = machine(code);
    m.run(code.length, CODE);
    expect([hex(m.word(DATA)), m.word(DATA + 4), m.get('r2')]).toEqual(['00000000', 0, 0]);
  });

  test('without a reservation SC does not touch the page', () => {
    const m = machine([asm('sc', { s: 5, t: 2 })]);
    m.set({ r5: 0x7000_0000 });
    m.run(1, CODE);
    expect([m.get('r2'), m.get('pc')]).toEqual([0, CODE + 4]);
  });
});

test('register 0 reads as 0 and takes no write', () => {
  const m = machine([asm('lw', { s: 4, t: 0 }), asm('addu', { s: 0, t: 2, d: 0 }), asm('addu', { s: 0, t: 0, d: 6 })]);
  m.set({ r1: 5, r6: 7 });
  m.run(3, CODE);
  expect([m.get('r6'), m.get('r1'), hex(m.get('r2'))]).toEqual([0, 5, 'aabbccdd']);
});
