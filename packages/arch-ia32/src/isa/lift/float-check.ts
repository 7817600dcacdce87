/**
 * The check behind a native packed SSE operation: one test of masks of lanes that says all is well, and only
 * where it does not (a zero is enough), what exactly is wrong. SDM vol. 1, 11.5; tininess is detected
 * after rounding (4.9.1.5), so that a result equal to the least normal number may have been tiny.
 */
import type { I32, V128 } from '@kml/core';
import { AGAIN_SSE, againIf, knowledge } from './fp-mode.ts';
import type { Insn } from './insn.ts';
import type { VectorOps } from './vector-format.ts';

/** MXCSR's denormal flag, and that with the underflow flag: once they are set, tiny numbers raise nothing new. */
const DENORMAL = 0x02;
const TINY = 0x12;

export class FloatCheck {
  private readonly x: Insn;
  private readonly f: VectorOps;
  private fine: V128 | undefined;
  private wrong: I32 | undefined;

  constructor(x: Insn, f: VectorOps) {
    this.x = x;
    this.f = f;
  }

  /** A vector's magnitudes. */
  size(v: V128): V128 {
    return this.x.b.andV(v, this.x.b.constantV(this.f.unsigned));
  }

  /** An operand is no denormal and no NaN: `denormal` says if it is the one (unless that was raised before), `isNan` the other. */
  operand(v: V128, denormal: I32, isNan: I32): void {
    const { x, f } = this;
    this.add(f.ge(x.b, this.size(v), x.b.constantV(f.least)));
    this.addWrong(x.b.or(isNan, x.b.and(denormal, this.lacks(DENORMAL))));
  }

  /** A result is finite: `wrong` if it is not and ought to be. */
  finite(v: V128, wrong: I32): void {
    const { x, f } = this;
    this.add(f.lt(x.b, this.size(v), x.b.constantV(f.infinity)));
    this.addWrong(wrong);
  }

  /** A result is above the least normal number: `tiny` if it is not and ought to be (unless that was raised before). */
  large(v: V128, tiny: I32): void {
    const { x, f } = this;
    this.add(f.gt(x.b, this.size(v), x.b.constantV(f.least)));
    this.addWrong(x.b.and(tiny, this.lacks(TINY)));
  }

  /** The instruction is done again if something is wrong. */
  settle(): void {
    const { x, f, fine, wrong } = this;
    if (fine === undefined || wrong === undefined) return;
    const { b } = x;
    const doubtful = b.ne(f.bitmask(b, fine), b.const((1 << f.lanes) - 1));
    againIf(x, b.andThen(doubtful, wrong), AGAIN_SSE);
  }

  private add(fine: V128): void {
    this.fine = this.fine === undefined ? fine : this.x.b.andV(this.fine, fine);
  }

  private addWrong(wrong: I32): void {
    this.wrong = this.wrong === undefined ? wrong : this.x.b.or(this.wrong, wrong);
  }

  /** Whether MXCSR lacks some of these flags. */
  private lacks(flags: number): I32 {
    const { b } = this.x;
    return b.ne(b.and(knowledge(this.x).mxcsr!, b.const(flags)), b.const(flags));
  }
}
