/** Floating-point arithmetic, compares and conversions. PEM, 4.2.2. */
import type { F64, I64 } from '@kml/core';
import { FLOAT_ROUTINE } from '../fp/assist.ts';
import * as op from '../fp/operations.ts';
import { FPCC_COMPARE, FPCC_RESULT, fpr, MODE_FP_EXACT, MODE_FP_SLOW, reg } from '../state.ts';
import { ASSIST } from '../vectors.ts';
import { type Checked, FloatMath } from './float-math.ts';
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
  for (const place of USED[operation & ~op.TO_SINGLE]!) b.setF64(operands[place]!, OPERANDS[place]!);
  b.set(b.const(op.recordOf(operation, x.roundingMode)), FP_OP);
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

/** Operations that are inline in every rounding mode; the others only where it is to nearest. */
const DIRECTED: ReadonlySet<number> = new Set([op.FADD, op.FSUB, op.FCTIW, op.FCTIWZ]);

/**
 * The frame of an inline operation. `compute` gives its result, and a condition under which it is not
 * to be trusted: an exception, a tiny result, an operand that is no number. Where FPSCR[XX] is 0 an
 * inexact result is one more.
 */
function inline(operation: number, compute: (x: Insn, m: FloatMath) => Checked): Handler {
  return (x) => {
    if (!x.floating()) return;
    const isDirected = x.roundingMode !== 0 && !DIRECTED.has(operation & ~op.TO_SINGLE);
    if (x.mode & MODE_FP_SLOW || isDirected) {
      x.system(FLOAT_ROUTINE, x.const(operation));
      return;
    }
    const { result, unusual } = compute(
      x,
      new FloatMath(x.b, (x.mode & MODE_FP_EXACT) !== 0, x.context.optimisations.hostFusion),
    );
    for (const test of unusual) x.b.trapIf(test, x.const(0), ASSIST + operation);
    finish(x, operation, result);
  };
}

const toSingle = (operation: number): boolean => (operation & op.TO_SINGLE) !== 0;

/** FADD(S), FSUB(S). */
export function addSubtract(operation: number): Handler {
  const isSum = (operation & ~op.TO_SINGLE) === op.FADD;
  return inline(operation, (x, m) => {
    const a = x.fpr(x.ra);
    const b = isSum ? x.fpr(x.rb) : x.b.negF64(x.fpr(x.rb));
    if (x.roundingMode !== 0) {
      const sum = m.directedSum(a, b, x.roundingMode);
      return toSingle(operation) ? m.narrowedDirected(sum, x.roundingMode) : sum;
    }
    if (!toSingle(operation)) return m.sum(a, b);
    const sum = x.b.addF64(a, b);
    return m.single(sum, () => m.sumInexact(a, b, sum));
  });
}

/** FMUL(S): FRA * FRC. */
export function multiply(operation: number): Handler {
  return inline(operation, (x, m) => {
    const [a, c] = [x.fpr(x.ra), x.fpr(x.rc)];
    if (!toSingle(operation)) return m.product(a, c);
    const product = x.b.mulF64(a, c);
    return m.single(product, () => x.b.and(m.isLongProduct(a, c), x.b.eqz(m.isZero(product))));
  });
}

/** FDIV(S). */
export function divide(operation: number): Handler {
  return inline(operation, (x, m) => {
    const [a, b] = [x.fpr(x.ra), x.fpr(x.rb)];
    if (!toSingle(operation)) return m.quotient(a, b);
    const quotient = x.b.divF64(a, b);
    return m.single(quotient, () => x.b.and(m.quotientInexact(a, b, quotient), x.b.eqz(m.isZero(quotient))));
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
    const { result, unusual } = toSingle(operation) ? m.fusedSingle(a, c, b) : m.fused(a, c, b);
    return { result: negates ? x.b.negF64(result) : result, unusual };
  });
}

/** FRSP. */
export const roundToSingle = inline(op.FRSP, (x, m) => m.narrowed(x.fpr(x.rb)));

/** WebAssembly's rounding to an integer by FPSCR[RN]. */
const TO_INTEGRAL = ['nearestF64', 'truncF64', 'ceilF64', 'floorF64'] as const;

/** FCTIW, FCTIWZ. */
export function convertToInteger(operation: number): Handler {
  return inline(operation, (x, m) => {
    const { b } = x;
    const value = x.fpr(x.rb);
    const integral = b[TO_INTEGRAL[operation === op.FCTIWZ ? 1 : x.roundingMode]!](value);
    const word = b.i32FromF64Sat(integral);
    // Not so where it is out of range or no number.
    const fits = b.eqF64(b.f64FromI32S(word), integral);
    const inexact = m.exactOnly ? [b.neF64(integral, value)] : [];
    return { result: b.f64OfBits(b.extendS(word)), unusual: [b.eqz(fits), ...inexact] };
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
    // A NaN on either side makes one of the sum; so do infinities that cancel out, to no harm.
    const sum = b.addF64(left, right);
    b.trapIf(b.neF64(sum, sum), b.const(0), ASSIST + operation);
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
