/**
 * The common case of sum, difference and product in locals: both operands normal, the result normal,
 * 64 bits, round to nearest, inexact masked. Anything else answers false and goes the general way
 * (x87-arithmetic.ts), which gives the same results.
 */
import type { Cpu } from '@kml/core';
import { ADD, MUL, mulHigh, PE, SUB } from '@kml/core/softfloat';
import { CONTROL, CONTROL_BITS, CONTROL_USUAL, EMPTY_MASK, ST, STATUS, TOP } from './x87-places.ts';
import { C1 } from './x87-state.ts';

/** Whether sign and exponent are a normal number's (the integer bit is looked at apart). */
function isNormal(signExponent: number): boolean {
  return ((signExponent + 1) & 0x7fff) > 1;
}

/** Rounds high:low:extra at a biased exponent and stores it at words `at`; false if it leaves the normal numbers. */
function store(
  cpu: Cpu,
  at: number,
  sign: number,
  exponent: number,
  high: number,
  low: number,
  extra: number,
): boolean {
  let e = exponent;
  let h = high;
  let l = low;
  let flags = 0;
  if (extra !== 0) {
    flags = PE;
    if (extra < 0 && (extra << 1 !== 0 || (l & 1) !== 0)) {
      flags = PE | C1;
      l = (l + 1) | 0;
      if (l === 0) {
        h = (h + 1) | 0;
        if (h === 0) {
          h = 0x80000000 | 0;
          e++;
        }
      }
    }
  }
  if (e <= 0 || e >= 0x7fff) return false;
  cpu.i32[at] = l;
  cpu.i32[at + 1] = h;
  cpu.i32[at + 2] = sign | e;
  const status = (cpu.base + STATUS) >> 2;
  cpu.i32[status] = (cpu.i32[status]! & ~C1) | flags;
  return true;
}

/** Sum of two normal numbers into words `at`. The one of the greater magnitude comes first. */
function addOrdered(
  cpu: Cpu,
  at: number,
  aTop: number,
  aHigh: number,
  aLow: number,
  bTop: number,
  bHigh: number,
  bLow: number,
): boolean {
  let exponent = aTop & 0x7fff;
  const distance = exponent - (bTop & 0x7fff);
  let high = bHigh;
  let low = bLow;
  let extra = 0;
  if (distance >= 64) return false;
  if (distance >= 32) {
    const n = distance - 32;
    extra = low;
    low = high;
    high = 0;
    if (n !== 0) {
      const lost = extra << (32 - n);
      extra = (extra >>> n) | (low << (32 - n)) | (lost !== 0 ? 1 : 0);
      low = low >>> n;
    }
  } else if (distance !== 0) {
    extra = low << (32 - distance);
    low = (low >>> distance) | (high << (32 - distance));
    high = high >>> distance;
  }
  const sign = aTop & 0x8000;
  if (((aTop ^ bTop) & 0x8000) === 0) {
    const l = (aLow + low) | 0;
    const carry = l >>> 0 < aLow >>> 0 ? 1 : 0;
    const partial = (aHigh + high) | 0;
    const h = (partial + carry) | 0;
    if (partial >>> 0 < aHigh >>> 0 || (h === 0 && carry !== 0)) {
      extra = (extra >>> 1) | (l << 31) | (extra & 1);
      return store(cpu, at, sign, exponent + 1, (h >>> 1) | 0x80000000, (l >>> 1) | (h << 31), extra);
    }
    return store(cpu, at, sign, exponent, h, l, extra);
  }
  const borrow0 = extra !== 0 ? 1 : 0;
  let l = (aLow - low) | 0;
  const borrow1 = aLow >>> 0 < low >>> 0 || (l === 0 && borrow0 !== 0) ? 1 : 0;
  l = (l - borrow0) | 0;
  let h = (aHigh - high - borrow1) | 0;
  extra = -extra | 0;
  if (h === 0) return false;
  const n = Math.clz32(h);
  if (n !== 0) {
    h = (h << n) | (l >>> (32 - n));
    l = (l << n) | (extra >>> (32 - n));
    extra = extra << n;
    exponent -= n;
  }
  return store(cpu, at, sign, exponent, h, l, extra);
}

function add(
  cpu: Cpu,
  at: number,
  aTop: number,
  aHigh: number,
  aLow: number,
  bTop: number,
  bHigh: number,
  bLow: number,
): boolean {
  const order = (aTop & 0x7fff) - (bTop & 0x7fff);
  const bigger = order > 0 || (order === 0 && (aHigh === bHigh ? aLow >>> 0 >= bLow >>> 0 : aHigh >>> 0 > bHigh >>> 0));
  return bigger
    ? addOrdered(cpu, at, aTop, aHigh, aLow, bTop, bHigh, bLow)
    : addOrdered(cpu, at, bTop, bHigh, bLow, aTop, aHigh, aLow);
}

function multiply(
  cpu: Cpu,
  at: number,
  aTop: number,
  aHigh: number,
  aLow: number,
  bTop: number,
  bHigh: number,
  bLow: number,
): boolean {
  let exponent = (aTop & 0x7fff) + (bTop & 0x7fff) - 16382;
  let w0 = Math.imul(aLow, bLow);
  const p = mulHigh(aLow, bLow);
  const q = Math.imul(aHigh, bLow);
  const s = Math.imul(aLow, bHigh);
  let w1 = (p + q) | 0;
  let carry = w1 >>> 0 < p >>> 0 ? 1 : 0;
  w1 = (w1 + s) | 0;
  if (w1 >>> 0 < s >>> 0) carry++;
  const t = mulHigh(aHigh, bLow);
  let w2 = (t + mulHigh(aLow, bHigh)) | 0;
  let w3 = (mulHigh(aHigh, bHigh) + (w2 >>> 0 < t >>> 0 ? 1 : 0)) | 0;
  const v = Math.imul(aHigh, bHigh);
  w2 = (w2 + v) | 0;
  if (w2 >>> 0 < v >>> 0) w3 = (w3 + 1) | 0;
  w2 = (w2 + carry) | 0;
  if (w2 >>> 0 < carry) w3 = (w3 + 1) | 0;
  if (w3 >= 0) {
    w3 = (w3 << 1) | (w2 >>> 31);
    w2 = (w2 << 1) | (w1 >>> 31);
    w1 = (w1 << 1) | (w0 >>> 31);
    w0 = w0 << 1;
    exponent--;
  }
  return store(cpu, at, (aTop ^ bTop) & 0x8000, exponent, w3, w2, w0 !== 0 ? w1 | 1 : w1);
}

/** ST(i) = ST(i) op b, where all is as usual; false, with nothing changed, where it is not. */
export function fastOperate(cpu: Cpu, op: number, i: number, bTop: number, bHigh: number, bLow: number): boolean {
  if (op > 5 || (cpu.i32[(cpu.base + CONTROL) >> 2]! & CONTROL_BITS) !== CONTROL_USUAL) return false;
  const physical = (cpu.i32[(cpu.base + TOP) >> 2]! + i) & 7;
  if (((cpu.i32[(cpu.base + EMPTY_MASK) >> 2]! >> physical) & 1) !== 0) return false;
  const at = (cpu.base + ST + physical * 16) >> 2;
  const aTop = cpu.i32[at + 2]!;
  const aHigh = cpu.i32[at + 1]!;
  const aLow = cpu.i32[at]!;
  if (!isNormal(aTop) || !isNormal(bTop) || aHigh >= 0 || bHigh >= 0) return false;
  switch (op) {
    case ADD:
      return add(cpu, at, aTop, aHigh, aLow, bTop, bHigh, bLow);
    case MUL:
      return multiply(cpu, at, aTop, aHigh, aLow, bTop, bHigh, bLow);
    case SUB:
      return add(cpu, at, aTop, aHigh, aLow, bTop ^ 0x8000, bHigh, bLow);
    default:
      return add(cpu, at, aTop ^ 0x8000, aHigh, aLow, bTop, bHigh, bLow);
  }
}

/** The same with b in ST(j). */
export function fastOperateRegisters(cpu: Cpu, op: number, i: number, j: number): boolean {
  const physical = (cpu.i32[(cpu.base + TOP) >> 2]! + j) & 7;
  if (((cpu.i32[(cpu.base + EMPTY_MASK) >> 2]! >> physical) & 1) !== 0) return false;
  const at = (cpu.base + ST + physical * 16) >> 2;
  return fastOperate(cpu, op, i, cpu.i32[at + 2]!, cpu.i32[at + 1]!, cpu.i32[at]!);
}
