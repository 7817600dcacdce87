import { describe, expect, it } from 'vitest';
import { copyPlain } from './copy-plain.ts';

describe('copyPlain', () => {
  const value = {
    iopl: 3,
    tls: [1, 2, { base: 7, none: null }],
    debug: { registers: [0, 0], seen: new Uint8Array([1, 2]), of: new Map([['a', [1]]]) },
    gone: undefined,
    big: 5n,
  };

  it('gives what structuredClone gives', () => {
    expect(copyPlain(value)).toEqual(structuredClone(value));
    expect(Object.keys(copyPlain(value))).toEqual(Object.keys(value));
  });

  it('shares nothing with the original', () => {
    const copy = copyPlain(value);
    copy.tls.push(9);
    (copy.tls[2] as { base: number }).base = 8;
    copy.debug.registers[0] = 1;
    copy.debug.seen[0] = 9;
    copy.debug.of.get('a')!.push(2);
    expect(value.tls).toEqual([1, 2, { base: 7, none: null }]);
    expect(value.debug).toEqual({
      registers: [0, 0],
      seen: new Uint8Array([1, 2]),
      of: new Map([['a', [1]]]),
    });
  });
});
