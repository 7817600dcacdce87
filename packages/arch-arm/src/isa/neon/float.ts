/**
 * Floating-point instructions on vectors, under the standard FPSCR value: flush to zero, default
 * NaN, to nearest. Inline where all lanes are ordinary numbers or zero. ARM ARM DDI0406C A2.7.5.
 */
import type { I32, V128 } from '@kml/core';
import type { Insn } from '../lift/insn.ts';
import { assistIf, doExactly, order } from '../vfp/assist.ts';
import { beginFloat } from '../vfp/begin.ts';
import { MODE_FP_INEXACT } from '../vfp/fpscr.ts';
import * as exact from './exact-float.ts';
import { type Handler, neighbours } from './integer.ts';
import { splat, truncate, upperHalf, zero } from './lanes.ts';
import { scalar } from './permute.ts';
import { anyBit, getVector, invert, setVector } from './vectors.ts';

const mindsInexact = (x: Insn): boolean => (x.mode & MODE_FP_INEXACT) === 0;

const LEAST_NORMAL = 0x0080_0000;
const INFINITY = 0x7f80_0000;

/** Bits without the sign. */
const magnitude = (x: Insn, a: V128): V128 => x.b.absF32x4(a);

/** Lanes that are neither zero nor a normal number. */
function notPlain(x: Insn, a: V128): V128 {
  const ir = x.b;
  const bits = magnitude(x, a);
  const abnormal = ir.geU32x4(ir.sub32x4(bits, splat(x, 32, LEAST_NORMAL)), splat(x, 32, INFINITY - LEAST_NORMAL));
  return ir.andnotV(abnormal, ir.eq32x4(bits, zero(x)));
}

/** Lanes of a product that are not safely normal, but for zeros made of zeros. */
function unusualProduct(x: Insn, a: V128, b: V128, r: V128): V128 {
  const ir = x.b;
  const above = ir.sub32x4(magnitude(x, r), splat(x, 32, LEAST_NORMAL + 1));
  const abnormal = ir.geU32x4(above, splat(x, 32, INFINITY - LEAST_NORMAL - 1));
  const none = zero(x);
  const fromZero = ir.andV(ir.eqF32x4(r, none), ir.orV(ir.eqF32x4(a, none), ir.eqF32x4(b, none)));
  return ir.andnotV(abnormal, fromZero);
}

function inexactSum(x: Insn, a: V128, b: V128, sum: V128): V128 {
  const ir = x.b;
  const bPart = ir.subF32x4(sum, a);
  const aPart = ir.subF32x4(sum, bPart);
  return ir.neF32x4(ir.addF32x4(ir.subF32x4(a, aPart), ir.subF32x4(b, bPart)), zero(x));
}

/** Lanes whose product is not exact: it is in doubles. */
function inexactProduct(x: Insn, a: V128, b: V128, r: V128): V128 {
  const ir = x.b;
  const half = (p: V128, q: V128, s: V128): V128 =>
    ir.neF64x2(ir.promoteLowF32x4(s), ir.mulF64x2(ir.promoteLowF32x4(p), ir.promoteLowF32x4(q)));
  const low = half(a, b, r);
  const high = x.Q ? half(upperHalf(x, a), upperHalf(x, b), upperHalf(x, r)) : low;
  return truncate(x, 64, low, high);
}

/** Lanes that host code is to look at. */
class Unusual {
  private readonly x: Insn;
  private lanes: V128;

  constructor(x: Insn, lanes: V128) {
    this.x = x;
    this.lanes = lanes;
  }

  add(lanes: V128): this {
    this.lanes = this.x.b.orV(this.lanes, lanes);
    return this;
  }

  any(): I32 {
    return anyBit(this.x, this.lanes);
  }
}

type Compute = (x: Insn, a: V128, b: V128, unusual: Unusual) => V128;

/** d ← f(n, m). */
function three(number: number, compute: Compute): Handler {
  return (x) => {
    if (!beginFloat(x)) return;
    const [a, b] = [getVector(x, x.Vn), getVector(x, x.Vm)];
    const unusual = new Unusual(x, notPlain(x, a)).add(notPlain(x, b));
    const r = compute(x, a, b, unusual);
    assistIf(x, unusual.any(), order(number, x.Vd, x.Vn, x.Vm, exact.packFloat(x.Q)));
    setVector(x, x.Vd, r);
  };
}

/** The same with a lane of a register as m. */
function byScalar(number: number, compute: Compute): Handler {
  return (x) => {
    if (!beginFloat(x)) return;
    const [a, b] = [getVector(x, x.Vn), scalar(x)];
    const unusual = new Unusual(x, notPlain(x, a)).add(notPlain(x, b));
    const r = compute(x, a, b, unusual);
    assistIf(x, unusual.any(), order(number, x.Vd, x.Vn, x.Vm, exact.packScalar(x.Q, x.index)));
    setVector(x, x.Vd, r);
  };
}

function checkSum(x: Insn, a: V128, b: V128, r: V128, unusual: Unusual): void {
  unusual.add(notPlain(x, r));
  if (mindsInexact(x)) unusual.add(inexactSum(x, a, b, r));
}

function checkProduct(x: Insn, a: V128, b: V128, r: V128, unusual: Unusual): void {
  unusual.add(unusualProduct(x, a, b, r));
  if (mindsInexact(x)) unusual.add(inexactProduct(x, a, b, r));
}

const sum: Compute = (x, a, b, unusual) => {
  const r = x.b.addF32x4(a, b);
  checkSum(x, a, b, r, unusual);
  return r;
};
const difference: Compute = (x, a, b, unusual) => {
  const r = x.b.subF32x4(a, b);
  checkSum(x, a, x.b.negF32x4(b), r, unusual);
  return r;
};
const product: Compute = (x, a, b, unusual) => {
  const r = x.b.mulF32x4(a, b);
  checkProduct(x, a, b, r, unusual);
  return r;
};

/** d ± round(n * m). */
const accumulate =
  (negates: boolean): Compute =>
  (x, a, b, unusual) => {
    const ir = x.b;
    const times = product(x, a, b, unusual);
    const addend = negates ? ir.negF32x4(times) : times;
    const old = getVector(x, x.Vd);
    unusual.add(notPlain(x, old));
    const r = ir.addF32x4(old, addend);
    checkSum(x, old, addend, r, unusual);
    return r;
  };

export const add = three(exact.EXACT_V_ADD, sum);
export const subtract = three(exact.EXACT_V_SUB, difference);
export const multiply = three(exact.EXACT_V_MUL, product);
export const multiplyAdd = three(exact.EXACT_V_MLA, accumulate(false));
export const multiplySubtract = three(exact.EXACT_V_MLS, accumulate(true));
export const absoluteDifference = three(exact.EXACT_V_ABD, (x, a, b, unusual) =>
  x.b.absF32x4(difference(x, a, b, unusual)),
);
export const larger = three(exact.EXACT_V_MAX, (x, a, b) => x.b.maxF32x4(a, b));
export const smaller = three(exact.EXACT_V_MIN, (x, a, b) => x.b.minF32x4(a, b));

export const multiplyScalar = byScalar(exact.EXACT_V_MUL, product);
export const multiplyAddScalar = byScalar(exact.EXACT_V_MLA, accumulate(false));
export const multiplySubtractScalar = byScalar(exact.EXACT_V_MLS, accumulate(true));

const compare = (number: number, f: (x: Insn, a: V128, b: V128) => V128): Handler => three(number, f);
export const equal = compare(exact.EXACT_V_CEQ, (x, a, b) => x.b.eqF32x4(a, b));
export const atLeast = compare(exact.EXACT_V_CGE, (x, a, b) => x.b.geF32x4(a, b));
export const greater = compare(exact.EXACT_V_CGT, (x, a, b) => x.b.gtF32x4(a, b));
export const absoluteAtLeast = compare(exact.EXACT_V_ACGE, (x, a, b) => x.b.geF32x4(x.b.absF32x4(a), x.b.absF32x4(b)));
export const absoluteGreater = compare(exact.EXACT_V_ACGT, (x, a, b) => x.b.gtF32x4(x.b.absF32x4(a), x.b.absF32x4(b)));

/** Steps of Newton's method: from a constant less the product, each rounded. */
const step =
  (minuend: number): Compute =>
  (x, a, b, unusual) => {
    const ir = x.b;
    const times = ir.negF32x4(product(x, a, b, unusual));
    const from = splat(x, 32, minuend);
    const r = ir.addF32x4(from, times);
    checkSum(x, from, times, r, unusual);
    return r;
  };
const TWO = 0x4000_0000;
const THREE = 0x4040_0000;
const HALF = 0x3f00_0000;
export const reciprocalStep = three(exact.EXACT_V_RECPS, step(TWO));
export const rootStep = three(exact.EXACT_V_RSQRTS, (x, a, b, unusual) => {
  const r = x.b.mulF32x4(step(THREE)(x, a, b, unusual), splat(x, 32, HALF));
  unusual.add(notPlain(x, r));
  return r;
});

/**
 * d ± n * m, rounded once: as fusedSingle has it (vfp/fused.ts), for the two lanes of the lower half.
 */
function fuseHalf(x: Insn, a: V128, b: V128, c: V128): { value: V128; sum: V128; rest: V128 } {
  const ir = x.b;
  const times = ir.mulF64x2(ir.promoteLowF32x4(a), ir.promoteLowF32x4(b));
  const addend = ir.promoteLowF32x4(c);
  const sum = ir.addF64x2(times, addend);
  const addendPart = ir.subF64x2(sum, times);
  const timesPart = ir.subF64x2(sum, addendPart);
  const rest = ir.addF64x2(ir.subF64x2(times, timesPart), ir.subF64x2(addend, addendPart));
  const inexact = ir.neF64x2(rest, zero(x));
  const one = splat(x, 64, 1);
  const even = ir.eq64x2(ir.andV(sum, one), zero(x));
  // 1 where the rest has the sum's sign, else -1.
  const towards = ir.orV(ir.shrS64x2(ir.xorV(rest, sum), x.const(63)), one);
  const odd = ir.add64x2(sum, ir.andV(towards, ir.andV(inexact, even)));
  return { value: ir.demoteF64x2(odd), sum, rest: inexact };
}

const fuse =
  (negates: boolean): Compute =>
  (x, a, b, unusual) => {
    const ir = x.b;
    const left = negates ? ir.negF32x4(a) : a;
    const old = getVector(x, x.Vd);
    unusual.add(notPlain(x, old));
    const low = fuseHalf(x, left, b, old);
    const high = x.Q ? fuseHalf(x, upperHalf(x, left), upperHalf(x, b), upperHalf(x, old)) : low;
    const r = ir.shuffle(low.value, high.value, [0, 1, 2, 3, 4, 5, 6, 7, 16, 17, 18, 19, 20, 21, 22, 23]);
    // Not safely normal, but for sums of 0.
    const nothing = (half: { sum: V128 }): V128 => ir.eqF64x2(half.sum, zero(x));
    const above = ir.sub32x4(magnitude(x, r), splat(x, 32, LEAST_NORMAL + 1));
    const abnormal = ir.geU32x4(above, splat(x, 32, INFINITY - LEAST_NORMAL - 1));
    unusual.add(ir.andnotV(abnormal, truncate(x, 64, nothing(low), nothing(high))));
    if (mindsInexact(x)) {
      const lacks = (half: { value: V128; sum: V128; rest: V128 }): V128 =>
        ir.orV(half.rest, ir.neF64x2(ir.promoteLowF32x4(half.value), half.sum));
      unusual.add(truncate(x, 64, lacks(low), lacks(high)));
    }
    return r;
  };
export const fusedMultiplyAdd = three(exact.EXACT_V_FMA, fuse(false));
export const fusedMultiplySubtract = three(exact.EXACT_V_FMS, fuse(true));

/** d ← f of neighbours of n, then of m. D registers. */
function pairs(number: number, compute: Compute): Handler {
  return (x) => {
    if (!beginFloat(x)) return;
    const { even, odd } = neighbours(x, 32, getVector(x, x.Vn), getVector(x, x.Vm));
    const unusual = new Unusual(x, notPlain(x, even)).add(notPlain(x, odd));
    const r = compute(x, even, odd, unusual);
    assistIf(x, unusual.any(), order(number, x.Vd, x.Vn, x.Vm));
    setVector(x, x.Vd, r);
  };
}
export const pairwiseAdd = pairs(exact.EXACT_V_PADD, sum);
export const pairwiseLarger = pairs(exact.EXACT_V_PMAX, (x, a, b) => x.b.maxF32x4(a, b));
export const pairwiseSmaller = pairs(exact.EXACT_V_PMIN, (x, a, b) => x.b.minF32x4(a, b));

// ---- by host code always

const byHost =
  (number: number): Handler =>
  (x) => {
    if (beginFloat(x)) doExactly(x, order(number, x.Vd, x.Vn, x.Vm, exact.packFloat(x.Q)));
  };
export const reciprocalEstimateInteger = byHost(exact.EXACT_V_RECPE_U32);
export const rootEstimateInteger = byHost(exact.EXACT_V_RSQRTE_U32);
export const fromHalf = byHost(exact.EXACT_V_FROM_HALF);
export const toHalf = byHost(exact.EXACT_V_TO_HALF);

// ---- one operand

/** Signs change whatever the number is. */
export const absolute: Handler = (x) => {
  if (beginFloat(x)) setVector(x, x.Vd, x.b.absF32x4(getVector(x, x.Vm)));
};
export const negate: Handler = (x) => {
  if (beginFloat(x)) setVector(x, x.Vd, x.b.negF32x4(getVector(x, x.Vm)));
};

function compareZero(number: number, f: (x: Insn, a: V128, none: V128) => V128): Handler {
  return (x) => {
    if (!beginFloat(x)) return;
    const a = getVector(x, x.Vm);
    const r = f(x, a, zero(x));
    assistIf(x, new Unusual(x, notPlain(x, a)).any(), order(number, x.Vd, 0, x.Vm, exact.packFloat(x.Q)));
    setVector(x, x.Vd, r);
  };
}
export const equalToZero = compareZero(exact.EXACT_V_CEQ0, (x, a, none) => x.b.eqF32x4(a, none));
export const atLeastZero = compareZero(exact.EXACT_V_CGE0, (x, a, none) => x.b.geF32x4(a, none));
export const greaterThanZero = compareZero(exact.EXACT_V_CGT0, (x, a, none) => x.b.gtF32x4(a, none));
export const atMostZero = compareZero(exact.EXACT_V_CLE0, (x, a, none) => x.b.leF32x4(a, none));
export const lessThanZero = compareZero(exact.EXACT_V_CLT0, (x, a, none) => x.b.ltF32x4(a, none));

/** d ← f(m) for normal numbers below a bound, positive ones or of either sign. */
function estimate(number: number, bound: number, negative: boolean, f: (x: Insn, a: V128) => V128): Handler {
  return (x) => {
    if (!beginFloat(x)) return;
    const ir = x.b;
    const a = getVector(x, x.Vm);
    const above = ir.sub32x4(negative ? magnitude(x, a) : a, splat(x, 32, LEAST_NORMAL));
    const other = ir.geU32x4(above, splat(x, 32, bound - LEAST_NORMAL));
    const r = f(x, a);
    assistIf(x, new Unusual(x, other).any(), order(number, x.Vd, 0, x.Vm, exact.packFloat(x.Q)));
    setVector(x, x.Vd, r);
  };
}

/** Lanes of `bits` from bit `low` up. */
function field(x: Insn, a: V128, low: number, bits: number): V128 {
  const ir = x.b;
  return ir.andV(ir.shrU32x4(a, x.const(low)), splat(x, 32, 2 ** bits - 1));
}

/** VRECPE: (2^19 / (2i + 1) + 1) / 2 of the first nine bits i; singles tell those quotients apart. */
export const reciprocalEstimate = estimate(exact.EXACT_V_RECPE, 253 << 23, true, (x, a) => {
  const ir = x.b;
  const bits = ir.orV(field(x, a, 15, 8), splat(x, 32, 256));
  const divisor = ir.add32x4(ir.add32x4(bits, bits), splat(x, 32, 1));
  const quotient = ir.divF32x4(splat(x, 32, power(19)), ir.f32x4FromI32x4S(divisor));
  const rounded = ir.add32x4(ir.i32x4FromF32x4SatS(quotient), splat(x, 32, 1));
  const fraction = field(x, rounded, 1, 8);
  const exponent = ir.sub32x4(splat(x, 32, 253), field(x, a, 23, 8));
  const sign = ir.andV(a, splat(x, 32, 1 << 31));
  return ir.orV(sign, ir.orV(ir.shl32x4(exponent, x.const(23)), ir.shl32x4(fraction, x.const(15))));
});

/** VRSQRTE: 256 / sqrt(i + 1/2) of the first bits i, scaled by the exponent's parity; rounded, as singles give it. */
export const rootEstimate = estimate(exact.EXACT_V_RSQRTE, INFINITY, false, (x, a) => {
  const ir = x.b;
  const half = splat(x, 32, HALF);
  const middle = ir.addF32x4(ir.f32x4FromI32x4S(ir.orV(field(x, a, 16, 7), splat(x, 32, 128))), half);
  const odd = ir.eq32x4(field(x, a, 23, 1), splat(x, 32, 1));
  const scale = ir.bitselectV(splat(x, 32, power(9)), splat(x, 32, power(8)), odd);
  const root = ir.mulF32x4(ir.sqrtF32x4(ir.divF32x4(scale, middle)), splat(x, 32, power(8)));
  const fraction = ir.andV(ir.i32x4FromF32x4SatS(ir.addF32x4(root, half)), splat(x, 32, 255));
  const exponent = ir.shrU32x4(ir.sub32x4(splat(x, 32, 380), field(x, a, 23, 8)), x.const(1));
  return ir.orV(ir.shl32x4(exponent, x.const(23)), ir.shl32x4(fraction, x.const(15)));
});

/** Bits of a power of two. */
const power = (n: number): number => (127 + n) << 23;

/** To integers or fixed point, towards zero. x.imm: bits of the fraction. */
export function toInteger(unsigned: number): Handler {
  return (x) => {
    if (!beginFloat(x)) return;
    const ir = x.b;
    const a = getVector(x, x.Vm);
    const scaled = x.imm === 0 ? a : ir.mulF32x4(a, splat(x, 32, power(x.imm)));
    const integer = unsigned ? ir.i32x4FromF32x4SatU(scaled) : ir.i32x4FromF32x4SatS(scaled);
    const least = unsigned ? zero(x) : splat(x, 32, power(31) | (1 << 31));
    const inRange = ir.andV(ir.geF32x4(scaled, least), ir.ltF32x4(scaled, splat(x, 32, power(unsigned ? 32 : 31))));
    const unusual = new Unusual(x, notPlain(x, a)).add(invert(x, inRange));
    if (mindsInexact(x)) {
      const back = unsigned ? ir.f32x4FromI32x4U(integer) : ir.f32x4FromI32x4S(integer);
      unusual.add(ir.neF32x4(back, scaled));
    }
    const extra = exact.packConversion(x.imm, unsigned, x.Q);
    assistIf(x, unusual.any(), order(exact.EXACT_V_TO_INTEGER, x.Vd, 0, x.Vm, extra));
    setVector(x, x.Vd, integer);
  };
}

/** From integers or fixed point, to nearest. */
export function fromInteger(unsigned: number): Handler {
  return (x) => {
    if (!beginFloat(x)) return;
    const ir = x.b;
    const a = getVector(x, x.Vm);
    const r = unsigned ? ir.f32x4FromI32x4U(a) : ir.f32x4FromI32x4S(a);
    if (mindsInexact(x)) {
      const back = unsigned ? ir.i32x4FromF32x4SatU(r) : ir.i32x4FromF32x4SatS(r);
      // What was rounded up to 2^31 or 2^32 does not come back from there.
      const limit = ir.eqF32x4(r, splat(x, 32, power(unsigned ? 32 : 31)));
      const unusual = new Unusual(x, invert(x, ir.eq32x4(back, a))).add(limit);
      const extra = exact.packConversion(x.imm, unsigned, x.Q);
      assistIf(x, unusual.any(), order(exact.EXACT_V_FROM_INTEGER, x.Vd, 0, x.Vm, extra));
    }
    setVector(x, x.Vd, x.imm === 0 ? r : ir.mulF32x4(r, splat(x, 32, power(-x.imm))));
  };
}
