/** What comes before any floating-point or SIMD instruction. */
import type { Insn } from '../lift/insn.ts';
import { MODE_FP_OFF } from '../state.ts';
import { MODE_FP_VECTOR } from './fpscr.ts';

/** False, and the instruction undefined, where floating point is off. ARM ARM DDI0406C B1.11. */
export function beginFloat(x: Insn): boolean {
  if ((x.mode & MODE_FP_OFF) === 0) return true;
  x.undefined();
  return false;
}

/** The same for data processing, which FPSCR.Len and Stride may make undefined as well. */
export function beginArithmetic(x: Insn): boolean {
  if ((x.mode & MODE_FP_VECTOR) === 0) return beginFloat(x);
  x.undefined();
  return false;
}
