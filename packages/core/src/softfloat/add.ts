import { copy, DOWN, FINITE, normalize, setZero, shiftRightJam, type Unpacked } from './number.ts';
import { below64, carryOf } from './words.ts';

const small: Unpacked = { kind: FINITE, sign: 0, exponent: 0, high: 0, low: 0, extra: 0, denormal: 0 };

/** The sum of two finite numbers of the same sign (a's). */
export function addFinite(r: Unpacked, a: Unpacked, b: Unpacked): void {
  const sign = a.sign;
  const big = a.exponent >= b.exponent ? a : b;
  copy(small, big === a ? b : a);
  if (big.exponent !== small.exponent) shiftRightJam(small, big.exponent - small.exponent);
  const low = (big.low + small.low) | 0;
  const carry = carryOf(low, big.low);
  const partial = (big.high + small.high) | 0;
  const high = (partial + carry) | 0;
  r.kind = FINITE;
  r.sign = sign;
  r.exponent = big.exponent;
  r.extra = small.extra;
  r.low = low;
  r.high = high;
  if (carryOf(partial, big.high) !== 0 || (high === 0 && carry !== 0)) {
    r.extra = (small.extra >>> 1) | (low << 31) | (small.extra & 1);
    r.low = (low >>> 1) | (high << 31);
    r.high = (high >>> 1) | 0x80000000;
    r.exponent++;
  }
}

/** a - |b| in the sense of signs: the sum of two finite numbers of different signs, b's being `bSign`. */
export function subtractFinite(r: Unpacked, a: Unpacked, b: Unpacked, bSign: number, mode: number): void {
  if (a.exponent === b.exponent && a.high === b.high && a.low === b.low) {
    setZero(r, mode === DOWN ? 1 : 0);
    return;
  }
  const aBigger = a.exponent === b.exponent ? !below64(a.high, a.low, b.high, b.low) : a.exponent > b.exponent;
  const big = aBigger ? a : b;
  copy(small, aBigger ? b : a);
  if (big.exponent !== small.exponent) shiftRightJam(small, big.exponent - small.exponent);
  const borrow0 = small.extra !== 0 ? 1 : 0;
  const low = (big.low - small.low) | 0;
  const borrow1 = big.low >>> 0 < small.low >>> 0 || (low === 0 && borrow0 !== 0) ? 1 : 0;
  r.kind = FINITE;
  r.sign = aBigger ? a.sign : bSign;
  r.exponent = big.exponent;
  r.extra = -small.extra | 0;
  r.low = (low - borrow0) | 0;
  r.high = (big.high - small.high - borrow1) | 0;
  normalize(r);
}
