/** FSIN, FCOS, FSINCOS, FPTAN, FPATAN, F2XM1, FYL2X, FYL2XP1. SDM vol. 1, 8.3.7 and 8.3.8; vol. 2. */
import type { Cpu } from '@kml/core';
import {
  compareNumbers,
  copy,
  DE,
  EQUAL,
  FINITE,
  GREATER,
  IE,
  INFINITE,
  newUnpacked,
  PE,
  QUIET,
  rounding,
  roundTo,
  setIndefinite,
  setInfinite,
  setZero,
  UE,
  type Unpacked,
  unpackInteger,
  ZE,
  ZERO,
} from '@kml/core/softfloat';
import { defineHelper } from '../host-functions.ts';
import { x87Nan } from './nan.ts';
import { EMPTY, EXTENDED } from './number.ts';
import { arcTangent, exponential, sinCos, tangent, yLog2, yLog2Plus1 } from './transcendental.ts';
import {
  clearC2,
  isEmpty,
  pop,
  raise,
  readSt,
  roundingMode,
  setC1,
  setC2,
  setTop,
  stackFault,
  top,
  unmasked,
  writeIndefinite,
  writeSt,
} from './x87-state.ts';

const x = newUnpacked();
const y = newUnpacked();
const r = newUnpacked();
const r2 = newUnpacked();
const one = newUnpacked();
unpackInteger(one, 0, 1);

/**
 * Rounds a result to 64 bits whatever the precision control, and raises what that raises; PE always,
 * as the processors do (and UE with it where the result is tiny), even where the result is exact.
 */
function round(cpu: Cpu, result: Unpacked): void {
  if (result.kind !== FINITE) return;
  roundTo(result, EXTENDED, roundingMode(cpu), unmasked(cpu));
  raise(cpu, rounding.flags | PE | (result.exponent < EXTENDED.minExponent ? UE : 0));
  setC1(cpu, rounding.up);
}

/** Raises flags from before the rounding; true where the instruction stops. */
function stops(cpu: Cpu, flags: number): boolean {
  setC1(cpu, 0);
  return flags !== 0 && raise(cpu, flags) !== 0;
}

/** Whether FSIN and its kin cannot take the operand: |x| >= 2^63. C2 says so. */
function outOfRange(cpu: Cpu): boolean {
  clearC2(cpu);
  if (x.kind !== FINITE || x.exponent < 63) return false;
  setC2(cpu);
  return true;
}

/** What NaNs and infinities give under one operand; 0 where the operand is an ordinary number. Result in r. */
function specialAngle(): number {
  if (x.kind >= QUIET) return x87Nan(r, x, x) | 0x100;
  if (x.kind === INFINITE) {
    setIndefinite(r);
    return IE | 0x100;
  }
  return 0;
}

function oneResult(cpu: Cpu, cos: boolean): number {
  readSt(cpu, x, 0);
  if (x.kind === EMPTY) {
    clearC2(cpu);
    if (stackFault(cpu, false)) writeIndefinite(cpu, 0);
    return 0;
  }
  if (outOfRange(cpu)) return 0;
  const special = specialAngle();
  if (special !== 0) {
    if (!stops(cpu, special & 0xff)) writeSt(cpu, r, 0);
    return 0;
  }
  if (x.kind === ZERO) copy(r, cos ? one : x);
  else {
    if (stops(cpu, x.denormal !== 0 ? DE : 0)) return 0;
    sinCos(cos ? undefined : r, cos ? r : undefined, x);
    round(cpu, r);
  }
  writeSt(cpu, r, 0);
  return 0;
}

export const X87_SIN = defineHelper((cpu) => oneResult(cpu, false));
export const X87_COS = defineHelper((cpu) => oneResult(cpu, true));

/** FSINCOS and FPTAN: the first result replaces ST(0), the second is pushed. */
function twoResults(cpu: Cpu, tan: boolean): number {
  readSt(cpu, x, 0);
  if (x.kind === EMPTY || !isEmpty(cpu, 7)) {
    clearC2(cpu);
    if (stackFault(cpu, x.kind !== EMPTY)) {
      writeIndefinite(cpu, 0);
      setTop(cpu, top(cpu) - 1);
      writeIndefinite(cpu, 0);
    }
    return 0;
  }
  if (outOfRange(cpu)) return 0;
  const special = specialAngle();
  if (special !== 0) {
    if (stops(cpu, special & 0xff)) return 0;
    copy(r2, r);
  } else if (x.kind === ZERO) {
    copy(r, x);
    copy(r2, one);
  } else {
    if (stops(cpu, x.denormal !== 0 ? DE : 0)) return 0;
    if (tan) tangent(r, x);
    else sinCos(r, r2, x);
    if (!tan) round(cpu, r2);
    round(cpu, r);
    if (tan) copy(r2, one);
  }
  writeSt(cpu, r, 0);
  setTop(cpu, top(cpu) - 1);
  writeSt(cpu, r2, 0);
  return 0;
}

export const X87_SIN_COS = defineHelper((cpu) => twoResults(cpu, false));
export const X87_TAN = defineHelper((cpu) => twoResults(cpu, true));

/** F2XM1. Outside -1 to 1, which the manual leaves undefined, the operand stays and PE is raised, as the processors do. */
export const X87_EXP2 = defineHelper((cpu) => {
  readSt(cpu, x, 0);
  if (x.kind === EMPTY) {
    if (stackFault(cpu, false)) writeIndefinite(cpu, 0);
    return 0;
  }
  let flags = x.denormal !== 0 ? DE : 0;
  if (x.kind >= QUIET) flags = x87Nan(r, x, x);
  else copy(r, x);
  if (stops(cpu, flags)) return 0;
  if (x.kind === INFINITE && x.sign !== 0) {
    copy(r, one);
    r.sign = 1;
  } else if (x.kind === FINITE && (x.exponent < 0 || (x.exponent === 0 && x.high << 1 === 0 && x.low === 0))) {
    exponential(r, x);
    round(cpu, r);
  } else if (x.kind === FINITE) {
    raise(cpu, PE);
  }
  writeSt(cpu, r, 0);
  return 0;
});

/** FPATAN's, FYL2X's and FYL2XP1's frame: x is ST(0), y ST(1); the result replaces ST(1), then ST(0) is popped. */
function twoOperands(cpu: Cpu, compute: () => number): number {
  readSt(cpu, x, 0);
  readSt(cpu, y, 1);
  if (x.kind === EMPTY || y.kind === EMPTY) {
    if (!stackFault(cpu, false)) return 0;
    writeIndefinite(cpu, 1);
    pop(cpu, 1);
    return 0;
  }
  let flags: number;
  if (x.kind >= QUIET || y.kind >= QUIET) flags = x87Nan(r, x, y);
  else flags = compute();
  if (stops(cpu, flags)) return 0;
  round(cpu, r);
  writeSt(cpu, r, 1);
  pop(cpu, 1);
  return 0;
}

function denormals(): number {
  return (x.denormal | y.denormal) !== 0 ? DE : 0;
}

function invalid(): number {
  setIndefinite(r);
  return IE;
}

/** A multiple of pi/4 with a sign, as a number to be rounded. */
function setAngle(quarters: number, sign: number): void {
  r.kind = FINITE;
  r.sign = sign;
  // pi and 3 pi / 4, with the 32 bits that follow.
  r.high = (quarters === 3 ? 0x96cbe3f9 : 0xc90fdaa2) | 0;
  r.low = (quarters === 3 ? 0x990e91a7 : 0x2168c234) | 0;
  r.extra = (quarters === 3 ? 0x9394c9e9 : 0xc4c6628b) | 0;
  r.exponent = quarters === 4 ? 1 : quarters === 3 ? 1 : quarters === 2 ? 0 : -1;
}

/** SDM vol. 2, FPATAN, table 3-30. */
function atan(): number {
  if (y.kind === FINITE && x.kind === FINITE) {
    arcTangent(r, y, x);
  } else if (y.kind === INFINITE) {
    setAngle(x.kind !== INFINITE ? 2 : x.sign !== 0 ? 3 : 1, y.sign);
  } else if (x.kind === INFINITE || y.kind === ZERO) {
    if (x.sign !== 0) setAngle(4, y.sign);
    else setZero(r, y.sign);
  } else {
    // x is 0, y is not.
    setAngle(2, y.sign);
  }
  return denormals();
}

/** SDM vol. 2, FYL2X. */
function log(): number {
  if (x.kind === ZERO) {
    if (y.kind === ZERO) return invalid();
    setInfinite(r, y.sign ^ 1);
    return y.kind === INFINITE ? 0 : ZE;
  }
  if (x.sign !== 0) return invalid();
  if (x.kind === INFINITE) {
    if (y.kind === ZERO) return invalid();
    setInfinite(r, y.sign);
    return denormals();
  }
  const order = compareNumbers(x, one);
  return scaled(order === EQUAL, order === GREATER ? y.sign : y.sign ^ 1, y.sign, () => yLog2(r, y, x));
}

/** y times a logarithm that is 0 (`zero`), or has the product's sign `sign`. */
function scaled(zero: boolean, sign: number, zeroSign: number, compute: () => void): number {
  if (y.kind === INFINITE) {
    if (zero) return invalid();
    setInfinite(r, sign);
  } else if (zero) setZero(r, zeroSign);
  else if (y.kind === ZERO) setZero(r, sign);
  else compute();
  return denormals();
}

/** SDM vol. 2, FYL2XP1. */
function logPlus1(): number {
  if (x.kind === INFINITE) {
    if (x.sign !== 0 || y.kind === ZERO) return invalid();
    setInfinite(r, y.sign);
    return denormals();
  }
  if (x.kind === FINITE && x.sign !== 0 && x.exponent >= 0 && y.kind === FINITE) {
    // Undefined by the manual; the processors give the operand back.
    copy(r, x);
    r.extra = 1;
    return denormals();
  }
  const sign = x.sign ^ y.sign;
  return scaled(x.kind === ZERO, sign, sign, () => yLog2Plus1(r, y, x));
}

export const X87_ATAN = defineHelper((cpu) => twoOperands(cpu, atan));
export const X87_LOG2 = defineHelper((cpu) => twoOperands(cpu, log));
export const X87_LOG2_PLUS_1 = defineHelper((cpu) => twoOperands(cpu, logPlus1));
