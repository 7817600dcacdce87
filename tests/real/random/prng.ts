/** Seeded random numbers (mulberry32), with the values that break arithmetic made frequent. */
export class Random {
  private state: number;

  constructor(seed: number) {
    this.state = seed | 0;
  }

  /** Uniform 32-bit word, unsigned. */
  word(): number {
    this.state = (this.state + 0x6d2b79f5) | 0;
    let t = Math.imul(this.state ^ (this.state >>> 15), 1 | this.state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return (t ^ (t >>> 14)) >>> 0;
  }

  /** Integer in [0, n). */
  below(n: number): number {
    return this.word() % n;
  }

  chance(percent: number): boolean {
    return this.below(100) < percent;
  }

  pick<T>(items: readonly T[]): T {
    return items[this.below(items.length)]!;
  }

  /** A word of the kind that breaks things. */
  value(): number {
    switch (this.below(4)) {
      case 0:
        return this.pick(EDGES);
      case 1:
        return this.below(256);
      case 2:
        return (this.pick(EDGES) + this.below(5) - 2) >>> 0;
      default:
        return this.word();
    }
  }
}

const EDGES = [
  0, 1, 0xffffffff, 0x7f, 0x80, 0xff, 0x100, 0x7fff, 0x8000, 0xffff, 0x10000, 0x7fffffff, 0x80000000, 0x55555555,
  0xaaaaaaaa,
];
