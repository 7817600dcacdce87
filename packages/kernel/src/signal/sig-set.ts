/**
 * Sets of signals as words, a bit for each: immutable, plain data, shared freely. (A BigInt costs an allocation and a
 * call for each operation; a signal takes some twenty.) In the kernel's own numbers, up to the 128 that MIPS has.
 */

/** Signals 1 to 32 in `w0`, bit 0 first, 33 to 64 in `w1`, and so on; int32. */
export interface SigSet {
  readonly w0: number;
  readonly w1: number;
  readonly w2: number;
  readonly w3: number;
}

/** A set of the words given, as they are. */
export function setOfWords(w0: number, w1 = 0, w2 = 0, w3 = 0): SigSet {
  return { w0: w0 | 0, w1: w1 | 0, w2: w2 | 0, w3: w3 | 0 };
}

export const NO_SIGNALS: SigSet = setOfWords(0);
export const ALL_SIGNALS: SigSet = setOfWords(-1, -1, -1, -1);

/** The most that any ABI has. */
const NSIG_MAX = 128;

const BITS: readonly SigSet[] = Array.from({ length: NSIG_MAX + 1 }, (_, signo) => {
  const words = [0, 0, 0, 0];
  if (signo > 0) words[(signo - 1) >> 5] = 1 << (signo - 1);
  return setOfWords(words[0]!, words[1], words[2], words[3]);
});

/** The set with only this signal; the empty one for 0. */
export function sigBit(signo: number): SigSet {
  return BITS[signo]!;
}

export function sigSet(...signals: number[]): SigSet {
  return signals.reduce((set, signo) => union(set, sigBit(signo)), NO_SIGNALS);
}

/** Whether the signal (1 to 128) is in the set. */
export function hasSignal(set: SigSet, signo: number): boolean {
  return (((signo <= 32 ? set.w0 : wordOf(set, (signo - 1) >> 5)) >>> (signo - 1)) & 1) !== 0;
}

/** Word 0 to 3 of a set. */
export function wordOf(set: SigSet, index: number): number {
  return index === 0 ? set.w0 : index === 1 ? set.w1 : index === 2 ? set.w2 : set.w3;
}

export function isEmptySet(set: SigSet): boolean {
  return (set.w0 | set.w1 | set.w2 | set.w3) === 0;
}

export function union(a: SigSet, b: SigSet): SigSet {
  return { w0: a.w0 | b.w0, w1: a.w1 | b.w1, w2: a.w2 | b.w2, w3: a.w3 | b.w3 };
}

/** Signals of both. */
export function common(a: SigSet, b: SigSet): SigSet {
  return { w0: a.w0 & b.w0, w1: a.w1 & b.w1, w2: a.w2 & b.w2, w3: a.w3 & b.w3 };
}

/** Signals of `a` that are not in `b`. */
export function without(a: SigSet, b: SigSet): SigSet {
  return { w0: a.w0 & ~b.w0, w1: a.w1 & ~b.w1, w2: a.w2 & ~b.w2, w3: a.w3 & ~b.w3 };
}

/** Whether a signal is in both. */
export function intersects(a: SigSet, b: SigSet): boolean {
  return ((a.w0 & b.w0) | (a.w1 & b.w1) | (a.w2 & b.w2) | (a.w3 & b.w3)) !== 0;
}

/** Whether every signal of `a` is in `b`. */
export function isWithin(a: SigSet, b: SigSet): boolean {
  return ((a.w0 & ~b.w0) | (a.w1 & ~b.w1) | (a.w2 & ~b.w2) | (a.w3 & ~b.w3)) === 0;
}

/** The lowest signal of `set` that is not in `mask`; 0: none. */
export function lowestOf(set: SigSet, mask: SigSet = NO_SIGNALS): number {
  const first = set.w0 & ~mask.w0;
  if (first !== 0) return 32 - Math.clz32(first & -first);
  for (let index = 1; index < 4; index++) {
    const word = wordOf(set, index) & ~wordOf(mask, index);
    if (word !== 0) return 32 * index + 32 - Math.clz32(word & -word);
  }
  return 0;
}

/** The set as one number, for texts. */
export function sigSetNumber(set: SigSet): bigint {
  let value = 0n;
  for (let index = 3; index >= 0; index--) value = (value << 32n) | BigInt(wordOf(set, index) >>> 0);
  return value;
}
