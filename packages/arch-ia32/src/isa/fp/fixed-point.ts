/** Elementary functions of fixed-point numbers held in BigInt, for the x87's transcendental instructions. */

/** Fraction bits of the constants. */
const CONSTANT_BITS = 512n;

let pi = 0n;
let ln2 = 0n;

/** arctan(1/k), or artanh(1/k), by its series. */
function inverseSeries(k: bigint, alternate: boolean): bigint {
  let term = (1n << (CONSTANT_BITS + 16n)) / k;
  let sum = term;
  for (let n = 3n; term !== 0n; n += 2n) {
    term = term / (k * k);
    if (alternate) term = -term;
    sum += term / n;
  }
  return sum >> 16n;
}

/** pi with that many fraction bits (at most 512). Machin's formula. */
export function piBits(fraction: bigint): bigint {
  if (pi === 0n) pi = 16n * inverseSeries(5n, true) - 4n * inverseSeries(239n, true);
  return pi >> (CONSTANT_BITS - fraction);
}

/** ln 2 with that many fraction bits (at most 512). */
export function ln2Bits(fraction: bigint): bigint {
  if (ln2 === 0n) ln2 = 2n * inverseSeries(3n, false);
  return ln2 >> (CONSTANT_BITS - fraction);
}

/** Number of bits of a non-negative integer. */
export function bitLength(value: bigint): number {
  if (value === 0n) return 0;
  const text = value.toString(16);
  return (text.length - 1) * 4 + (32 - Math.clz32(Number.parseInt(text[0]!, 16)));
}

/** Floor of the square root. */
export function integerRoot(value: bigint): bigint {
  if (value === 0n) return 0n;
  let root = 1n << BigInt((bitLength(value) + 1) >> 1);
  for (;;) {
    const better = (root + value / root) >> 1n;
    if (better >= root) return root;
    root = better;
  }
}

/** sin t, by Taylor's series; |t| <= 1. */
export function sine(t: bigint, fraction: bigint): bigint {
  const square = (t * t) >> fraction;
  let term = t;
  let sum = t;
  for (let n = 2n; term !== 0n && term !== -1n; n += 2n) {
    term = -((term * square) >> fraction) / (n * (n + 1n));
    sum += term;
  }
  return sum;
}

/** cos t; |t| <= 1. */
export function cosine(t: bigint, fraction: bigint): bigint {
  const square = (t * t) >> fraction;
  let term = 1n << fraction;
  let sum = term;
  for (let n = 1n; term !== 0n && term !== -1n; n += 2n) {
    term = -((term * square) >> fraction) / (n * (n + 1n));
    sum += term;
  }
  return sum;
}

/** e^t - 1; |t| <= 1. */
export function exponentialMinus1(t: bigint, fraction: bigint): bigint {
  let term = t;
  let sum = t;
  for (let n = 2n; term !== 0n && term !== -1n; n++) {
    term = ((term * t) >> fraction) / n;
    sum += term;
  }
  return sum;
}

/** artanh t; |t| <= 1/3. */
export function inverseTanh(t: bigint, fraction: bigint): bigint {
  const square = (t * t) >> fraction;
  let power = t;
  let sum = t;
  for (let n = 3n; power !== 0n && power !== -1n; n += 2n) {
    power = (power * square) >> fraction;
    sum += power / n;
  }
  return sum;
}

/** arctan t; 0 <= t <= 1. Three halvings of the angle, then the series. */
export function inverseTangent(t: bigint, fraction: bigint): bigint {
  const one = 1n << fraction;
  let small = t;
  for (let halving = 0; halving < 3; halving++) {
    const root = integerRoot((one << fraction) + small * small);
    small = (small << fraction) / (one + root);
  }
  const square = (small * small) >> fraction;
  let power = small;
  let sum = small;
  for (let n = 3n; power !== 0n && power !== -1n; n += 2n) {
    power = -((power * square) >> fraction);
    sum += power / n;
  }
  return sum << 3n;
}
