import type { I32 } from '@kml/core';
import { DE } from '../vectors.ts';
import { EAX, EDX, type Insn } from './insn.ts';

/** MUL: CF and OF say whether the upper half is in use; the other flags (undefined) stay. */
export function mul(x: Insn): void {
  const b = x.b;
  const width = x.width(0);
  const source = x.read(0);
  const a = x.getReg(EAX, width);
  let high: I32;
  if (width === 32) {
    const product = b.mul64(b.extendU(a), b.extendU(source));
    high = b.wrap(b.shrU64(product, b.constant64(32, 0)));
    x.set32(EAX, b.wrap(product));
    x.set32(EDX, high);
  } else {
    const product = b.mul(a, source);
    high = b.shrU(product, x.const(width));
    setWide(x, width, product, high);
  }
  setCarryOverflow(x, b.ne(high, x.const(0)));
}

/** IMUL with one operand. */
export function imul1(x: Insn): void {
  const b = x.b;
  const width = x.width(0);
  const source = x.readSigned(0);
  const a = x.signExtend(x.getReg(EAX, width), width);
  if (width === 32) {
    const product = b.mul64(b.extendS(a), b.extendS(source));
    const low = b.wrap(product);
    const high = b.wrap(b.shrU64(product, b.constant64(32, 0)));
    x.set32(EAX, low);
    x.set32(EDX, high);
    setCarryOverflow(x, b.ne(high, b.shrS(low, x.const(31))));
  } else {
    const product = b.mul(a, source);
    setWide(x, width, product, b.shrU(product, x.const(width)));
    setCarryOverflow(x, b.ne(product, x.signExtend(product, width)));
  }
}

/** IMUL register, operand [, immediate]. */
export function imul(x: Insn): void {
  const b = x.b;
  const width = x.width(0);
  const three = x.operands.length === 3;
  const source = x.readSigned(1);
  const a = three ? x.signExtend(x.read(2), width) : x.signExtend(x.read(0), width);
  const product = b.mul(a, source);
  x.write(0, product);
  if (width === 32) {
    const exact = b.mul64(b.extendS(a), b.extendS(source));
    setCarryOverflow(x, b.eqz(b.eq64(exact, b.extendS(product))));
  } else setCarryOverflow(x, b.ne(product, x.signExtend(product, width)));
}

/** AX, or DX:AX. */
function setWide(x: Insn, width: 8 | 16, product: I32, high: I32): void {
  if (width === 8) {
    x.setReg(EAX, 16, product);
  } else {
    x.setReg(EAX, 16, product);
    x.setReg(EDX, 16, high);
  }
}

function setCarryOverflow(x: Insn, value: I32): void {
  x.flags.setCf(value);
  x.flags.setOf(value);
}

/** DIV: #DE where the divisor is 0 or the quotient does not fit. Flags (undefined) stay. */
export function div(x: Insn): void {
  const b = x.b;
  const width = x.width(0);
  const divisor = x.read(0);
  if (width === 32) {
    const high = x.get32(EDX);
    // The quotient fits iff the upper half is below the divisor: excludes 0, too.
    x.trapIf(b.geU(high, divisor), DE);
    if (b.constantOf(high) === 0) {
      const dividend = x.get32(EAX);
      setQuotient(x, 32, b.divU(dividend, divisor), b.remU(dividend, divisor));
      return;
    }
    const low = b.extendU(x.get32(EAX));
    const dividend = b.or64(low, b.shl64(b.extendU(high), b.constant64(32, 0)));
    const wide = b.extendU(divisor);
    setQuotient(x, 32, b.wrap(b.divU64(dividend, wide)), b.wrap(b.remU64(dividend, wide)));
    return;
  }
  const dividend = narrowDividend(x, width);
  x.trapIf(b.geU(b.shrU(dividend, x.const(width)), divisor), DE);
  setQuotient(x, width, b.divU(dividend, divisor), b.remU(dividend, divisor));
}

/** IDIV. */
export function idiv(x: Insn): void {
  const b = x.b;
  const width = x.width(0);
  const divisor = x.readSigned(0);
  x.trapIf(b.eqz(divisor), DE);
  if (width === 32 && x.dividendIsExtended()) {
    const dividend = x.get32(EAX);
    x.trapIf(b.and(b.eq(dividend, x.const(0x80000000 | 0)), b.eq(divisor, x.const(-1))), DE);
    setQuotient(x, 32, b.divS(dividend, divisor), b.remS(dividend, divisor));
    return;
  }
  if (width === 32) {
    const high = b.shl64(b.extendU(x.get32(EDX)), b.constant64(32, 0));
    const dividend = b.or64(b.extendU(x.get32(EAX)), high);
    const lowest = b.and(b.eq64(dividend, b.constant64(0, 0x80000000 | 0)), b.eq(divisor, x.const(-1)));
    x.trapIf(lowest, DE);
    const wide = b.extendS(divisor);
    const quotient = b.divS64(dividend, wide);
    const narrow = b.wrap(quotient);
    x.trapIf(b.eqz(b.eq64(b.extendS(narrow), quotient)), DE);
    setQuotient(x, 32, narrow, b.wrap(b.remS64(dividend, wide)));
    return;
  }
  const dividend = width === 8 ? b.ext16(x.get32(EAX)) : narrowDividend(x, 16);
  if (width === 16) {
    x.trapIf(b.and(b.eq(dividend, x.const(0x80000000 | 0)), b.eq(divisor, x.const(-1))), DE);
  }
  const quotient = b.divS(dividend, divisor);
  x.trapIf(b.ne(quotient, x.signExtend(quotient, width)), DE);
  setQuotient(x, width, quotient, b.remS(dividend, divisor));
}

/** AX, or DX:AX as a word. */
function narrowDividend(x: Insn, width: 8 | 16): I32 {
  if (width === 8) return x.getReg(EAX, 16);
  return x.b.or(x.getReg(EAX, 16), x.b.shl(x.get32(EDX), x.const(16)));
}

function setQuotient(x: Insn, width: 8 | 16 | 32, quotient: I32, remainder: I32): void {
  x.setReg(EAX, width, quotient);
  if (width === 8) x.setReg(4, 8, remainder);
  else x.setReg(EDX, width, remainder);
}
