/** Multiplication, division, HI and LO. MIPS32 vol. II. */
import type { I32, I64 } from '@kml/core';
import { reg } from '../state.ts';
import type { Insn } from './insn.ts';

const HI = reg('hi');
const LO = reg('lo');

function extended(x: Insn, value: I32, signed: boolean): I64 {
  return signed ? x.b.extendS(value) : x.b.extendU(value);
}

function product(x: Insn, signed: boolean): I64 {
  return x.b.mul64(extended(x, x.get(x.rs), signed), extended(x, x.get(x.rt), signed));
}

function accumulator(x: Insn): I64 {
  const { b } = x;
  return b.or64(x.shl64(b.extendU(b.get(HI)), 32), b.extendU(b.get(LO)));
}

function setAccumulator(x: Insn, value: I64): void {
  x.b.set(x.b.wrap(value), LO);
  x.b.set(x.b.wrap(x.shrU64(value, 32)), HI);
}

/** MULT, MULTU. */
export const multiply =
  (signed: boolean) =>
  (x: Insn): void =>
    setAccumulator(x, product(x, signed));

/** MADD, MADDU. */
export const multiplyAdd =
  (signed: boolean) =>
  (x: Insn): void =>
    setAccumulator(x, x.b.add64(accumulator(x), product(x, signed)));

/** MSUB, MSUBU. */
export const multiplySubtract =
  (signed: boolean) =>
  (x: Insn): void =>
    setAccumulator(x, x.b.sub64(accumulator(x), product(x, signed)));

/** DIV. By zero is unpredictable: the dividend and 0, as on QEMU; so is the one overflow. */
export function div(x: Insn): void {
  const { b } = x;
  const dividend = x.get(x.rs);
  const divisor = x.get(x.rt);
  const overflow = b.and(b.eq(dividend, x.const(0x8000_0000)), b.eq(divisor, x.const(-1)));
  const safe = b.select(x.const(1), divisor, b.or(overflow, b.eqz(divisor)));
  b.set(b.divS(dividend, safe), LO);
  b.set(b.remS(dividend, safe), HI);
}

/** DIVU. */
export function divu(x: Insn): void {
  const { b } = x;
  const dividend = x.get(x.rs);
  const divisor = x.get(x.rt);
  const safe = b.select(divisor, x.const(1), divisor);
  b.set(b.divU(dividend, safe), LO);
  b.set(b.remU(dividend, safe), HI);
}

/** MFHI, MFLO, MTHI, MTLO. */
export const mfhi = (x: Insn): void => x.set(x.rd, x.b.get(HI));
export const mflo = (x: Insn): void => x.set(x.rd, x.b.get(LO));
export const mthi = (x: Insn): void => x.b.set(x.get(x.rs), HI);
export const mtlo = (x: Insn): void => x.b.set(x.get(x.rs), LO);
