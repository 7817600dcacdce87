import type { I32, I64 } from '@kml/core';
import { reg } from '../state.ts';
import type { Insn } from './insn.ts';

const QF = reg('qf');

/** Sets Q where `overflow` is 1. */
export function setQ(x: Insn, overflow: I32): void {
  const old = x.b.get(QF);
  x.b.set(x.ifExecuted(x.b.or(old, overflow), old), QF);
}

/** MUL. */
export function mul(x: Insn): void {
  const result = x.b.mul(x.get(x.Rn), x.get(x.Rm));
  x.set(x.Rd, result);
  if (x.S) x.flags.setNZ(result);
}

/** MLA. */
export function mla(x: Insn): void {
  const result = x.b.add(x.b.mul(x.get(x.Rn), x.get(x.Rm)), x.get(x.Ra));
  x.set(x.Rd, result);
  if (x.S) x.flags.setNZ(result);
}

/** MLS. */
export function mls(x: Insn): void {
  x.set(x.Rd, x.b.sub(x.get(x.Ra), x.b.mul(x.get(x.Rn), x.get(x.Rm))));
}

type Extend = 'extendS' | 'extendU';

const product = (x: Insn, extend: Extend): I64 => x.b.mul64(x.b[extend](x.get(x.Rn)), x.b[extend](x.get(x.Rm)));

/** RdHi:RdLo. */
function accumulator(x: Insn): I64 {
  const high = x.b.shl64(x.b.extendU(x.get(x.RdHi)), x.b.constant64(32, 0));
  return x.b.or64(high, x.b.extendU(x.get(x.RdLo)));
}

function setLong(x: Insn, result: I64): void {
  const low = x.b.wrap(result);
  const high = x.b.wrap(x.b.shrU64(result, x.b.constant64(32, 0)));
  x.set(x.RdLo, low);
  x.set(x.RdHi, high);
  if (x.S) x.flags.setNZ64(low, high);
}

/** UMULL. */
export function umull(x: Insn): void {
  setLong(x, product(x, 'extendU'));
}
/** SMULL. */
export function smull(x: Insn): void {
  setLong(x, product(x, 'extendS'));
}
/** UMLAL. */
export function umlal(x: Insn): void {
  setLong(x, x.b.add64(accumulator(x), product(x, 'extendU')));
}
/** SMLAL. */
export function smlal(x: Insn): void {
  setLong(x, x.b.add64(accumulator(x), product(x, 'extendS')));
}
/** UMAAL. */
export function umaal(x: Insn): void {
  const sum = x.b.add64(x.b.extendU(x.get(x.RdHi)), x.b.extendU(x.get(x.RdLo)));
  setLong(x, x.b.add64(product(x, 'extendU'), sum));
}

/** The signed top or bottom half of a word. */
function half(x: Insn, word: I32, top: number): I32 {
  return top ? x.b.shrS(word, x.const(16)) : x.b.ext16(word);
}

/** a + b, with Q where it overflows. */
function addQ(x: Insn, a: I32, b: I32): I32 {
  const ir = x.b;
  const sum = ir.add(a, b);
  setQ(x, ir.shrU(ir.and(ir.xor(a, sum), ir.xor(b, sum)), x.const(31)));
  return sum;
}

/** SMULxy: N and M choose the halves of Rn and Rm. */
export function smulxy(x: Insn): void {
  x.set(x.Rd, x.b.mul(half(x, x.get(x.Rn), x.N), half(x, x.get(x.Rm), x.M)));
}
/** SMLAxy. */
export function smlaxy(x: Insn): void {
  const p = x.b.mul(half(x, x.get(x.Rn), x.N), half(x, x.get(x.Rm), x.M));
  const accumulate = x.get(x.Ra);
  x.set(x.Rd, addQ(x, p, accumulate));
}
/** SMLALxy. */
export function smlalxy(x: Insn): void {
  const p = x.b.mul(half(x, x.get(x.Rn), x.N), half(x, x.get(x.Rm), x.M));
  setLong(x, x.b.add64(accumulator(x), x.b.extendS(p)));
}

/** Rn times a half of Rm, the upper 32 of 48 bits. */
function wide(x: Insn): I32 {
  const ir = x.b;
  const p = ir.mul64(ir.extendS(x.get(x.Rn)), ir.extendS(half(x, x.get(x.Rm), x.M)));
  return ir.wrap(ir.shrS64(p, ir.constant64(16, 0)));
}

/** SMULWy. */
export function smulwy(x: Insn): void {
  x.set(x.Rd, wide(x));
}
/** SMLAWy. */
export function smlawy(x: Insn): void {
  x.set(x.Rd, addQ(x, wide(x), x.get(x.Ra)));
}

/** Products of the bottom halves and of the top halves; M exchanges the halves of Rm (X). */
function dualProducts(x: Insn): [I64, I64] {
  const rm = x.get(x.Rm);
  const second = x.M ? x.b.rotr(rm, x.const(16)) : rm;
  const rn = x.get(x.Rn);
  const low = x.b.mul(half(x, rn, 0), half(x, second, 0));
  const high = x.b.mul(half(x, rn, 1), half(x, second, 1));
  return [x.b.extendS(low), x.b.extendS(high)];
}

/** Writes the low word of a sum, with Q where it does not hold the whole. */
function setNarrow(x: Insn, sum: I64): void {
  const ir = x.b;
  const result = ir.wrap(sum);
  setQ(x, ir.ne64(ir.extendS(result), sum));
  x.set(x.Rd, result);
}

/** SMUAD. */
export function smuad(x: Insn): void {
  const [low, high] = dualProducts(x);
  setNarrow(x, x.b.add64(low, high));
}
/** SMUSD. */
export function smusd(x: Insn): void {
  const [low, high] = dualProducts(x);
  x.set(x.Rd, x.b.wrap(x.b.sub64(low, high)));
}
/** SMLAD. */
export function smlad(x: Insn): void {
  const [low, high] = dualProducts(x);
  setNarrow(x, x.b.add64(x.b.add64(low, high), x.b.extendS(x.get(x.Ra))));
}
/** SMLSD. */
export function smlsd(x: Insn): void {
  const [low, high] = dualProducts(x);
  setNarrow(x, x.b.add64(x.b.sub64(low, high), x.b.extendS(x.get(x.Ra))));
}
/** SMLALD. */
export function smlald(x: Insn): void {
  const [low, high] = dualProducts(x);
  setLong(x, x.b.add64(accumulator(x), x.b.add64(low, high)));
}
/** SMLSLD. */
export function smlsld(x: Insn): void {
  const [low, high] = dualProducts(x);
  setLong(x, x.b.add64(accumulator(x), x.b.sub64(low, high)));
}

/** The upper word of a 64-bit value, rounded where R is set. */
function upper(x: Insn, value: I64): I32 {
  const ir = x.b;
  const rounded = x.R ? ir.add64(value, ir.constant64(0x8000_0000 | 0, 0)) : value;
  return ir.wrap(ir.shrU64(rounded, ir.constant64(32, 0)));
}

const upperAccumulator = (x: Insn): I64 => x.b.shl64(x.b.extendU(x.get(x.Ra)), x.b.constant64(32, 0));

/** SMMUL. */
export function smmul(x: Insn): void {
  x.set(x.Rd, upper(x, product(x, 'extendS')));
}
/** SMMLA. */
export function smmla(x: Insn): void {
  x.set(x.Rd, upper(x, x.b.add64(upperAccumulator(x), product(x, 'extendS'))));
}
/** SMMLS. */
export function smmls(x: Insn): void {
  x.set(x.Rd, upper(x, x.b.sub64(upperAccumulator(x), product(x, 'extendS'))));
}

/** UDIV: 0 where the divisor is. */
export function udiv(x: Insn): void {
  const ir = x.b;
  const divisor = x.get(x.Rm);
  const safe = ir.select(divisor, x.const(1), divisor);
  x.set(x.Rd, ir.select(ir.divU(x.get(x.Rn), safe), x.const(0), divisor));
}

/** SDIV: 0 where the divisor is; the one overflow gives the dividend. */
export function sdiv(x: Insn): void {
  const ir = x.b;
  const a = x.get(x.Rn);
  const divisor = x.get(x.Rm);
  const overflow = ir.and(ir.eq(a, x.const(0x8000_0000 | 0)), ir.eq(divisor, x.const(-1)));
  const safe = ir.select(x.const(1), divisor, ir.or(ir.eqz(divisor), overflow));
  x.set(x.Rd, ir.select(ir.divS(a, safe), x.const(0), divisor));
}
