/** Integer instructions on three registers of the same length. ARM ARM DDI0406C A7.4.1. */
import type { V128 } from '@kml/core';
import type { Insn } from '../lift/insn.ts';
import { beginFloat } from '../vfp/begin.ts';
import {
  add,
  equal,
  greater,
  greaterOrEqual,
  greatest,
  least,
  maximum,
  minimum,
  multiply,
  multiplyLong,
  type Size,
  shiftRight,
  shiftRightRounded,
  signs,
  sub,
  truncate,
  upperHalf,
  zero,
} from './lanes.ts';
import { getVector, invert, saturated, setVector } from './vectors.ts';

export type Handler = (x: Insn) => void;

/** Lanes' size by the field `size`. */
export const sizeOf = (x: Insn): Size => (8 << x.size) as Size;

/** d ← f(n, m); f may look at x.U, and at d. */
function three(f: (x: Insn, size: Size, a: V128, b: V128) => V128): Handler {
  return (x) => {
    if (!beginFloat(x)) return;
    setVector(x, x.Vd, f(x, sizeOf(x), getVector(x, x.Vn), getVector(x, x.Vm)));
  };
}

/** The old value of the destination. */
const old = (x: Insn): V128 => getVector(x, x.Vd);

// ---- sums and differences

export const addition = three(add);
export const subtraction = three(sub);

/** a + b = 2 (a AND b) + (a EOR b). */
export const halvingAdd = three((x, size, a, b) =>
  add(x, size, x.b.andV(a, b), shiftRight(x, size, x.U, x.b.xorV(a, b), 1)),
);
/** a + b + 1 = 2 (a OR b) - (a EOR b) + 1. */
export const roundingHalvingAdd = three((x, size, a, b) =>
  sub(x, size, x.b.orV(a, b), shiftRight(x, size, x.U, x.b.xorV(a, b), 1)),
);
/** a - b = (a EOR b) - 2 (NOT a AND b). */
export const halvingSubtract = three((x, size, a, b) =>
  sub(x, size, shiftRight(x, size, x.U, x.b.xorV(a, b), 1), x.b.andnotV(b, a)),
);

/** A result and where it is saturated. */
export interface Saturating {
  readonly value: V128;
  readonly where: V128;
}

/** Whether a > b, unsigned, for lanes of any size. */
function above(x: Insn, size: Size, a: V128, b: V128): V128 {
  if (size !== 64) return greater(x, size, 1, a, b);
  const flip = least(x, 64);
  return greater(x, 64, 0, x.b.xorV(a, flip), x.b.xorV(b, flip));
}

/** The greatest or least number, of the sign of a. */
function bound(x: Insn, size: Size, a: V128): V128 {
  return x.b.xorV(signs(x, size, a), greatest(x, size));
}

export function addSaturating(x: Insn, size: Size, unsigned: number, a: V128, b: V128): Saturating {
  const ir = x.b;
  const sum = add(x, size, a, b);
  if (unsigned) {
    const where = above(x, size, a, sum);
    return { value: ir.orV(sum, where), where };
  }
  const where = signs(x, size, ir.andV(ir.xorV(a, sum), ir.xorV(b, sum)));
  return { value: ir.bitselectV(bound(x, size, a), sum, where), where };
}

export function subtractSaturating(x: Insn, size: Size, unsigned: number, a: V128, b: V128): Saturating {
  const ir = x.b;
  const difference = sub(x, size, a, b);
  if (unsigned) {
    const where = above(x, size, b, a);
    return { value: ir.andnotV(difference, where), where };
  }
  const where = signs(x, size, ir.andV(ir.xorV(a, b), ir.xorV(a, difference)));
  return { value: ir.bitselectV(bound(x, size, a), difference, where), where };
}

/** As `three`, with saturation. */
function saturatingThree(f: (x: Insn, size: Size, a: V128, b: V128) => Saturating): Handler {
  return three((x, size, a, b) => {
    const { value, where } = f(x, size, a, b);
    saturated(x, where);
    return value;
  });
}

export const saturatingAdd = saturatingThree((x, size, a, b) => addSaturating(x, size, x.U, a, b));
export const saturatingSubtract = saturatingThree((x, size, a, b) => subtractSaturating(x, size, x.U, a, b));

// ---- comparisons

export const compareGreater = three((x, size, a, b) => greater(x, size, x.U, a, b));
export const compareGreaterOrEqual = three((x, size, a, b) => greaterOrEqual(x, size, x.U, a, b));
export const compareEqual = three(equal);
export const test = three((x, size, a, b) => invert(x, equal(x, size, x.b.andV(a, b), zero(x))));
export const larger = three((x, size, a, b) => maximum(x, size, x.U, a, b));
export const smaller = three((x, size, a, b) => minimum(x, size, x.U, a, b));

/** |a - b|. */
function distance(x: Insn, size: Size, a: V128, b: V128): V128 {
  return sub(x, size, maximum(x, size, x.U, a, b), minimum(x, size, x.U, a, b));
}
export const absoluteDifference = three(distance);
export const absoluteDifferenceAccumulate = three((x, size, a, b) => add(x, size, old(x), distance(x, size, a, b)));

// ---- logic

export const and = three((x, _size, a, b) => x.b.andV(a, b));
export const clearBits = three((x, _size, a, b) => x.b.andnotV(a, b));
export const or = three((x, _size, a, b) => x.b.orV(a, b));
export const orNot = three((x, _size, a, b) => x.b.orV(a, invert(x, b)));
export const exclusiveOr = three((x, _size, a, b) => x.b.xorV(a, b));
/** VBSL: the destination chooses. VBIT, VBIF: m chooses whether n goes in. */
export const select = three((x, _size, a, b) => x.b.bitselectV(a, b, old(x)));
export const insertIfTrue = three((x, _size, a, b) => x.b.bitselectV(a, old(x), b));
export const insertIfFalse = three((x, _size, a, b) => x.b.bitselectV(old(x), a, b));

// ---- products

export const multiplication = three(multiply);
export const multiplyAccumulate = three((x, size, a, b) => add(x, size, old(x), multiply(x, size, a, b)));
export const multiplySubtract = three((x, size, a, b) => sub(x, size, old(x), multiply(x, size, a, b)));

/**
 * The upper half of 2ab, rounded or not: ab >> (size - 1), of which only the least number's square
 * does not fit.
 */
export function doublingHigh(x: Insn, size: Size, rounded: boolean, a: V128, b: V128): Saturating {
  const ir = x.b;
  const wide = (2 * size) as Size;
  const half = (p: V128, q: V128): V128 => {
    const product = multiplyLong(x, size, 0, p, q);
    return rounded ? shiftRightRounded(x, wide, 0, product, size - 1) : shiftRight(x, wide, 0, product, size - 1);
  };
  const low = half(a, b);
  const high = x.Q ? half(upperHalf(x, a), upperHalf(x, b)) : low;
  const where = ir.andV(equal(x, size, a, least(x, size)), equal(x, size, b, least(x, size)));
  return { value: ir.xorV(truncate(x, wide, low, high), where), where };
}
export const doublingMultiplyHigh = saturatingThree((x, size, a, b) => doublingHigh(x, size, false, a, b));
export const roundingDoublingMultiplyHigh = saturatingThree((x, size, a, b) => doublingHigh(x, size, true, a, b));

// ---- pairs (D registers only)

/** f of each two neighbours of n, then of m. */
function pairs(f: (x: Insn, size: Size, a: V128, b: V128) => V128): Handler {
  return three((x, size, a, b) => {
    const { even, odd } = neighbours(x, size, a, b);
    return f(x, size, even, odd);
  });
}

/** The even and odd lanes of the lower halves of a and b, a's first. */
export function neighbours(x: Insn, size: Size, a: V128, b: V128): { even: V128; odd: V128 } {
  const width = size / 8;
  const lanes = (odd: number): number[] => {
    const list: number[] = [];
    for (const from of [0, 16]) {
      for (let at = odd * width; at < 8; at += 2 * width) for (let i = 0; i < width; i++) list.push(from + at + i);
    }
    return [...list, ...list];
  };
  return { even: x.b.shuffle(a, b, lanes(0)), odd: x.b.shuffle(a, b, lanes(1)) };
}
export const pairwiseAdd = pairs(add);
export const pairwiseLarger = pairs((x, size, a, b) => maximum(x, size, x.U, a, b));
export const pairwiseSmaller = pairs((x, size, a, b) => minimum(x, size, x.U, a, b));

// ---- scalar operands

/** Handlers with a lane of a register as the second operand: x.Vm and x.index say which. A7.4.3. */
export function withScalar(f: (x: Insn, size: Size, a: V128, b: V128) => V128, scalar: (x: Insn) => V128): Handler {
  return (x) => {
    if (!beginFloat(x)) return;
    setVector(x, x.Vd, f(x, sizeOf(x), getVector(x, x.Vn), scalar(x)));
  };
}

export const SCALAR = {
  multiply,
  accumulate: (x: Insn, size: Size, a: V128, b: V128): V128 => add(x, size, old(x), multiply(x, size, a, b)),
  subtract: (x: Insn, size: Size, a: V128, b: V128): V128 => sub(x, size, old(x), multiply(x, size, a, b)),
  doublingHigh: high(false),
  roundingDoublingHigh: high(true),
};

function high(rounded: boolean) {
  return (x: Insn, size: Size, a: V128, b: V128): V128 => {
    const { value, where } = doublingHigh(x, size, rounded, a, b);
    saturated(x, where);
    return value;
  };
}
