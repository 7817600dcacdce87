import { expect, test } from 'vitest';
import { once } from './once.ts';

test('makes it at the first call, and only then', () => {
  let calls = 0;
  const make = once(() => {
    calls++;
    return undefined;
  });
  expect(calls).toBe(0);
  make();
  make();
  expect(calls).toBe(1);
});
