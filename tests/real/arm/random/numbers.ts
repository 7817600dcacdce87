/** Random floating-point operands: ordinary ones, and those that make trouble. */
import type { Random } from '../../random/prng.ts';

const view = new DataView(new ArrayBuffer(8));

const bitsOfSingle = (value: number): number => {
  view.setFloat32(0, value);
  return view.getUint32(0);
};
const bitsOfDouble = (value: number): readonly [low: number, high: number] => {
  view.setFloat64(0, value);
  return [view.getUint32(4), view.getUint32(0)];
};

/** Numbers near the bounds of integers, and simple ones. */
const PLAIN = [
  0,
  1,
  2,
  3,
  0.5,
  1.5,
  2.5,
  10,
  100,
  255,
  256,
  32767,
  32768,
  65535,
  65536,
  2147483647,
  2147483648,
  4294967295,
  4294967296,
  0.1,
  1 / 3,
  1e10,
  1e-10,
  3.4028234663852886e38,
  1.1754943508222875e-38,
  0.9999999403953552,
];

function plain(random: Random): number {
  const value = random.pick(PLAIN) + (random.chance(30) ? random.pick([0.5, -0.5, 1, -1, 0.25]) : 0);
  return random.chance(50) ? -value : value;
}

/** 32 bits of a single. */
export function randomSingle(random: Random): number {
  const sign = random.chance(50) ? 0x8000_0000 : 0;
  switch (random.below(12)) {
    case 0:
      return sign;
    case 1:
      // Denormal.
      return (sign | (random.word() & (random.chance(50) ? 0x7f_ffff : 0xff))) >>> 0;
    case 2:
      // Infinity, quiet and signalling NaNs.
      return (
        (sign | 0x7f80_0000 | random.pick([0, 0, 0x40_0000, 0x40_0001, 1, 0x3f_ffff, random.word() & 0x7f_ffff])) >>> 0
      );
    case 3:
      // Close to the bounds of the normal numbers.
      return (sign | random.pick([0x0080_0000, 0x0080_0001, 0x00ff_ffff, 0x7f7f_ffff, 0x7f00_0000, 0x0100_0000])) >>> 0;
    case 4:
      return random.word();
    case 5:
    case 6:
      return bitsOfSingle(plain(random));
    case 7:
      // Few bits: products and sums are exact.
      return (sign | ((0x7f - 8 + random.below(16)) << 23) | (random.word() & 0x7f_0000)) >>> 0;
    default:
      return (sign | ((0x7f - 20 + random.below(40)) << 23) | (random.word() & 0x7f_ffff)) >>> 0;
  }
}

/** 64 bits of a double. */
export function randomDouble(random: Random): readonly [low: number, high: number] {
  const sign = random.chance(50) ? 0x8000_0000 : 0;
  const low = random.chance(30) ? 0 : random.word();
  switch (random.below(12)) {
    case 0:
      return [0, sign];
    case 1:
      return [low, (sign | (random.chance(50) ? random.word() & 0xf_ffff : 0)) >>> 0];
    case 2:
      return [
        random.chance(70) ? 0 : random.word(),
        (sign | 0x7ff0_0000 | random.pick([0, 0, 0x8_0000, 0x8_0001, 1, 0x7_ffff, random.word() & 0xf_ffff])) >>> 0,
      ];
    case 3:
      return [
        random.pick([0, 1, 0xffff_ffff]),
        (sign | random.pick([0x0010_0000, 0x0010_0001, 0x001f_ffff, 0x7fef_ffff, 0x7fe0_0000, 0x0020_0000])) >>> 0,
      ];
    case 4:
      return [random.word(), random.word()];
    case 5:
    case 6:
      return bitsOfDouble(plain(random));
    case 7:
      return [0, (sign | ((0x3ff - 8 + random.below(16)) << 20) | (random.word() & 0xf_f000)) >>> 0];
    case 8:
      // About the range of singles, at its ends.
      return [
        low,
        (sign |
          ((0x3ff + random.pick([-152, -150, -149, -127, -126, -125, 126, 127, 128])) << 20) |
          (random.word() & 0xf_ffff)) >>>
          0,
      ];
    default:
      return [low, (sign | ((0x3ff - 20 + random.below(40)) << 20) | (random.word() & 0xf_ffff)) >>> 0];
  }
}

/** FPSCR of a case: with the inexact flag mostly set, sometimes with other modes. */
export function randomFpscr(random: Random): number {
  let fpscr = random.chance(60) ? 0x10 : 0;
  if (random.chance(30)) fpscr |= random.word() & 0xf800_008f;
  if (random.chance(40)) {
    if (random.chance(40)) fpscr |= 0x0100_0000;
    if (random.chance(40)) fpscr |= 0x0200_0000;
    if (random.chance(40)) fpscr |= 0x0400_0000;
    if (random.chance(40)) fpscr |= random.below(4) << 22;
    if (random.chance(5)) fpscr |= random.word() & 0x0037_0000;
  }
  return fpscr >>> 0;
}

/** All vector registers' words: singles or doubles. */
export function randomVectors(random: Random, doubles: boolean): number[] {
  const words: number[] = [];
  while (words.length < 64) words.push(...(doubles ? randomDouble(random) : [randomSingle(random)]));
  // Equal operands, and exact opposites, are worth a try.
  for (let n = random.below(4); n > 0; n--) {
    const [from, to] = [2 * random.below(32), 2 * random.below(32)];
    words[to] = words[from]!;
    words[to + 1] = random.chance(50) ? words[from + 1]! : (words[from + 1]! ^ 0x8000_0000) >>> 0;
  }
  return words;
}
