/** FCOM, FUCOM, FICOM, FCOMI, FTST, FXAM. SDM vol. 1, 8.3.6. */
import type { Cpu } from '@kml/core';
import {
  compareNumbers,
  DE,
  IE,
  INFINITE,
  newUnpacked,
  QUIET,
  UNORDERED,
  type Unpacked,
  unpackDouble,
  unpackInteger,
  unpackSingle,
  ZERO,
} from '@kml/core/softfloat';
import { defineHelper } from '../host-functions.ts';
import { EMPTY, UNSUPPORTED } from './number.ts';
import { fastCompare, fastCompareRegister } from './x87-fast-moves.ts';
import { C0, C1, C2, C3, indexSt, isEmpty, pop, raise, readSt, setConditions, stackFault } from './x87-state.ts';

const a = newUnpacked();
const b = newUnpacked();

/** Low bits of a compare's code: how many registers to pop; QUIET_COMPARE: a QNaN is no invalid operation. */
export const POP_MASK = 3;
export const QUIET_COMPARE = 4;

/** Condition codes for less, equal, greater, unordered. */
const CONDITIONS = [C0, C3, 0, C3 | C2 | C0];
/** The same as EFLAGS bits ZF, PF, CF. */
const EFLAGS = [0x01, 0x40, 0, 0x45];

/** Whether the last compare may pop: no unmasked exception stopped it. */
let completes = true;

/** Compares a with b and raises what is to be raised. The result stands even where an exception is unmasked, but nothing is popped then. */
function compare(cpu: Cpu, code: number): number {
  completes = true;
  if (a.kind === EMPTY || b.kind === EMPTY) {
    completes = stackFault(cpu, false);
    return UNORDERED;
  }
  if (a.kind >= QUIET || b.kind >= QUIET) {
    const invalid = (code & QUIET_COMPARE) === 0 || a.kind > QUIET || b.kind > QUIET;
    if (invalid) completes = raise(cpu, IE) === 0;
    return UNORDERED;
  }
  if ((a.denormal | b.denormal) !== 0) completes = raise(cpu, DE) === 0;
  return compareNumbers(a, b);
}

/** Finishes a comparison of ordinary numbers; false where it was none (-1). */
function finishFast(cpu: Cpu, result: number, code: number): boolean {
  if (result < 0) return false;
  setConditions(cpu, CONDITIONS[result]!);
  if ((code & POP_MASK) !== 0) pop(cpu, code & POP_MASK);
  return true;
}

function compareAndPop(cpu: Cpu, code: number): void {
  setConditions(cpu, CONDITIONS[compare(cpu, code)]!);
  if (completes) pop(cpu, code & POP_MASK);
}

/** Compares ST(0) with ST(b); a: code. */
export const X87_COMPARE = defineHelper((cpu, code, src) => {
  if (finishFast(cpu, fastCompareRegister(cpu, src), code)) return 0;
  readSt(cpu, a, 0);
  readSt(cpu, b, src);
  compareAndPop(cpu, code);
  return 0;
});

/** Compares ST(0) with a single; a: bits, b: code. */
export const X87_COMPARE_SINGLE = defineHelper((cpu, bits, code) => {
  readSt(cpu, a, 0);
  unpackSingle(b, bits);
  compareAndPop(cpu, code);
  return 0;
});

/** Compares ST(0) with a double; a, b: low and high word, c: code. */
export const X87_COMPARE_DOUBLE = defineHelper((cpu, low, high, code) => {
  const biased = (high >>> 20) & 0x7ff;
  if (biased !== 0 && biased !== 0x7ff) {
    const significand = 0x80000000 | ((high & 0xfffff) << 11) | (low >>> 21);
    const result = fastCompare(cpu, ((high >>> 16) & 0x8000) | (biased + 15360), significand, low << 11);
    if (finishFast(cpu, result, code)) return 0;
  }
  readSt(cpu, a, 0);
  unpackDouble(b, high, low);
  compareAndPop(cpu, code);
  return 0;
});

/** Compares ST(0) with an integer; a: value, b: code. FTST is this with 0. */
export const X87_COMPARE_INTEGER = defineHelper((cpu, value, code) => {
  readSt(cpu, a, 0);
  unpackInteger(b, value >> 31, value);
  compareAndPop(cpu, code);
  return 0;
});

/** FCOMI and its kin: as X87_COMPARE, but leaves the condition codes and returns ZF, PF and CF in place. */
export const X87_COMPARE_EFLAGS = defineHelper((cpu, code, src) => {
  const fast = fastCompareRegister(cpu, src);
  if (fast >= 0) {
    if ((code & POP_MASK) !== 0) pop(cpu, 1);
    return EFLAGS[fast]!;
  }
  readSt(cpu, a, 0);
  readSt(cpu, b, src);
  const result = compare(cpu, code);
  if (completes) pop(cpu, code & POP_MASK);
  return EFLAGS[result]!;
});

function classOf(u: Unpacked): number {
  if (u.kind === UNSUPPORTED) return 0;
  if (u.kind >= QUIET) return C0;
  if (u.kind === INFINITE) return C2 | C0;
  if (u.kind === ZERO) return C3;
  return u.denormal !== 0 ? C3 | C2 : C2;
}

/** FXAM: raises nothing; C1 is the sign, of an empty register too. */
export const X87_EXAMINE = defineHelper((cpu) => {
  const sign = (cpu.i32[indexSt(cpu, 0) + 2]! & 0x8000) !== 0 ? C1 : 0;
  if (isEmpty(cpu, 0)) {
    setConditions(cpu, sign | C3 | C0);
  } else {
    readSt(cpu, a, 0);
    setConditions(cpu, sign | classOf(a));
  }
  return 0;
});
