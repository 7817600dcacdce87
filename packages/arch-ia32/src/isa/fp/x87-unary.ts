/** FCHS, FABS, FRNDINT, FSCALE, FXTRACT, FPREM, FPREM1. */
import type { Cpu } from '@kml/core';
import {
  copy,
  DE,
  FINITE,
  IE,
  INFINITE,
  newUnpacked,
  QUIET,
  rounding,
  roundTo,
  roundToIntegral,
  setIndefinite,
  setInfinite,
  setZero,
  type Unpacked,
  unpackInteger,
  ZE,
  ZERO,
} from '@kml/core/softfloat';
import { defineHelper } from '../host-functions.ts';
import { x87Nan } from './nan.ts';
import { EMPTY, EXTENDED } from './number.ts';
import { quotient, remainderFinite } from './remainder.ts';
import {
  C0,
  C1,
  C2,
  C3,
  clearC2,
  indexSt,
  isEmpty,
  raise,
  raiseRounding,
  readSt,
  roundingMode,
  setC1,
  setConditions,
  setTop,
  stackFault,
  top,
  unmasked,
  writeIndefinite,
  writeSt,
} from './x87-state.ts';

const a = newUnpacked();
const b = newUnpacked();
const r = newUnpacked();

/** ST(0)'s sign; a: mask to keep, b: bits to turn. FABS is (7FFF, 0), FCHS (FFFF, 8000). */
export const X87_SIGN = defineHelper((cpu, keep, turn) => {
  if (isEmpty(cpu, 0)) {
    if (stackFault(cpu, false)) writeIndefinite(cpu, 0);
    return 0;
  }
  setC1(cpu, 0);
  const at = indexSt(cpu, 0) + 2;
  cpu.i32[at] = (cpu.i32[at]! & keep) ^ turn;
  return 0;
});

/** Stack underflow of an instruction whose result goes to ST(0). */
function underflow(cpu: Cpu): number {
  if (stackFault(cpu, false)) writeIndefinite(cpu, 0);
  return 0;
}

/** Raises flags that come before rounding; true where the instruction stops. */
export function stopped(cpu: Cpu, flags: number): boolean {
  setC1(cpu, 0);
  return flags !== 0 && raise(cpu, flags) !== 0;
}

export const X87_ROUND = defineHelper((cpu) => {
  readSt(cpu, a, 0);
  if (a.kind === EMPTY) return underflow(cpu);
  if (a.kind >= QUIET) {
    if (!stopped(cpu, x87Nan(r, a, a))) writeSt(cpu, r, 0);
    return 0;
  }
  if (stopped(cpu, a.denormal !== 0 ? DE : 0)) return 0;
  if (a.kind !== FINITE) return 0;
  rounding.flags = roundToIntegral(a, roundingMode(cpu));
  raiseRounding(cpu);
  writeSt(cpu, a, 0);
  return 0;
});

/** Greatest scale that matters: more is overflow or underflow to the utmost. */
const SCALE_LIMIT = 0x10000;

/** trunc(b) within +-SCALE_LIMIT. */
function scaleOf(u: Unpacked): number {
  if (u.kind === ZERO || u.exponent < 0) return 0;
  const magnitude = u.exponent > 16 ? SCALE_LIMIT : u.high >>> (31 - u.exponent);
  return u.sign !== 0 ? -magnitude : magnitude;
}

/** ST(0) * 2^trunc(ST(1)) into r, by kinds; returns the flags. SDM vol. 2, FSCALE. */
function scale(): number {
  const flags = (a.denormal | b.denormal) !== 0 ? DE : 0;
  if (b.kind === INFINITE) {
    if (b.sign === 0 ? a.kind === ZERO : a.kind === INFINITE) {
      setIndefinite(r);
      return IE;
    }
    if (b.sign === 0) setInfinite(r, a.sign);
    else setZero(r, a.sign);
    return flags;
  }
  copy(r, a);
  if (a.kind === FINITE) r.exponent += scaleOf(b);
  return flags;
}

export const X87_SCALE = defineHelper((cpu) => {
  readSt(cpu, a, 0);
  readSt(cpu, b, 1);
  if (a.kind === EMPTY || b.kind === EMPTY) return underflow(cpu);
  const flags = a.kind >= QUIET || b.kind >= QUIET ? x87Nan(r, a, b) : scale();
  if (stopped(cpu, flags)) return 0;
  if (r.kind === FINITE) {
    roundTo(r, EXTENDED, roundingMode(cpu), unmasked(cpu));
    raiseRounding(cpu);
  }
  writeSt(cpu, r, 0);
  return 0;
});

/** FXTRACT: exponent to ST(0), then the significand is pushed. */
export const X87_EXTRACT = defineHelper((cpu) => {
  readSt(cpu, a, 0);
  if (a.kind === EMPTY || !isEmpty(cpu, 7)) {
    if (stackFault(cpu, a.kind !== EMPTY)) {
      writeIndefinite(cpu, 0);
      setTop(cpu, top(cpu) - 1);
      writeIndefinite(cpu, 0);
    }
    return 0;
  }
  let flags = a.denormal !== 0 ? DE : 0;
  copy(r, a);
  if (a.kind >= QUIET) {
    flags = x87Nan(r, a, a);
    copy(b, r);
  } else if (a.kind === INFINITE) {
    setInfinite(b, 0);
  } else if (a.kind === ZERO) {
    flags = ZE;
    setInfinite(b, 1);
  } else {
    unpackInteger(b, a.exponent >> 31, a.exponent);
    r.exponent = 0;
  }
  if (stopped(cpu, flags)) return 0;
  writeSt(cpu, b, 0);
  setTop(cpu, top(cpu) - 1);
  writeSt(cpu, r, 0);
  return 0;
});

/** FPREM (a: 0) and FPREM1 (a: 1). */
export const X87_REMAINDER = defineHelper((cpu, nearest) => {
  readSt(cpu, a, 0);
  readSt(cpu, b, 1);
  clearC2(cpu);
  if (a.kind === EMPTY || b.kind === EMPTY) return underflow(cpu);
  let flags = (a.denormal | b.denormal) !== 0 ? DE : 0;
  let conditions = -1;
  if (a.kind >= QUIET || b.kind >= QUIET) {
    flags = x87Nan(r, a, b);
  } else if (a.kind === INFINITE || b.kind === ZERO) {
    setIndefinite(r);
    flags = IE;
  } else if (a.kind === ZERO || b.kind === INFINITE) {
    copy(r, a);
    conditions = 0;
  } else {
    remainderFinite(r, a, b, nearest !== 0);
    conditions = quotientConditions();
  }
  if (stopped(cpu, flags)) return 0;
  if (r.kind === FINITE) {
    roundTo(r, EXTENDED, roundingMode(cpu), unmasked(cpu));
    raise(cpu, rounding.flags);
  }
  // NaNs and invalid operands leave C0 and C3 as they were.
  if (conditions >= 0) setConditions(cpu, conditions);
  writeSt(cpu, r, 0);
  return 0;
});

/** C2: partial; else C0, C3, C1 are bits 2, 1, 0 of the quotient. */
function quotientConditions(): number {
  if (quotient.partial) return C2;
  const bits = quotient.bits;
  return ((bits & 4) !== 0 ? C0 : 0) | ((bits & 2) !== 0 ? C3 : 0) | ((bits & 1) !== 0 ? C1 : 0);
}
