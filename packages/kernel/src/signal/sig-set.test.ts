import { describe, expect, test } from 'vitest';
import {
  ALL_SIGNALS,
  common,
  hasSignal,
  intersects,
  isEmptySet,
  isWithin,
  lowestOf,
  NO_SIGNALS,
  type SigSet,
  setOfWords,
  sigBit,
  sigSet,
  sigSetNumber,
  union,
  without,
} from './sig-set.ts';

/** Sets of some signals of all four words, their ends among them, as numbers. */
const SETS = [
  0n,
  1n,
  1n << 31n,
  1n << 32n,
  0x8000_0001_0000_0000n,
  1n << 64n,
  1n << 127n,
  0x1234_5678_9abc_def0n << 40n,
];

function setOf(value: bigint): SigSet {
  const word = (index: number): number => Number((value >> BigInt(32 * index)) & 0xffff_ffffn);
  return setOfWords(word(0), word(1), word(2), word(3));
}

const ALL = (1n << 128n) - 1n;

describe.each(SETS)('a set of 0x%s', (a) => {
  const set = setOf(a);

  test('is the number that its signals are', () => {
    expect(sigSetNumber(set)).toBe(a);
    expect(isEmptySet(set)).toBe(a === 0n);
    for (let signo = 1; signo <= 128; signo++)
      expect(hasSignal(set, signo)).toBe(((a >> BigInt(signo - 1)) & 1n) === 1n);
  });

  test.each(SETS)('with 0x%s', (b) => {
    const other = setOf(b);
    expect(sigSetNumber(union(set, other))).toBe(a | b);
    expect(sigSetNumber(common(set, other))).toBe(a & b);
    expect(sigSetNumber(without(set, other))).toBe(a & ~b & ALL);
    expect(intersects(set, other)).toBe((a & b) !== 0n);
    expect(isWithin(set, other)).toBe((a & ~b) === 0n);
    const left = a & ~b;
    let lowest = 0;
    for (let signo = 128; signo >= 1; signo--) if ((left >> BigInt(signo - 1)) & 1n) lowest = signo;
    expect(lowestOf(set, other)).toBe(lowest);
  });
});

test('one signal, several, none and all', () => {
  for (let signo = 1; signo <= 128; signo++) expect(sigSetNumber(sigBit(signo))).toBe(1n << BigInt(signo - 1));
  expect(sigBit(0)).toEqual(NO_SIGNALS);
  expect(sigSet(1, 33, 128)).toEqual(setOfWords(1, 1, 0, 0x8000_0000));
  expect(sigSetNumber(ALL_SIGNALS)).toBe(ALL);
});
