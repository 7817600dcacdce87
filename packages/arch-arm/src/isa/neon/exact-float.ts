/** Floating-point instructions on vectors of singles by host code, lane by lane. ARM ARM DDI0406C A2.7. */
import type { Cpu } from '@kml/core';
import {
  CHOP,
  EQUAL,
  FINITE,
  GREATER,
  IE,
  INFINITE,
  LESS,
  newUnpacked,
  OUTPUT_FLUSHED,
  QUIET,
  type Unpacked,
  unpackInteger,
  unpackUnsigned,
  ZE,
  ZERO,
} from '@kml/core/softfloat';
import { defineExact } from '../vfp/assist.ts';
import { halfToSingle, singleToHalf } from '../vfp/exact-convert.ts';
import { getWord, setWord } from '../vfp/host-registers.ts';
import { beginNeon, endFloat, unit } from '../vfp/unit.ts';

/** `extra` of an order: Q registers; the second operand is lane `index` of a D register. */
export const packFloat = (q: number): number => (q ? 1 : 0);
export const packScalar = (q: number, index: number): number => (q ? 1 : 0) | 2 | (index << 2);

/** Operands, as bits. */
const n = new Int32Array(4);
const m = new Int32Array(4);
const d = new Int32Array(4);
const result = new Int32Array(4);

const a = newUnpacked();
const b = newUnpacked();
const c = newUnpacked();
const product = newUnpacked();
const r = newUnpacked();
const constant = newUnpacked();

const lanesOf = (extra: number): number => (extra & 1 ? 4 : 2);

function read(cpu: Cpu, into: Int32Array, register: number, count: number): void {
  for (let lane = 0; lane < count; lane++) into[lane] = getWord(cpu, 2 * register + lane);
}

function write(cpu: Cpu, register: number, count: number): void {
  for (let lane = 0; lane < count; lane++) setWord(cpu, 2 * register + lane, result[lane]!);
}

/** A lane's result from its operands of n, m and d. */
type Lane = (first: number, second: number, old: number) => number;

/** d ← f(n, m, d). */
function lanes(f: Lane): number {
  return defineExact((cpu, rd, rn, rm, extra) => {
    const count = lanesOf(extra);
    read(cpu, n, rn, count);
    read(cpu, d, rd, count);
    if (extra & 2) m.fill(getWord(cpu, 2 * rm + ((extra >> 2) & 1)));
    else read(cpu, m, rm, count);
    beginNeon();
    for (let lane = 0; lane < count; lane++) result[lane] = f(n[lane]!, m[lane]!, d[lane]!);
    endFloat(cpu);
    write(cpu, rd, count);
  });
}

/** d ← f(n0, n1), f(m0, m1). */
function pairs(f: Lane): number {
  return defineExact((cpu, rd, rn, rm) => {
    read(cpu, n, rn, 2);
    read(cpu, m, rm, 2);
    beginNeon();
    result[0] = f(n[0]!, n[1]!, 0);
    result[1] = f(m[0]!, m[1]!, 0);
    endFloat(cpu);
    write(cpu, rd, 2);
  });
}

function load(first: number, second: number): void {
  unit.loadSingle(a, first);
  unit.loadSingle(b, second);
}

const sum: Lane = (first, second) => {
  load(first, second);
  unit.add(r, a, b);
  return unit.single(r);
};
const difference: Lane = (first, second) => {
  load(first, second);
  unit.subtract(r, a, b);
  return unit.single(r);
};

/** Into `product`: rounded, its sign as given. */
function multiplyRounded(first: number, second: number, negate: number): void {
  load(first, second);
  unit.multiply(product, a, b);
  unit.single(product);
  product.sign ^= negate;
}

function accumulate(negate: number): Lane {
  return (first, second, old) => {
    multiplyRounded(first, second, negate);
    unit.loadSingle(c, old);
    unit.add(r, c, product);
    return unit.single(r);
  };
}

function fuse(negate: number): Lane {
  return (first, second, old) => {
    load(first, second);
    a.sign ^= negate;
    unit.loadSingle(c, old);
    unit.multiplyAdd(r, a, b, c);
    return unit.single(r);
  };
}

/** FPMax, FPMin: +0 is greater than -0. */
function extremum(wanted: typeof LESS | typeof GREATER): Lane {
  return (first, second) => {
    load(first, second);
    if (a.kind >= QUIET || b.kind >= QUIET) {
      unit.add(r, a, b);
      return unit.single(r);
    }
    if (a.kind === ZERO && b.kind === ZERO) a.sign = wanted === GREATER ? a.sign & b.sign : a.sign | b.sign;
    return unit.single(unit.compare(a, b, false) === (wanted === GREATER ? LESS : GREATER) ? b : a);
  };
}

export const EXACT_V_ADD = lanes(sum);
export const EXACT_V_SUB = lanes(difference);
export const EXACT_V_MUL = lanes((first, second) => {
  load(first, second);
  unit.multiply(r, a, b);
  return unit.single(r);
});
export const EXACT_V_MLA = lanes(accumulate(0));
export const EXACT_V_MLS = lanes(accumulate(1));
export const EXACT_V_FMA = lanes(fuse(0));
export const EXACT_V_FMS = lanes(fuse(1));
export const EXACT_V_ABD = lanes((first, second, old) => difference(first, second, old) & 0x7fff_ffff);
export const EXACT_V_MAX = lanes(extremum(GREATER));
export const EXACT_V_MIN = lanes(extremum(LESS));
export const EXACT_V_PADD = pairs(sum);
export const EXACT_V_PMAX = pairs(extremum(GREATER));
export const EXACT_V_PMIN = pairs(extremum(LESS));

// ---- comparisons

function comparison(signals: boolean, holds: (order: number) => boolean, magnitudes = false): Lane {
  return (first, second) => {
    load(first, second);
    if (magnitudes) a.sign = b.sign = 0;
    return holds(unit.compare(a, b, signals)) ? -1 : 0;
  };
}
const isEqual = (order: number): boolean => order === EQUAL;
const isGreater = (order: number): boolean => order === GREATER;
const isGreaterOrEqual = (order: number): boolean => order === GREATER || order === EQUAL;

export const EXACT_V_CEQ = lanes(comparison(false, isEqual));
export const EXACT_V_CGE = lanes(comparison(true, isGreaterOrEqual));
export const EXACT_V_CGT = lanes(comparison(true, isGreater));
export const EXACT_V_ACGE = lanes(comparison(true, isGreaterOrEqual, true));
export const EXACT_V_ACGT = lanes(comparison(true, isGreater, true));

/** m compared with zero. */
function withZero(signals: boolean, holds: (order: number) => boolean): number {
  return lanes((_first, second) => comparison(signals, holds)(second, 0, 0));
}
export const EXACT_V_CEQ0 = withZero(false, isEqual);
export const EXACT_V_CGE0 = withZero(true, isGreaterOrEqual);
export const EXACT_V_CGT0 = withZero(true, isGreater);
export const EXACT_V_CLE0 = withZero(true, (order) => order === LESS || order === EQUAL);
export const EXACT_V_CLT0 = withZero(true, (order) => order === LESS);

// ---- Newton-Raphson steps: FPRecipStep, FPRSqrtStep

const TWO = 0x4000_0000;
const THREE = 0x4040_0000;
const ONE_AND_A_HALF = 0x3fc0_0000;

/** minuend - first * second, rounded twice; false where it is infinity times zero. */
function step(first: number, second: number, minuend: number): boolean {
  load(first, second);
  if ((a.kind === INFINITE && b.kind === ZERO) || (a.kind === ZERO && b.kind === INFINITE)) return false;
  multiplyRounded(first, second, 0);
  unit.loadSingle(constant, minuend);
  unit.subtract(r, constant, product);
  unit.single(r);
  return true;
}

export const EXACT_V_RECPS = lanes((first, second) => (step(first, second, TWO) ? unit.single(r) : TWO));
export const EXACT_V_RSQRTS = lanes((first, second) => {
  if (!step(first, second, THREE)) return ONE_AND_A_HALF;
  unit.loadSingle(b, TWO);
  unit.divide(a, r, b);
  return unit.single(a);
});

// ---- estimates

/** recip_estimate: of 256 to 511 (as 1 to 2, less 2^-9) the reciprocal as 256 to 511. */
function reciprocalEstimate(input: number): number {
  return Math.floor((Math.floor((1 << 19) / (2 * input + 1)) + 1) / 2);
}

/** recip_sqrt_estimate: of a number from 0.25 to 1, in 512ths, 1 / sqrt as 256 to 511. */
function rootEstimate(input: number): number {
  const middle = input < 256 ? (input + 0.5) / 512 : ((input >> 1) + 0.5) / 256;
  return Math.floor(256 / Math.sqrt(middle) + 0.5);
}

/** A NaN operand's result. */
function nanOf(u: Unpacked): number {
  unit.add(r, u, u);
  return unit.single(r);
}

export const EXACT_V_RECPE = lanes((_first, bits) => {
  unit.loadSingle(a, bits);
  const sign = bits & (1 << 31);
  if (a.kind >= QUIET) return nanOf(a);
  if (a.kind === INFINITE) return sign;
  if (a.kind === ZERO) {
    unit.flags |= ZE;
    return sign | 0x7f80_0000;
  }
  const exponent = (bits >>> 23) & 0xff;
  if (exponent >= 253) {
    // The result would be denormal.
    unit.flags |= OUTPUT_FLUSHED;
    return sign;
  }
  const estimate = reciprocalEstimate(256 | ((bits >>> 15) & 0xff));
  return sign | ((253 - exponent) << 23) | ((estimate & 0xff) << 15);
});

export const EXACT_V_RSQRTE = lanes((_first, bits) => {
  unit.loadSingle(a, bits);
  if (a.kind >= QUIET) return nanOf(a);
  if (a.kind === ZERO) {
    unit.flags |= ZE;
    return (bits & (1 << 31)) | 0x7f80_0000;
  }
  if (a.sign !== 0) {
    unit.flags |= IE;
    unit.setDefaultNan(r);
    return unit.single(r);
  }
  if (a.kind === INFINITE) return 0;
  const exponent = (bits >>> 23) & 0xff;
  const seven = (bits >>> 16) & 0x7f;
  const estimate = rootEstimate(exponent & 1 ? 128 | seven : 256 | (seven << 1));
  return (((380 - exponent) >> 1) << 23) | ((estimate & 0xff) << 15);
});

/** VRECPE.U32, VRSQRTE.U32. */
export const EXACT_V_RECPE_U32 = lanes((_first, bits) => (bits < 0 ? reciprocalEstimate(bits >>> 23) << 23 : -1));
export const EXACT_V_RSQRTE_U32 = lanes((_first, bits) => (bits >>> 30 !== 0 ? rootEstimate(bits >>> 23) << 23 : -1));

// ---- conversions

/** `extra` of conversions: bits of the fraction (0 to 32), unsigned, Q registers. */
export const packConversion = (fraction: number, unsigned: number, q: number): number =>
  fraction | (unsigned ? 64 : 0) | (q ? 128 : 0);

function conversion(convert: (bits: number, fraction: number, unsigned: boolean) => number): number {
  return defineExact((cpu, rd, _n, rm, extra) => {
    const count = extra & 128 ? 4 : 2;
    read(cpu, m, rm, count);
    beginNeon();
    for (let lane = 0; lane < count; lane++) result[lane] = convert(m[lane]!, extra & 63, (extra & 64) !== 0);
    endFloat(cpu);
    write(cpu, rd, count);
  });
}

export const EXACT_V_TO_INTEGER = conversion((bits, fraction, unsigned) => {
  unit.loadSingle(a, bits);
  if (a.kind === FINITE) a.exponent += fraction;
  unit.toInteger(a, 32, !unsigned, CHOP);
  return unit.low;
});

export const EXACT_V_FROM_INTEGER = conversion((bits, fraction, unsigned) => {
  if (unsigned) unpackUnsigned(a, 0, bits);
  else unpackInteger(a, bits >> 31, bits);
  if (a.kind === FINITE) a.exponent -= fraction;
  return unit.single(a);
});

/** VCVT.F32.F16 Qd, Dm; VCVT.F16.F32 Dd, Qm. */
export const EXACT_V_FROM_HALF = defineExact((cpu, rd, _n, rm) => {
  read(cpu, m, rm, 2);
  beginNeon();
  for (let lane = 0; lane < 4; lane++) {
    result[lane] = halfToSingle(cpu, (m[lane >> 1]! >>> (16 * (lane & 1))) & 0xffff);
  }
  endFloat(cpu);
  write(cpu, rd, 4);
});

export const EXACT_V_TO_HALF = defineExact((cpu, rd, _n, rm) => {
  read(cpu, m, rm, 4);
  beginNeon();
  const halves = Array.from(m, (bits) => singleToHalf(cpu, bits));
  endFloat(cpu);
  result[0] = halves[0]! | (halves[1]! << 16);
  result[1] = halves[2]! | (halves[3]! << 16);
  write(cpu, rd, 2);
});
