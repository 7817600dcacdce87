/** VFP conversions by host code. ARM ARM DDI0406C A2.7.9. */
import type { Cpu } from '@kml/core';
import {
  CHOP,
  FINITE,
  type Format,
  HALF,
  IE,
  INFINITE,
  NEAREST,
  newUnpacked,
  OE,
  packHalf,
  QUIET,
  setZero,
  type Unpacked,
  unpackInteger,
  unpackUnsigned,
  ZERO,
} from '@kml/core/softfloat';
import { defineExact, type Exact } from './assist.ts';
import { AHP, readFpscr } from './fpscr.ts';
import { double, getWord, type Precision, setWord, single } from './host-registers.ts';
import { beginVfp, endFloat, unit } from './unit.ts';

const u = newUnpacked();
const r = newUnpacked();

function convertFrom(from: Precision, to: Precision): Exact {
  return (cpu, d, _n, m) => {
    beginVfp(cpu);
    from.load(cpu, u, m);
    unit.convert(r, u);
    to.store(cpu, d, r);
    endFloat(cpu);
  };
}

export const EXACT_WIDEN = defineExact(convertFrom(single, double));
export const EXACT_NARROW = defineExact(convertFrom(double, single));

/** `extra` of conversions to integers: signed, and rounded towards zero (else by FPSCR). */
export const SIGNED = 1;
export const CHOPPED = 2;

function toInteger(p: Precision): Exact {
  return (cpu, d, _n, m, how) => {
    beginVfp(cpu);
    p.load(cpu, u, m);
    unit.toInteger(u, 32, (how & SIGNED) !== 0, how & CHOPPED ? CHOP : unit.mode);
    setWord(cpu, d, unit.low);
    endFloat(cpu);
  };
}

function fromInteger(p: Precision): Exact {
  return (cpu, d, _n, m, how) => {
    beginVfp(cpu);
    const word = getWord(cpu, m);
    if (how & SIGNED) unpackInteger(u, word >> 31, word);
    else unpackUnsigned(u, 0, word);
    p.store(cpu, d, u);
    endFloat(cpu);
  };
}

export const EXACT_TO_INTEGER = { f32: defineExact(toInteger(single)), f64: defineExact(toInteger(double)) };
export const EXACT_FROM_INTEGER = { f32: defineExact(fromInteger(single)), f64: defineExact(fromInteger(double)) };

/** `extra` of fixed-point conversions: SIGNED, 32 bits rather than 16, and the fraction's bits (0 to 32). */
export const WIDE = 2;
export const fractionBits = (bits: number): number => bits << 2;

/** To fixed point: towards zero, extended to the register. */
function toFixed(p: Precision): Exact {
  return (cpu, d, _n, _m, how) => {
    beginVfp(cpu);
    p.load(cpu, u, d);
    u.exponent += how >> 2;
    unit.toInteger(u, how & WIDE ? 32 : 16, (how & SIGNED) !== 0, CHOP);
    if (p === single) setWord(cpu, d, unit.low);
    else {
      setWord(cpu, 2 * d, unit.low);
      setWord(cpu, 2 * d + 1, unit.high);
    }
    endFloat(cpu);
  };
}

/** From fixed point: to nearest. */
function fromFixed(p: Precision): Exact {
  return (cpu, d, _n, _m, how) => {
    beginVfp(cpu);
    unit.mode = NEAREST;
    let word = getWord(cpu, p === single ? d : 2 * d);
    if (!(how & WIDE)) word = how & SIGNED ? (word << 16) >> 16 : word & 0xffff;
    if (how & SIGNED) unpackInteger(u, word >> 31, word);
    else unpackUnsigned(u, 0, word);
    if (u.kind === FINITE) u.exponent -= how >> 2;
    p.store(cpu, d, u);
    endFloat(cpu);
  };
}

export const EXACT_TO_FIXED = { f32: defineExact(toFixed(single)), f64: defineExact(toFixed(double)) };
export const EXACT_FROM_FIXED = { f32: defineExact(fromFixed(single)), f64: defineExact(fromFixed(double)) };

// ---- half precision

/** The alternative format: no infinities and NaNs, one more exponent. A2.7.3. */
const ALTERNATIVE: Format = { ...HALF, maxExponent: 16 };

/** The single made of a half. */
export function halfToSingle(cpu: Cpu, half: number): number {
  unit.loadHalf(u, half);
  if (u.kind >= INFINITE && (readFpscr(cpu) & AHP) !== 0) {
    u.kind = FINITE;
    u.exponent = 16;
    u.high = 0x8000_0000 | (half << 21);
  }
  unit.convert(r, u);
  return unit.single(r);
}

/** The half made of a single. */
export function singleToHalf(cpu: Cpu, bits: number): number {
  unit.loadSingle(u, bits);
  if ((readFpscr(cpu) & AHP) !== 0) return alternativeHalf(u);
  unit.convert(r, u);
  return unit.half(r);
}

/** A NaN gives zero, what is too large the largest number; both are invalid. */
function alternativeHalf(x: Unpacked): number {
  const largest = (x.sign << 15) | 0x7fff;
  if (x.kind >= QUIET) {
    setZero(x, x.sign);
    unit.flags |= IE;
    return packHalf(x);
  }
  if (x.kind === INFINITE) {
    unit.flags |= IE;
    return largest;
  }
  if (x.kind === ZERO) return packHalf(x);
  const before = unit.flags;
  const flush = unit.flushOutputs;
  unit.flushOutputs = false;
  unit.round(x, ALTERNATIVE);
  unit.flushOutputs = flush;
  if ((unit.flags & ~before & OE) === 0) return packHalf(x);
  unit.flags = before | IE;
  return largest;
}

/** VCVTB and VCVTT: `extra` has 1 for the top half, 2 for a half as the result. */
export const TOP = 1;
export const TO_HALF = 2;

export const EXACT_HALF = defineExact((cpu, d, _n, m, how) => {
  beginVfp(cpu);
  const shift = how & TOP ? 16 : 0;
  if (how & TO_HALF) {
    const half = singleToHalf(cpu, getWord(cpu, m));
    setWord(cpu, d, (getWord(cpu, d) & ~(0xffff << shift)) | (half << shift));
  } else {
    setWord(cpu, d, halfToSingle(cpu, (getWord(cpu, m) >>> shift) & 0xffff));
  }
  endFloat(cpu);
});
