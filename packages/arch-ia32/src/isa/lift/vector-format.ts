/** IR operations on vectors of either format of SSE, and constants in all lanes. */
import type { BlockBuilder, I32, V128 } from '@kml/core';

type Binary = (b: BlockBuilder, x: V128, y: V128) => V128;
type Words = readonly [number, number, number, number];

/** Forms of packed operations. */
export type VectorShape = 'ps' | 'pd';

export interface VectorOps {
  readonly lanes: 2 | 4;
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
}

const singles = (word: number): Words => [word, word, word, word];
const doubles = (low: number, high: number): Words => [low, high, low, high];

export const SINGLES: VectorOps = {
  lanes: 4,
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
};

export const DOUBLES: VectorOps = {
  lanes: 2,
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
};
