import type { I32 } from '@kml/core';
import type { Insn } from './insn.ts';

/** A shifted operand; without `carry` the shifter leaves C as it is. */
export interface Shifted {
  readonly value: I32;
  readonly carry: I32 | undefined;
}

export const LSL = 0;
export const LSR = 1;
export const ASR = 2;
export const ROR = 3;

/** ARMExpandImm. ARM ARM DDI0406C A5.2.4. */
export function expandArm(imm: number): number {
  const rotation = (imm >> 8) * 2;
  const byte = imm & 0xff;
  return rotation === 0 ? byte : (byte >>> rotation) | (byte << (32 - rotation));
}

/** ThumbExpandImm. ARM ARM DDI0406C A6.3.2. */
export function expandThumb(imm: number): number {
  const byte = imm & 0xff;
  switch (imm >> 8) {
    case 0:
      return byte;
    case 1:
      return byte | (byte << 16);
    case 2:
      return (byte << 8) | (byte << 24);
    case 3:
      return Math.imul(byte, 0x0101_0101);
    default: {
      const rotation = imm >> 7;
      const value = 0x80 | (imm & 0x7f);
      return (value >>> rotation) | (value << (32 - rotation));
    }
  }
}

/** The immediate of a row whose operand2 is 'arm', 'thumb' or 'plain'. */
export function immediateOf(x: Insn): number {
  switch (x.row.operand2) {
    case 'arm':
      return expandArm(x.imm);
    case 'thumb':
      return expandThumb(x.imm);
    default:
      return x.imm;
  }
}

/** Whether expanding the immediate gives a carry. */
function immediateHasCarry(x: Insn): boolean {
  if (x.row.operand2 === 'arm') return x.imm >= 0x100;
  return x.row.operand2 === 'thumb' && x.imm >= 0x400;
}

/** The flexible second operand; its carry is computed only where `wantCarry`. */
export function operand2(x: Insn, wantCarry: boolean): Shifted {
  switch (x.row.operand2) {
    case 'shifted':
      return shiftByImmediate(x, x.get(x.Rm), x.type, x.shift, wantCarry);
    case 'byRegister':
      return shiftByRegister(x, x.get(x.Rm), x.type, x.get(x.Rs), wantCarry);
    case 'register':
      return { value: x.get(x.Rm), carry: undefined };
    default: {
      const value = immediateOf(x);
      return { value: x.const(value), carry: wantCarry && immediateHasCarry(x) ? x.const(value >>> 31) : undefined };
    }
  }
}

/** Bit `n` of a word. */
const bit = (x: Insn, word: I32, n: number): I32 => x.bits(word, n, 1);

/** DecodeImmShift and Shift_C: counts of 0 stand for 32, and for RRX. ARM ARM DDI0406C A8.4.3. */
export function shiftByImmediate(x: Insn, word: I32, type: number, count: number, wantCarry: boolean): Shifted {
  const ir = x.b;
  const carry = (n: number): I32 | undefined => (wantCarry ? bit(x, word, n) : undefined);
  switch (type) {
    case LSL:
      if (count === 0) return { value: word, carry: undefined };
      return { value: ir.shl(word, x.const(count)), carry: carry(32 - count) };
    case LSR:
      if (count === 0) return { value: x.const(0), carry: carry(31) };
      return { value: ir.shrU(word, x.const(count)), carry: carry(count - 1) };
    case ASR:
      return { value: ir.shrS(word, x.const(count === 0 ? 31 : count)), carry: carry(count === 0 ? 31 : count - 1) };
    default:
      if (count !== 0) return { value: ir.rotr(word, x.const(count)), carry: carry(count - 1) };
      return { value: ir.or(ir.shl(x.flags.carry(), x.const(31)), ir.shrU(word, x.const(1))), carry: carry(0) };
  }
}

/** Shift_C by the low byte of a register. ARM ARM DDI0406C A2.2.1. */
function shiftByRegister(x: Insn, word: I32, type: number, register: I32, wantCarry: boolean): Shifted {
  const ir = x.b;
  const count = ir.and(register, x.const(0xff));
  const value = shiftedValue(x, word, type, count);
  if (!wantCarry) return { value, carry: undefined };
  return { value, carry: ir.select(carryOut(x, word, type, count, value), x.flags.carry(), count) };
}

function shiftedValue(x: Insn, word: I32, type: number, count: I32): I32 {
  const ir = x.b;
  const inRange = ir.ltU(count, x.const(32));
  switch (type) {
    case LSL:
      return ir.select(ir.shl(word, count), x.const(0), inRange);
    case LSR:
      return ir.select(ir.shrU(word, count), x.const(0), inRange);
    case ASR:
      return ir.shrS(word, ir.select(count, x.const(31), inRange));
    default:
      return ir.rotr(word, count);
  }
}

/** The last bit shifted out, for a count that is not 0. */
function carryOut(x: Insn, word: I32, type: number, count: I32, value: I32): I32 {
  const ir = x.b;
  if (type === ROR) return bit(x, value, 31);
  const capped = ir.extendU(ir.select(count, x.const(63), ir.ltU(count, x.const(63))));
  const one = ir.constant64(1, 0);
  switch (type) {
    case LSL:
      return ir.and(ir.wrap(ir.shrU64(ir.shl64(ir.extendU(word), capped), ir.constant64(32, 0))), x.const(1));
    case LSR:
      return ir.and(ir.wrap(ir.shrU64(ir.shl64(ir.extendU(word), one), capped)), x.const(1));
    default:
      return ir.and(ir.wrap(ir.shrS64(ir.shl64(ir.extendS(word), one), capped)), x.const(1));
  }
}
