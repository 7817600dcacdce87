import type { I32, I64 } from '@kml/core';
import type { Insn } from './insn.ts';
import { setQ } from './multiply.ts';
import { shiftByImmediate } from './operand2.ts';

/** A 64-bit value as a signed word, and whether it did not fit (0 or 1). */
function saturateS32(x: Insn, value: I64): { result: I32; saturated: I32 } {
  const ir = x.b;
  const low = ir.wrap(value);
  const saturated = ir.ne64(ir.extendS(low), value);
  const sign = ir.wrap(ir.shrS64(value, ir.constant64(63, 0)));
  const limit = ir.xor(sign, x.const(0x7fff_ffff));
  return { result: ir.select(limit, low, saturated), saturated };
}

/** QADD, QSUB, QDADD, QDSUB: Rm op Rn, Rn doubled with saturation before. */
function saturating(subtract: boolean, double: boolean): (x: Insn) => void {
  return (x) => {
    const ir = x.b;
    let operand = ir.extendS(x.get(x.Rn));
    if (double) {
      const doubled = saturateS32(x, ir.add64(operand, operand));
      const other = x.get(x.Rm);
      operand = ir.extendS(doubled.result);
      const a = ir.extendS(other);
      const sum = saturateS32(x, subtract ? ir.sub64(a, operand) : ir.add64(a, operand));
      setQ(x, ir.or(doubled.saturated, sum.saturated));
      x.set(x.Rd, sum.result);
      return;
    }
    const a = ir.extendS(x.get(x.Rm));
    const { result, saturated } = saturateS32(x, subtract ? ir.sub64(a, operand) : ir.add64(a, operand));
    setQ(x, saturated);
    x.set(x.Rd, result);
  };
}

export const qadd = saturating(false, false);
export const qsub = saturating(true, false);
export const qdadd = saturating(false, true);
export const qdsub = saturating(true, true);

/** `value` held between two signed bounds. */
export function clamp(x: Insn, value: I32, low: number, high: number): I32 {
  const ir = x.b;
  const capped = ir.select(x.const(high), value, ir.gtS(value, x.const(high)));
  return ir.select(x.const(low), capped, ir.ltS(value, x.const(low)));
}

function saturateTo(x: Insn, value: I32, signed: boolean): I32 {
  const bits = signed ? x.sat + 1 : x.sat;
  const high = signed ? 2 ** (bits - 1) - 1 : 2 ** bits - 1;
  return clamp(x, value, signed ? -(2 ** (bits - 1)) : 0, high);
}

/** SSAT, USAT. */
function saturateWord(signed: boolean): (x: Insn) => void {
  return (x) => {
    const { value } = shiftByImmediate(x, x.get(x.Rn), x.type, x.shift, false);
    const result = saturateTo(x, value, signed);
    setQ(x, x.b.ne(result, value));
    x.set(x.Rd, result);
  };
}

/** SSAT16, USAT16. */
function saturateHalves(signed: boolean): (x: Insn) => void {
  return (x) => {
    const ir = x.b;
    const word = x.get(x.Rn);
    const low = ir.ext16(word);
    const high = ir.shrS(word, x.const(16));
    const lowResult = saturateTo(x, low, signed);
    const highResult = saturateTo(x, high, signed);
    setQ(x, ir.or(ir.ne(low, lowResult), ir.ne(high, highResult)));
    x.set(x.Rd, ir.or(ir.and(lowResult, x.const(0xffff)), ir.shl(highResult, x.const(16))));
  };
}

export const ssat = saturateWord(true);
export const usat = saturateWord(false);
export const ssat16 = saturateHalves(true);
export const usat16 = saturateHalves(false);
