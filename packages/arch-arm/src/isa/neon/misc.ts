/** Integer instructions on two registers. ARM ARM DDI0406C A7.4.5. */
import type { V128 } from '@kml/core';
import type { Insn } from '../lift/insn.ts';
import { beginFloat } from '../vfp/begin.ts';
import { type Handler, sizeOf } from './integer.ts';
import {
  absolute,
  add,
  equal,
  extend,
  greater,
  greaterOrEqual,
  least,
  negative,
  type Size,
  shiftRight,
  signs,
  splat,
  sub,
  zero,
} from './lanes.ts';
import { getVector, invert, saturated, setVector } from './vectors.ts';

/** d ← f(m). */
export function two(f: (x: Insn, size: Size, a: V128) => V128): Handler {
  return (x) => {
    if (beginFloat(x)) setVector(x, x.Vd, f(x, sizeOf(x), getVector(x, x.Vm)));
  };
}

const old = (x: Insn): V128 => getVector(x, x.Vd);

/** Lanes of `width` bits in opposite order within each piece of `piece` bits. */
export function reversed(x: Insn, width: number, piece: number, a: V128): V128 {
  const [lane, group] = [width / 8, piece / 8];
  const lanes = Array.from({ length: 16 }, (_, i) => {
    const start = i - (i % group);
    const place = Math.floor((i % group) / lane);
    return start + group - lane - place * lane + (i % lane);
  });
  return x.b.shuffle(a, a, lanes);
}
/** VREV64, VREV32, VREV16. */
export const reverse = (piece: number): Handler => two((x, size, a) => reversed(x, size, piece, a));

export const invertBits = two((x, _size, a) => invert(x, a));
export const absoluteValue = two(absolute);
export const negation = two(negative);

// Only the least number has no opposite: it becomes the greatest, all its bits inverted.
const opposite = (operate: typeof absolute): Handler =>
  two((x, size, a) => {
    const where = equal(x, size, a, least(x, size));
    saturated(x, where);
    return x.b.xorV(operate(x, size, a), where);
  });
export const saturatingAbsolute = opposite(absolute);
export const saturatingNegate = opposite(negative);

export const greaterThanZero = two((x, size, a) => greater(x, size, 0, a, zero(x)));
export const atLeastZero = two((x, size, a) => greaterOrEqual(x, size, 0, a, zero(x)));
export const equalToZero = two((x, size, a) => equal(x, size, a, zero(x)));
export const atMostZero = two((x, size, a) => greaterOrEqual(x, size, 0, zero(x), a));
export const lessThanZero = two((x, size, a) => signs(x, size, a));

// ---- counts

export const countBits = two((x, _size, a) => x.b.popcnt8x16(a));

/** Zeros above the highest bit set: of all bits from it down, set, the others are counted. */
function leadingZeros(x: Insn, size: Size, a: V128): V128 {
  const ir = x.b;
  let smeared = a;
  for (let distance = 1; distance < size; distance *= 2) {
    smeared = ir.orV(smeared, shiftRight(x, size, 1, smeared, distance));
  }
  const bytes = ir.popcnt8x16(invert(x, smeared));
  if (size === 8) return bytes;
  const halves = ir.pairwiseU8x16(bytes);
  return size === 16 ? halves : ir.pairwiseU16x8(halves);
}
export const countLeadingZeros = two(leadingZeros);
/** Bits below the sign that are like it. */
export const countLeadingSigns = two((x, size, a) => {
  const unlike = x.b.xorV(a, signs(x, size, a));
  return sub(x, size, leadingZeros(x, size, unlike), splat(x, size, 1));
});

// ---- sums of neighbours, of twice the length

function pairSums(x: Insn, size: Size, a: V128): V128 {
  const ir = x.b;
  if (size === 8) return x.U ? ir.pairwiseU8x16(a) : ir.pairwiseS8x16(a);
  if (size === 16) return x.U ? ir.pairwiseU16x8(a) : ir.pairwiseS16x8(a);
  const even = ir.shuffle(a, a, [0, 1, 2, 3, 8, 9, 10, 11, 0, 1, 2, 3, 8, 9, 10, 11]);
  const odd = ir.shuffle(a, a, [4, 5, 6, 7, 12, 13, 14, 15, 4, 5, 6, 7, 12, 13, 14, 15]);
  return add(x, 64, extend(x, 32, x.U, even), extend(x, 32, x.U, odd));
}
export const pairwiseAddLong = two(pairSums);
export const pairwiseAddAccumulateLong = two((x, size, a) => add(x, (2 * size) as Size, old(x), pairSums(x, size, a)));
