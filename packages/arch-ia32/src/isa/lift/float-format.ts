/** The two formats of SSE and what native lifts do with them: constants, and the IR's operations by name. */
import type { BlockBuilder, F32, F64, I32, V128 } from '@kml/core';
import type { Range } from './float-range.ts';

/** A value of either format. */
export type Float = F32 | F64;

/** IR operations on one format's scalars. */
export interface ScalarOps {
  readonly bytes: 4 | 8;
  constant(b: BlockBuilder, value: number): Float;
  /** The least normal number; the bound of results that surely did not round up to it is the same. */
  readonly least: number;
  /** Bits of a significand, and the exponents of the least normal number and of a power of two that still is finite. */
  readonly precision: number;
  readonly leastExponent: number;
  readonly mostExponent: number;
  /** What isOutside leaves. */
  readonly middling: Range;
  lane(b: BlockBuilder, vector: V128): Float;
  withLane(b: BlockBuilder, vector: V128, value: Float): V128;
  load(b: BlockBuilder, address: I32): Float;
  store(b: BlockBuilder, address: I32, value: Float): void;
  add(b: BlockBuilder, x: Float, y: Float): Float;
  sub(b: BlockBuilder, x: Float, y: Float): Float;
  mul(b: BlockBuilder, x: Float, y: Float): Float;
  div(b: BlockBuilder, x: Float, y: Float): Float;
  sqrt(b: BlockBuilder, x: Float): Float;
  abs(b: BlockBuilder, x: Float): Float;
  nearest(b: BlockBuilder, x: Float): Float;
  toInt32(b: BlockBuilder, x: Float): I32;
  fromInt32(b: BlockBuilder, x: I32): Float;
  eq(b: BlockBuilder, x: Float, y: Float): I32;
  ne(b: BlockBuilder, x: Float, y: Float): I32;
  lt(b: BlockBuilder, x: Float, y: Float): I32;
  gt(b: BlockBuilder, x: Float, y: Float): I32;
  le(b: BlockBuilder, x: Float, y: Float): I32;
  ge(b: BlockBuilder, x: Float, y: Float): I32;
  /** Not within the normal numbers, or close to the least of them (less than twice): zero, denormal, NaN, infinity. */
  isExtreme(b: BlockBuilder, x: Float): I32;
  /** Not of middling size: too small (zero, too), too large, or no number. */
  isOutside(b: BlockBuilder, x: Float): I32;
}

type S = F32;
type D = F64;

const singleBits = (value: number): number => new Int32Array(new Float32Array([value]).buffer)[0]!;
const doubleBits = (value: number): Int32Array => new Int32Array(new Float64Array([value]).buffer);

/** Whether a magnitude is not within bounds, by its upper 32 bits, the upper bound excluded. */
function isBeyond(b: BlockBuilder, bits: I32, least: number, most: number): I32 {
  const place = b.sub(b.shl(bits, b.const(1)), b.const(2 * least));
  return b.geU(place, b.const(2 * (most - least)));
}

const upperBits = (b: BlockBuilder, x: D): I32 => b.wrap(b.shrU64(b.bitsOfF64(x), b.constant64(32, 0)));

/** Singles of middling size have products that are normal and have normal sums: 2 * 39 + 23 < 126, 2 * 60 < 127. */
const MIDDLING_SINGLE: Range = { grain: -39 - 23, least: -39, limit: 60 };
/** Doubles: as much as singles can be, so that chains of half a dozen products need no further check. */
const MIDDLING_DOUBLE: Range = { grain: -126 - 52, least: -126, limit: 127 };

export const SINGLE_OPS: ScalarOps = {
  bytes: 4,
  least: 2 ** -126,
  precision: 24,
  leastExponent: -126,
  mostExponent: 127,
  middling: MIDDLING_SINGLE,
  constant: (b, value) => b.f32OfBits(b.const(singleBits(value))),
  lane: (b, vector) => b.laneF32(vector, 0),
  withLane: (b, vector, value) => b.withLaneF32(vector, value as S, 0),
  load: (b, address) => b.loadF32(address),
  store: (b, address, value) => b.storeF32(address, value as S),
  add: (b, x, y) => b.addF32(x as S, y as S),
  sub: (b, x, y) => b.subF32(x as S, y as S),
  mul: (b, x, y) => b.mulF32(x as S, y as S),
  div: (b, x, y) => b.divF32(x as S, y as S),
  sqrt: (b, x) => b.sqrtF32(x as S),
  abs: (b, x) => b.absF32(x as S),
  nearest: (b, x) => b.nearestF32(x as S),
  toInt32: (b, x) => b.i32FromF32Sat(x as S),
  fromInt32: (b, x) => b.f32FromI32S(x),
  eq: (b, x, y) => b.eqF32(x as S, y as S),
  ne: (b, x, y) => b.neF32(x as S, y as S),
  lt: (b, x, y) => b.ltF32(x as S, y as S),
  gt: (b, x, y) => b.gtF32(x as S, y as S),
  le: (b, x, y) => b.leF32(x as S, y as S),
  ge: (b, x, y) => b.geF32(x as S, y as S),
  isExtreme: (b, x) => isBeyond(b, b.bitsOfF32(x as S), 0x80_0001, 0x7f80_0000),
  isOutside: (b, x) =>
    isBeyond(b, b.bitsOfF32(x as S), singleBits(2 ** MIDDLING_SINGLE.least), singleBits(2 ** MIDDLING_SINGLE.limit)),
};

export const DOUBLE_OPS: ScalarOps = {
  bytes: 8,
  least: 2 ** -1022,
  precision: 53,
  leastExponent: -1022,
  mostExponent: 1023,
  middling: MIDDLING_DOUBLE,
  constant(b, value) {
    const words = doubleBits(value);
    return b.f64OfBits(b.constant64(words[0]!, words[1]!));
  },
  lane: (b, vector) => b.laneF64(vector, 0),
  withLane: (b, vector, value) => b.withLaneF64(vector, value as D, 0),
  load: (b, address) => b.loadF64(address),
  store: (b, address, value) => b.storeF64(address, value as D),
  add: (b, x, y) => b.addF64(x as D, y as D),
  sub: (b, x, y) => b.subF64(x as D, y as D),
  mul: (b, x, y) => b.mulF64(x as D, y as D),
  div: (b, x, y) => b.divF64(x as D, y as D),
  sqrt: (b, x) => b.sqrtF64(x as D),
  abs: (b, x) => b.absF64(x as D),
  nearest: (b, x) => b.nearestF64(x as D),
  toInt32: (b, x) => b.i32FromF64Sat(x as D),
  fromInt32: (b, x) => b.f64FromI32S(x),
  eq: (b, x, y) => b.eqF64(x as D, y as D),
  ne: (b, x, y) => b.neF64(x as D, y as D),
  lt: (b, x, y) => b.ltF64(x as D, y as D),
  gt: (b, x, y) => b.gtF64(x as D, y as D),
  le: (b, x, y) => b.leF64(x as D, y as D),
  ge: (b, x, y) => b.geF64(x as D, y as D),
  isExtreme: (b, x) => isBeyond(b, upperBits(b, x as D), 0x10_0001, 0x7ff0_0000),
  isOutside: (b, x) =>
    isBeyond(
      b,
      upperBits(b, x as D),
      doubleBits(2 ** MIDDLING_DOUBLE.least)[1]!,
      doubleBits(2 ** MIDDLING_DOUBLE.limit)[1]!,
    ),
};

/** The format of a scalar shape. */
export function formatOf(shape: 'ss' | 'sd'): ScalarOps {
  return shape === 'ss' ? SINGLE_OPS : DOUBLE_OPS;
}
