import { expect, test } from 'vitest';
import { pageFaultException } from './page-fault.ts';

test('one object tells every page fault, the last one', () => {
  const first = pageFaultException(0xc000_1000, true, 0xbfff_f000, 'write', true);
  expect(first).toEqual({
    frame: 0xc000_1000,
    fromUser: true,
    cause: { kind: 'page', address: 0xbfff_f000, access: 'write', present: true },
  });
  const second = pageFaultException(0xc000_2000, false, 8, 'execute', false);
  expect(second).toBe(first);
  expect(second).toEqual({
    frame: 0xc000_2000,
    fromUser: false,
    cause: { kind: 'page', address: 8, access: 'execute', present: false },
  });
});
