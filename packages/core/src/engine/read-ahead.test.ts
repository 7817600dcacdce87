import { expect, test } from 'vitest';
import { ReadAhead } from './read-ahead.ts';

test('looks twice as far ahead as long as what is missing comes in order, and a little ahead elsewhere', () => {
  const ahead = new ReadAhead();
  const missing = [0, 9, 26, 60, 125, 190, 1000, 1009, 3];
  expect(missing.map((number) => ahead.missed(number))).toEqual([8, 16, 32, 64, 64, 64, 4, 8, 4]);
});
