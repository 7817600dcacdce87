/** Floating-point arithmetic, compares and conversions. PEM, 4.2.2. */
import type { F64, I32, I64 } from '@kml/core';
import { FLOAT_ROUTINE } from '../fp/assist.ts';
import * as op from '../fp/operations.ts';
import { FPCC_COMPARE, FPCC_RESULT, fpr, MODE_FP_EXACT, MODE_FP_SLOW, reg } from '../state.ts';
import { ASSIST } from '../vectors.ts';
import { FloatMath } from './float-math.ts';
import type { Insn } from './insn.ts';

type Handler = (x: Insn) => void;

const FPSCR = reg('fpscr');
const FP_OP = reg('fpOp');
const FPCC = reg('fpcc');
const OPERANDS = [fpr('fpA'), fpr('fpB'), fpr('fpC')];
const COMPARE_A = fpr('fpCompareA');
const COMPARE_B = fpr('fpCompareB');

/** CR1 with Rc: FX FEX VX OX. Inline operations change none of them. */
export function recordStatus(x: Insn): void {
  if (x.record) x.cr.setField(1, x.b.shrU(x.b.get(FPSCR), x.b.const(28)));
}

/** The result in FRT, and what FPSCR[FR FI FPRF] can be computed from. */
function finish(x: Insn, operation: number, result: F64): void {
  const { b } = x;
  const operands = [x.fpr(x.ra), x.fpr(x.rb), x.fpr(x.rc)];
  const used = USED[operation & ~op.TO_SINGLE]!;
  used.forEach((place) => {
    b.setF64(operands[place]!, OPERANDS[place]!);
  });
  b.set(b.const(operation), FP_OP);
  if (op.setsClass(operation)) b.set(b.const(FPCC_RESULT), FPCC);
  x.setFpr(x.rt, result);
  recordStatus(x);
}

/** Which of FRA, FRB, FRC an operation has. */
const USED: Readonly<Record<number, readonly number[]>> = {
  [op.FADD]: [0, 1],
  [op.FSUB]: [0, 1],
  [op.FMUL]: [0, 2],
  [op.FDIV]: [0, 1],
  [op.FMADD]: [0, 1, 2],
  [op.FMSUB]: [0, 1, 2],
  [op.FNMADD]: [0, 1, 2],
  [op.FNMSUB]: [0, 1, 2],
  [op.FRSP]: [1],
  [op.FCTIW]: [1],
  [op.FCTIWZ]: [1],
};

/**
 * The frame of an inline operation. `compute` gives its result to double precision before a rounding
 * to single, and a condition under which it is not to be trusted: an exception, a tiny result, an
 * operand that is no number. Where FPSCR[XX] is 0 an inexact result is one more.
 */
function inline(operation: number, compute: (x: Insn, m: FloatMath) => { result: F64; unusual: I32 }): Handler {
  return (x) => {
    if (!x.floating()) return;
    if (x.mode & MODE_FP_SLOW) {
      x.system(FLOAT_ROUTINE, x.const(operation));
      return;
    }
    const { result, unusual } = compute(x, new FloatMath(x.b, (x.mode & MODE_FP_EXACT) !== 0));
    x.b.trapIf(unusual, x.const(0), ASSIST + operation);
    finish(x, operation, result);
  };
}

/** Rounds a double result to single if the operation asks for it, and checks the result. */
function rounded(m: FloatMath, operation: number, result: F64, zero: I32, inexact: () => I32) {
  return (operation & op.TO_SINGLE) !== 0 ? m.single(result, zero, inexact) : m.double(result, zero, inexact);
}

/** FADD(S), FSUB(S). */
export function addSubtract(operation: number): Handler {
  return inline(operation, (x, m) => {
    const a = x.fpr(x.ra);
    const isSum = (operation & ~op.TO_SINGLE) === op.FADD;
    const b = isSum ? x.fpr(x.rb) : x.b.negF64(x.fpr(x.rb));
    const sum = isSum ? x.b.addF64(a, b) : x.b.subF64(a, x.fpr(x.rb));
    // A sum that is 0 is exact.
    return rounded(m, operation, sum, m.isZero(sum), () => m.sumInexact(a, b, sum));
  });
}

/** FMUL(S): FRA * FRC. */
export function multiply(operation: number): Handler {
  return inline(operation, (x, m) => {
    const [a, c] = [x.fpr(x.ra), x.fpr(x.rc)];
    const product = x.b.mulF64(a, c);
    const zero = x.b.and(m.isZero(product), x.b.or(m.isZero(a), m.isZero(c)));
    return rounded(m, operation, product, zero, () => m.productInexact(a, c, zero));
  });
}

/** FDIV(S). */
export function divide(operation: number): Handler {
  return inline(operation, (x, m) => {
    const [a, b] = [x.fpr(x.ra), x.fpr(x.rb)];
    const quotient = x.b.divF64(a, b);
    const zero = x.b.and(m.isZero(quotient), m.isZero(a));
    return rounded(m, operation, quotient, zero, () => m.quotientInexact(a, b, quotient, zero));
  });
}

/** FMADD(S), FMSUB(S), FNMADD(S), FNMSUB(S): FRA * FRC ± FRB, rounded once. */
export function multiplyAdd(operation: number): Handler {
  const base = operation & ~op.TO_SINGLE;
  const subtracts = base === op.FMSUB || base === op.FNMSUB;
  const negates = base === op.FNMADD || base === op.FNMSUB;
  return inline(operation, (x, m) => {
    const [a, c] = [x.fpr(x.ra), x.fpr(x.rc)];
    const b = subtracts ? x.b.negF64(x.fpr(x.rb)) : x.fpr(x.rb);
    const isSingle = (operation & op.TO_SINGLE) !== 0;
    const { result, unusual } = isSingle ? m.fusedSingle(a, c, b) : m.fused(a, c, b);
    return { result: negates ? x.b.negF64(result) : result, unusual };
  });
}

/** FRSP. */
export const roundToSingle = inline(op.FRSP, (x, m) => {
  const value = x.fpr(x.rb);
  return m.single(value, m.isZero(value), () => x.const(0));
});

/** FCTIW, FCTIWZ. */
export function convertToInteger(operation: number): Handler {
  return inline(operation, (x, m) => {
    const { b } = x;
    const value = x.fpr(x.rb);
    const integral = operation === op.FCTIWZ ? value : b.nearestF64(value);
    const word = b.i32FromF64Sat(integral);
    const fits = b.and(b.gtF64(integral, m.constant(-2147483649)), b.ltF64(integral, m.constant(2147483648)));
    const inexact = m.exactOnly ? b.neF64(b.f64FromI32S(word), value) : b.const(0);
    return { result: b.f64OfBits(b.extendS(word)), unusual: b.or(b.eqz(fits), inexact) };
  });
}

/** FRES, FRSQRTE: rare, and always done by host code. */
export function always(operation: number): Handler {
  return (x) => {
    if (x.floating()) x.system(FLOAT_ROUTINE, x.const(operation));
  };
}

/** FCMPU, FCMPO. */
export function compare(operation: number): Handler {
  return (x) => {
    if (!x.floating()) return;
    const { b } = x;
    const [left, right] = [x.fpr(x.ra), x.fpr(x.rb)];
    b.trapIf(b.or(b.neF64(left, left), b.neF64(right, right)), b.const(0), ASSIST + operation);
    x.cr.setBits(x.bf, [b.ltF64(left, right), b.gtF64(left, right), b.eqF64(left, right), b.const(0)]);
    b.setF64(left, COMPARE_A);
    b.setF64(right, COMPARE_B);
    b.set(b.const(FPCC_COMPARE), FPCC);
  };
}

/** FMR, FNEG, FABS, FNABS: bits only. */
export function move(name: 'fmr' | 'fneg' | 'fabs' | 'fnabs'): Handler {
  return (x) => {
    if (!x.floating()) return;
    const { b } = x;
    const value = x.fpr(x.rb);
    if (name === 'fmr') x.setFpr(x.rt, value);
    else if (name === 'fneg') x.setFpr(x.rt, b.negF64(value));
    else if (name === 'fabs') x.setFpr(x.rt, b.absF64(value));
    else x.setFpr(x.rt, b.negF64(b.absF64(value)));
    recordStatus(x);
  };
}

/** FSEL: FRC if FRA >= 0, else (a NaN included) FRB. */
export function select(x: Insn): void {
  if (!x.floating()) return;
  const { b } = x;
  const bits = (register: number): I64 => b.bitsOfF64(x.fpr(register));
  const isPositive = b.geF64(x.fpr(x.ra), b.f64OfBits(b.constant64(0, 0)));
  x.setFpr(x.rt, b.f64OfBits(b.select64(bits(x.rc), bits(x.rb), isPositive)));
  recordStatus(x);
}
