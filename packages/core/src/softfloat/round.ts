import {
  DOWN,
  type Format,
  NEAREST,
  normalize,
  OE,
  PE,
  setInfinite,
  setZero,
  shiftRightJam,
  UE,
  type Unpacked,
  UP,
} from './number.ts';

/** What the last rounding did: the flags it raised, and whether it went away from zero (x87: C1). */
export const rounding = { flags: 0, up: 0 };

/** Whether to add one unit, given the first bit cut off, whether more follows, and the last bit kept. */
function increments(mode: number, sign: number, half: number, rest: boolean, odd: number): boolean {
  switch (mode) {
    case NEAREST:
      return half !== 0 && (rest || odd !== 0);
    case DOWN:
      return sign !== 0 && (half !== 0 || rest);
    case UP:
      return sign === 0 && (half !== 0 || rest);
    default:
      return false;
  }
}

/**
 * Rounds high:low:extra to its first `precision` bits (11, 24, 53 or 64). Sets rounding.flags to PE or
 * 0 and rounding.up. Returns 1 where the carry went out of the top: high:low is 0 then.
 */
function roundBits(r: Unpacked, precision: number, mode: number): number {
  let half: number;
  let rest: boolean;
  let odd: number;
  if (precision === 64) {
    half = r.extra >>> 31;
    rest = r.extra << 1 !== 0;
    odd = r.low & 1;
  } else if (precision === 53) {
    half = (r.low >>> 10) & 1;
    rest = ((r.low & 0x3ff) | r.extra) !== 0;
    odd = (r.low >>> 11) & 1;
    r.low &= ~0x7ff;
  } else {
    // 24 or 11: all in the high word.
    const cut = 32 - precision;
    const mask = (1 << (cut - 1)) - 1;
    half = (r.high >>> (cut - 1)) & 1;
    rest = ((r.high & mask) | r.low | r.extra) !== 0;
    odd = (r.high >>> cut) & 1;
    r.high = (r.high >>> cut) << cut;
    r.low = 0;
  }
  r.extra = 0;
  rounding.up = 0;
  if (half === 0 && !rest) {
    rounding.flags = 0;
    return 0;
  }
  rounding.flags = PE;
  if (!increments(mode, r.sign, half, rest, odd)) return 0;
  rounding.up = 1;
  if (precision <= 24) {
    r.high = (r.high + (1 << (32 - precision))) | 0;
    return r.high === 0 ? 1 : 0;
  }
  r.low = (r.low + (precision === 64 ? 1 : 0x800)) | 0;
  if (r.low === 0) {
    r.high = (r.high + 1) | 0;
    return r.high === 0 ? 1 : 0;
  }
  return 0;
}

/**
 * Rounds a FINITE number to a format. Afterwards it is FINITE (normalized, exact), INFINITE or
 * ZERO; rounding.flags has PE, OE and UE as raised. Tininess is detected
 * after rounding, or before it with `tinyBefore`.
 *
 * `unmasked` has OE or UE where these are unmasked: with format.wrap the exponent is then wrapped,
 * otherwise the caller is to look at the flags and throw the result away.
 * IEEE 754-2008, 4.3 and 7.4 to 7.6; SDM vol. 1, 4.9.1.4 to 4.9.1.6 and 8.5.4 to 8.5.6.
 */
export function roundTo(r: Unpacked, format: Format, mode: number, unmasked: number, tinyBefore = false): void {
  if (r.exponent < format.minExponent) {
    if (roundTiny(r, format, mode, unmasked, tinyBefore)) return;
  } else if (roundBits(r, format.precision, mode) !== 0) {
    r.high = 0x80000000 | 0;
    r.exponent++;
  }
  if (r.exponent > format.maxExponent) overflow(r, format, mode, unmasked);
}

const trial: Unpacked = { kind: 0, sign: 0, exponent: 0, high: 0, low: 0, extra: 0, denormal: 0 };

/** Below the least normal number. Returns whether all is done. */
function roundTiny(r: Unpacked, format: Format, mode: number, unmasked: number, tinyBefore: boolean): boolean {
  let tiny = true;
  if (!tinyBefore && r.exponent === format.minExponent - 1) {
    trial.sign = r.sign;
    trial.high = r.high;
    trial.low = r.low;
    trial.extra = r.extra;
    tiny = roundBits(trial, format.precision, mode) === 0;
  }
  if (tiny && (unmasked & UE) !== 0 && format.wrap !== 0) {
    r.exponent += format.wrap;
    if (roundBits(r, format.precision, mode) !== 0) {
      r.high = 0x80000000 | 0;
      r.exponent++;
    }
    rounding.flags |= UE;
    if (r.exponent < format.minExponent) {
      // FSCALE by more than wrapping makes good.
      rounding.flags |= PE;
      setZero(r, r.sign);
    }
    return true;
  }
  shiftRightJam(r, format.minExponent - r.exponent);
  r.exponent = format.minExponent;
  // The top bit is clear, so that no carry leaves it.
  roundBits(r, format.precision, mode);
  if (tiny && ((rounding.flags & PE) !== 0 || (unmasked & UE) !== 0)) rounding.flags |= UE;
  if ((r.high | r.low) === 0) setZero(r, r.sign);
  else normalize(r);
  return true;
}

function overflow(r: Unpacked, format: Format, mode: number, unmasked: number): void {
  rounding.flags |= OE;
  if ((unmasked & OE) !== 0) {
    r.exponent -= format.wrap;
    if (format.wrap !== 0 && r.exponent > format.maxExponent) {
      rounding.flags |= PE;
      rounding.up = 1;
      setInfinite(r, r.sign);
    }
    return;
  }
  rounding.flags |= PE;
  if (mode === NEAREST || mode === (r.sign !== 0 ? DOWN : UP)) {
    setInfinite(r, r.sign);
    rounding.up = 1;
    return;
  }
  rounding.up = 0;
  r.exponent = format.maxExponent;
  r.high = format.precision <= 24 ? -1 << (32 - format.precision) : -1;
  r.low = format.precision <= 24 ? 0 : format.precision === 53 ? ~0x7ff : -1;
}
