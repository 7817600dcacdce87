/** IR operations on vectors of either format of SSE, and constants in all lanes. */
import type { BlockBuilder, I32, V128 } from '@kml/core';
import { DOUBLE_OPS, type ScalarOps, SINGLE_OPS } from './float-format.ts';
import type { Range } from './float-range.ts';

type Binary = (b: BlockBuilder, x: V128, y: V128) => V128;
type Words = readonly [number, number, number, number];

/** Forms of packed operations. */
export type VectorShape = 'ps' | 'pd';

/** Bounds of magnitudes that take in half of all exponents. */
export interface Bounds {
  /** In each lane: added as an integer, it takes them to the upper half of all exponents, and no others. */
  readonly toUpperHalf: Words;
  readonly from: Words;
  readonly below: Words;
  readonly range: Range;
}

export interface VectorOps {
  readonly lanes: 2 | 4;
  readonly scalar: ScalarOps;
  /** Lanes added as integers. */
  readonly addBits: Binary;
  readonly add: Binary;
  readonly sub: Binary;
  readonly mul: Binary;
  readonly div: Binary;
  sqrt(b: BlockBuilder, x: V128): V128;
  readonly eq: Binary;
  readonly ne: Binary;
  readonly lt: Binary;
  readonly le: Binary;
  readonly gt: Binary;
  readonly ge: Binary;
  /** A bit for the sign of each lane. */
  bitmask(b: BlockBuilder, x: V128): I32;
  /** All bits but the signs; the least normal number; infinity. */
  readonly unsigned: Words;
  readonly least: Words;
  readonly infinity: Words;
  /** Operands of middling size: their sums are ordinary. */
  readonly middling: Bounds;
  /** Products and quotients of an operand of that size, or up to twice it, whose other operand surely is no denormal. */
  readonly results: Bounds;
}

const singles = (word: number): Words => [word, word, word, word];
const doubles = (low: number, high: number): Words => [low, high, low, high];

/** Bounds from an exponent as it is encoded; half of all exponents is 2^`bits`. */
function bounds(f: ScalarOps, bits: number, from: number, word: (exponent: number) => Words): Bounds {
  const half = 1 << bits;
  const least = from - half + 1;
  const range = { grain: least - f.precision + 1, least, limit: least + half };
  return { toUpperHalf: word(half - from), from: word(from), below: word(from + half), range };
}

const singleBounds = (from: number): Bounds => bounds(SINGLE_OPS, 7, from, (exponent) => singles(exponent << 23));
const doubleBounds = (from: number): Bounds => bounds(DOUBLE_OPS, 10, from, (exponent) => doubles(0, exponent << 20));

export const SINGLES: VectorOps = {
  lanes: 4,
  scalar: SINGLE_OPS,
  addBits: (b, x, y) => b.add32x4(x, y),
  add: (b, x, y) => b.addF32x4(x, y),
  sub: (b, x, y) => b.subF32x4(x, y),
  mul: (b, x, y) => b.mulF32x4(x, y),
  div: (b, x, y) => b.divF32x4(x, y),
  sqrt: (b, x) => b.sqrtF32x4(x),
  eq: (b, x, y) => b.eqF32x4(x, y),
  ne: (b, x, y) => b.neF32x4(x, y),
  lt: (b, x, y) => b.ltF32x4(x, y),
  le: (b, x, y) => b.leF32x4(x, y),
  gt: (b, x, y) => b.gtF32x4(x, y),
  ge: (b, x, y) => b.geF32x4(x, y),
  bitmask: (b, x) => b.bitmask32x4(x),
  unsigned: singles(0x7fff_ffff),
  least: singles(0x80_0000),
  infinity: singles(0x7f80_0000),
  middling: singleBounds(0x40),
  results: singleBounds(0x44),
};

export const DOUBLES: VectorOps = {
  lanes: 2,
  scalar: DOUBLE_OPS,
  addBits: (b, x, y) => b.add64x2(x, y),
  add: (b, x, y) => b.addF64x2(x, y),
  sub: (b, x, y) => b.subF64x2(x, y),
  mul: (b, x, y) => b.mulF64x2(x, y),
  div: (b, x, y) => b.divF64x2(x, y),
  sqrt: (b, x) => b.sqrtF64x2(x),
  eq: (b, x, y) => b.eqF64x2(x, y),
  ne: (b, x, y) => b.neF64x2(x, y),
  lt: (b, x, y) => b.ltF64x2(x, y),
  le: (b, x, y) => b.leF64x2(x, y),
  gt: (b, x, y) => b.gtF64x2(x, y),
  ge: (b, x, y) => b.geF64x2(x, y),
  bitmask: (b, x) => b.bitmask64x2(x),
  unsigned: doubles(-1, 0x7fff_ffff),
  least: doubles(0, 0x10_0000),
  infinity: doubles(0, 0x7ff0_0000),
  middling: doubleBounds(0x200),
  results: doubleBounds(0x204),
};
