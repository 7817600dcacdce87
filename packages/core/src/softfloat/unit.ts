import { add, divide, multiply, multiplyAdd, squareRoot } from './arithmetic.ts';
import { compareNumbers, UNORDERED } from './compare.ts';
import { packDouble, packed, packHalf, packSingle, unpackDouble, unpackHalf, unpackSingle } from './formats.ts';
import { toIntegerSaturating } from './integral.ts';
import {
  copy,
  DOUBLE,
  FINITE,
  type Format,
  HALF,
  IE,
  INFINITE,
  INPUT_FLUSHED,
  NEAREST,
  OUTPUT_FLUSHED,
  QUIET,
  SIGNALING,
  SINGLE,
  setZero,
  type Unpacked,
  ZERO,
} from './number.ts';
import { rounding, roundTo } from './round.ts';

/** What ISAs differ in. */
export interface FloatRules {
  /** Whether a result is tiny by its exponent before rounding. */
  readonly tinyBefore: boolean;
  /** The default NaN: sign, and significand as in Unpacked (top bit set, then the fraction). */
  readonly defaultNan: { readonly sign: number; readonly high: number; readonly low: number };
  /** A set top bit of the fraction means signalling (MIPS before 2008): a signalling operand then gives the default NaN. */
  readonly signalingBitSet: boolean;
  /** Which operand, at least one of them a NaN, gives the result; the same object twice where there are fewer. */
  pickNan(a: Unpacked, b: Unpacked, c: Unpacked): Unpacked;
  /** The NaN rule of a * b + c where a * b is infinity times 0 and c is a quiet NaN: whether it is an invalid operation, and whether the result is the default NaN. */
  readonly infinityTimesZero: { readonly invalid: boolean; readonly defaultNan: boolean };
}

/** The first signalling operand, else the first quiet one (ARM; MIPS). */
export function signalingFirst(a: Unpacked, b: Unpacked, c: Unpacked): Unpacked {
  if (a.kind === SIGNALING) return a;
  if (b.kind === SIGNALING) return b;
  if (c.kind === SIGNALING) return c;
  return firstNan(a, b, c);
}

/** The first NaN operand (PowerPC). */
export function firstNan(a: Unpacked, b: Unpacked, c: Unpacked): Unpacked {
  return a.kind === QUIET || a.kind === SIGNALING ? a : b.kind === QUIET || b.kind === SIGNALING ? b : c;
}

/**
 * An ISA's arithmetic on unpacked numbers, with its rules for NaNs and tiny results. Used as: load
 * the operands, operate, round or store. Flags gather in `flags`, which the caller clears; the
 * control fields are the caller's too. Operands that the caller negates are negated by their `sign`.
 */
export class FloatUnit {
  /** Rounding mode: NEAREST, DOWN, UP, CHOP. */
  mode = NEAREST;
  /** Exception flags raised: IE, DE, ZE, OE, UE, PE, INPUT_FLUSHED, OUTPUT_FLUSHED. */
  flags = 0;
  /** Denormal operands count as 0. */
  flushInputs = false;
  /** Tiny results (before rounding) become 0. */
  flushOutputs = false;
  /** Any NaN result is the default NaN. */
  alwaysDefaultNan = false;
  /** OE and UE where their traps are enabled (see roundTo). */
  unmasked = 0;
  readonly rules: FloatRules;

  constructor(rules: FloatRules) {
    this.rules = rules;
  }

  // ---- operands

  loadSingle(u: Unpacked, bits: number): void {
    unpackSingle(u, bits);
    this.checkOperand(u);
  }

  loadDouble(u: Unpacked, high: number, low: number): void {
    unpackDouble(u, high, low);
    this.checkOperand(u);
  }

  /** Denormal halves are never flushed. */
  loadHalf(u: Unpacked, bits: number): void {
    unpackHalf(u, bits);
    if (this.rules.signalingBitSet && u.kind >= QUIET) u.kind = QUIET + SIGNALING - u.kind;
  }

  private checkOperand(u: Unpacked): void {
    if (u.denormal !== 0 && this.flushInputs) {
      setZero(u, u.sign);
      u.denormal = 0;
      this.flags |= INPUT_FLUSHED;
    } else if (this.rules.signalingBitSet && u.kind >= QUIET) {
      u.kind = QUIET + SIGNALING - u.kind;
    }
  }

  // ---- operations: r is none of the operands, and is to be rounded

  add(r: Unpacked, a: Unpacked, b: Unpacked): void {
    if (a.kind >= QUIET || b.kind >= QUIET) this.nan(r, a, b, b);
    else this.finish(r, add(r, a, b, 0, this.mode));
  }

  subtract(r: Unpacked, a: Unpacked, b: Unpacked): void {
    if (a.kind >= QUIET || b.kind >= QUIET) this.nan(r, a, b, b);
    else this.finish(r, add(r, a, b, 1, this.mode));
  }

  multiply(r: Unpacked, a: Unpacked, b: Unpacked): void {
    if (a.kind >= QUIET || b.kind >= QUIET) this.nan(r, a, b, b);
    else this.finish(r, multiply(r, a, b));
  }

  divide(r: Unpacked, a: Unpacked, b: Unpacked): void {
    if (a.kind >= QUIET || b.kind >= QUIET) this.nan(r, a, b, b);
    else this.finish(r, divide(r, a, b));
  }

  squareRoot(r: Unpacked, a: Unpacked): void {
    if (a.kind >= QUIET) this.nan(r, a, a, a);
    else this.finish(r, squareRoot(r, a));
  }

  /** a * b + c, rounded once. NaNs go in the order c, a, b where the rule says "first" unless `order` is given. */
  multiplyAdd(r: Unpacked, a: Unpacked, b: Unpacked, c: Unpacked, order: 'cab' | 'acb' | 'abc' = 'cab'): void {
    if (a.kind < QUIET && b.kind < QUIET && c.kind < QUIET) {
      this.finish(r, multiplyAdd(r, a, b, c, this.mode));
      return;
    }
    const { infinityTimesZero } = this.rules;
    const isInvalid = (a.kind === INFINITE && b.kind === ZERO) || (a.kind === ZERO && b.kind === INFINITE);
    if (order === 'cab') this.nan(r, c, a, b);
    else if (order === 'acb') this.nan(r, a, c, b);
    else this.nan(r, a, b, c);
    if (!isInvalid) return;
    if (infinityTimesZero.invalid) this.flags |= IE;
    if (infinityTimesZero.defaultNan && c.kind === QUIET) this.setDefaultNan(r);
  }

  /** A conversion between formats: NaNs are quieted. */
  convert(r: Unpacked, a: Unpacked): void {
    if (a.kind >= QUIET) this.nan(r, a, a, a);
    else copy(r, a);
  }

  /** LESS, EQUAL, GREATER, UNORDERED; `signals`: quiet NaNs are invalid as well. */
  compare(a: Unpacked, b: Unpacked, signals: boolean): number {
    if (a.kind < QUIET && b.kind < QUIET) return compareNumbers(a, b);
    if (signals || a.kind === SIGNALING || b.kind === SIGNALING) this.flags |= IE;
    return UNORDERED;
  }

  /** To an integer in packed.high:low, see toIntegerSaturating. Returns its flags, which count as raised. */
  toInteger(u: Unpacked, bits: number, signed: boolean, mode: number): number {
    const flags = toIntegerSaturating(u, bits, signed, mode);
    this.flags |= flags;
    return flags;
  }

  setDefaultNan(r: Unpacked): void {
    const { defaultNan } = this.rules;
    r.kind = QUIET;
    r.sign = defaultNan.sign;
    r.high = defaultNan.high;
    r.low = defaultNan.low;
    r.extra = 0;
  }

  private finish(r: Unpacked, flags: number): void {
    this.flags |= flags;
    if ((flags & IE) !== 0) this.setDefaultNan(r);
  }

  /** The result of an operation on at least one NaN. */
  private nan(r: Unpacked, a: Unpacked, b: Unpacked, c: Unpacked): void {
    if (a.kind === SIGNALING || b.kind === SIGNALING || c.kind === SIGNALING) this.flags |= IE;
    const from = this.rules.pickNan(a, b, c);
    if (this.alwaysDefaultNan || (from.kind === SIGNALING && this.rules.signalingBitSet)) {
      this.setDefaultNan(r);
      return;
    }
    const quietBit = this.rules.signalingBitSet ? 0 : 0x40000000;
    copy(r, from);
    r.kind = QUIET;
    r.high |= quietBit;
  }

  // ---- results

  /** Rounds to a format; with flushOutputs a tiny result becomes 0. */
  round(r: Unpacked, format: Format): void {
    if (r.kind !== FINITE) return;
    if (this.flushOutputs && r.exponent < format.minExponent) {
      this.flags |= OUTPUT_FLUSHED;
      setZero(r, r.sign);
      return;
    }
    roundTo(r, format, this.mode, this.unmasked, this.rules.tinyBefore);
    this.flags |= rounding.flags;
  }

  /** Rounds and packs a single. */
  single(r: Unpacked): number {
    this.round(r, SINGLE);
    return packSingle(r);
  }

  /** Rounds and packs a double, into packed.high:low. */
  double(r: Unpacked): void {
    this.round(r, DOUBLE);
    packDouble(r);
  }

  /** Rounds and packs a half, in the low 16 bits. Tiny halves are never flushed. */
  half(r: Unpacked): number {
    const flush = this.flushOutputs;
    this.flushOutputs = false;
    this.round(r, HALF);
    this.flushOutputs = flush;
    return packHalf(r);
  }

  /** Result words of `double` and `toInteger`. */
  get high(): number {
    return packed.high;
  }
  get low(): number {
    return packed.low;
  }
}
