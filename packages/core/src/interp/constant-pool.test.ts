import { expect, test } from 'vitest';
import { CONSTANTS_BASE, CONSTANTS_END } from '../memory/memory-map.ts';
import { ConstantPool } from './constant-pool.ts';

const FIRST = CONSTANTS_BASE >> 2;
const poolOf = (constants: readonly number[] = []): ConstantPool => {
  const pool = new ConstantPool(new Int32Array(CONSTANTS_END >> 2));
  expect(pool.adopt(Int32Array.from(constants))).toBe(true);
  return pool;
};

test('constants of an earlier run are at their places, each new one behind them, however many are asked for', () => {
  const constants = Array.from({ length: 2000 }, (_, n) => 7 * n - 5000);
  const pool = poolOf(constants);
  for (let round = 0; round < 2; round++) {
    for (let n = 0; n < 1000; n++) {
      expect(pool.place(constants[2 * n]!)).toBe(FIRST + 2 * n);
      expect(pool.place(1_000_000 + n)).toBe(FIRST + 2000 + n);
    }
  }
  expect([...pool.all.subarray(0, 2001)]).toEqual([...constants, 1_000_000]);
  expect(poolOf([...pool.all]).place(1_000_007)).toBe(FIRST + 2007);
});

test('none are adopted beside others, nor more than there is room for', () => {
  const pool = poolOf();
  pool.place(3);
  expect(pool.adopt(Int32Array.of(1))).toBe(false);
  pool.clear();
  expect(pool.adopt(new Int32Array((CONSTANTS_END - CONSTANTS_BASE) / 4 + 1))).toBe(false);
  expect(pool.adopt(Int32Array.of(1, 2))).toBe(true);
  expect(pool.place(2)).toBe(FIRST + 1);
});
