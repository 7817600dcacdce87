/**
 * Floating-point numbers of every format, unpacked: what the arithmetic works on. The objects are
 * allocated once and used again; all fields are int32.
 */

/** Kinds of unpacked numbers. */
export const ZERO = 0;
export const FINITE = 1;
export const INFINITE = 2;
export const QUIET = 3;
export const SIGNALING = 4;
// Kinds from 5 on are an ISA's own.

/**
 * FINITE: (-1)^sign * (high:low:extra / 2^95) * 2^exponent with the top bit of `high` set; `extra`
 * is 0 except in a result on its way to rounding, where its lowest bit also stands for everything
 * below. QUIET, SIGNALING: high:low is the significand as in the 80-bit format.
 */
export interface Unpacked {
  kind: number;
  sign: number;
  exponent: number;
  high: number;
  low: number;
  extra: number;
  /** 1 where the operand was denormal (pseudo-denormals included). */
  denormal: number;
}

export function newUnpacked(): Unpacked {
  return { kind: ZERO, sign: 0, exponent: 0, high: 0, low: 0, extra: 0, denormal: 0 };
}

/** Exception flags (numbered as IA-32 does): invalid, denormal operand, division by zero, overflow, underflow, inexact. */
export const IE = 0x01;
export const DE = 0x02;
export const ZE = 0x04;
export const OE = 0x08;
export const UE = 0x10;
export const PE = 0x20;
/** A denormal operand was taken for 0; a tiny result was made 0 (see FloatUnit). */
export const INPUT_FLUSHED = 0x100;
export const OUTPUT_FLUSHED = 0x200;

/** Rounding modes (numbered as IA-32 does): to nearest even, towards minus infinity, towards plus infinity, towards zero. */
export const NEAREST = 0;
export const DOWN = 1;
export const UP = 2;
export const CHOP = 3;

/** A format of results: significand bits (11, 24, 53 or 64), and unbiased exponents of the least and greatest normal number. */
export interface Format {
  readonly precision: number;
  readonly minExponent: number;
  readonly maxExponent: number;
  /** What an unmasked overflow or underflow adds to the exponent; 0 for none. */
  readonly wrap: number;
}

export const DOUBLE: Format = { precision: 53, minExponent: -1022, maxExponent: 1023, wrap: 0 };
export const SINGLE: Format = { precision: 24, minExponent: -126, maxExponent: 127, wrap: 0 };
export const HALF: Format = { precision: 11, minExponent: -14, maxExponent: 15, wrap: 0 };

export function setZero(r: Unpacked, sign: number): void {
  r.kind = ZERO;
  r.sign = sign;
  r.high = 0;
  r.low = 0;
  r.extra = 0;
}

export function setInfinite(r: Unpacked, sign: number): void {
  r.kind = INFINITE;
  r.sign = sign;
  r.high = 0x80000000 | 0;
  r.low = 0;
  r.extra = 0;
}

/** The NaN of an invalid operation, as IA-32 has it ("real indefinite"); FloatUnit puts its own in the place. */
export function setIndefinite(r: Unpacked): void {
  r.kind = QUIET;
  r.sign = 1;
  r.high = 0xc0000000 | 0;
  r.low = 0;
  r.extra = 0;
}

export function copy(r: Unpacked, from: Unpacked): void {
  r.kind = from.kind;
  r.sign = from.sign;
  r.exponent = from.exponent;
  r.high = from.high;
  r.low = from.low;
  r.extra = from.extra;
  r.denormal = from.denormal;
}

/** Brings high:low:extra (not all 0) to the left until the top bit is set. */
export function normalize(r: Unpacked): void {
  while (r.high === 0) {
    r.high = r.low;
    r.low = r.extra;
    r.extra = 0;
    r.exponent -= 32;
  }
  const n = Math.clz32(r.high);
  if (n !== 0) {
    r.high = (r.high << n) | (r.low >>> (32 - n));
    r.low = (r.low << n) | (r.extra >>> (32 - n));
    r.extra = r.extra << n;
    r.exponent -= n;
  }
}

/** Shifts high:low:extra right by n > 0 bits, keeping what falls off as the lowest bit. */
export function shiftRightJam(r: Unpacked, count: number): void {
  let n = count;
  while (n >= 32) {
    if (n > 128) n = 128;
    r.extra = r.low | (r.extra !== 0 ? 1 : 0);
    r.low = r.high;
    r.high = 0;
    n -= 32;
  }
  if (n !== 0) {
    const lost = r.extra << (32 - n);
    r.extra = (r.extra >>> n) | (r.low << (32 - n)) | (lost !== 0 ? 1 : 0);
    r.low = (r.low >>> n) | (r.high << (32 - n));
    r.high = r.high >>> n;
  }
}
