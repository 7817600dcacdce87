/** Packed integer operations on v128, as the SSE2 forms need them; MMX uses their lower half. */
import type { BlockBuilder, I32, V128 } from '@kml/core';

/** A lane-wise operation: destination, source. */
export type Packed = (b: BlockBuilder, d: V128, s: V128) => V128;

/** 16 shuffle lanes from lanes of `bytes` bytes each: 0… of the first vector, then of the second. */
export function lanes(bytes: number, picks: readonly number[]): number[] {
  return picks.flatMap((pick) => Array.from({ length: bytes }, (_, i) => pick * bytes + i));
}

/** PMULHW and PMULHUW: high halves of the 32-bit products. */
function multiplyHigh(b: BlockBuilder, low: [V128, V128], high: [V128, V128]): V128 {
  const count = b.const(16);
  return b.narrowS32x4(b.shrS32x4(b.mul32x4(...low), count), b.shrS32x4(b.mul32x4(...high), count));
}

export const pmulhw: Packed = (b, d, s) =>
  multiplyHigh(b, [b.extendLowS16x8(d), b.extendLowS16x8(s)], [b.extendHighS16x8(d), b.extendHighS16x8(s)]);

export const pmulhuw: Packed = (b, d, s) =>
  multiplyHigh(b, [b.extendLowU16x8(d), b.extendLowU16x8(s)], [b.extendHighU16x8(d), b.extendHighU16x8(s)]);

const EVEN_WORDS = lanes(4, [0, 2, 0, 2]);

/** PMULUDQ: products of doublewords 0 and 2. */
export const pmuludq: Packed = (b, d, s) => b.mulLowU32x4(b.shuffle(d, d, EVEN_WORDS), b.shuffle(s, s, EVEN_WORDS));

/** PSADBW: absolute differences of bytes, summed by halves. */
export const psadbw: Packed = (b, d, s) => {
  const difference = b.sub8x16(b.maxU8x16(d, s), b.minU8x16(d, s));
  const even = b.andV(difference, b.constantV([0x00ff00ff, 0x00ff00ff, 0x00ff00ff, 0x00ff00ff]));
  const words = b.add16x8(even, b.shrU16x8(difference, b.const(8)));
  const pairs = b.dotS16x8(words, b.constantV([0x00010001, 0x00010001, 0x00010001, 0x00010001]));
  const upper = b.shrU64x2(pairs, b.const(32));
  return b.add64x2(b.andV(pairs, b.constantV([-1, 0, -1, 0])), upper);
};

/** Interleaves the low (or high) halves of two vectors by lanes of that many bytes. */
export function unpack(bytes: number, high: boolean, width: 8 | 16): Packed {
  const count = width / bytes / 2;
  const first = high ? count : 0;
  const other = 16 / bytes;
  const picks = Array.from({ length: count }, (_, i) => [first + i, other + first + i]).flat();
  // MMX: the upper half is of no meaning.
  const all = lanes(bytes, width === 16 ? picks : [...picks, ...picks]);
  return (b, d, s) => b.shuffle(d, s, all);
}

export const pandn: Packed = (b, d, s) => b.andnotV(s, d);

/** Lane-wise operations that are one IR operation. */
export const SIMPLE = {
  paddb: (b, d, s) => b.add8x16(d, s),
  paddw: (b, d, s) => b.add16x8(d, s),
  paddd: (b, d, s) => b.add32x4(d, s),
  paddq: (b, d, s) => b.add64x2(d, s),
  paddsb: (b, d, s) => b.addSatS8x16(d, s),
  paddsw: (b, d, s) => b.addSatS16x8(d, s),
  paddusb: (b, d, s) => b.addSatU8x16(d, s),
  paddusw: (b, d, s) => b.addSatU16x8(d, s),
  psubb: (b, d, s) => b.sub8x16(d, s),
  psubw: (b, d, s) => b.sub16x8(d, s),
  psubd: (b, d, s) => b.sub32x4(d, s),
  psubq: (b, d, s) => b.sub64x2(d, s),
  psubsb: (b, d, s) => b.subSatS8x16(d, s),
  psubsw: (b, d, s) => b.subSatS16x8(d, s),
  psubusb: (b, d, s) => b.subSatU8x16(d, s),
  psubusw: (b, d, s) => b.subSatU16x8(d, s),
  pand: (b, d, s) => b.andV(d, s),
  por: (b, d, s) => b.orV(d, s),
  pxor: (b, d, s) => b.xorV(d, s),
  pcmpeqb: (b, d, s) => b.eq8x16(d, s),
  pcmpeqw: (b, d, s) => b.eq16x8(d, s),
  pcmpeqd: (b, d, s) => b.eq32x4(d, s),
  pcmpgtb: (b, d, s) => b.gtS8x16(d, s),
  pcmpgtw: (b, d, s) => b.gtS16x8(d, s),
  pcmpgtd: (b, d, s) => b.gtS32x4(d, s),
  pmullw: (b, d, s) => b.mul16x8(d, s),
  pmaddwd: (b, d, s) => b.dotS16x8(d, s),
  pavgb: (b, d, s) => b.avgrU8x16(d, s),
  pavgw: (b, d, s) => b.avgrU16x8(d, s),
  pminub: (b, d, s) => b.minU8x16(d, s),
  pmaxub: (b, d, s) => b.maxU8x16(d, s),
  pminsw: (b, d, s) => b.minS16x8(d, s),
  pmaxsw: (b, d, s) => b.maxS16x8(d, s),
} as const satisfies Record<string, Packed>;

/** PACKSSWB, PACKUSWB, PACKSSDW of two whole vectors. */
export const PACK = {
  packsswb: (b, d, s) => b.narrowS16x8(d, s),
  packuswb: (b, d, s) => b.narrowU16x8(d, s),
  packssdw: (b, d, s) => b.narrowS32x4(d, s),
} as const satisfies Record<string, Packed>;

/** Kinds of shifts: logical left and right, arithmetic right; of lanes of 16, 32, 64 bits. */
export type ShiftKind = 'sll' | 'srl' | 'sra';
export type LaneBits = 16 | 32 | 64;

/** Shifts every lane by a count below the lane's width. */
function shiftBy(b: BlockBuilder, kind: ShiftKind, bits: LaneBits, value: V128, count: I32): V128 {
  if (kind === 'sll') {
    return bits === 16 ? b.shl16x8(value, count) : bits === 32 ? b.shl32x4(value, count) : b.shl64x2(value, count);
  }
  if (kind === 'srl') {
    return bits === 16 ? b.shrU16x8(value, count) : bits === 32 ? b.shrU32x4(value, count) : b.shrU64x2(value, count);
  }
  return bits === 16 ? b.shrS16x8(value, count) : b.shrS32x4(value, count);
}

/** Shift by an immediate count. */
export function shiftImmediate(b: BlockBuilder, kind: ShiftKind, bits: LaneBits, value: V128, count: number): V128 {
  if (count < bits) return shiftBy(b, kind, bits, value, b.const(count));
  if (kind === 'sra') return shiftBy(b, kind, bits, value, b.const(bits - 1));
  return b.constantV([0, 0, 0, 0]);
}

/** Shift by a 64-bit count given in two words. */
export function shiftVariable(
  b: BlockBuilder,
  kind: ShiftKind,
  bits: LaneBits,
  value: V128,
  low: I32,
  high: I32,
): V128 {
  const tooMany = b.or(b.ne(high, b.const(0)), b.gtU(low, b.const(bits - 1)));
  if (kind === 'sra') return shiftBy(b, kind, bits, value, b.select(b.const(bits - 1), low, tooMany));
  const keep = b.splat32(b.sub(tooMany, b.const(1)));
  return b.andV(shiftBy(b, kind, bits, value, low), keep);
}
