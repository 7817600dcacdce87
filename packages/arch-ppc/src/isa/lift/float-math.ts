import type { BlockBuilder, F64, I32, I64 } from '@kml/core';

/** A result, and where it is not to be trusted. */
export interface Checked {
  readonly result: F64;
  readonly unusual: I32;
}

const view = new DataView(new ArrayBuffer(8));

/** Exponents of results that are neither tiny nor infinite: the least (one more than the least normal, which a tiny value can be rounded to) and how many. */
const DOUBLE_RANGE = { least: 2, count: 0x7fd } as const;
const SINGLE_RANGE = { least: 1023 - 125, count: 253 } as const;

/** Veltkamp's constant for doubles: 2^27 + 1. */
const SPLITTER = 134217729;

/**
 * IEEE arithmetic to nearest out of WebAssembly's, with cheap tests for the cases that need host
 * code. With `exactOnly` an inexact result is such a case; tests for that may err on the side of
 * host code.
 */
export class FloatMath {
  readonly exactOnly: boolean;
  private readonly b: BlockBuilder;

  constructor(builder: BlockBuilder, exactOnly: boolean) {
    this.b = builder;
    this.exactOnly = exactOnly;
  }

  constant(value: number): F64 {
    view.setFloat64(0, value);
    return this.b.f64OfBits(this.b.constant64(view.getInt32(4), view.getInt32(0)));
  }

  private long(high: number, low: number): I64 {
    return this.b.constant64(low, high);
  }

  /** 1 for a zero of either sign. */
  isZero(value: F64): I32 {
    const { b } = this;
    return b.eqz64(b.shl64(b.bitsOfF64(value), this.long(0, 1)));
  }

  private exponent(value: F64): I32 {
    const { b } = this;
    return b.and(b.wrap(b.shrU64(b.bitsOfF64(value), this.long(0, 52))), b.const(0x7ff));
  }

  /** 1 where the exponent is below `least` or not among the `count` from there. */
  private isOutside(value: F64, range: { readonly least: number; readonly count: number }): I32 {
    const { b } = this;
    return b.geU(b.sub(this.exponent(value), b.const(range.least)), b.const(range.count));
  }

  /** A double result. `zero`: it is 0 and exactly that. */
  double(result: F64, zero: I32, inexact: () => I32): Checked {
    const { b } = this;
    const unusual = b.and(this.isOutside(result, DOUBLE_RANGE), b.xor(zero, b.const(1)));
    return { result, unusual: this.exactOnly ? b.or(unusual, inexact()) : unusual };
  }

  /**
   * A double result rounded to single. It was rounded to double before, which is wrong only where that
   * made it the midpoint of two singles.
   */
  single(wide: F64, zero: I32, inexact: () => I32): Checked {
    const { b } = this;
    const result = b.promote(b.demote(wide));
    const outside = b.and(this.isOutside(result, SINGLE_RANGE), b.xor(zero, b.const(1)));
    if (this.exactOnly) return { result, unusual: b.or(b.or(outside, b.neF64(result, wide)), inexact()) };
    return { result, unusual: b.or(outside, this.isMidpoint(wide)) };
  }

  /** 1 for a double in the middle between two (normal) singles. */
  private isMidpoint(value: F64): I32 {
    const { b } = this;
    return b.eq64(b.and64(b.bitsOfF64(value), this.long(0, 0x1fffffff)), this.long(0, 0x10000000));
  }

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
  private isLongProduct(a: F64, c: F64): I32 {
    const { b } = this;
    return b.ltU(b.add(this.trailingZeros(a), this.trailingZeros(c)), b.const(53));
  }

  productInexact(a: F64, c: F64, zero: I32): I32 {
    return this.b.and(this.isLongProduct(a, c), this.b.xor(zero, this.b.const(1)));
  }

  quotientInexact(a: F64, divisor: F64, quotient: F64, zero: I32): I32 {
    const { b } = this;
    const doubtful = b.or(this.isLongProduct(quotient, divisor), b.neF64(b.mulF64(quotient, divisor), a));
    return b.and(doubtful, b.xor(zero, b.const(1)));
  }

  /** a * c + addend in single precision, of operands that are singles: their product is exact as a double. */
  fusedSingle(a: F64, c: F64, addend: F64): Checked {
    const { b } = this;
    const product = b.mulF64(a, c);
    const sum = b.addF64(product, addend);
    const { result, unusual } = this.single(sum, this.isExactZero(a, c, sum), () =>
      this.sumInexact(product, addend, sum),
    );
    const low = b.and64(b.or64(b.bitsOfF64(a), b.bitsOfF64(c)), this.long(0, 0x1fffffff));
    const unsafe = this.isProductUnsafe(product, b.or(this.isZero(a), this.isZero(c)));
    return { result, unusual: b.or(b.or(unusual, unsafe), b.eqz(b.eqz64(low))) };
  }

  /** 1 where a sum with the product a * c is 0 because one of these is: it is exact then. */
  private isExactZero(a: F64, c: F64, sum: F64): I32 {
    const { b } = this;
    return b.and(this.isZero(sum), b.or(this.isZero(a), this.isZero(c)));
  }

  /** a * c + addend, rounded once. */
  fused(a: F64, c: F64, addend: F64): Checked {
    return this.exactOnly ? this.fusedExact(a, c, addend) : this.fusedRounded(a, c, addend);
  }

  /** Only where product and sum are exact. */
  private fusedExact(a: F64, c: F64, addend: F64): Checked {
    const { b } = this;
    const product = b.mulF64(a, c);
    const sum = b.addF64(product, addend);
    const zeroProduct = b.or(this.isZero(a), this.isZero(c));
    const checked = this.double(sum, b.and(this.isZero(sum), zeroProduct), () =>
      b.or(this.sumInexact(product, addend, sum), this.productInexact(a, c, zeroProduct)),
    );
    return { ...checked, unusual: b.or(checked.unusual, this.isProductUnsafe(product, zeroProduct)) };
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
    const zeroProduct = b.or(this.isZero(a), this.isZero(c));
    // Then the sum is the addend, but for the sign of a zero.
    const plain = b.bitsOfF64(b.addF64(product, addend));
    const result = b.f64OfBits(b.select64(plain, b.bitsOfF64(sum), zeroProduct));
    const unusual = b.and(
      this.isOutside(result, DOUBLE_RANGE),
      b.xor(b.and(zeroProduct, this.isZero(result)), b.const(1)),
    );
    return { result, unusual: b.or(unusual, this.isProductUnsafe(product, zeroProduct)) };
  }

  /** 1 where the product is so large or small that its error might not be a double. */
  private isProductUnsafe(product: F64, zeroProduct: I32): I32 {
    const { b } = this;
    return b.and(this.isOutside(product, { least: 123, count: 1801 }), b.xor(zeroProduct, b.const(1)));
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
