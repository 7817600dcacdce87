/** Loads, stores and storage control. PEM, 4.2.3. */
import type { I32 } from '@kml/core';
import { reg } from '../state.ts';
import { LOAD_STRING, STORE_STRING } from '../system/string.ts';
import { ALIGNMENT } from '../vectors.ts';
import type { Insn } from './insn.ts';

type Handler = (x: Insn) => void;

const RESERVED = reg('reserved');
const RESERVED_ADDRESS = reg('reservedAddress');

/** How an instruction makes its address. */
export type Addressing = 'D' | 'DU' | 'X' | 'XU';

/** The effective address. (RA|0) + D or RB; the forms with update take RA as it is. */
export function effectiveAddress(x: Insn, form: Addressing): I32 {
  const b = x.b;
  if (form === 'D' || form === 'DU') {
    if (x.ra === 0) return b.const(x.simm);
    return x.simm === 0 ? x.gpr(x.ra) : b.add(x.gpr(x.ra), b.const(x.simm));
  }
  return x.ra === 0 ? x.gpr(x.rb) : b.add(x.gpr(x.ra), x.gpr(x.rb));
}

export function updates(form: Addressing): boolean {
  return form === 'DU' || form === 'XU';
}

export type LoadOp = 'load8u' | 'load16u' | 'load16s' | 'load32';

/** LBZ, LHZ, LHA, LWZ and their forms. Updates of register 0 or of the target are invalid. */
export function load(op: LoadOp, form: Addressing): Handler {
  return (x) => {
    if (updates(form) && (x.ra === 0 || x.ra === x.rt)) {
      x.illegal();
      return;
    }
    const address = effectiveAddress(x, form);
    const value = x.b[op](address);
    x.setGpr(x.rt, value);
    if (updates(form)) x.setGpr(x.ra, address);
  };
}

export type StoreOp = 'store8' | 'store16' | 'store32';

/** STB, STH, STW and their forms. */
export function store(op: StoreOp, form: Addressing): Handler {
  return (x) => {
    if (updates(form) && x.ra === 0) {
      x.illegal();
      return;
    }
    const address = effectiveAddress(x, form);
    x.b[op](address, x.gpr(x.rt));
    if (updates(form)) x.setGpr(x.ra, address);
  };
}

function reversed16(x: Insn, value: I32): I32 {
  const b = x.b;
  return b.or(b.shl(b.and(value, b.const(0xff)), b.const(8)), b.and(b.shrU(value, b.const(8)), b.const(0xff)));
}

function reversed32(x: Insn, value: I32): I32 {
  const b = x.b;
  const even = b.and(b.rotl(value, b.const(8)), b.const(0x00ff00ff));
  return b.or(even, b.and(b.rotl(value, b.const(24)), b.const(0xff00ff00)));
}

/** LHBRX, LWBRX. */
export function loadReversed(bytes: 2 | 4): Handler {
  return (x) => {
    const address = effectiveAddress(x, 'X');
    if (bytes === 2) x.setGpr(x.rt, reversed16(x, x.b.load16u(address)));
    else x.setGpr(x.rt, reversed32(x, x.b.load32(address)));
  };
}

/** STHBRX, STWBRX. */
export function storeReversed(bytes: 2 | 4): Handler {
  return (x) => {
    const address = effectiveAddress(x, 'X');
    const value = x.gpr(x.rt);
    if (bytes === 2) x.b.store16(address, reversed16(x, value));
    else x.b.store32(address, reversed32(x, value));
  };
}

/** LMW: all loads, then all registers. */
export function loadMultiple(x: Insn): void {
  const b = x.b;
  const address = effectiveAddress(x, 'D');
  const values: I32[] = [];
  for (let n = x.rt; n < 32; n++) values.push(b.load32(at(x, address, 4 * (n - x.rt))));
  values.forEach((value, n) => {
    x.setGpr(x.rt + n, value);
  });
}

/** STMW. A fault in the middle leaves the lower words written, as on hardware; the instruction starts over. */
export function storeMultiple(x: Insn): void {
  const address = effectiveAddress(x, 'D');
  for (let n = x.rt; n < 32; n++) x.b.store32(at(x, address, 4 * (n - x.rt)), x.gpr(n));
}

function at(x: Insn, address: I32, offset: number): I32 {
  return offset === 0 ? address : x.b.add(address, x.b.const(offset));
}

/** Whether a string load of `registers` from RT would load RA. */
function loadsBase(x: Insn, registers: number): boolean {
  return x.ra !== 0 && ((x.ra - x.rt) & 31) < registers;
}

/** LSWI: bytes fill registers from the left, the rest of the last is 0. */
export function loadStringImmediate(x: Insn): void {
  const b = x.b;
  const length = x.rb === 0 ? 32 : x.rb;
  const registers = (length + 3) >> 2;
  if (loadsBase(x, registers)) {
    x.illegal();
    return;
  }
  const address = x.gprOrZero(x.ra);
  const values: I32[] = [];
  for (let offset = 0; offset < length; offset += 4) {
    if (length - offset >= 4) {
      values.push(b.load32(at(x, address, offset)));
      continue;
    }
    let word = b.const(0);
    for (let byte = 0; byte < length - offset; byte++) {
      word = b.or(word, b.shl(b.load8u(at(x, address, offset + byte)), b.const(24 - 8 * byte)));
    }
    values.push(word);
  }
  values.forEach((value, n) => {
    x.setGpr((x.rt + n) & 31, value);
  });
}

/** STSWI. */
export function storeStringImmediate(x: Insn): void {
  const b = x.b;
  const length = x.rb === 0 ? 32 : x.rb;
  const address = x.gprOrZero(x.ra);
  for (let offset = 0; offset < length; offset += 4) {
    const value = x.gpr((x.rt + (offset >> 2)) & 31);
    if (length - offset >= 4) {
      b.store32(at(x, address, offset), value);
      continue;
    }
    for (let byte = 0; byte < length - offset; byte++) {
      b.store8(at(x, address, offset + byte), b.shrU(value, b.const(24 - 8 * byte)));
    }
  }
}

/** LSWX, STSWX: their length is in XER; host code does them. */
export function stringIndexed(direction: 'load' | 'store'): Handler {
  return (x) => {
    const routine = direction === 'load' ? LOAD_STRING : STORE_STRING;
    x.system(routine, effectiveAddress(x, 'X'), x.const(x.rt), x.const((x.ra << 5) | x.rb));
  };
}

/** LWARX. */
export function loadReserve(x: Insn): void {
  const b = x.b;
  const address = effectiveAddress(x, 'X');
  b.trapIf(b.and(address, b.const(3)), address, ALIGNMENT);
  const value = b.load32(address);
  b.set(b.const(1), RESERVED);
  b.set(address, RESERVED_ADDRESS);
  x.setGpr(x.rt, value);
}

/** STWCX. */
export function storeConditional(x: Insn): void {
  const b = x.b;
  const address = effectiveAddress(x, 'X');
  b.trapIf(b.and(address, b.const(3)), address, ALIGNMENT);
  const holds = b.and(b.get(RESERVED), b.eq(b.get(RESERVED_ADDRESS), address));
  b.store32If(address, x.gpr(x.rt), holds);
  b.set(b.const(0), RESERVED);
  x.cr.setBits(0, [b.const(0), b.const(0), holds, x.summaryOverflow()]);
}

/** DCBZ: a line of 32 bytes. */
export function zeroLine(x: Insn): void {
  const b = x.b;
  const line = b.and(effectiveAddress(x, 'X'), b.const(~31));
  const zero = b.constantV([0, 0, 0, 0]);
  b.storeV(line, zero);
  b.storeV(b.add(line, b.const(16)), zero);
}

/** DCBF, DCBST, ICBI: there are no caches to be told apart; the address must be readable. */
export function touch(x: Insn): void {
  x.b.load8u(effectiveAddress(x, 'X'));
}

/** DCBI: privileged, and faults as a store. */
export function invalidateLine(x: Insn): void {
  if (x.supervisor()) x.b.probeW(effectiveAddress(x, 'X'), 1);
}

/** SYNC, ISYNC, EIEIO, DCBT, DCBTST: nothing to do on one CPU in order. */
export function nothing(): void {}
