import {
  CHOP,
  DOUBLE,
  DOWN,
  FINITE,
  FloatUnit,
  type Format,
  firstNan,
  IE,
  INFINITE,
  NEAREST,
  newUnpacked,
  OE,
  PE,
  packDouble,
  packed,
  QUIET,
  rounding,
  SIGNALING,
  SINGLE,
  UE,
  type Unpacked,
  UP,
  ZE,
  ZERO,
} from '@kml/core/softfloat';
import {
  FPSCR_OE,
  FPSCR_OX,
  FPSCR_RN,
  FPSCR_UE,
  FPSCR_UX,
  FPSCR_VXCVI,
  FPSCR_VXIDI,
  FPSCR_VXIMZ,
  FPSCR_VXISI,
  FPSCR_VXSNAN,
  FPSCR_VXSQRT,
  FPSCR_VXZDZ,
  FPSCR_XX,
  FPSCR_ZX,
} from './fpscr.ts';
import * as op from './operations.ts';

const unit = new FloatUnit({
  tinyBefore: true,
  defaultNan: { sign: 0, high: 0xc0000000 | 0, low: 0 },
  signalingBitSet: false,
  pickNan: firstNan,
  infinityTimesZero: { invalid: true, defaultNan: false },
});

/** The formats with what an enabled overflow or underflow takes from or adds to the exponent. PEM, 3.3.6.2. */
const PPC_DOUBLE: Format = { ...DOUBLE, wrap: 1536 };
const PPC_SINGLE: Format = { ...SINGLE, wrap: 192 };

/** Softfloat's modes by FPSCR[RN]. */
const MODES = [NEAREST, CHOP, UP, DOWN];

/** What an operation gave. */
export const outcome = {
  high: 0,
  low: 0,
  /** Exceptions, as FPSCR's sticky bits. */
  raised: 0,
  /** FPSCR[FR] and [FI]. */
  roundedUp: 0,
  inexact: 0,
};

const a = newUnpacked();
const b = newUnpacked();
const c = newUnpacked();
const r = newUnpacked();
const root = newUnpacked();

/** Operands as the manual names them: FRA, FRB, FRC, each a pair of words. */
export interface Operands {
  aHigh: number;
  aLow: number;
  bHigh: number;
  bLow: number;
  cHigh: number;
  cLow: number;
}

/**
 * Computes an operation exactly, into `outcome`, under the rounding mode and enables of `fpscr`.
 * The result holds unless an enabled invalid operation or division by zero forbids it. PEM, 3.3.6.
 */
export function evaluate(operation: number, operands: Operands, fpscr: number): void {
  unit.mode = MODES[fpscr & FPSCR_RN]!;
  unit.unmasked = (fpscr & FPSCR_OE ? OE : 0) | (fpscr & FPSCR_UE ? UE : 0);
  unit.flags = 0;
  outcome.raised = 0;
  outcome.roundedUp = 0;
  outcome.inexact = 0;
  unit.loadDouble(a, operands.aHigh, operands.aLow);
  unit.loadDouble(b, operands.bHigh, operands.bLow);
  unit.loadDouble(c, operands.cHigh, operands.cLow);
  if (operation === op.FCTIW || operation === op.FCTIWZ) {
    convertToInteger(operation === op.FCTIWZ ? CHOP : unit.mode);
    return;
  }
  const isSingle = (operation & op.TO_SINGLE) !== 0 || operation === op.FRSP || operation === op.FRES;
  operate(operation & ~op.TO_SINGLE);
  finish(isSingle);
  if ((operation & ~op.TO_SINGLE) >= op.FNMADD && op.isFused(operation) && r.kind < QUIET) outcome.high ^= 0x80000000;
}

function operate(base: number): void {
  switch (base) {
    case op.FADD:
    case op.FSUB:
      if (base === op.FADD) unit.add(r, a, b);
      else unit.subtract(r, a, b);
      raiseInvalid(a, b, b, FPSCR_VXISI);
      return;
    case op.FMUL:
      // FRA * FRC.
      unit.multiply(r, a, c);
      raiseInvalid(a, c, c, FPSCR_VXIMZ);
      return;
    case op.FDIV:
      unit.divide(r, a, b);
      raiseInvalid(a, b, b, a.kind === ZERO ? FPSCR_VXZDZ : FPSCR_VXIDI);
      return;
    case op.FRSP:
      unit.convert(r, b);
      raiseInvalid(b, b, b, 0);
      return;
    case op.FRES:
      setOne(a);
      unit.divide(r, a, b);
      raiseInvalid(b, b, b, 0);
      return;
    case op.FRSQRTE:
      reciprocalRoot();
      return;
    default:
      multiplyAdd(base);
  }
}

function multiplyAdd(base: number): void {
  const subtracts = base === op.FMSUB || base === op.FNMSUB;
  if (subtracts && b.kind < QUIET) b.sign ^= 1;
  unit.multiplyAdd(r, a, c, b, 'acb');
  const isInfinityTimesZero = (a.kind === INFINITE && c.kind === ZERO) || (a.kind === ZERO && c.kind === INFINITE);
  if (isInfinityTimesZero) outcome.raised |= FPSCR_VXIMZ;
  raiseInvalid(a, b, c, isInfinityTimesZero ? 0 : FPSCR_VXISI);
}

/** 1 / sqrt(FRB), each step rounded. */
function reciprocalRoot(): void {
  unit.squareRoot(root, b);
  raiseInvalid(b, b, b, FPSCR_VXSQRT);
  unit.round(root, PPC_DOUBLE);
  setOne(a);
  unit.divide(r, a, root);
}

function setOne(u: Unpacked): void {
  u.kind = FINITE;
  u.sign = 0;
  u.exponent = 0;
  u.high = 0x80000000 | 0;
  u.low = 0;
  u.extra = 0;
  u.denormal = 0;
}

/** Which invalid operation it was: a signalling operand, or `other`. */
function raiseInvalid(x: Unpacked, y: Unpacked, z: Unpacked, other: number): void {
  if (x.kind === SIGNALING || y.kind === SIGNALING || z.kind === SIGNALING) outcome.raised |= FPSCR_VXSNAN;
  else if (unit.flags & IE && x.kind !== QUIET && y.kind !== QUIET && z.kind !== QUIET) outcome.raised |= other;
}

/** Rounds, packs, and takes the flags over. */
function finish(isSingle: boolean): void {
  rounding.up = 0;
  unit.round(r, isSingle ? PPC_SINGLE : PPC_DOUBLE);
  if (isSingle && r.kind >= QUIET) {
    // The fraction's low 29 bits are 0.
    r.high &= ~0xff;
    r.low = 0;
  }
  packDouble(r);
  outcome.high = packed.high;
  outcome.low = packed.low;
  const { flags } = unit;
  if (flags & ZE) outcome.raised |= FPSCR_ZX;
  if (flags & OE) outcome.raised |= FPSCR_OX;
  if (flags & UE) outcome.raised |= FPSCR_UX;
  if (flags & PE) {
    outcome.raised |= FPSCR_XX;
    outcome.inexact = 1;
    outcome.roundedUp = rounding.up;
  }
}

/** FCTIW, FCTIWZ: the low word; the high word is the sign's. PEM, 8.2. */
function convertToInteger(mode: number): void {
  unit.toInteger(b, 32, true, mode);
  if (unit.flags & IE) {
    outcome.raised = FPSCR_VXCVI | (b.kind === SIGNALING ? FPSCR_VXSNAN : 0);
    const isNegative = b.kind < QUIET && b.sign !== 0;
    outcome.low = b.kind >= QUIET || isNegative ? 0x80000000 | 0 : 0x7fffffff;
    outcome.high = isNegative ? -1 : 0;
    return;
  }
  outcome.low = packed.low;
  outcome.high = outcome.low >> 31;
  if (unit.flags & PE) {
    outcome.raised = FPSCR_XX;
    outcome.inexact = 1;
    outcome.roundedUp = rounding.up;
  }
}

/** FPSCR[FPRF] of a result, in the field's own five bits: C, then FL FG FE FU. PEM, table 3-9. */
export function classOf(high: number, low: number): number {
  const exponent = (high >>> 20) & 0x7ff;
  const isFractionZero = ((high & 0xfffff) | low) === 0;
  const isNegative = high < 0;
  if (exponent === 0x7ff) return !isFractionZero ? 0x11 : isNegative ? 0x09 : 0x05;
  if (exponent !== 0) return isNegative ? 0x08 : 0x04;
  if (isFractionZero) return isNegative ? 0x12 : 0x02;
  return isNegative ? 0x18 : 0x14;
}
