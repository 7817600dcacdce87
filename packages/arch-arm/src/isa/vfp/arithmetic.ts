/** VFP arithmetic, comparisons and moves between registers. ARM ARM DDI0406C A8.8.280 and on. */
import type { BlockBuilder, F32, F64, I32 } from '@kml/core';
import type { Insn } from '../lift/insn.ts';
import { reg } from '../state.ts';
import { assistIf, doExactly, order, roundsElsewhere } from './assist.ts';
import { beginArithmetic, beginFloat } from './begin.ts';
import {
  EXACT_ADD,
  EXACT_CMP,
  EXACT_CMPE,
  EXACT_DIV,
  EXACT_FMA,
  EXACT_FMS,
  EXACT_FNMA,
  EXACT_FNMS,
  EXACT_MLA,
  EXACT_MLS,
  EXACT_MUL,
  EXACT_NMLA,
  EXACT_NMLS,
  EXACT_NMUL,
  EXACT_SQRT,
  EXACT_SUB,
  type ExactPair,
} from './exact-arithmetic.ts';
import { MODE_FP_FLUSH, MODE_FP_INEXACT } from './fpscr.ts';
import { type Fused, fusedDouble, fusedSingle } from './fused.ts';
import { doubtful, f32, f64, type Inline, inexactSum, notPlain } from './precision.ts';

type Handler = (x: Insn) => void;
type Float = F32 | F64;

/** A handler in both precisions. */
export interface HandlerPair {
  readonly f32: Handler;
  readonly f64: Handler;
}

type Generic = <F extends Float>(x: Insn, p: Inline<F>) => void;

function both(handler: Generic): HandlerPair {
  return { f32: (x) => handler(x, f32), f64: (x) => handler(x, f64) };
}

/** Whether inexact results are to be noticed. */
const mindsInexact = (x: Insn): boolean => (x.mode & MODE_FP_INEXACT) === 0;

/** Whether denormal operands are to be noticed. */
const mindsDenormals = (x: Insn): boolean => (x.mode & MODE_FP_FLUSH) !== 0;

/**
 * Reasons for an assist. Each is a test of its own: of those that hold rarely one that is costly to tell
 * for sure has its costly part after a cheap one (andThen).
 */
class Reasons {
  private readonly x: Insn;
  private readonly all: I32[] = [];

  constructor(x: Insn) {
    this.x = x;
  }

  add(reason: I32): void {
    this.all.push(reason);
  }

  /** Under FZ, operands that are denormal. */
  addOperands<F extends Float>(p: Inline<F>, ...operands: F[]): void {
    if (mindsDenormals(this.x)) for (const operand of operands) this.add(notPlain(this.x, p, operand));
  }

  assist(word: number): void {
    for (const reason of this.all) assistIf(this.x, reason, word);
  }
}

/** The sum a + b: r. A tiny sum is exact, so that it matters under FZ only. */
function checkedSum<F extends Float>(x: Insn, p: Inline<F>, reasons: Reasons, a: F, b: F): F {
  const r = p.add(x, a, b);
  checkSum(x, p, reasons, a, () => b, r);
  return r;
}

/** The difference a - b, which is a + -b to the last bit where neither is a NaN. */
function checkedDifference<F extends Float>(x: Insn, p: Inline<F>, reasons: Reasons, a: F, b: F): F {
  const r = p.sub(x, a, b);
  checkSum(x, p, reasons, a, () => p.neg(x, b), r);
  return r;
}

function checkSum<F extends Float>(x: Insn, p: Inline<F>, reasons: Reasons, a: F, b: () => F, r: F): void {
  reasons.add(mindsDenormals(x) ? notPlain(x, p, r) : p.special(x, r));
  if (mindsInexact(x)) reasons.add(inexactSum(x, p, a, b(), r));
}

/** A product or quotient: a result that is not within the ordinary numbers, unless it is a zero because an operand is. */
function checkRange<F extends Float>(x: Insn, p: Inline<F>, reasons: Reasons, r: F, zeros: readonly F[]): void {
  const unexplained = x.b.and(p.extreme(x, r), x.b.eqz(zeroFrom(x, p, r, zeros)));
  reasons.add(x.b.andThen(doubtful(x, p, r, r), unexplained));
}

function zeroFrom<F extends Float>(x: Insn, p: Inline<F>, r: F, zeros: readonly F[]): I32 {
  const ir = x.b;
  const zero = p.zero(x);
  const [first, ...others] = zeros.map((operand) => p.eq(x, operand, zero));
  return ir.and(
    p.eq(x, r, zero),
    others.reduce((any, other) => ir.or(any, other), first!),
  );
}

function checkProduct<F extends Float>(x: Insn, p: Inline<F>, reasons: Reasons, a: F, b: F, r: F): void {
  checkRange(x, p, reasons, r, [a, b]);
  if (mindsInexact(x)) reasons.add(p.inexactProduct(x, a, b, r));
}

/**
 * The product of a and b, and the sum that it goes into. Infinities and NaNs show in the sum. One test asks for both
 * where a denormal sum is none to be noticed.
 */
function checkAccumulation<F extends Float>(
  x: Insn,
  p: Inline<F>,
  reasons: Reasons,
  { a, b, product, sum }: { a: F; b: F; product: F; sum: F },
): void {
  const ir = x.b;
  const unexplained = ir.eqz(zeroFrom(x, p, product, [a, b]));
  if (mindsDenormals(x)) {
    reasons.add(ir.andThen(p.tiny(x, product), unexplained));
    reasons.add(notPlain(x, p, sum));
  } else {
    const wrong = ir.or(ir.and(p.tiny(x, product), unexplained), p.special(x, sum));
    reasons.add(ir.andThen(doubtful(x, p, sum, product), wrong));
  }
  if (mindsInexact(x)) reasons.add(p.inexactProduct(x, a, b, product));
}

/** d ← n op m, where host code may have to do it. */
function operation(
  exact: ExactPair,
  compute: <F extends Float>(x: Insn, p: Inline<F>, a: F, b: F, reasons: Reasons) => F,
): HandlerPair {
  return both((x, p) => {
    if (!beginArithmetic(x)) return;
    const word = order(exact[p.name], x.Vd, x.Vn, x.Vm);
    if (roundsElsewhere(x)) {
      doExactly(x, word);
      return;
    }
    const a = p.get(x, x.Vn);
    const b = p.get(x, x.Vm);
    const reasons = new Reasons(x);
    reasons.addOperands(p, a, b);
    const result = compute(x, p, a, b, reasons);
    reasons.assist(word);
    p.set(x, x.Vd, result);
  });
}

/** VADD. A8.8.283. */
export const add = operation(EXACT_ADD, (x, p, a, b, reasons) => checkedSum(x, p, reasons, a, b));

/** VSUB. A8.8.415. */
export const subtract = operation(EXACT_SUB, (x, p, a, b, reasons) => checkedDifference(x, p, reasons, a, b));

/** VMUL. A8.8.351. */
export const multiply = operation(EXACT_MUL, (x, p, a, b, reasons) => {
  const r = p.mul(x, a, b);
  checkProduct(x, p, reasons, a, b, r);
  return r;
});

/** VNMUL. A8.8.356. */
export const negatedMultiply = operation(EXACT_NMUL, (x, p, a, b, reasons) => {
  const r = p.mul(x, a, b);
  checkProduct(x, p, reasons, a, b, r);
  return p.neg(x, r);
});

/** VDIV. A8.8.312. */
export const divide = operation(EXACT_DIV, (x, p, a, b, reasons) => {
  const r = p.div(x, a, b);
  checkRange(x, p, reasons, r, [a]);
  if (mindsInexact(x)) reasons.add(p.inexactQuotient(x, a, b, r));
  return r;
});

/** d ← ±d + ±(n * m), rounded twice. A8.8.337, A8.8.355. */
function accumulate(exact: ExactPair, negateSum: boolean, negateProduct: boolean): HandlerPair {
  return operation(exact, (x, p, a, b, reasons) => {
    const product = p.mul(x, a, b);
    const old = p.get(x, x.Vd);
    reasons.addOperands(p, old);
    const first = negateSum && !negateProduct ? product : negateSum ? p.neg(x, old) : old;
    const second = first === product ? old : product;
    // -d - p is not -(d + p): zeros have the other sign.
    const isDifference = negateProduct || negateSum;
    const sum = isDifference ? p.sub(x, first, second) : p.add(x, first, second);
    checkAccumulation(x, p, reasons, { a, b, product, sum });
    if (mindsInexact(x)) reasons.add(inexactSum(x, p, first, isDifference ? p.neg(x, second) : second, sum));
    return sum;
  });
}

export const multiplyAdd = accumulate(EXACT_MLA, false, false);
export const multiplySubtract = accumulate(EXACT_MLS, false, true);
export const negatedMultiplyAdd = accumulate(EXACT_NMLA, true, true);
export const negatedMultiplySubtract = accumulate(EXACT_NMLS, true, false);

/** VSQRT. A8.8.398. */
export const squareRoot = both((x, p) => {
  if (!beginArithmetic(x)) return;
  const word = order(EXACT_SQRT[p.name], x.Vd, 0, x.Vm);
  if (roundsElsewhere(x)) {
    doExactly(x, word);
    return;
  }
  const a = p.get(x, x.Vm);
  const r = p.sqrt(x, a);
  const reasons = new Reasons(x);
  reasons.addOperands(p, a);
  reasons.add(p.special(x, r));
  if (mindsInexact(x)) reasons.add(p.inexactRoot(x, a, r));
  reasons.assist(word);
  p.set(x, x.Vd, r);
});

/** VFMA and its kin. A8.8.317, A8.8.318. */
function fused(exact: ExactPair, negateSum: boolean, negateProduct: boolean): HandlerPair {
  function handler<F extends Float>(p: Inline<F>, compute: (x: Insn, a: F, b: F, c: F) => Fused<F>): Handler {
    return (x) => {
      if (!beginArithmetic(x)) return;
      const word = order(exact[p.name], x.Vd, x.Vn, x.Vm);
      if (roundsElsewhere(x)) {
        doExactly(x, word);
        return;
      }
      const [a, b, c] = [p.get(x, x.Vn), p.get(x, x.Vm), p.get(x, x.Vd)];
      const reasons = new Reasons(x);
      reasons.addOperands(p, a, b, c);
      const { result, unusual } = compute(x, negateProduct ? p.neg(x, a) : a, b, negateSum ? p.neg(x, c) : c);
      reasons.add(unusual);
      reasons.assist(word);
      p.set(x, x.Vd, result);
    };
  }
  return { f32: handler(f32, fusedSingle), f64: handler(f64, fusedDouble) };
}

export const fusedMultiplyAdd = fused(EXACT_FMA, false, false);
export const fusedMultiplySubtract = fused(EXACT_FMS, false, true);
export const fusedNegatedMultiplyAdd = fused(EXACT_FNMA, true, true);
export const fusedNegatedMultiplySubtract = fused(EXACT_FNMS, true, false);

// ---- what does not round

/** d ← f(m), all bits but the sign as they are. */
function signs(change: <F extends Float>(x: Insn, p: Inline<F>, a: F) => F): HandlerPair {
  return both((x, p) => {
    if (beginArithmetic(x)) p.set(x, x.Vd, change(x, p, p.get(x, x.Vm)));
  });
}

/** VABS, VNEG, VMOV (register). A8.8.280, A8.8.353, A8.8.340. */
export const absolute = signs((x, p, a) => p.abs(x, a));
export const negate = signs((x, p, a) => p.neg(x, a));
export const move = signs((_x, _p, a) => a);

const FPSCR = reg('fpscr');

/** The last comparison of a block, and the FPSCR that it made. */
const comparisons = new WeakMap<BlockBuilder, { fpscr: I32; less: I32; equal: I32 }>();

/** VMRS APSR_nzcv: FPSCR's flags, from the comparison behind them where that is in the block. A8.8.348. */
export function moveFlags(x: Insn): void {
  const fpscr = x.b.get(FPSCR);
  const last = comparisons.get(x.b);
  if (last?.fpscr === fpscr) x.flags.setOrder(last.less, last.equal);
  else x.flags.setFromWord(fpscr);
}

/** VCMP, VCMPE. A8.8.303. */
function compare(exact: ExactPair, withZero: boolean): HandlerPair {
  return both((x, p) => {
    if (!beginFloat(x)) return;
    const ir = x.b;
    const a = p.get(x, x.Vd);
    const b = withZero ? p.zero(x) : p.get(x, x.Vm);
    const reasons = new Reasons(x);
    // A NaN on either side makes one of the sum; so do infinities that cancel out, to no harm.
    const sum = withZero ? a : p.add(x, a, b);
    reasons.add(p.ne(x, sum, sum));
    reasons.addOperands(p, a, ...(withZero ? [] : [b]));
    reasons.assist(order(exact[p.name], x.Vd, 0, x.Vm, withZero ? 1 : 0));
    const less = p.lt(x, a, b);
    const equal = p.eq(x, a, b);
    const equalOrGreater = ir.select(x.const(0x6000_0000), x.const(0x2000_0000), equal);
    const nzcv = ir.select(x.const(0x8000_0000), equalOrGreater, less);
    const old = ir.get(FPSCR);
    const fpscr = x.ifExecuted(ir.or(ir.and(old, x.const(0x0fff_ffff)), nzcv), old);
    ir.set(fpscr, FPSCR);
    if (x.guard === undefined) comparisons.set(ir, { fpscr, less, equal });
  });
}

export const compareQuiet = compare(EXACT_CMP, false);
export const compareSignaling = compare(EXACT_CMPE, false);
export const compareZeroQuiet = compare(EXACT_CMP, true);
export const compareZeroSignaling = compare(EXACT_CMPE, true);

/** VMOV (immediate). A8.8.339 and A7.5.1. */
export const moveImmediate: HandlerPair = {
  f32(x) {
    if (beginArithmetic(x)) f32.set(x, x.Vd, x.b.f32OfBits(x.const(expandSingle(x.imm))));
  },
  f64(x) {
    if (beginArithmetic(x)) f64.set(x, x.Vd, x.b.f64OfBits(x.b.constant64(0, expandDouble(x.imm))));
  },
};

/** VFPExpandImm. */
export function expandSingle(imm: number): number {
  const exponent = imm & 0x40 ? 0x7c : 0x80;
  return ((imm & 0x80) << 24) | (exponent << 23) | ((imm & 0x3f) << 19);
}

/** VFPExpandImm: the high word. */
export function expandDouble(imm: number): number {
  const exponent = imm & 0x40 ? 0x3fc : 0x400;
  return ((imm & 0x80) << 24) | (exponent << 20) | ((imm & 0x3f) << 16);
}
