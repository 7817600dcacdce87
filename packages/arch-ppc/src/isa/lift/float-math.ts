import type { BlockBuilder, F64, I32, I64 } from '@kml/core';

/** A result, and tests of where it is not to be trusted: 0 or 1. Each is for a trapIf of its own. */
export interface Checked {
  readonly result: F64;
  readonly unusual: readonly I32[];
}

const view = new DataView(new ArrayBuffer(8));

/** Exponent fields of doubles that are neither tiny nor infinite: the least (one more than the least normal, which a tiny value can be rounded to), and how many. */
const DOUBLE_RANGE = { least: 2, count: 0x7fd } as const;
/** The same of doubles that are to be rounded to single: tiny and huge singles are left out at both ends. */
const SINGLE_RANGE = { least: 1023 - 125, count: 252 } as const;
/** Products whose error is a double. */
const PRODUCT_RANGE = { least: 123, count: 1801 } as const;

/** Veltkamp's constant for doubles: 2^27 + 1. */
const SPLITTER = 134217729;

/**
 * IEEE arithmetic to nearest out of WebAssembly's, with cheap tests for the cases that need host
 * code: results that are tiny, infinite or no number. With `exactOnly` an inexact result is such a
 * case; tests for that may err on the side of host code.
 *
 * Operations to single precision take their operands to be singles, as the manual wants them (others
 * leave FPSCR undefined).
 */
export class FloatMath {
  readonly exactOnly: boolean;
  private readonly b: BlockBuilder;
  /** The host has fused multiply-add (optimisation hostFusion). */
  private readonly fuses: boolean;

  constructor(builder: BlockBuilder, exactOnly: boolean, fuses: boolean) {
    this.b = builder;
    this.exactOnly = exactOnly;
    this.fuses = fuses;
  }

  constant(value: number): F64 {
    view.setFloat64(0, value);
    return this.b.f64OfBits(this.long(view.getInt32(0), view.getInt32(4)));
  }

  private long(high: number, low: number): I64 {
    return this.b.constant64(low, high);
  }

  /** 1 for a zero of either sign. */
  isZero(value: F64): I32 {
    const { b } = this;
    return b.eqz64(b.shl64(b.bitsOfF64(value), this.long(0, 1)));
  }

  /** The word with sign and exponent. */
  private highWord(value: F64): I32 {
    const { b } = this;
    return b.wrap(b.shrU64(b.bitsOfF64(value), this.long(0, 32)));
  }

  /** 1 where the exponent is below `least` or not among the `count` from there. */
  private isOutside(value: F64, range: { readonly least: number; readonly count: number }): I32 {
    const { b } = this;
    const place = b.add(b.shl(this.highWord(value), b.const(1)), b.const(-range.least << 21));
    return b.geU(place, b.const(range.count << 21));
  }

  /** The same, but for a zero that is one exactly: where `zero` (asked only then) is 1. */
  private isOutsideBut(value: F64, range: { readonly least: number; readonly count: number }, zero: I32): I32 {
    const { b } = this;
    return b.andThen(this.isOutside(value, range), b.eqz(b.and(b.eqF64(value, this.constant(0)), zero)));
  }

  /** 1 for an infinity or NaN: less itself it is no number. */
  private isNoNumber(value: F64): I32 {
    const nothing = this.b.subF64(value, value);
    return this.b.neF64(nothing, nothing);
  }

  private checked(result: F64, unusual: readonly I32[], inexact: () => I32): Checked {
    return { result, unusual: this.exactOnly ? [...unusual, inexact()] : unusual };
  }

  // ---- double precision

  /** a + other. A tiny sum is exact. */
  sum(a: F64, other: F64): Checked {
    const sum = this.b.addF64(a, other);
    return this.checked(sum, [this.isNoNumber(sum)], () => this.sumInexact(a, other, sum));
  }

  /** a * c. Where an operand is 0 so is the product, if it is a number. */
  product(a: F64, c: F64): Checked {
    const { b } = this;
    const product = b.mulF64(a, c);
    const zero = b.or(this.isZero(a), this.isZero(c));
    return this.checked(product, [this.isOutsideBut(product, DOUBLE_RANGE, zero)], () =>
      b.and(this.isLongProduct(a, c), b.eqz(zero)),
    );
  }

  /** a / divisor. */
  quotient(a: F64, divisor: F64): Checked {
    const { b } = this;
    const quotient = b.divF64(a, divisor);
    const zero = this.isZero(a);
    return this.checked(quotient, [this.isOutsideBut(quotient, DOUBLE_RANGE, zero)], () =>
      b.and(this.quotientInexact(a, divisor, quotient), b.eqz(zero)),
    );
  }

  // ---- single precision

  /**
   * A double result rounded to single. It was rounded to double before, which is wrong only where that
   * made it the midpoint of two singles. Of singles no result is 0 unless exactly.
   */
  single(wide: F64, inexact: () => I32): Checked {
    const { b } = this;
    const result = b.promote(b.demote(wide));
    const outside = this.isOutsideBut(wide, SINGLE_RANGE, b.const(1));
    const unusual = this.exactOnly ? [outside, b.neF64(result, wide), inexact()] : [outside, this.isMidpoint(wide)];
    return { result, unusual };
  }

  /** A double operand rounded to single, once only. */
  narrowed(value: F64): Checked {
    const { b } = this;
    const result = b.promote(b.demote(value));
    const outside = this.isOutsideBut(value, SINGLE_RANGE, b.const(1));
    return this.checked(result, [outside], () => b.neF64(result, value));
  }

  /**
   * A double that was rounded by directedSum, rounded to single the same way: the nearest single, moved
   * where it lies on the wrong side.
   */
  narrowedDirected({ result: wide, unusual }: Checked, mode: number): Checked {
    const { b } = this;
    const nearest = b.promote(b.demote(wide));
    const bits = b.bitsOfF64(nearest);
    const isNegative = b.shrS64(bits, this.long(0, 63));
    // A unit in the last place of a single, away from zero or towards it.
    const outwards = this.long(0, 0x20000000);
    const inwards = this.long(-1, 0xe0000000 | 0);
    const upwards = b.select64(inwards, outwards, b.wrap(isNegative));
    const downwards = b.select64(outwards, inwards, b.wrap(isNegative));
    const step = mode === 2 ? upwards : mode === 3 ? downwards : inwards;
    const isBelow = b.ltF64(nearest, wide);
    const isAbove = b.gtF64(nearest, wide);
    const isOutwards = b.gtF64(b.absF64(nearest), b.absF64(wide));
    const isWrong = mode === 2 ? isBelow : mode === 3 ? isAbove : isOutwards;
    const result = b.f64OfBits(b.select64(b.add64(bits, step), bits, isWrong));
    const outside = this.isOutsideBut(wide, SINGLE_RANGE, b.const(1));
    return this.checked(result, [outside, ...unusual], () => b.neF64(nearest, wide));
  }

  /** 1 for a double in the middle between two (normal) singles. */
  private isMidpoint(value: F64): I32 {
    const { b } = this;
    return b.eq64(b.and64(b.bitsOfF64(value), this.long(0, 0x1fffffff)), this.long(0, 0x10000000));
  }

  /** a * c + addend of singles: their product is exact as a double. */
  fusedSingle(a: F64, c: F64, addend: F64): Checked {
    const { b } = this;
    const product = b.mulF64(a, c);
    const sum = b.addF64(product, addend);
    return this.single(sum, () => this.sumInexact(product, addend, sum));
  }

  // ---- errors

  /** What is lost in sum = a + b. Knuth's TwoSum. */
  private sumError(a: F64, other: F64, sum: F64): F64 {
    const { b } = this;
    const back = b.subF64(sum, a);
    return b.addF64(b.subF64(a, b.subF64(sum, back)), b.subF64(other, back));
  }

  sumInexact(a: F64, other: F64, sum: F64): I32 {
    return this.b.neF64(this.sumError(a, other, sum), this.constant(0));
  }

  /** Zeros at the end of the significand, of a normal number. */
  private trailingZeros(value: F64): I32 {
    const { b } = this;
    return b.wrap(b.ctz64(b.or64(b.bitsOfF64(value), this.long(1 << 20, 0))));
  }

  /** 1 where a product may have more than 53 significant bits. */
  isLongProduct(a: F64, c: F64): I32 {
    const { b } = this;
    return b.ltU(b.add(this.trailingZeros(a), this.trailingZeros(c)), b.const(53));
  }

  quotientInexact(a: F64, divisor: F64, quotient: F64): I32 {
    const { b } = this;
    return b.or(this.isLongProduct(quotient, divisor), b.neF64(b.mulF64(quotient, divisor), a));
  }

  // ---- other rounding modes

  /** a + other rounded towards zero (1), up (2) or down (3): the nearest sum, moved where its error says so. PEM, table 3-8. */
  directedSum(a: F64, other: F64, mode: number): Checked {
    const { b } = this;
    // An exact sum of 0 is -0 downwards: the negated sum of the negated operands gives it.
    const sum = mode === 3 ? b.negF64(b.addF64(b.negF64(a), b.negF64(other))) : b.addF64(a, other);
    const error = this.sumError(a, other, sum);
    const bits = b.bitsOfF64(sum);
    const signs = b.shrS64(b.xor64(bits, b.bitsOfF64(error)), this.long(0, 63));
    // One step away from zero if error and sum have one sign, else one towards it.
    const step = b.or64(signs, this.long(0, 1));
    const zero = this.constant(0);
    const isWrong = mode === 2 ? b.gtF64(error, zero) : mode === 3 ? b.ltF64(error, zero) : this.isTooLarge(sum, error);
    const result = b.f64OfBits(b.select64(b.add64(bits, step), bits, isWrong));
    // A tiny sum is exact; a step at the least normal number is none of the common cases.
    const unusual = [this.isNoNumber(sum), this.isNoNumber(result)];
    return this.checked(result, unusual, () => b.neF64(error, zero));
  }

  /** 1 where the exact sum is nearer to zero. */
  private isTooLarge(sum: F64, error: F64): I32 {
    const { b } = this;
    const signs = b.xor64(b.bitsOfF64(sum), b.bitsOfF64(error));
    return b.and(b.ltS64(signs, this.long(0, 0)), b.neF64(error, this.constant(0)));
  }

  // ---- fused multiply-add

  /** a * c + addend, rounded once. */
  fused(a: F64, c: F64, addend: F64): Checked {
    if (this.exactOnly) return this.fusedExact(a, c, addend);
    return this.fuses ? this.fusedByHost(a, c, addend) : this.fusedRounded(a, c, addend);
  }

  /** A tiny result is left to host code even if it is exact; 0 is so with a factor of 0. */
  private fusedByHost(a: F64, c: F64, addend: F64): Checked {
    const { b } = this;
    const result = b.laneF64(b.fusedF64x2(b.splatF64(a), b.splatF64(c), b.splatF64(addend)), 0);
    const zero = b.or(this.isZero(a), this.isZero(c));
    return { result, unusual: [this.isOutsideBut(result, DOUBLE_RANGE, zero)] };
  }

  /** Only where product and sum are exact. */
  private fusedExact(a: F64, c: F64, addend: F64): Checked {
    const { b } = this;
    const product = b.mulF64(a, c);
    const sum = b.addF64(product, addend);
    const zero = b.or(this.isZero(a), this.isZero(c));
    const unsafe = b.or(this.isOutside(product, PRODUCT_RANGE), this.isLongProduct(a, c));
    const doubtful = b.or(b.and(unsafe, b.eqz(zero)), this.sumInexact(product, addend, sum));
    return { result: sum, unusual: [this.isNoNumber(sum), doubtful] };
  }

  /** Boldo and Melquiond, Emulation of a FMA and correctly rounded sums, 2008: the sum of three with the middle rounded to odd. */
  private fusedRounded(a: F64, c: F64, addend: F64): Checked {
    const { b } = this;
    const product = b.mulF64(a, c);
    const productError = this.productError(a, c, product);
    const low = b.addF64(addend, productError);
    const lowError = this.sumError(addend, productError, low);
    const high = b.addF64(product, low);
    const highError = this.sumError(product, low, high);
    const sum = b.addF64(high, this.addToOdd(lowError, highError));
    const zero = b.or(this.isZero(a), this.isZero(c));
    // Then the sum is the addend, but for the sign of a zero.
    const plain = b.bitsOfF64(b.addF64(product, addend));
    const result = b.f64OfBits(b.select64(plain, b.bitsOfF64(sum), zero));
    const unsafe = b.andThen(this.isOutside(product, PRODUCT_RANGE), b.eqz(zero));
    return { result, unusual: [this.isOutsideBut(result, DOUBLE_RANGE, zero), unsafe] };
  }

  /** a * c - product, exactly. Dekker's product. */
  private productError(a: F64, c: F64, product: F64): F64 {
    const { b } = this;
    const [aHigh, aLow] = this.split(a);
    const [cHigh, cLow] = this.split(c);
    const first = b.subF64(b.mulF64(aHigh, cHigh), product);
    const second = b.addF64(b.addF64(first, b.mulF64(aHigh, cLow)), b.mulF64(aLow, cHigh));
    return b.addF64(second, b.mulF64(aLow, cLow));
  }

  private split(value: F64): [high: F64, low: F64] {
    const { b } = this;
    const scaled = b.mulF64(value, this.constant(SPLITTER));
    const high = b.subF64(scaled, b.subF64(scaled, value));
    return [high, b.subF64(value, high)];
  }

  /** x + y rounded to odd: if inexact, the neighbour whose last bit is 1. */
  private addToOdd(x: F64, y: F64): F64 {
    const { b } = this;
    const sum = b.addF64(x, y);
    const error = this.sumError(x, y, sum);
    const bits = b.bitsOfF64(sum);
    const isEven = b.eqz(b.and(b.wrap(bits), b.const(1)));
    const needed = b.and(isEven, b.neF64(error, this.constant(0)));
    const step = b.or64(b.shrS64(b.xor64(bits, b.bitsOfF64(error)), this.long(0, 63)), this.long(0, 1));
    return b.f64OfBits(b.select64(b.add64(bits, step), bits, needed));
  }
}
