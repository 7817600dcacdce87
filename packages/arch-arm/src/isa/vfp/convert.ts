/** VFP conversions. ARM ARM DDI0406C A8.8.304 to A8.8.311. */
import type { F64, I32 } from '@kml/core';
import type { Insn } from '../lift/insn.ts';
import type { HandlerPair } from './arithmetic.ts';
import { assistIf, doExactly, order, roundsElsewhere } from './assist.ts';
import { beginFloat } from './begin.ts';
import {
  CHOPPED,
  EXACT_FROM_FIXED,
  EXACT_FROM_INTEGER,
  EXACT_HALF,
  EXACT_NARROW,
  EXACT_TO_FIXED,
  EXACT_TO_INTEGER,
  EXACT_WIDEN,
  fractionBits,
  SIGNED,
  TO_HALF,
  TOP,
  WIDE,
} from './exact-convert.ts';
import { MODE_FP_FLUSH, MODE_FP_INEXACT } from './fpscr.ts';
import { f32, f64, type Inline, notPlain } from './precision.ts';
import { getD64, getS32, setD64, setS32 } from './registers.ts';

type Handler = (x: Insn) => void;

const mindsInexact = (x: Insn): boolean => (x.mode & MODE_FP_INEXACT) === 0;

/** VCVT.F64.F32: always exact. */
export const widen: Handler = (x) => {
  if (!beginFloat(x)) return;
  const a = f32.get(x, x.Vm);
  const minds = (x.mode & MODE_FP_FLUSH) !== 0;
  assistIf(x, minds ? notPlain(x, f32, a) : f32.special(x, a), order(EXACT_WIDEN, x.Vd, 0, x.Vm));
  f64.set(x, x.Vd, x.b.promote(a));
};

/** VCVT.F32.F64. */
export const narrow: Handler = (x) => {
  if (!beginFloat(x)) return;
  const word = order(EXACT_NARROW, x.Vd, 0, x.Vm);
  if (roundsElsewhere(x)) {
    doExactly(x, word);
    return;
  }
  const ir = x.b;
  const a = f64.get(x, x.Vm);
  const r = ir.demote(a);
  let unusual = ir.and(f32.extreme(x, r), ir.neF64(a, f64.zero(x)));
  if (mindsInexact(x)) unusual = ir.or(unusual, ir.neF64(ir.promote(r), a));
  assistIf(x, unusual, word);
  f32.set(x, x.Vd, r);
};

/** The operand as a double. */
function asDouble(x: Insn, p: Inline<never>, n: number): F64 {
  return p === (f32 as unknown) ? x.b.promote(f32.get(x, n)) : f64.get(x, n);
}

/**
 * A double that is to be an integer: what of it is out of range or NaN, or (where that is minded)
 * denormal or not an integer.
 */
function checkInteger(x: Insn, a: F64, integer: F64, least: number, greatest: number): I32 {
  const ir = x.b;
  const inRange = ir.and(ir.geF64(a, constant(x, least)), ir.leF64(a, constant(x, greatest)));
  let unusual = ir.eqz(inRange);
  if (mindsInexact(x)) unusual = ir.or(unusual, ir.neF64(a, integer));
  return unusual;
}

const view = new DataView(new ArrayBuffer(8));
function constant(x: Insn, value: number): F64 {
  view.setFloat64(0, value);
  return x.b.f64OfBits(x.b.constant64(view.getInt32(4), view.getInt32(0)));
}

function conversions(make: (p: Inline<never>) => Handler): HandlerPair {
  return { f32: make(f32 as never), f64: make(f64 as never) };
}

/** VCVT and VCVTR to integers of 32 bits. A8.8.306. */
export function toInteger(signed: boolean, chop: boolean): HandlerPair {
  return conversions((p) => (x) => {
    if (!beginFloat(x)) return;
    const how = (signed ? SIGNED : 0) | (chop ? CHOPPED : 0);
    const word = order(EXACT_TO_INTEGER[p.name], x.Vd, 0, x.Vm, how);
    if (!chop && roundsElsewhere(x)) {
      doExactly(x, word);
      return;
    }
    const ir = x.b;
    const a = asDouble(x, p, x.Vm);
    const integer = chop ? ir.truncF64(a) : ir.nearestF64(a);
    let unusual = checkInteger(x, a, integer, signed ? -0x8000_0000 : 0, signed ? 0x7fff_ffff : 0xffff_ffff);
    if (x.mode & MODE_FP_FLUSH) unusual = ir.or(unusual, notPlain(x, p, p.get(x, x.Vm)));
    assistIf(x, unusual, word);
    setS32(x, x.Vd, signed ? ir.i32FromF64Sat(integer) : ir.i32FromF64SatU(integer));
  });
}

/** VCVT from integers of 32 bits. A8.8.306. */
export function fromInteger(signed: boolean): HandlerPair {
  const asF64 = (x: Insn, a: I32): F64 => (signed ? x.b.f64FromI32S(a) : x.b.f64FromI32U(a));
  return {
    f32(x) {
      if (!beginFloat(x)) return;
      const word = order(EXACT_FROM_INTEGER.f32, x.Vd, 0, x.Vm, signed ? SIGNED : 0);
      if (roundsElsewhere(x)) {
        doExactly(x, word);
        return;
      }
      const a = getS32(x, x.Vm);
      const r = signed ? x.b.f32FromI32S(a) : x.b.f32FromI32U(a);
      if (mindsInexact(x)) assistIf(x, x.b.neF64(x.b.promote(r), asF64(x, a)), word);
      f32.set(x, x.Vd, r);
    },
    f64(x) {
      if (beginFloat(x)) f64.set(x, x.Vd, asF64(x, getS32(x, x.Vm)));
    },
  };
}

/** 2^n, as a factor. */
const power = (x: Insn, n: number): F64 => constant(x, 2 ** n);

/** VCVT to fixed point, in place, towards zero. A8.8.308. x.imm: bits of the fraction; x.sx: 32 bits rather than 16. */
export function toFixed(signed: boolean): HandlerPair {
  return conversions((p) => (x) => {
    if (!beginFloat(x)) return;
    const ir = x.b;
    const word = order(EXACT_TO_FIXED[p.name], x.Vd, 0, 0, fixedOrder(x, signed));
    const a = asDouble(x, p, x.Vd);
    // Exact: a power of two; a double may overflow, and is out of range then.
    const scaled = ir.mulF64(a, power(x, x.imm));
    const integer = ir.truncF64(scaled);
    const size = x.sx ? 32 : 16;
    const least = signed ? -(2 ** (size - 1)) : 0;
    const greatest = signed ? 2 ** (size - 1) - 1 : 2 ** size - 1;
    let unusual = checkInteger(x, scaled, integer, least, greatest);
    if (x.mode & MODE_FP_FLUSH) unusual = ir.or(unusual, notPlain(x, p, p.get(x, x.Vd)));
    assistIf(x, unusual, word);
    const low = signed ? ir.i32FromF64Sat(integer) : ir.i32FromF64SatU(integer);
    if (p.name === 'f32') setS32(x, x.Vd, low);
    else setD64(x, x.Vd, signed ? ir.extendS(low) : ir.extendU(low));
  });
}

/** VCVT from fixed point, in place, to nearest. A8.8.308. */
export function fromFixed(signed: boolean): HandlerPair {
  return conversions((p) => (x) => {
    if (!beginFloat(x)) return;
    const ir = x.b;
    const register = p.name === 'f32' ? getS32(x, x.Vd) : ir.wrap(getD64(x, x.Vd));
    const narrowed = signed ? ir.ext16(register) : ir.and(register, x.const(0xffff));
    const integer = x.sx ? register : narrowed;
    const a = signed ? ir.f64FromI32S(integer) : ir.f64FromI32U(integer);
    const exact = ir.mulF64(a, power(x, -x.imm));
    if (p.name === 'f64') {
      f64.set(x, x.Vd, exact);
      return;
    }
    const r = ir.demote(exact);
    if (mindsInexact(x)) {
      assistIf(x, ir.neF64(ir.promote(r), exact), order(EXACT_FROM_FIXED.f32, x.Vd, 0, 0, fixedOrder(x, signed)));
    }
    f32.set(x, x.Vd, r);
  });
}

function fixedOrder(x: Insn, signed: boolean): number {
  return (signed ? SIGNED : 0) | (x.sx ? WIDE : 0) | fractionBits(x.imm);
}

/** VCVTB, VCVTT: by host code always. A8.8.311. x.X: top half. */
export function half(toHalf: boolean): Handler {
  return (x) => {
    if (!beginFloat(x)) return;
    doExactly(x, order(EXACT_HALF, x.Vd, 0, x.Vm, (x.X ? TOP : 0) | (toHalf ? TO_HALF : 0)));
  };
}
