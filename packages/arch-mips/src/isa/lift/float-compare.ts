/** Comparisons. MIPS32 vol. II, C.cond.fmt. */
import type { I32 } from '@kml/core';
import { FCC } from '../state.ts';
import { assistIf, FS, FT, needFpu, needPairs, noteClean, readDouble, readSingle } from './fpu.ts';
import type { Insn } from './insn.ts';

/** Mnemonics by the four condition bits. */
export const CONDITIONS = [
  ...['f', 'un', 'eq', 'ueq', 'olt', 'ult', 'ole', 'ule'],
  ...['sf', 'ngle', 'seq', 'ngl', 'lt', 'nge', 'le', 'ngt'],
] as const;

const EQUAL = 2;
const LESS = 4;

/** The condition for operands neither of which is a NaN. */
function ordered(x: Insn, condition: number, equal: () => I32, less: () => I32, lessOrEqual: () => I32): I32 {
  switch (condition & (EQUAL | LESS)) {
    case EQUAL:
      return equal();
    case LESS:
      return less();
    case EQUAL | LESS:
      return lessOrEqual();
    default:
      return x.const(0);
  }
}

function finish(x: Insn, value: I32): void {
  noteClean(x);
  x.b.set(value, FCC[x.sa >> 2]!);
}

/** C.cond.D. NaNs are the exact code's. */
export const compareDouble = (condition: number): ((x: Insn) => void) =>
  needPairs([FS, FT], (x) => {
    const { b } = x;
    const left = readDouble(x, x.rd);
    const right = readDouble(x, x.rt);
    // A NaN on either side makes one of the sum; so do infinities that cancel out, to no harm.
    const sum = b.addF64(left, right);
    assistIf(x, b.neF64(sum, sum));
    const value = ordered(
      x,
      condition,
      () => b.eqF64(left, right),
      () => b.ltF64(left, right),
      () => b.leF64(left, right),
    );
    finish(x, value);
  });

/** C.cond.S. */
export const compareSingle = (condition: number): ((x: Insn) => void) =>
  needFpu((x) => {
    const { b } = x;
    const left = readSingle(x, x.rd);
    const right = readSingle(x, x.rt);
    const sum = b.addF32(left, right);
    assistIf(x, b.neF32(sum, sum));
    const value = ordered(
      x,
      condition,
      () => b.eqF32(left, right),
      () => b.ltF32(left, right),
      () => b.leF32(left, right),
    );
    finish(x, value);
  });
