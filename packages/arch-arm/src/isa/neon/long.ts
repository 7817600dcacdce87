/** Instructions whose operands or results are of twice the length. ARM ARM DDI0406C A7.4.2, A7.4.3. */
import type { V128 } from '@kml/core';
import type { Insn } from '../lift/insn.ts';
import { beginFloat } from '../vfp/begin.ts';
import { getQ, setQ } from '../vfp/registers.ts';
import { addSaturating, type Handler, type Saturating, sizeOf, subtractSaturating } from './integer.ts';
import { absolute, add, equal, extend, least, multiplyLong, type Size, splat, sub, truncate } from './lanes.ts';
import { getDouble, saturated, setDouble } from './vectors.ts';

const wideOf = (size: Size): Size => (2 * size) as Size;

/** The second operand: a D register, or a lane of one. */
export type Second = (x: Insn) => V128;
export const second: Second = (x) => getDouble(x, x.Vm);

/** The quad destination's old value. */
const old = (x: Insn): V128 => getQ(x, x.Vd >> 1);

type Long = (x: Insn, size: Size, a: V128, b: V128) => V128;

/** Qd ← f(Dn, Dm): f gives wide lanes of the narrow ones in lower halves. */
export function long(f: Long, from: Second = second): Handler {
  return (x) => {
    if (!beginFloat(x)) return;
    setQ(x, x.Vd >> 1, f(x, sizeOf(x), getDouble(x, x.Vn), from(x)));
  };
}

/** Qd ← Qn op Dm. */
function wide(operate: typeof add): Handler {
  return (x) => {
    if (!beginFloat(x)) return;
    const size = sizeOf(x);
    const b = extend(x, size, x.U, getDouble(x, x.Vm));
    setQ(x, x.Vd >> 1, operate(x, wideOf(size), getQ(x, x.Vn >> 1), b));
  };
}

const extended =
  (operate: typeof add): Long =>
  (x, size, a, b) =>
    operate(x, wideOf(size), extend(x, size, x.U, a), extend(x, size, x.U, b));

export const addLong = long(extended(add));
export const subtractLong = long(extended(sub));
export const addWide = wide(add);
export const subtractWide = wide(sub);

const distance: Long = (x, size, a, b) => absolute(x, wideOf(size), extended(sub)(x, size, a, b));
export const absoluteDifferenceLong = long(distance);
export const absoluteDifferenceAccumulateLong = long((x, size, a, b) =>
  add(x, wideOf(size), old(x), distance(x, size, a, b)),
);

const product: Long = (x, size, a, b) => multiplyLong(x, size, x.U, a, b);
const accumulated: Long = (x, size, a, b) => add(x, wideOf(size), old(x), product(x, size, a, b));
const subtracted: Long = (x, size, a, b) => sub(x, wideOf(size), old(x), product(x, size, a, b));

/** 2ab: only the square of the least number does not fit. */
function doubled(x: Insn, size: Size, a: V128, b: V128): Saturating {
  const wide = wideOf(size);
  const half = multiplyLong(x, size, 0, a, b);
  const sum = add(x, wide, half, half);
  const where = equal(x, wide, sum, least(x, wide));
  return { value: x.b.xorV(sum, where), where };
}

const doubledProduct: Long = (x, size, a, b) => {
  const { value, where } = doubled(x, size, a, b);
  saturated(x, where, true);
  return value;
};

function doubledInto(operate: typeof addSaturating): Long {
  return (x, size, a, b) => {
    const first = doubled(x, size, a, b);
    const { value, where } = operate(x, wideOf(size), 0, old(x), first.value);
    saturated(x, x.b.orV(first.where, where), true);
    return value;
  };
}

/** The products, of registers and of a register and a lane. */
export const LONG = {
  multiply: product,
  accumulate: accumulated,
  subtract: subtracted,
  doubled: doubledProduct,
  doubledAccumulate: doubledInto(addSaturating),
  doubledSubtract: doubledInto(subtractSaturating),
};

/** Dd ← upper halves of Qn op Qm, rounded or not. */
function highHalf(operate: typeof add, rounded: boolean): Handler {
  return (x) => {
    if (!beginFloat(x)) return;
    const size = sizeOf(x);
    const wideSize = wideOf(size);
    let result = operate(x, wideSize, getQ(x, x.Vn >> 1), getQ(x, x.Vm >> 1));
    // Half of a 32-bit unit has bit 31 set, which splat would extend.
    if (rounded) result = add(x, wideSize, result, half(x, size));
    setDouble(x, x.Vd, truncate(x, wideSize, result, result, true));
  };
}

/** 2^(size - 1) in lanes of twice the size. */
function half(x: Insn, size: Size): V128 {
  return size === 32 ? x.b.constantV([1 << 31, 0, 1 << 31, 0]) : splat(x, wideOf(size), 1 << (size - 1));
}

export const addHigh = highHalf(add, false);
export const addHighRounded = highHalf(add, true);
export const subtractHigh = highHalf(sub, false);
export const subtractHighRounded = highHalf(sub, true);
