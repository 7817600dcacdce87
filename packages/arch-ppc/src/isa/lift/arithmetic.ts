/** Fixed-point arithmetic. PEM, 4.2.1.1. */
import type { I32 } from '@kml/core';
import type { Insn } from './insn.ts';

type Handler = (x: Insn) => void;

/** ADDI, ADDIS; LI and LIS where RA is 0. */
export function addImmediate(shift: 0 | 16): Handler {
  return (x) => {
    const value = x.const(x.simm << shift);
    x.setGpr(x.rt, x.ra === 0 ? value : x.b.add(x.gpr(x.ra), value));
  };
}

/** ADDIC, ADDIC. */
export function addImmediateCarrying(record: boolean): Handler {
  return (x) => {
    const a = x.gpr(x.ra);
    const r = x.b.add(a, x.const(x.simm));
    x.setGpr(x.rt, r);
    x.setCarry(x.b.ltU(r, a));
    if (record) x.cr.compare(0, 'signed', r, x.const(0));
  };
}

/** SUBFIC: SIMM - RA. */
export function subtractFromImmediate(x: Insn): void {
  const a = x.gpr(x.ra);
  const value = x.const(x.simm);
  x.setGpr(x.rt, x.b.sub(value, a));
  x.setCarry(x.b.leU(a, value));
}

/** MULLI. */
export function multiplyImmediate(x: Insn): void {
  x.setGpr(x.rt, x.b.mul(x.gpr(x.ra), x.const(x.simm)));
}

/** Writes RT, XER[OV] with OE, CR0 with Rc. `overflow` gives OV as 0 or 1. */
function finish(x: Insn, result: I32, overflow: () => I32): void {
  x.setGpr(x.rt, result);
  if (x.oe) x.setOverflow(overflow());
  x.recordResult(result);
}

/** OV of r = a + b (+ carry). */
function sumOverflow(x: Insn, a: I32, b: I32, r: I32): I32 {
  const ir = x.b;
  return ir.shrU(ir.and(ir.xor(a, r), ir.xor(b, r)), ir.const(31));
}

/** OV of r = b - a (- borrow). */
function differenceOverflow(x: Insn, a: I32, b: I32, r: I32): I32 {
  const ir = x.b;
  return ir.shrU(ir.and(ir.xor(a, b), ir.xor(b, r)), ir.const(31));
}

/** ADD. */
export function add(x: Insn): void {
  const [a, b] = [x.gpr(x.ra), x.gpr(x.rb)];
  const r = x.b.add(a, b);
  finish(x, r, () => sumOverflow(x, a, b, r));
}

/** ADDC. */
export function addCarrying(x: Insn): void {
  const [a, b] = [x.gpr(x.ra), x.gpr(x.rb)];
  const r = x.b.add(a, b);
  x.setCarry(x.b.ltU(r, a));
  finish(x, r, () => sumOverflow(x, a, b, r));
}

/** SUBF: RB - RA. */
export function subtractFrom(x: Insn): void {
  const [a, b] = [x.gpr(x.ra), x.gpr(x.rb)];
  const r = x.b.sub(b, a);
  finish(x, r, () => differenceOverflow(x, a, b, r));
}

/** SUBFC. */
export function subtractFromCarrying(x: Insn): void {
  const [a, b] = [x.gpr(x.ra), x.gpr(x.rb)];
  const r = x.b.sub(b, a);
  x.setCarry(x.b.leU(a, b));
  finish(x, r, () => differenceOverflow(x, a, b, r));
}

/** RT = a + b + CA, with CA. */
function extended(x: Insn, a: I32, b: I32): void {
  const ir = x.b;
  const carry = x.carry();
  const sum = ir.add(a, b);
  const r = ir.add(sum, carry);
  x.setCarry(ir.or(ir.ltU(sum, a), ir.ltU(r, sum)));
  finish(x, r, () => sumOverflow(x, a, b, r));
}

const complement = (x: Insn, value: I32): I32 => x.b.xor(value, x.b.const(-1));

/** ADDE. */
export function addExtended(x: Insn): void {
  extended(x, x.gpr(x.ra), x.gpr(x.rb));
}

/** SUBFE: not RA + RB + CA. */
export function subtractFromExtended(x: Insn): void {
  extended(x, complement(x, x.gpr(x.ra)), x.gpr(x.rb));
}

/** ADDME, ADDZE: RA + CA - 1, RA + CA. */
export function addToExtended(constant: 0 | -1): Handler {
  return (x) => extended(x, x.gpr(x.ra), x.const(constant));
}

/** SUBFME, SUBFZE: not RA + CA - 1, not RA + CA. */
export function subtractFromConstantExtended(constant: 0 | -1): Handler {
  return (x) => extended(x, complement(x, x.gpr(x.ra)), x.const(constant));
}

/** NEG. */
export function negate(x: Insn): void {
  const a = x.gpr(x.ra);
  const r = x.b.sub(x.const(0), a);
  finish(x, r, () => x.b.eq(a, x.const(0x80000000)));
}

/** MULLW. */
export function multiplyLow(x: Insn): void {
  const [a, b] = [x.gpr(x.ra), x.gpr(x.rb)];
  const ir = x.b;
  const r = ir.mul(a, b);
  finish(x, r, () => ir.ne64(ir.mul64(ir.extendS(a), ir.extendS(b)), ir.extendS(r)));
}

/** MULHW, MULHWU. */
export function multiplyHigh(extend: 'extendS' | 'extendU'): Handler {
  return (x) => {
    const ir = x.b;
    const product = ir.mul64(ir[extend](x.gpr(x.ra)), ir[extend](x.gpr(x.rb)));
    const r = ir.wrap(ir.shrU64(product, ir.constant64(32, 0)));
    x.setGpr(x.rt, r);
    x.recordResult(r);
  };
}

/** DIVW. Where the quotient is undefined the result is the dividend. */
export function divideSigned(x: Insn): void {
  const [a, b] = [x.gpr(x.ra), x.gpr(x.rb)];
  const ir = x.b;
  const tooLarge = ir.and(ir.eq(a, ir.const(0x80000000)), ir.eq(b, ir.const(-1)));
  const bad = ir.or(ir.eqz(b), tooLarge);
  const r = ir.divS(a, ir.select(ir.const(1), b, bad));
  finish(x, r, () => bad);
}

/** DIVWU. As DIVW. */
export function divideUnsigned(x: Insn): void {
  const [a, b] = [x.gpr(x.ra), x.gpr(x.rb)];
  const ir = x.b;
  const bad = ir.eqz(b);
  const r = ir.divU(a, ir.select(ir.const(1), b, bad));
  finish(x, r, () => bad);
}
