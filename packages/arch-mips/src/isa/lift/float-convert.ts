/** Conversions. MIPS32 vol. II. As float-arithmetic.ts has it: inline where that is what the FPU does. */
import type { F32, F64, I32, I64 } from '@kml/core';
import { type FpOperation, operationNamed } from '../fp/operations.ts';
import { MODE_FP_EXACT, MODE_FP_INEXACT } from '../state.ts';
import { constantDouble, isZero, notNormalSingle } from './float-checks.ts';
import {
  assist,
  assistIf,
  FD,
  FS,
  needFpu,
  needFr,
  needPairs,
  noteClean,
  noteDoubles,
  noteWords,
  readDouble,
  readLong,
  readSingle,
  readWord,
  writeDouble,
  writeLong,
  writeSingle,
  writeWord,
} from './fpu.ts';
import type { Insn } from './insn.ts';

const fs = (x: Insn): number => x.rd;
const fd = (x: Insn): number => x.sa;

/** Leaves what is unusual, or may be inexact while that flag is clear, to the exact code. */
function check(x: Insn, unusual: I32 | undefined, inexact: () => I32): void {
  if (unusual !== undefined) assistIf(x, unusual);
  if ((x.mode & MODE_FP_INEXACT) === 0) assistIf(x, inexact());
}

/** A handler that leaves everything to the exact code where the mode says so. */
const inline =
  (handler: (x: Insn) => void) =>
  (x: Insn): void => {
    if (x.mode & MODE_FP_EXACT) assist(x);
    else handler(x);
  };

/** CVT.D.S: always exact; NaNs are the exact code's. */
export const doubleOfSingle = needPairs([FD], (x) => {
  const { b } = x;
  const from = readSingle(x, fs(x));
  assistIf(x, b.neF32(from, from));
  noteClean(x);
  writeDouble(x, fd(x), b.promote(from));
});

/** CVT.D.W: always exact. */
export const doubleOfWord = needPairs([FD], (x) => {
  noteClean(x);
  writeDouble(x, fd(x), x.b.f64FromI32S(readWord(x, fs(x))));
});

const CVT_S_D = operationNamed('cvt.s.d');

/** CVT.S.D. */
export const singleOfDouble = needPairs(
  [FS],
  inline((x) => {
    const { b } = x;
    const from = readDouble(x, fs(x));
    const value = b.demote(from);
    check(x, notNormalSingle(x, value, isZero(x, from)), () => b.neF64(b.promote(value), from));
    noteD(x, CVT_S_D, from);
    writeSingle(x, fd(x), value);
  }),
);

const CVT_S_W = operationNamed('cvt.s.w');

/** CVT.S.W. */
export const singleOfWord = needFpu(
  inline((x) => {
    const { b } = x;
    const from = readWord(x, fs(x));
    const value = b.f32FromI32S(from);
    check(x, undefined, () => b.neF64(b.promote(value), b.f64FromI32S(from)));
    if (x.mode & MODE_FP_INEXACT) noteWords(x, CVT_S_W, [from]);
    else noteClean(x);
    writeSingle(x, fd(x), value);
  }),
);

/** Whether the double is not exactly the integer. 2^63 saturates to an integer that it is not. */
function differs(x: Insn, value: F64, from: I64): I32 {
  const { b } = x;
  return b.or(b.ne64(b.i64FromF64Sat(value), from), b.geF64(value, constantDouble(x, 2 ** 63)));
}

const CVT_S_L = operationNamed('cvt.s.l');
const CVT_D_L = operationNamed('cvt.d.l');

/** CVT.D.L. */
export const doubleOfLong = needFr(
  inline((x) => {
    const from = readLong(x, fs(x));
    const value = x.b.f64FromI64S(from);
    check(x, undefined, () => differs(x, value, from));
    noteD(x, CVT_D_L, readDouble(x, fs(x)));
    writeDouble(x, fd(x), value);
  }),
);

/** CVT.S.L. */
export const singleOfLong = needFr(
  inline((x) => {
    const { b } = x;
    const from = readLong(x, fs(x));
    const value = b.f32FromI64S(from);
    check(x, undefined, () => differs(x, b.promote(value), from));
    noteD(x, CVT_S_L, readDouble(x, fs(x)));
    writeSingle(x, fd(x), value);
  }),
);

function noteD(x: Insn, operation: FpOperation, from: F64): void {
  if (x.mode & MODE_FP_INEXACT) noteDoubles(x, operation, [from]);
  else noteClean(x);
}

/** How the instruction rounds to an integer. CVT goes by FCSR.RM: to nearest where it is inline. */
type Rounding = 'nearestF64' | 'truncF64' | 'ceilF64' | 'floorF64';
const ROUNDINGS: Readonly<Record<string, Rounding>> = {
  cvt: 'nearestF64',
  round: 'nearestF64',
  trunc: 'truncF64',
  ceil: 'ceilF64',
  floor: 'floorF64',
};

/** An integer-valued double within the format, checked. */
function rounded(x: Insn, from: F64, rounding: Rounding, long: boolean): F64 {
  const { b } = x;
  const value = b[rounding](from);
  const least = constantDouble(x, long ? -(2 ** 63) : -(2 ** 31));
  const above = constantDouble(x, long ? 2 ** 63 : 2 ** 31);
  const fits = b.and(b.geF64(value, least), b.ltF64(value, above));
  check(x, b.eqz(fits), () => b.neF64(value, from));
  return value;
}

/** CVT.W.D, ROUND.L.D, TRUNC.W.D and their like. */
export function integerOfDouble(name: string, to: 'w' | 'l'): (x: Insn) => void {
  const operation = operationNamed(`${name}.${to}.d`);
  const handler = inline((x) => {
    const from = readDouble(x, fs(x));
    const value = rounded(x, from, ROUNDINGS[name]!, to === 'l');
    noteD(x, operation, from);
    writeInteger(x, value, to);
  });
  return to === 'l' ? needFr(handler) : needPairs([FS], handler);
}

/** The same from a single. */
export function integerOfSingle(name: string, to: 'w' | 'l'): (x: Insn) => void {
  const operation = operationNamed(`${name}.${to}.s`);
  const handler = inline((x) => {
    const single: F32 = readSingle(x, fs(x));
    const value = rounded(x, x.b.promote(single), ROUNDINGS[name]!, to === 'l');
    if (x.mode & MODE_FP_INEXACT) noteWords(x, operation, [x.b.bitsOfF32(single)]);
    else noteClean(x);
    writeInteger(x, value, to);
  });
  return to === 'l' ? needFr(handler) : needFpu(handler);
}

function writeInteger(x: Insn, value: F64, to: 'w' | 'l'): void {
  if (to === 'w') writeWord(x, fd(x), x.b.i32FromF64Sat(value));
  else writeLong(x, fd(x), x.b.i64FromF64Sat(value));
}
