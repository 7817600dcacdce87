import type { Random } from '../../random/prng.ts';

const SINGLES = [
  0x00000000, 0x80000000, 0x3f800000, 0xbf800000, 0x40000000, 0x7f800000, 0xff800000, 0x7fc00000, 0x7fbfffff,
  0x7f800001, 0xffc12345, 0x00000001, 0x807fffff, 0x00800000, 0x80800000, 0x7f7fffff, 0x4f000000, 0xcf000000,
  0x4effffff, 0x5f000000, 0x3f000000, 0x3fc00000, 0x4b000001, 0x33800000, 0x1f800000, 0x20000000,
];

/** Bits of a single of the kind that breaks things. */
export function singleBits(random: Random): number {
  switch (random.below(5)) {
    case 0:
      return random.pick(SINGLES);
    case 1:
      return new Uint32Array(new Float32Array([random.below(2000) - 1000]).buffer)[0]!;
    case 2:
      // Of middling size, few bits.
      return ((random.below(2) << 31) | ((117 + random.below(20)) << 23) | (random.below(64) << 17)) >>> 0;
    case 3:
      return ((random.below(2) << 31) | ((117 + random.below(20)) << 23) | (random.word() & 0x7fffff)) >>> 0;
    default:
      return random.word();
  }
}

const DOUBLES: readonly (readonly [high: number, low: number])[] = [
  ...([
    [0, 0],
    [0x80000000, 0],
    [0x3ff00000, 0],
    [0xbff00000, 0],
    [0x7ff00000, 0],
    [0xfff00000, 0],
  ] as const),
  ...([
    [0x7ff80000, 0],
    [0x7ff7ffff, 0xffffffff],
    [0x7ff00000, 1],
    [0xfff81234, 5],
    [0, 1],
    [0x800fffff, 0xffffffff],
  ] as const),
  ...([
    [0x00100000, 0],
    [0x80100000, 0],
    [0x7fefffff, 0xffffffff],
    [0x41dfffff, 0xffc00000],
    [0x41e00000, 0],
  ] as const),
  ...([
    [0xc1e00000, 0],
    [0xc1e00000, 0x00100000],
    [0x43e00000, 0],
    [0xc3e00000, 0],
    [0x3fe00000, 0],
    [0x47efffff, 0xe0000000],
  ] as const),
  ...([
    [0x47efffff, 0xf0000000],
    [0x38100000, 0],
    [0x3690_0000, 0],
    [0x36a00000, 0],
    [0x20000000, 1],
    [0x1ff00000, 7],
  ] as const),
];

/** Bits of a double of the kind that breaks things, high word first. */
export function doubleBits(random: Random): readonly [high: number, low: number] {
  const near = ((random.below(2) << 31) | ((1013 + random.below(20)) << 20)) >>> 0;
  switch (random.below(5)) {
    case 0:
      return random.pick(DOUBLES);
    case 1: {
      const words = new Uint32Array(new Float64Array([random.below(2000) - 1000]).buffer);
      return [words[1]!, words[0]!];
    }
    case 2:
      return [(near | (random.below(64) << 14)) >>> 0, 0];
    case 3:
      return [(near | (random.word() & 0xfffff)) >>> 0, random.word()];
    default:
      return [random.word(), random.word()];
  }
}

/** FCSR for a case: mostly as programs have it. No enabled exception is in the Cause field. */
export function fcsrBits(random: Random): number {
  const rounding = random.chance(75) ? 0 : random.below(4);
  const flags = random.chance(60) ? random.below(32) | 1 : random.below(32) & ~1;
  const enables = random.chance(85) ? 0 : random.below(32);
  const cause = random.chance(50) ? 0 : random.below(32) & ~enables;
  const flush = random.chance(90) ? 0 : 0x100_0000;
  const codes = random.word() & 0xfe80_0000;
  return (rounding | (flags << 2) | (enables << 7) | (cause << 12) | flush | codes) >>> 0;
}
