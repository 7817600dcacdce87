/** Lane operations by the size of lanes: the IR has them by name. */
import type { V128 } from '@kml/core';
import type { Insn } from '../lift/insn.ts';
import { invert } from './vectors.ts';

export type Size = 8 | 16 | 32 | 64;

type Unary = {
  [K in keyof Insn['b']]: Insn['b'][K] extends (a: V128) => V128 ? K : never;
}[keyof Insn['b']];
type Binary =
  | 'add8x16'
  | 'add16x8'
  | 'add32x4'
  | 'add64x2'
  | 'sub8x16'
  | 'sub16x8'
  | 'sub32x4'
  | 'sub64x2'
  | 'mul16x8'
  | 'mul32x4'
  | 'mul64x2'
  | 'eq8x16'
  | 'eq16x8'
  | 'eq32x4'
  | 'eq64x2'
  | 'gtS8x16'
  | 'gtS16x8'
  | 'gtS32x4'
  | 'gtS64x2'
  | 'gtU8x16'
  | 'gtU16x8'
  | 'gtU32x4'
  | 'geS8x16'
  | 'geS16x8'
  | 'geS32x4'
  | 'geU8x16'
  | 'geU16x8'
  | 'geU32x4'
  | 'minS8x16'
  | 'minS16x8'
  | 'minS32x4'
  | 'minU8x16'
  | 'minU16x8'
  | 'minU32x4'
  | 'maxS8x16'
  | 'maxS16x8'
  | 'maxS32x4'
  | 'maxU8x16'
  | 'maxU16x8'
  | 'maxU32x4'
  | 'mulLowS8x16'
  | 'mulLowS16x8'
  | 'mulLowS32x4'
  | 'mulLowU8x16'
  | 'mulLowU16x8'
  | 'mulLowU32x4';
type Shift =
  | 'shl8x16'
  | 'shl16x8'
  | 'shl32x4'
  | 'shl64x2'
  | 'shrS8x16'
  | 'shrS16x8'
  | 'shrS32x4'
  | 'shrS64x2'
  | 'shrU8x16'
  | 'shrU16x8'
  | 'shrU32x4'
  | 'shrU64x2';

const SHAPE = { 8: '8x16', 16: '16x8', 32: '32x4', 64: '64x2' } as const;

/** a op b: `name` is that of the operation without its shape. */
function binary(x: Insn, name: string, size: Size, a: V128, b: V128): V128 {
  return x.b[(name + SHAPE[size]) as Binary](a, b);
}
function unary(x: Insn, name: string, size: Size, a: V128): V128 {
  return (x.b[(name + SHAPE[size]) as Unary] as (value: V128) => V128).call(x.b, a);
}
function shift(x: Insn, name: string, size: Size, a: V128, count: number): V128 {
  return count === 0 ? a : x.b[(name + SHAPE[size]) as Shift](a, x.const(count));
}

/** S or U. */
const sign = (unsigned: number | boolean): string => (unsigned ? 'U' : 'S');

export const add = (x: Insn, size: Size, a: V128, b: V128): V128 => binary(x, 'add', size, a, b);
export const sub = (x: Insn, size: Size, a: V128, b: V128): V128 => binary(x, 'sub', size, a, b);
export const equal = (x: Insn, size: Size, a: V128, b: V128): V128 => binary(x, 'eq', size, a, b);

/** Lanes of 8 to 32 bits; of 64 bits signed only. */
export function greater(x: Insn, size: Size, unsigned: number | boolean, a: V128, b: V128): V128 {
  return binary(x, `gt${sign(unsigned)}`, size, a, b);
}
/** Lanes of 8 to 32 bits. */
export function greaterOrEqual(x: Insn, size: Size, unsigned: number | boolean, a: V128, b: V128): V128 {
  return binary(x, `ge${sign(unsigned)}`, size, a, b);
}
export function minimum(x: Insn, size: Size, unsigned: number | boolean, a: V128, b: V128): V128 {
  return binary(x, `min${sign(unsigned)}`, size, a, b);
}
export function maximum(x: Insn, size: Size, unsigned: number | boolean, a: V128, b: V128): V128 {
  return binary(x, `max${sign(unsigned)}`, size, a, b);
}

export const absolute = (x: Insn, size: Size, a: V128): V128 => unary(x, 'abs', size, a);
export const negative = (x: Insn, size: Size, a: V128): V128 => unary(x, 'neg', size, a);

/** Shifts by a constant from 0 to the lane's size. */
export function shiftLeft(x: Insn, size: Size, a: V128, count: number): V128 {
  return count >= size ? zero(x) : shift(x, 'shl', size, a, count);
}
export function shiftRight(x: Insn, size: Size, unsigned: number | boolean, a: V128, count: number): V128 {
  if (count >= size) return unsigned ? zero(x) : shift(x, 'shrS', size, a, size - 1);
  return shift(x, `shr${sign(unsigned)}`, size, a, count);
}

/** (a + 2^(count - 1)) >> count, not overflowing. */
export function shiftRightRounded(x: Insn, size: Size, unsigned: number | boolean, a: V128, count: number): V128 {
  const lastBit = x.b.andV(shiftRight(x, size, unsigned, a, count - 1), splat(x, size, 1));
  return add(x, size, shiftRight(x, size, unsigned, a, count), lastBit);
}

/** Products modulo the lane's size (8 to 32 bits). */
export function multiply(x: Insn, size: Size, a: V128, b: V128): V128 {
  if (size !== 8) return binary(x, 'mul', size, a, b);
  const low = multiplyLong(x, 8, 1, a, b);
  if (!x.Q) return truncate(x, 16, low, low);
  return truncate(x, 16, low, multiplyLong(x, 8, 1, upperHalf(x, a), upperHalf(x, b)));
}

/** Products of the lanes of the lower halves, in lanes of twice the size. */
export function multiplyLong(x: Insn, size: Size, unsigned: number | boolean, a: V128, b: V128): V128 {
  return binary(x, `mulLow${sign(unsigned)}`, size, a, b);
}

/** The lanes of the lower half, in lanes of twice the size. */
export function extend(x: Insn, size: Size, unsigned: number | boolean, a: V128): V128 {
  return unary(x, `extendLow${sign(unsigned)}`, size, a);
}

/** The upper half as the lower one. */
export function upperHalf(x: Insn, a: V128): V128 {
  return x.b.shuffle(a, a, [8, 9, 10, 11, 12, 13, 14, 15, 8, 9, 10, 11, 12, 13, 14, 15]);
}

/** The lower (or upper) halves of the lanes of a, in the lower half; of b, in the upper one. `size`: of the wide lanes. */
export function truncate(x: Insn, size: Size, a: V128, b: V128, upper = false): V128 {
  const half = size / 16;
  const lanes: number[] = [];
  for (let at = upper ? half : 0; at < 32; at += 2 * half) for (let i = 0; i < half; i++) lanes.push(at + i);
  return x.b.shuffle(a, b, lanes);
}

export function zero(x: Insn): V128 {
  return x.b.constantV([0, 0, 0, 0]);
}

/** A constant in every lane (64-bit lanes: sign-extended). */
export function splat(x: Insn, size: Size, value: number): V128 {
  if (size === 64) return x.b.constantV([value, value >> 31, value, value >> 31]);
  let word = value;
  if (size === 8) word = Math.imul(value & 0xff, 0x0101_0101);
  if (size === 16) word = Math.imul(value & 0xffff, 0x0001_0001);
  return x.b.constantV([word, word, word, word]);
}

/** The least (greatest) signed number in every lane. */
export function least(x: Insn, size: Size): V128 {
  return size === 64 ? x.b.constantV([0, 1 << 31, 0, 1 << 31]) : splat(x, size, -1 << (size - 1));
}
export function greatest(x: Insn, size: Size): V128 {
  return invert(x, least(x, size));
}

/** Lanes of the sign: all ones where negative. */
export function signs(x: Insn, size: Size, a: V128): V128 {
  return shiftRight(x, size, 0, a, size - 1);
}

/** A lane of the lower half in every lane. */
export function broadcast(x: Insn, size: Size, a: V128, lane: number): V128 {
  const width = size / 8;
  return x.b.shuffle(
    a,
    a,
    Array.from({ length: 16 }, (_, i) => lane * width + (i % width)),
  );
}
