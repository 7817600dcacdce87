/**
 * Sum, difference, product, fused multiply-add, quotient and square root of unpacked numbers, to 96 bits with sticky,
 * to be rounded by roundTo. Each returns the exception flags that come before rounding (IE, ZE, DE)
 * and leaves its result in `r`, which must not be an operand.
 */
import { addFinite, subtractFinite } from './add.ts';
import { divideFinite } from './divide.ts';
import { multiplyAddFinite } from './fused.ts';
import { multiplyFinite } from './multiply.ts';
import {
  copy,
  DE,
  DOWN,
  FINITE,
  IE,
  INFINITE,
  setIndefinite,
  setInfinite,
  setZero,
  type Unpacked,
  ZE,
  ZERO,
} from './number.ts';
import { rootFinite } from './sqrt.ts';

/** Operations of `arithmetic`; numbered as the reg field of IA-32's D8. */
export const ADD = 0;
export const MUL = 1;
export const SUB = 4;
export const SUBR = 5;
export const DIV = 6;
export const DIVR = 7;

function denormals(a: Unpacked, b: Unpacked): number {
  return (a.denormal | b.denormal) !== 0 ? DE : 0;
}

function invalid(r: Unpacked): number {
  setIndefinite(r);
  return IE;
}

/** a + b, or a - b with negate = 1. Neither is a NaN. */
export function add(r: Unpacked, a: Unpacked, b: Unpacked, negate: number, mode: number): number {
  const bSign = b.sign ^ negate;
  if (a.kind === INFINITE) {
    if (b.kind === INFINITE && a.sign !== bSign) return invalid(r);
    setInfinite(r, a.sign);
  } else if (b.kind === INFINITE) {
    setInfinite(r, bSign);
  } else if (a.kind === ZERO && b.kind === ZERO) {
    setZero(r, a.sign === bSign ? a.sign : mode === DOWN ? 1 : 0);
  } else if (b.kind === ZERO) {
    copy(r, a);
  } else if (a.kind === ZERO) {
    copy(r, b);
    r.sign = bSign;
  } else if (a.sign === bSign) {
    addFinite(r, a, b);
  } else {
    subtractFinite(r, a, b, bSign, mode);
  }
  return denormals(a, b);
}

/** a * b. Neither is a NaN. */
export function multiply(r: Unpacked, a: Unpacked, b: Unpacked): number {
  const sign = a.sign ^ b.sign;
  if (a.kind === FINITE && b.kind === FINITE) {
    multiplyFinite(r, a, b, sign);
  } else if (a.kind === INFINITE || b.kind === INFINITE) {
    if (a.kind === ZERO || b.kind === ZERO) return invalid(r);
    setInfinite(r, sign);
  } else {
    setZero(r, sign);
  }
  return denormals(a, b);
}

/** a * b + c, rounded once only. None is a NaN, and none has more than 53 significant bits. */
export function multiplyAdd(r: Unpacked, a: Unpacked, b: Unpacked, c: Unpacked, mode: number): number {
  const sign = a.sign ^ b.sign;
  const denormal = (a.denormal | b.denormal | c.denormal) !== 0 ? DE : 0;
  if (a.kind === INFINITE || b.kind === INFINITE) {
    if (a.kind === ZERO || b.kind === ZERO || (c.kind === INFINITE && c.sign !== sign)) return invalid(r);
    setInfinite(r, sign);
  } else if (c.kind === INFINITE) {
    setInfinite(r, c.sign);
  } else if (a.kind === ZERO || b.kind === ZERO) {
    if (c.kind === ZERO) setZero(r, c.sign === sign ? sign : mode === DOWN ? 1 : 0);
    else copy(r, c);
  } else if (c.kind === ZERO) {
    multiplyFinite(r, a, b, sign);
  } else {
    multiplyAddFinite(r, a, b, c, sign, mode);
  }
  return denormal;
}

/** a / b. Neither is a NaN. */
export function divide(r: Unpacked, a: Unpacked, b: Unpacked): number {
  const sign = a.sign ^ b.sign;
  if (a.kind === FINITE && b.kind === FINITE) {
    divideFinite(r, a, b, sign);
  } else if (a.kind === INFINITE) {
    if (b.kind === INFINITE) return invalid(r);
    setInfinite(r, sign);
  } else if (b.kind === INFINITE) {
    setZero(r, sign);
  } else if (b.kind === ZERO) {
    if (a.kind === ZERO) return invalid(r);
    setInfinite(r, sign);
    return ZE;
  } else {
    setZero(r, sign);
  }
  return denormals(a, b);
}

/** Square root of a, which is no NaN. */
export function squareRoot(r: Unpacked, a: Unpacked): number {
  if (a.kind === ZERO) {
    setZero(r, a.sign);
    return 0;
  }
  if (a.sign !== 0) return invalid(r);
  if (a.kind === INFINITE) {
    setInfinite(r, 0);
    return 0;
  }
  rootFinite(r, a);
  return a.denormal !== 0 ? DE : 0;
}

/** One of the four basic operations by its number. Neither operand is a NaN. */
export function arithmetic(op: number, r: Unpacked, a: Unpacked, b: Unpacked, mode: number): number {
  switch (op) {
    case ADD:
      return add(r, a, b, 0, mode);
    case MUL:
      return multiply(r, a, b);
    case SUB:
      return add(r, a, b, 1, mode);
    case SUBR:
      return add(r, b, a, 1, mode);
    case DIV:
      return divide(r, a, b);
    default:
      return divide(r, b, a);
  }
}
