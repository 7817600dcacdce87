/** Loads and stores of general registers. MIPS32 vol. II. Alignment is checked by the memory access itself. */
import type { I32 } from '@kml/core';
import { reg } from '../state.ts';
import { ADES } from '../vectors.ts';
import type { Insn } from './insn.ts';

const LL_BIT = reg('llBit');
const LL_ADDR = reg('llAddr');

/** LB, LBU, LH, LHU, LW. */
export const load =
  (op: 'load8u' | 'load8s' | 'load16u' | 'load16s' | 'load32') =>
  (x: Insn): void =>
    x.set(x.rt, x.b[op](x.address()));

/** SB, SH, SW. */
export const store =
  (op: 'store8' | 'store16' | 'store32') =>
  (x: Insn): void => {
    x.b[op](x.address(), x.get(x.rt));
  };

/**
 * How far the bytes of an unaligned access are from the register's end they belong to, in bits. The
 * left instruction has the most significant bytes: those from the address to the word's lower end
 * (little-endian) or upper end (big-endian). A shift count: modulo 32.
 */
function distance(x: Insn, address: I32, left: boolean): I32 {
  const { b } = x;
  const bits = b.shl(address, x.const(3));
  return left === x.bigEndian ? bits : b.xor(bits, x.const(24));
}

function wordAddress(x: Insn, address: I32): I32 {
  return x.b.and(address, x.const(~3));
}

/** LWL: the loaded bytes to the top of the register. */
export function lwl(x: Insn): void {
  const { b } = x;
  const address = x.address();
  const shift = distance(x, address, true);
  const word = b.load32(wordAddress(x, address));
  const kept = b.and(x.get(x.rt), b.xor(b.shl(x.const(-1), shift), x.const(-1)));
  x.set(x.rt, b.or(b.shl(word, shift), kept));
}

/** LWR: the loaded bytes to the bottom of the register. */
export function lwr(x: Insn): void {
  const { b } = x;
  const address = x.address();
  const shift = distance(x, address, false);
  const word = b.load32(wordAddress(x, address));
  const kept = b.and(x.get(x.rt), b.xor(b.shrU(x.const(-1), shift), x.const(-1)));
  x.set(x.rt, b.or(b.shrU(word, shift), kept));
}

/** SWL. */
export function swl(x: Insn): void {
  const { b } = x;
  const address = x.address();
  const shift = distance(x, address, true);
  const word = wordAddress(x, address);
  const old = b.and(b.load32W(word), b.xor(b.shrU(x.const(-1), shift), x.const(-1)));
  b.store32(word, b.or(old, b.shrU(x.get(x.rt), shift)));
}

/** SWR. */
export function swr(x: Insn): void {
  const { b } = x;
  const address = x.address();
  const shift = distance(x, address, false);
  const word = wordAddress(x, address);
  const old = b.and(b.load32W(word), b.xor(b.shl(x.const(-1), shift), x.const(-1)));
  b.store32(word, b.or(old, b.shl(x.get(x.rt), shift)));
}

/** LL: the word, and a reservation of it. */
export function ll(x: Insn): void {
  const { b } = x;
  const address = x.address();
  const value = b.load32(address);
  b.set(x.const(1), LL_BIT);
  b.set(address, LL_ADDR);
  x.set(x.rt, value);
}

/** SC: stores if the reservation held. */
export function sc(x: Insn): void {
  const { b } = x;
  const address = x.address();
  b.trapIf(b.and(address, x.const(3)), address, ADES);
  const held = b.and(b.get(LL_BIT), b.eq(b.get(LL_ADDR), address));
  b.store32If(address, x.get(x.rt), held);
  b.set(x.const(0), LL_BIT);
  x.set(x.rt, held);
}

/** PREF, SYNC, SYNCI, SSNOP and their like: nothing to do. */
export function nothing(_x: Insn): void {}
