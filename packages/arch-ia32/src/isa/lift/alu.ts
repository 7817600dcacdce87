import type { I32 } from '@kml/core';
import type { Insn } from './insn.ts';

/** ADD destination, source. */
export function add(x: Insn): void {
  const a = x.readForWrite(0);
  const s = x.read(1);
  const r = x.b.add(a, s);
  x.write(0, r);
  x.flags.add(x.width(0), a, s, r);
}

/** ADC: destination + source + CF. */
export function adc(x: Insn): void {
  const a = x.readForWrite(0);
  const s = x.read(1);
  const carry = x.flags.carry();
  const r = x.b.add(x.b.add(a, s), carry);
  x.write(0, r);
  x.flags.add(x.width(0), a, s, r, carry);
}

/** SUB destination, source. */
export function sub(x: Insn): void {
  if (sameRegister(x)) {
    clear(x);
    return;
  }
  const a = x.readForWrite(0);
  const s = x.read(1);
  const r = x.b.sub(a, s);
  x.write(0, r);
  x.flags.sub(x.width(0), a, s, r);
}

/** SBB: destination - source - CF. */
export function sbb(x: Insn): void {
  const a = x.readForWrite(0);
  const s = x.read(1);
  const borrow = x.flags.carry();
  const r = x.b.sub(x.b.sub(a, s), borrow);
  x.write(0, r);
  x.flags.sub(x.width(0), a, s, r, borrow);
}

/** CMP: SUB that keeps only the flags. */
export function cmp(x: Insn): void {
  const a = x.read(0);
  const s = x.read(1);
  x.flags.sub(x.width(0), a, s, x.b.sub(a, s));
}

/** OR destination, source. */
export function or(x: Insn): void {
  const a = x.readForWrite(0);
  logicResult(x, x.b.or(a, x.read(1)));
}

/** AND destination, source. */
export function and(x: Insn): void {
  const a = x.readForWrite(0);
  logicResult(x, x.b.and(a, x.read(1)));
}

/** XOR destination, source; of a register with itself, the constant 0. */
export function xor(x: Insn): void {
  if (sameRegister(x)) {
    clear(x);
    return;
  }
  const a = x.readForWrite(0);
  logicResult(x, x.b.xor(a, x.read(1)));
}

/** TEST: AND that keeps only the flags. */
export function test(x: Insn): void {
  const a = x.read(0);
  x.flags.logic(x.width(0), sameRegister(x) ? a : x.b.and(a, x.read(1)));
}

/** INC: CF stays. */
export function inc(x: Insn): void {
  const a = x.readForWrite(0);
  const r = x.b.add(a, x.const(1));
  x.write(0, r);
  x.flags.inc(x.width(0), a, r);
}

/** DEC: CF stays. */
export function dec(x: Insn): void {
  const a = x.readForWrite(0);
  const r = x.b.sub(a, x.const(1));
  x.write(0, r);
  x.flags.dec(x.width(0), a, r);
}

/** NEG: 0 - destination. */
export function neg(x: Insn): void {
  const a = x.readForWrite(0);
  const zero = x.const(0);
  const r = x.b.sub(zero, a);
  x.write(0, r);
  x.flags.sub(x.width(0), zero, a, r);
}

/** NOT: no flags. */
export function not(x: Insn): void {
  x.write(0, x.b.xor(x.readForWrite(0), x.const(-1)));
}

function logicResult(x: Insn, r: I32): void {
  x.write(0, r);
  x.flags.logic(x.width(0), r);
}

/** Both operands are the same register of the same width. */
function sameRegister(x: Insn): boolean {
  return x.mod === 3 && x.modrm >= 0 && x.operands[1]!.method !== 'I' && x.reg === x.rm;
}

function clear(x: Insn): void {
  const zero = x.const(0);
  x.write(0, zero);
  x.flags.logic(x.width(0), zero);
}
