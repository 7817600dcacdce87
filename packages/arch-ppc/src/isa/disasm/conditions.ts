import type { Word } from './word.ts';

/** Conditions of branches if the bit of a field is set, if it is clear. */
export const BITS_SET = ['lt', 'gt', 'eq', 'so'];
export const BITS_CLEAR = ['ge', 'le', 'ne', 'ns'];

/** Conditions of traps by TO, where they have names. */
export const traps: Readonly<Record<number, string>> = {
  ...{ 1: 'lgt', 2: 'llt', 4: 'eq', 5: 'lge', 6: 'lle', 8: 'gt', 12: 'ge', 16: 'lt', 20: 'le', 24: 'ne', 31: 'u' },
};

/**
 * How a conditional branch is predicted: backwards taken, forwards and through registers not taken;
 * the last bit of BO reverses that. PEM, 4.2.4.2.
 */
export function hintOf(w: Word, isRelative: boolean): string {
  const isBackwards = isRelative && (w.word & 0x8000) !== 0;
  return isBackwards !== ((w.rt & 1) !== 0) ? '+' : '-';
}
