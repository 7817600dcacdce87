import type { I32 } from '@kml/core';
import { NOT_RESERVED, reg } from '../state.ts';
import { type Insn, PC } from './insn.ts';

const EXCLUSIVE = reg('exclusive');

/**
 * The exclusive monitor holds the address of the last load-exclusive. One CPU has no other observer:
 * what opens it is CLREX, a store-exclusive, and every exception entry and return. ARM ARM DDI0406C A3.4.
 */
function reserve(x: Insn, address: I32): void {
  x.b.set(x.ifExecuted(address, x.b.get(EXCLUSIVE)), EXCLUSIVE);
}

/** The address; T32's word form has an offset. */
const addressOf = (x: Insn): I32 => x.addConst(x.get(x.Rn), x.imm);

/** LDREX, LDREXB, LDREXH. */
function loadExclusive(bytes: number, access: (x: Insn, address: I32) => I32): (x: Insn) => void {
  return (x) => {
    const address = addressOf(x);
    if (bytes > 1) x.checkAlignment(address, bytes, false);
    const value = access(x, address);
    reserve(x, address);
    x.set(x.Rt, value);
  };
}

export const ldrex = loadExclusive(4, (x, address) => x.load32(address));
export const ldrexh = loadExclusive(2, (x, address) => x.load16u(address));
export const ldrexb = loadExclusive(1, (x, address) => x.load8u(address));

/** The second register of the double-word forms. */
const second = (x: Insn): number => (x.thumb ? x.Rt2 : x.Rt + 1);
const isBadPair = (x: Insn): boolean => second(x) >= PC || (!x.thumb && (x.Rt & 1) === 1);

/** LDREXD. */
export function ldrexd(x: Insn): void {
  if (isBadPair(x)) {
    x.undefined();
    return;
  }
  const address = x.get(x.Rn);
  x.checkAlignment(address, 8, false);
  const low = x.load32(address);
  const high = x.load32(x.addConst(address, 4));
  reserve(x, address);
  x.set(x.Rt, low);
  x.set(second(x), high);
}

/** STREX and its like: stores where the address is the reserved one; Rd is 0 where it did. */
function storeExclusive(bytes: number, access: (x: Insn, address: I32, cond: I32) => void): (x: Insn) => void {
  return (x) => {
    const ir = x.b;
    if (bytes === 8 && isBadPair(x)) {
      x.undefined();
      return;
    }
    const address = addressOf(x);
    if (bytes > 1) x.checkAlignment(address, bytes, true);
    const reserved = ir.eq(address, ir.get(EXCLUSIVE));
    access(x, address, x.guard === undefined ? reserved : ir.select(reserved, x.const(0), x.guard));
    x.b.set(x.ifExecuted(x.const(NOT_RESERVED), ir.get(EXCLUSIVE)), EXCLUSIVE);
    x.set(x.Rd, ir.eqz(reserved));
  };
}

export const strex = storeExclusive(4, (x, address, cond) => x.b.store32If(address, x.get(x.Rt), cond));
export const strexh = storeExclusive(2, (x, address, cond) => x.b.store16If(address, x.get(x.Rt), cond));
export const strexb = storeExclusive(1, (x, address, cond) => x.b.store8If(address, x.get(x.Rt), cond));
export const strexd = storeExclusive(8, (x, address, cond) => {
  x.b.store32If(address, x.get(x.Rt), cond);
  x.b.store32If(x.addConst(address, 4), x.get(second(x)), cond);
});

/** CLREX. */
export function clrex(x: Insn): void {
  x.b.set(x.ifExecuted(x.const(NOT_RESERVED), x.b.get(EXCLUSIVE)), EXCLUSIVE);
}
