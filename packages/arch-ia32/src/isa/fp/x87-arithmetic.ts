/** FADD, FSUB, FMUL, FDIV and their kin, FSQRT. SDM vol. 1, 8.3.5. */
import type { Cpu } from '@kml/core';
import {
  arithmetic,
  FINITE,
  newUnpacked,
  QUIET,
  rounding,
  roundTo,
  squareRoot,
  type Unpacked,
  unpackDouble,
  unpackInteger,
  unpackSingle,
} from '@kml/core/softfloat';
import { defineHelper } from '../host-functions.ts';
import { x87Nan } from './nan.ts';
import { EMPTY } from './number.ts';
import { fastOperate, fastOperateRegisters } from './x87-fast.ts';
import {
  pop,
  precisionFormat,
  raise,
  raiseRounding,
  readSt,
  roundingMode,
  setC1,
  stackFault,
  unmasked,
  writeIndefinite,
  writeSt,
} from './x87-state.ts';

const a = newUnpacked();
const b = newUnpacked();
const r = newUnpacked();

/** Rounds `result` as the control word says, raises what that raises, and writes ST(i). */
export function finishArithmetic(cpu: Cpu, result: Unpacked, i: number): void {
  if (result.kind === FINITE) {
    roundTo(result, precisionFormat(cpu), roundingMode(cpu), unmasked(cpu));
    raiseRounding(cpu);
  } else {
    setC1(cpu, 0);
  }
  writeSt(cpu, result, i);
}

/** ST(i) = a op b, with all exceptions. Returns whether the instruction completed (and may pop). */
function operate(cpu: Cpu, op: number, i: number): boolean {
  if (a.kind === EMPTY || b.kind === EMPTY) {
    if (!stackFault(cpu, false)) return false;
    writeIndefinite(cpu, i);
    return true;
  }
  rounding.up = 0;
  const flags = a.kind >= QUIET || b.kind >= QUIET ? x87Nan(r, a, b) : arithmetic(op, r, a, b, roundingMode(cpu));
  if (flags !== 0 && raise(cpu, flags) !== 0) {
    setC1(cpu, 0);
    return false;
  }
  finishArithmetic(cpu, r, i);
  return true;
}

/** ST(dst) = ST(dst) op ST(src); a: op, with 8 added to pop; b: dst; c: src. */
export const X87_OP = defineHelper((cpu, code, dst, src) => {
  if (fastOperateRegisters(cpu, code & 7, dst, src)) {
    if (code & 8) pop(cpu, 1);
    return 0;
  }
  readSt(cpu, a, dst);
  readSt(cpu, b, src);
  if (operate(cpu, code & 7, dst) && code & 8) pop(cpu, 1);
  return 0;
});

/** ST(0) = ST(0) op single; a: bits, b: op. */
export const X87_OP_SINGLE = defineHelper((cpu, bits, op) => {
  const biased = (bits >>> 23) & 0xff;
  if (biased !== 0 && biased !== 0xff) {
    if (fastOperate(cpu, op, 0, ((bits >>> 16) & 0x8000) | (biased + 16256), 0x80000000 | (bits << 8), 0)) return 0;
  }
  readSt(cpu, a, 0);
  unpackSingle(b, bits);
  operate(cpu, op, 0);
  return 0;
});

/** ST(0) = ST(0) op double; a, b: low and high word, c: op. */
export const X87_OP_DOUBLE = defineHelper((cpu, low, high, op) => {
  const biased = (high >>> 20) & 0x7ff;
  if (biased !== 0 && biased !== 0x7ff) {
    const significand = 0x80000000 | ((high & 0xfffff) << 11) | (low >>> 21);
    if (fastOperate(cpu, op, 0, ((high >>> 16) & 0x8000) | (biased + 15360), significand, low << 11)) return 0;
  }
  readSt(cpu, a, 0);
  unpackDouble(b, high, low);
  operate(cpu, op, 0);
  return 0;
});

/** ST(0) = ST(0) op integer; a: value, b: op. */
export const X87_OP_INTEGER = defineHelper((cpu, value, op) => {
  readSt(cpu, a, 0);
  unpackInteger(b, value >> 31, value);
  operate(cpu, op, 0);
  return 0;
});

export const X87_SQRT = defineHelper((cpu) => {
  readSt(cpu, a, 0);
  if (a.kind === EMPTY) {
    if (stackFault(cpu, false)) writeIndefinite(cpu, 0);
    return 0;
  }
  const flags = a.kind >= QUIET ? x87Nan(r, a, a) : squareRoot(r, a);
  if (flags !== 0 && raise(cpu, flags) !== 0) setC1(cpu, 0);
  else finishArithmetic(cpu, r, 0);
  return 0;
});
