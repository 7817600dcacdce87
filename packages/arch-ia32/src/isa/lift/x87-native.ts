/**
 * Native x87 instructions: on ordinary numbers, and under the usual control word where they round. The
 * rest is done again by the helpers of isa/fp (fp-mode.ts). Functions that answer false have emitted
 * nothing that binds: the instruction is lifted to its helper then.
 */
import type { I32, I64 } from '@kml/core';
import { ADD, DIV, DIVR, MUL, SUB, SUBR } from '@kml/core/softfloat';
import { POP_MASK } from '../fp/x87-compare.ts';
import { CONTROL, CONTROL_BITS, CONTROL_USUAL } from '../fp/x87-places.ts';
import { C0, C1, C2, C3 } from '../fp/x87-state.ts';
import { MODE_X87_EXACT } from '../state.ts';
import {
  add,
  compare,
  fromDouble,
  fromInteger,
  fromSingle,
  multiply,
  negated,
  type Rounded,
  toDouble,
  toSingle,
} from './extended.ts';
import { divide } from './extended-divide.ts';
import { root } from './extended-root.ts';
import { AGAIN_CONTROL, againIf, mayBeNative } from './fp-mode.ts';
import type { Insn } from './insn.ts';
import { fpuAvailable, noteLast, waitForErrors } from './x87-common.ts';
import {
  changeStatus,
  clearC1,
  type Extended,
  needOrdinary,
  needRoom,
  needUsualControl,
  noteClean,
  popRegisters,
  pushRegister,
  readRegister,
  writeRegister,
} from './x87-stack.ts';

const CONDITION = C0 | C1 | C2 | C3;

/** Begins a native instruction: false where it ends in #NM, or is one that is to be done exactly. */
function begin(x: Insn): boolean {
  if (!mayBeNative(x) || !fpuAvailable(x)) return false;
  if (!noteClean(x)) waitForErrors(x);
  return true;
}

/** Whether instructions that round are native: not until the control word is the usual one. */
function rounds(x: Insn): boolean {
  if (!mayBeNative(x)) return false;
  if ((x.mode & MODE_X87_EXACT) === 0) return true;
  const { b } = x;
  const control = b.and(b.peek32(b.const(0), CONTROL), b.const(CONTROL_BITS));
  againIf(x, b.eq(control, b.const(CONTROL_USUAL)), AGAIN_CONTROL);
  return false;
}

/** Begins an instruction that rounds. */
function beginRounding(x: Insn): boolean {
  if (!rounds(x) || !begin(x)) return false;
  needUsualControl(x);
  return true;
}

/** C1 and, if need be, PE from a rounding. */
function noteRounding(x: Insn, { inexact, up }: Rounded<unknown>): void {
  const { b } = x;
  changeStatus(x, C1, b.or(b.shl(inexact, b.const(5)), b.shl(up, b.const(9))));
}

/** Whether there is a native form of an operation. */
function isNativeOperation(op: number): boolean {
  return op === ADD || op === MUL || op === SUB || op === SUBR || op === DIV || op === DIVR;
}

function operation(x: Insn, op: number, p: Extended, q: Extended): Rounded<Extended> {
  if (op === ADD) return add(x, p, q);
  if (op === MUL) return multiply(x, p, q);
  if (op === DIV) return divide(x, p, q);
  if (op === DIVR) return divide(x, q, p);
  return op === SUB ? add(x, p, negated(x, q)) : add(x, negated(x, p), q);
}

/** ST(dst) = ST(dst) op ST(src), and a pop. */
export function operateNative(x: Insn, op: number, dst: number, src: number, pop: boolean): boolean {
  if (!isNativeOperation(op) || !beginRounding(x)) return false;
  const p = readRegister(x, dst);
  const q = readRegister(x, src);
  needOrdinary(x, p);
  needOrdinary(x, q);
  const result = operation(x, op, p, q);
  noteLast(x);
  noteRounding(x, result);
  writeRegister(x, dst, result.value);
  popRegisters(x, pop ? 1 : 0);
  return true;
}

/** FSQRT. */
export function rootNative(x: Insn): boolean {
  if (!beginRounding(x)) return false;
  const operand = readRegister(x, 0);
  needOrdinary(x, operand);
  const result = root(x, operand);
  noteLast(x);
  noteRounding(x, result);
  writeRegister(x, 0, result.value);
  return true;
}

/** Types of memory operands. */
export type MemoryKind = 'single' | 'double' | 'int16' | 'int32';

function loadOperand(x: Insn, kind: MemoryKind): { address: I32; value: Extended } {
  const { b } = x;
  const address = x.mem(kind === 'double' ? 8 : kind === 'int16' ? 2 : 4);
  switch (kind) {
    case 'double':
      return { address, value: fromDouble(x, b.load64(address)) };
    case 'single':
      return { address, value: fromSingle(x, b.load32(address)) };
    case 'int16':
      return { address, value: fromInteger(x, b.extendS(b.load16s(address))) };
    default:
      return { address, value: fromInteger(x, b.extendS(b.load32(address))) };
  }
}

/** ST(0) = ST(0) op memory. */
export function operateMemoryNative(x: Insn, op: number, kind: MemoryKind): boolean {
  if (!isNativeOperation(op) || !beginRounding(x)) return false;
  const { address, value } = loadOperand(x, kind);
  const p = readRegister(x, 0);
  needOrdinary(x, p);
  const result = operation(x, op, p, value);
  noteLast(x, address);
  noteRounding(x, result);
  writeRegister(x, 0, result.value);
  return true;
}

/** Condition codes of a comparison, and its pops. */
function finishCompare(x: Insn, p: Extended, q: Extended, code: number): void {
  const { b } = x;
  const { less, equal } = compare(x, p, q);
  changeStatus(x, CONDITION, b.or(b.shl(less, b.const(8)), b.shl(equal, b.const(14))));
  popRegisters(x, code & POP_MASK);
}

/** FCOM ST(i) and its kin; `code` as in fp/x87-compare. */
export function compareNative(x: Insn, code: number, i: number): boolean {
  if (!begin(x)) return false;
  const p = readRegister(x, 0);
  const q = readRegister(x, i);
  needOrdinary(x, p);
  needOrdinary(x, q);
  noteLast(x);
  finishCompare(x, p, q, code);
  return true;
}

/** FCOM m32, FICOM m16 and their kin. */
export function compareMemoryNative(x: Insn, code: number, kind: MemoryKind): boolean {
  if (!begin(x)) return false;
  const { address, value } = loadOperand(x, kind);
  const p = readRegister(x, 0);
  needOrdinary(x, p);
  noteLast(x, address);
  finishCompare(x, p, value, code);
  return true;
}

const constant = (x: Insn, exponent: number): Extended => ({
  significand: x.b.constant64(0, exponent === 0 ? 0 : 0x8000_0000 | 0),
  signExponent: x.const(exponent),
  ordinary: true,
});

/** FTST. */
export function testNative(x: Insn): boolean {
  if (!begin(x)) return false;
  const p = readRegister(x, 0);
  needOrdinary(x, p);
  noteLast(x);
  finishCompare(x, p, constant(x, 0), 0);
  return true;
}

/** FCOMI and its kin. They leave the condition codes. */
export function compareFlagsNative(x: Insn, code: number): boolean {
  if (!begin(x)) return false;
  const p = readRegister(x, 0);
  const q = readRegister(x, x.rm);
  needOrdinary(x, p);
  needOrdinary(x, q);
  noteLast(x);
  const { less, equal } = compare(x, p, q);
  x.flags.setCompare(equal, x.const(0), less);
  popRegisters(x, code & POP_MASK);
  return true;
}

function push(x: Insn, value: Extended, address?: I32): void {
  noteLast(x, address);
  clearC1(x);
  pushRegister(x, value);
}

/** FLD ST(i): any bits. */
export function loadRegisterNative(x: Insn): boolean {
  if (!begin(x)) return false;
  const value = readRegister(x, x.rm);
  needRoom(x);
  push(x, value);
  return true;
}

/** FLD1 (0) and FLDZ (6); the other constants depend on the rounding mode. */
export function loadConstantNative(x: Insn, which: number): boolean {
  if ((which !== 0 && which !== 6) || !begin(x)) return false;
  needRoom(x);
  push(x, constant(x, which === 0 ? 0x3fff : 0));
  return true;
}

/** FLD m32 and m64, FILD m16 and m32. */
export function loadNative(x: Insn, kind: MemoryKind): boolean {
  if (!begin(x)) return false;
  const { address, value } = loadOperand(x, kind);
  needRoom(x);
  push(x, value, address);
  return true;
}

/** FILD m64. */
export function loadInt64Native(x: Insn): boolean {
  if (!begin(x)) return false;
  const address = x.mem(8);
  const value = fromInteger(x, x.b.load64(address));
  needRoom(x);
  push(x, value, address);
  return true;
}

/** FST ST(i), FSTP ST(i): any bits. */
export function storeRegisterNative(x: Insn, pop: number): boolean {
  if (!begin(x)) return false;
  const value = readRegister(x, 0);
  noteLast(x);
  clearC1(x);
  writeRegister(x, x.rm, value);
  popRegisters(x, pop & 1);
  return true;
}

function finishStore(x: Insn, address: I32, rounded: Rounded<I32 | I64>, pop: number): void {
  noteLast(x, address);
  noteRounding(x, rounded);
  popRegisters(x, pop);
}

/** FST m64, FSTP m64. */
export function storeDoubleNative(x: Insn, pop: number): boolean {
  if (!beginRounding(x)) return false;
  const value = readRegister(x, 0);
  needOrdinary(x, value);
  const rounded = toDouble(x, value);
  const address = x.mem(8, true);
  x.b.store64(address, rounded.value);
  finishStore(x, address, rounded, pop);
  return true;
}

/** FST m32, FSTP m32. */
export function storeSingleNative(x: Insn, pop: number): boolean {
  if (!beginRounding(x)) return false;
  const value = readRegister(x, 0);
  needOrdinary(x, value);
  const rounded = toSingle(x, value);
  const address = x.mem(4, true);
  x.b.store32(address, rounded.value);
  finishStore(x, address, rounded, pop);
  return true;
}

/** FXCH ST(i): any bits. */
export function exchangeNative(x: Insn): boolean {
  if (!begin(x)) return false;
  const p = readRegister(x, 0);
  const q = readRegister(x, x.rm);
  noteLast(x);
  clearC1(x);
  writeRegister(x, 0, q);
  writeRegister(x, x.rm, p);
  return true;
}

/** FCHS, FABS: any bits; `keep` and `turn` of sign and exponent. */
export function signNative(x: Insn, keep: number, turn: number): boolean {
  if (!begin(x)) return false;
  const { b } = x;
  const value = readRegister(x, 0);
  const kept = keep === 0xffff ? value.signExponent : b.and(value.signExponent, b.const(keep));
  const signExponent = turn === 0 ? kept : b.xor(kept, b.const(turn));
  noteLast(x);
  clearC1(x);
  writeRegister(x, 0, { ...value, signExponent });
  return true;
}
