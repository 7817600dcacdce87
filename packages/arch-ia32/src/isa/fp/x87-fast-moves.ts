/** Conversions and compares of ordinary numbers, in locals: the common case of x87-load, x87-store and x87-compare. */
import type { Cpu } from '@kml/core';
import { CHOP, NEAREST, PE } from '@kml/core/softfloat';
import { FPU, layout } from '../state.ts';
import { C1 } from './x87-state.ts';

const ST = layout.array('st').offset;
const FPU_AT = layout.array('fpu').offset;
const CONTROL = FPU_AT + FPU.control;
const TOP = FPU_AT + FPU.top;
const EMPTY_MASK = FPU_AT + FPU.empty;

/** PM set, RC = 0. */
const NEAREST_MASKED = 0x20;
const ROUNDING_AND_PM = 0x0c20;

const BIAS = 16383;

/** Index of ST(i)'s words, or -1 where it is empty. */
function indexOf(cpu: Cpu, i: number): number {
  const physical = (cpu.i32[(cpu.base + TOP) >> 2]! + i) & 7;
  if (((cpu.i32[(cpu.base + EMPTY_MASK) >> 2]! >> physical) & 1) !== 0) return -1;
  return (cpu.base + ST + physical * 16) >> 2;
}

/**
 * ST(0) as a double, where it surely is a normal one, to words `to`; answers what it raises (PE, with
 * C1 where it was rounded up), or -1 where the general way is to be gone.
 */
export function fastDouble(cpu: Cpu, to: number): number {
  if ((cpu.i32[(cpu.base + CONTROL) >> 2]! & ROUNDING_AND_PM) !== NEAREST_MASKED) return -1;
  const at = indexOf(cpu, 0);
  if (at < 0) return -1;
  const signExponent = cpu.i32[at + 2]!;
  const exponent = signExponent & 0x7fff;
  const high = cpu.i32[at + 1]!;
  const low = cpu.i32[at]!;
  // The greatest exponent is left out: rounding up may overflow there.
  if (high >= 0 || exponent < BIAS - 1022 || exponent >= BIAS + 1023) return -1;
  let l = (low >>> 11) | (high << 21);
  // A carry out of the fraction goes into the exponent, as it should.
  let h = ((signExponent & 0x8000) << 16) | (((exponent - (BIAS - 1023)) << 20) + ((high >>> 11) & 0xfffff));
  const rest = low & 0x7ff;
  let flags = 0;
  if (rest !== 0) {
    flags = PE;
    if (rest > 0x400 || (rest === 0x400 && (l & 1) !== 0)) {
      flags = PE | C1;
      l = (l + 1) | 0;
      if (l === 0) h = (h + 1) | 0;
    }
  }
  cpu.i32[to] = l;
  cpu.i32[to + 1] = h;
  return flags;
}

/** The same as a single, to word `to`. */
export function fastSingle(cpu: Cpu, to: number): number {
  if ((cpu.i32[(cpu.base + CONTROL) >> 2]! & ROUNDING_AND_PM) !== NEAREST_MASKED) return -1;
  const at = indexOf(cpu, 0);
  if (at < 0) return -1;
  const signExponent = cpu.i32[at + 2]!;
  const exponent = signExponent & 0x7fff;
  const high = cpu.i32[at + 1]!;
  if (high >= 0 || exponent < BIAS - 126 || exponent >= BIAS + 127) return -1;
  let bits = ((signExponent & 0x8000) << 16) | (((exponent - (BIAS - 127)) << 23) + ((high >>> 8) & 0x7fffff));
  const rest = high & 0xff;
  const low = cpu.i32[at]!;
  let flags = 0;
  if ((rest | low) !== 0) {
    flags = PE;
    if (rest > 0x80 || (rest === 0x80 && (low !== 0 || (bits & 1) !== 0))) {
      flags = PE | C1;
      bits = (bits + 1) | 0;
    }
  }
  cpu.i32[to] = bits;
  return flags;
}

/** ST(0), 1 <= |ST(0)| < 2^31, rounded to nearest or truncated to a 32-bit integer at word `to`; answers as fastDouble. */
export function fastInteger(cpu: Cpu, to: number, chop: number): number {
  const control = cpu.i32[(cpu.base + CONTROL) >> 2]!;
  const mode = chop !== 0 ? CHOP : (control >> 10) & 3;
  if ((mode !== NEAREST && mode !== CHOP) || (control & PE) === 0) return -1;
  const at = indexOf(cpu, 0);
  if (at < 0) return -1;
  const signExponent = cpu.i32[at + 2]!;
  const exponent = (signExponent & 0x7fff) - BIAS;
  const high = cpu.i32[at + 1]!;
  if (high >= 0 || exponent < 0 || exponent > 30) return -1;
  let value = high >>> (31 - exponent);
  const fraction = high << (exponent + 1);
  const low = cpu.i32[at]!;
  let flags = 0;
  if ((fraction | low) !== 0) {
    flags = PE;
    if (mode === NEAREST && fraction < 0 && (fraction << 1 !== 0 || low !== 0 || (value & 1) !== 0)) {
      flags = PE | C1;
      value++;
      if (value > 0x7fffffff) return -1;
    }
  }
  cpu.i32[to] = (signExponent & 0x8000) !== 0 ? -value : value;
  return flags;
}

/** Compares ST(0) with a normal number: LESS, EQUAL or GREATER (0, 1, 2), or -1 where ST(0) is not one or empty. */
export function fastCompare(cpu: Cpu, bTop: number, bHigh: number, bLow: number): number {
  const at = indexOf(cpu, 0);
  if (at < 0) return -1;
  const aTop = cpu.i32[at + 2]!;
  const aHigh = cpu.i32[at + 1]!;
  if (((aTop + 1) & 0x7fff) <= 1 || ((bTop + 1) & 0x7fff) <= 1 || aHigh >= 0 || bHigh >= 0) return -1;
  const negative = aTop & 0x8000;
  if (((aTop ^ bTop) & 0x8000) !== 0) return negative !== 0 ? 0 : 2;
  const aLow = cpu.i32[at]!;
  let order = (aTop & 0x7fff) - (bTop & 0x7fff);
  if (order === 0) order = (aHigh >>> 0) - (bHigh >>> 0);
  if (order === 0) order = (aLow >>> 0) - (bLow >>> 0);
  if (order === 0) return 1;
  return order < 0 === (negative !== 0) ? 2 : 0;
}

/** The same with ST(i). */
export function fastCompareRegister(cpu: Cpu, i: number): number {
  const at = indexOf(cpu, i);
  if (at < 0) return -1;
  return fastCompare(cpu, cpu.i32[at + 2]!, cpu.i32[at + 1]!, cpu.i32[at]!);
}
