import type { Random } from '../../random/prng.ts';

/** Doubles that break things, as [high, low]. */
const EDGES: readonly (readonly [number, number])[] = [
  [0, 0],
  [0x80000000, 0],
  [0x3ff00000, 0],
  [0xbff00000, 0],
  [0x3ff00000, 1],
  [0x3fefffff, 0xffffffff],
  [0x40000000, 0],
  [0x7fefffff, 0xffffffff],
  [0xffefffff, 0xffffffff],
  [0x7ff00000, 0],
  [0xfff00000, 0],
  [0x7ff80000, 0],
  [0xfff80000, 0x1234],
  [0x7ff40000, 0],
  [0xfff00000, 1],
  [0, 1],
  [0x80000000, 1],
  [0x000fffff, 0xffffffff],
  [0x00100000, 0],
  [0x00100000, 1],
  [0x00200000, 0],
  // Around the range of singles.
  [0x47efffff, 0xe0000000],
  [0x47efffff, 0xf0000000],
  [0x47f00000, 0],
  [0x38100000, 0],
  [0x380fffff, 0xe0000000],
  [0x36a00000, 0],
  [0x36900000, 0],
  [0x3ff00000, 0x10000000],
  [0x3ff00000, 0x30000000],
  // Around the range of integers.
  [0x41dfffff, 0xffc00000],
  [0x41e00000, 0],
  [0xc1e00000, 0],
  [0xc1e00000, 0x00200000],
  [0x41dfffff, 0xffe00000],
  [0x3fe00000, 0],
  [0xbff80000, 0],
];

/** A double: an edge, an ordinary number, one with few significant bits, a single, or any bits. */
export function randomDouble(random: Random): readonly [high: number, low: number] {
  const ordinary = (): number => ((random.below(2) << 31) | ((1023 - 30 + random.below(60)) << 20)) >>> 0;
  switch (random.below(8)) {
    case 0:
      return random.pick(EDGES);
    case 1:
      return [ordinary() + random.below(0x100000), random.word()];
    case 2:
      return [ordinary() + (random.below(64) << 14), 0];
    case 3:
    case 4:
      return [ordinary() + random.below(0x100000), random.below(8) * 0x20000000];
    case 5:
      return [random.word(), 0];
    case 6:
      // A single that may be denormal or beyond the range.
      return [
        (((random.below(2) << 31) | ((1023 - 160 + random.below(320)) << 20)) >>> 0) + random.below(0x100000),
        random.below(8) * 0x20000000,
      ];
    default:
      return [random.word(), random.word()];
  }
}
