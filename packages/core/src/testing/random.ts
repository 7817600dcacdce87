/** A small deterministic generator (mulberry32): tests print the seed, the same seed gives the same run. */
export class Random {
  private state: number;

  constructor(seed: number) {
    this.state = seed | 0;
  }

  /** 32 random bits, as int32. */
  word(): number {
    this.state = (this.state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(this.state ^ (this.state >>> 15), this.state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return mixed ^ (mixed >>> 14);
  }

  /** From 0 to limit - 1. */
  below(limit: number): number {
    return Math.floor(((this.word() >>> 0) / 0x1_0000_0000) * limit);
  }

  /** True once in `n` times. */
  oneIn(n: number): boolean {
    return this.below(n) === 0;
  }

  pick<T>(items: readonly T[]): T {
    return items[this.below(items.length)]!;
  }

  /** A word that is often one that makes trouble: 0, -1, powers of two, small. */
  corner(): number {
    switch (this.below(6)) {
      case 0:
        return this.pick([0, 1, -1, 2, 0x7fff_ffff, -0x8000_0000, 0xff, 0x8000, 31, 32]);
      case 1:
        return 1 << this.below(32);
      case 2:
        return this.below(64) - 32;
      default:
        return this.word();
    }
  }
}

/** Mixes words into one, for seeds that depend on several things. */
export function mix(...words: readonly number[]): number {
  let hash = 0x9e3779b9;
  for (const word of words) {
    hash = Math.imul(hash ^ word, 0x85ebca6b);
    hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
    hash ^= hash >>> 16;
  }
  return hash | 0;
}
