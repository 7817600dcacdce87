/**
 * Arithmetic: inline in WebAssembly's f32 and f64 where that is what the FPU does, else by the exact
 * code (fp/assist.ts). MIPS32 vol. II.
 *
 * Inline code rounds to nearest and raises nothing but Inexact. While FCSR's sticky Inexact flag is set
 * (MODE_FP_INEXACT) it need not know whether a result is exact: the Cause field follows from the
 * operands, if anyone looks. While the flag is clear, only results that are surely exact stay inline.
 */
import type { F32, F64, I32 } from '@kml/core';
import { type FpOperation, operationNamed } from '../fp/operations.ts';
import { MODE_FP_EXACT, MODE_FP_INEXACT } from '../state.ts';
import {
  constantDouble,
  inexactProduct,
  inexactSum,
  inexactSumSingle,
  isZero,
  isZeroSingle,
  notFinite,
  notFiniteSingle,
  notNormal,
  notNormalSingle,
} from './float-checks.ts';
import {
  assist,
  assistIf,
  FD,
  FR,
  FS,
  FT,
  needFpu,
  needPairs,
  noteClean,
  noteDoubles,
  noteWords,
  readDouble,
  readSingle,
  writeDouble,
  writeSingle,
} from './fpu.ts';
import type { Insn } from './insn.ts';

/** A result, tests of whether it is unusual, and (asked for only while Inexact is clear) whether it may be inexact. */
interface Outcome<T> {
  readonly value: T;
  readonly unusual: readonly I32[];
  readonly inexact: () => I32;
}

type DoubleRule = (x: Insn, a: F64, b: F64, c: F64) => Outcome<F64>;
type SingleRule = (x: Insn, a: F32, b: F32, c: F32) => Outcome<F32>;

const sum =
  (op: 'addF64' | 'subF64'): DoubleRule =>
  (x, a, c) => {
    const value = x.b[op](a, c);
    return {
      value,
      unusual: [notFinite(x, value)],
      inexact: () => inexactSum(x, a, op === 'addF64' ? c : x.b.negF64(c), value),
    };
  };

const sumSingle =
  (op: 'addF32' | 'subF32'): SingleRule =>
  (x, a, c) => {
    const value = x.b[op](a, c);
    return {
      value,
      unusual: [notFiniteSingle(x, value)],
      inexact: () => inexactSumSingle(x, a, op === 'addF32' ? c : x.b.negF32(c), value),
    };
  };

/** Zero is usual where an operand is zero: tiny results are not. */
const product: DoubleRule = (x, a, c) => {
  const { b } = x;
  const value = b.mulF64(a, c);
  return {
    value,
    unusual: [notNormal(x, value, b.or(isZero(x, a), isZero(x, c)))],
    inexact: () => b.gtU(inexactProduct(x, a, c), isZero(x, value)),
  };
};

const productSingle: SingleRule = (x, a, c) => {
  const { b } = x;
  const value = b.mulF32(a, c);
  return {
    value,
    unusual: [notNormalSingle(x, value, b.or(isZeroSingle(x, a), isZeroSingle(x, c)))],
    inexact: () => b.neF64(b.promote(value), b.mulF64(b.promote(a), b.promote(c))),
  };
};

const quotient: DoubleRule = (x, a, c) => {
  const { b } = x;
  const value = b.divF64(a, c);
  return {
    value,
    unusual: [notNormal(x, value, isZero(x, a))],
    inexact: () => b.or(inexactProduct(x, value, c), b.neF64(b.mulF64(value, c), a)),
  };
};

const quotientSingle: SingleRule = (x, a, c) => {
  const { b } = x;
  const value = b.divF32(a, c);
  return {
    value,
    unusual: [notNormalSingle(x, value, isZeroSingle(x, a))],
    inexact: () => b.neF64(b.mulF64(b.promote(value), b.promote(c)), b.promote(a)),
  };
};

const root: DoubleRule = (x, a) => {
  const { b } = x;
  const value = b.sqrtF64(a);
  return {
    value,
    unusual: [notFinite(x, value)],
    inexact: () => b.or(inexactProduct(x, value, value), b.neF64(b.mulF64(value, value), a)),
  };
};

const rootSingle: SingleRule = (x, a) => {
  const { b } = x;
  const value = b.sqrtF32(a);
  const wide = b.promote(value);
  return {
    value,
    unusual: [notFiniteSingle(x, value)],
    inexact: () => b.neF64(b.mulF64(wide, wide), b.promote(a)),
  };
};

const one = (x: Insn): F64 => constantDouble(x, 1);
const oneSingle = (x: Insn): F32 => x.b.f32OfBits(x.const(0x3f80_0000));

const reciprocal: DoubleRule = (x, a, _b, c) => quotient(x, one(x), a, c);
const reciprocalSingle: SingleRule = (x, a, _b, c) => quotientSingle(x, oneSingle(x), a, c);

/** One divided by the rounded root. */
const rootReciprocal: DoubleRule = (x, a, b, c) => {
  const first = root(x, a, b, c);
  return joined(x, first, quotient(x, one(x), first.value, c));
};

const rootReciprocalSingle: SingleRule = (x, a, b, c) => {
  const first = rootSingle(x, a, b, c);
  return joined(x, first, quotientSingle(x, oneSingle(x), first.value, c));
};

/** The outcome of a second operation on the result of a first one. */
function joined<T>(x: Insn, first: Outcome<T>, second: Outcome<T>): Outcome<T> {
  return {
    value: second.value,
    unusual: [...first.unusual, ...second.unusual],
    inexact: () => x.b.or(first.inexact(), second.inexact()),
  };
}

/** a * b + c, rounded twice. */
const fused =
  (op: 'addF64' | 'subF64', negate: boolean): DoubleRule =>
  (x, a, b, c) => {
    const first = product(x, a, b, c);
    const second = joined(x, first, sum(op)(x, first.value, c, c));
    return negate ? { ...second, value: x.b.negF64(second.value) } : second;
  };

const fusedSingle =
  (op: 'addF32' | 'subF32', negate: boolean): SingleRule =>
  (x, a, b, c) => {
    const first = productSingle(x, a, b, c);
    const second = joined(x, first, sumSingle(op)(x, first.value, c, c));
    return negate ? { ...second, value: x.b.negF32(second.value) } : second;
  };

const DOUBLE_RULES: Readonly<Record<string, DoubleRule>> = {
  add: sum('addF64'),
  sub: sum('subF64'),
  mul: product,
  div: quotient,
  sqrt: root,
  recip: reciprocal,
  rsqrt: rootReciprocal,
  madd: fused('addF64', false),
  msub: fused('subF64', false),
  nmadd: fused('addF64', true),
  nmsub: fused('subF64', true),
};

const SINGLE_RULES: Readonly<Record<string, SingleRule>> = {
  add: sumSingle('addF32'),
  sub: sumSingle('subF32'),
  mul: productSingle,
  div: quotientSingle,
  sqrt: rootSingle,
  recip: reciprocalSingle,
  rsqrt: rootReciprocalSingle,
  madd: fusedSingle('addF32', false),
  msub: fusedSingle('subF32', false),
  nmadd: fusedSingle('addF32', true),
  nmsub: fusedSingle('subF32', true),
};

/** Field positions of the operands: fs, ft, fr. */
const SOURCES = [FS, FT, FR];

/** The check of an outcome under the mode: what is unusual, or (Inexact clear) may be inexact, is left to the exact code. */
function check<T>(x: Insn, outcome: Outcome<T>): void {
  for (const unusual of outcome.unusual) assistIf(x, unusual);
  if ((x.mode & MODE_FP_INEXACT) === 0) assistIf(x, outcome.inexact());
}

/** ADD.D and its like by name without the format. */
export function doubleArithmetic(name: string): (x: Insn) => void {
  const operation = operationNamed(`${name}.d`);
  const sources = SOURCES.slice(0, operation.operands);
  const rule = DOUBLE_RULES[name]!;
  return needPairs([...sources, FD], (x) => {
    if (x.mode & MODE_FP_EXACT) {
      assist(x);
      return;
    }
    const values = sources.map((shift) => readDouble(x, (x.word >>> shift) & 31));
    const outcome = rule(x, values[0]!, values[1]!, values[2]!);
    check(x, outcome);
    if (x.mode & MODE_FP_INEXACT) noteDoubles(x, operation, values);
    else noteClean(x);
    writeDouble(x, (x.word >>> FD) & 31, outcome.value);
  });
}

/** ADD.S and its like. */
export function singleArithmetic(name: string): (x: Insn) => void {
  const operation: FpOperation = operationNamed(`${name}.s`);
  const sources = SOURCES.slice(0, operation.operands);
  const rule = SINGLE_RULES[name]!;
  return needFpu((x) => {
    if (x.mode & MODE_FP_EXACT) {
      assist(x);
      return;
    }
    const values = sources.map((shift) => readSingle(x, (x.word >>> shift) & 31));
    const outcome = rule(x, values[0]!, values[1]!, values[2]!);
    check(x, outcome);
    if (x.mode & MODE_FP_INEXACT) {
      noteWords(
        x,
        operation,
        values.map((value) => x.b.bitsOfF32(value)),
      );
    } else noteClean(x);
    writeSingle(x, (x.word >>> FD) & 31, outcome.value);
  });
}
