/** VFP arithmetic and comparison by host code. ARM ARM DDI0406C A2.7.6 to A2.7.8. */
import type { Cpu } from '@kml/core';
import { EQUAL, GREATER, LESS, newUnpacked, type Unpacked } from '@kml/core/softfloat';
import { defineExact, type Exact } from './assist.ts';
import { readFpscr, writeFpscr } from './fpscr.ts';
import { double, type Precision, single } from './host-registers.ts';
import { beginVfp, endFloat, unit } from './unit.ts';

const a = newUnpacked();
const b = newUnpacked();
const c = newUnpacked();
const product = newUnpacked();
const r = newUnpacked();

/** Orders for singles and for doubles. */
export interface ExactPair {
  readonly f32: number;
  readonly f64: number;
}

function pair(make: (p: Precision) => Exact): ExactPair {
  return { f32: defineExact(make(single)), f64: defineExact(make(double)) };
}

/** d ← n op m. */
function binary(operate: (r: Unpacked, a: Unpacked, b: Unpacked) => void): ExactPair {
  return pair((p) => (cpu, d, n, m) => {
    beginVfp(cpu);
    p.load(cpu, a, n);
    p.load(cpu, b, m);
    operate(r, a, b);
    p.store(cpu, d, r);
    endFloat(cpu);
  });
}

export const EXACT_ADD = binary((to, x, y) => unit.add(to, x, y));
export const EXACT_SUB = binary((to, x, y) => unit.subtract(to, x, y));
export const EXACT_MUL = binary((to, x, y) => unit.multiply(to, x, y));
export const EXACT_DIV = binary((to, x, y) => unit.divide(to, x, y));

/** -(n * m): FPNeg of the rounded product, NaNs too. */
export const EXACT_NMUL = pair((p) => (cpu, d, n, m) => {
  beginVfp(cpu);
  p.load(cpu, a, n);
  p.load(cpu, b, m);
  unit.multiply(r, a, b);
  unit.round(r, p.format);
  r.sign ^= 1;
  p.store(cpu, d, r);
  endFloat(cpu);
});

export const EXACT_SQRT = pair((p) => (cpu, d, _n, m) => {
  beginVfp(cpu);
  p.load(cpu, a, m);
  unit.squareRoot(r, a);
  p.store(cpu, d, r);
  endFloat(cpu);
});

/** d ← ±d ± round(n * m). */
function accumulate(negateSum: number, negateProduct: number): ExactPair {
  return pair((p) => (cpu, d, n, m) => {
    beginVfp(cpu);
    p.load(cpu, a, n);
    p.load(cpu, b, m);
    unit.multiply(product, a, b);
    unit.round(product, p.format);
    product.sign ^= negateProduct;
    p.load(cpu, c, d);
    c.sign ^= negateSum;
    unit.add(r, c, product);
    p.store(cpu, d, r);
    endFloat(cpu);
  });
}

export const EXACT_MLA = accumulate(0, 0);
export const EXACT_MLS = accumulate(0, 1);
export const EXACT_NMLA = accumulate(1, 1);
export const EXACT_NMLS = accumulate(1, 0);

/** d ← ±d ± n * m, rounded once. */
function fuse(negateSum: number, negateProduct: number): ExactPair {
  return pair((p) => (cpu, d, n, m) => {
    beginVfp(cpu);
    p.load(cpu, a, n);
    a.sign ^= negateProduct;
    p.load(cpu, b, m);
    p.load(cpu, c, d);
    c.sign ^= negateSum;
    unit.multiplyAdd(r, a, b, c);
    p.store(cpu, d, r);
    endFloat(cpu);
  });
}

export const EXACT_FMA = fuse(0, 0);
export const EXACT_FMS = fuse(0, 1);
export const EXACT_FNMA = fuse(1, 1);
export const EXACT_FNMS = fuse(1, 0);

/** NZCV by result of a comparison. A2.7.8, FPCompare. */
const NZCV: Readonly<Record<number, number>> = { [LESS]: 0x8, [EQUAL]: 0x6, [GREATER]: 0x2 };

function setFlags(cpu: Cpu, result: number): void {
  writeFpscr(cpu, (readFpscr(cpu) & 0x0fff_ffff) | ((NZCV[result] ?? 0x3) << 28));
}

/** Compares d with m (with zero, if `extra` says so). */
function compare(signals: boolean): ExactPair {
  return pair((p) => (cpu, d, _n, m, withZero) => {
    beginVfp(cpu);
    p.load(cpu, a, d);
    if (withZero) b.kind = b.sign = 0;
    else p.load(cpu, b, m);
    setFlags(cpu, unit.compare(a, b, signals));
    endFloat(cpu);
  });
}

export const EXACT_CMP = compare(false);
export const EXACT_CMPE = compare(true);
