import { expect, test } from 'vitest';
import { laterLoad } from './load-average.ts';

/** An average in fixed point after so many periods of five seconds, with so many runnable tasks. */
function after(periods: number, exponent: number, tasks: number, from = 0): number {
  let average = from;
  for (let period = 0; period < periods; period++) average = laterLoad(average, exponent, tasks);
  return average / 2048;
}

test('one task that computes for a minute makes the first average 1 - 1/e', () => {
  expect(after(12, 1884, 1)).toBeCloseTo(1 - Math.exp(-1), 1);
  expect(after(60, 2014, 1)).toBeCloseTo(1 - Math.exp(-1), 1);
  expect(after(180, 2037, 1)).toBeCloseTo(1 - Math.exp(-1), 1);
});

test('averages come to the number of tasks, and go back to nothing', () => {
  expect(after(500, 1884, 3)).toBe(3);
  expect(after(500, 1884, 0, 3 * 2048)).toBe(0);
});
