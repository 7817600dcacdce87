/** The two formats of SSE and what native lifts do with them: constants, and the IR's operations by name. */
import type { BlockBuilder, F32, F64, I32, V128 } from '@kml/core';

/** A value of either format. */
export type Float = F32 | F64;

/** IR operations on one format's scalars. */
export interface ScalarOps {
  readonly bytes: 4 | 8;
  constant(b: BlockBuilder, value: number): Float;
  /** The least normal number; the bound of results that surely did not round up to it is the same. */
  readonly least: number;
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
}

type S = F32;
type D = F64;

const singleBits = (value: number): number => new Int32Array(new Float32Array([value]).buffer)[0]!;
const doubleBits = (value: number): Int32Array => new Int32Array(new Float64Array([value]).buffer);

/** isExtreme by a number's upper 32 bits, given those of the least normal number and of infinity. */
function isOutside(b: BlockBuilder, bits: I32, least: number, infinity: number): I32 {
  const place = b.sub(b.shl(bits, b.const(1)), b.const(2 * (least + 1)));
  return b.geU(place, b.const(2 * (infinity - least - 1)));
}

export const SINGLE_OPS: ScalarOps = {
  bytes: 4,
  least: 2 ** -126,
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
  isExtreme: (b, x) => isOutside(b, b.bitsOfF32(x as S), 0x80_0000, 0x7f80_0000),
};

export const DOUBLE_OPS: ScalarOps = {
  bytes: 8,
  least: 2 ** -1022,
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
  isExtreme(b, x) {
    const high = b.wrap(b.shrU64(b.bitsOfF64(x as D), b.constant64(32, 0)));
    return isOutside(b, high, 0x10_0000, 0x7ff0_0000);
  },
};

/** The format of a scalar shape. */
export function formatOf(shape: 'ss' | 'sd'): ScalarOps {
  return shape === 'ss' ? SINGLE_OPS : DOUBLE_OPS;
}
