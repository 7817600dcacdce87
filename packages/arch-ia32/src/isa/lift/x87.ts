/** x87: arithmetic, compares, loads and stores. The work is done by the helpers of isa/fp. */
import type { I32 } from '@kml/core';
import { X87_OP, X87_OP_DOUBLE, X87_OP_INTEGER, X87_OP_SINGLE, X87_SQRT } from '../fp/x87-arithmetic.ts';
import {
  X87_COMPARE,
  X87_COMPARE_DOUBLE,
  X87_COMPARE_EFLAGS,
  X87_COMPARE_INTEGER,
  X87_COMPARE_SINGLE,
} from '../fp/x87-compare.ts';
import {
  X87_EXCHANGE,
  X87_LOAD_BCD,
  X87_LOAD_CONSTANT,
  X87_LOAD_DOUBLE,
  X87_LOAD_EXTENDED,
  X87_LOAD_INTEGER,
  X87_LOAD_REGISTER,
  X87_LOAD_SINGLE,
  X87_MOVE_IF,
  X87_STORE_REGISTER,
} from '../fp/x87-load.ts';
import {
  X87_COMMIT_STORE,
  X87_CONVERT_BCD,
  X87_CONVERT_DOUBLE,
  X87_CONVERT_EXTENDED,
  X87_CONVERT_INT16,
  X87_CONVERT_INT32,
  X87_CONVERT_INT64,
  X87_CONVERT_SINGLE,
} from '../fp/x87-store.ts';
import { X87_SIGN } from '../fp/x87-unary.ts';
import type { Insn } from './insn.ts';
import { beginWaiting, load64Words, noteLast, SCRATCH_AT } from './x87-common.ts';
import {
  compareFlagsNative,
  compareMemoryNative,
  compareNative,
  exchangeNative,
  loadConstantNative,
  loadInt64Native,
  loadNative,
  loadRegisterNative,
  type MemoryKind,
  operateMemoryNative,
  operateNative,
  rootNative,
  signNative,
  storeDoubleNative,
  storeRegisterNative,
  storeSingleNative,
  testNative,
} from './x87-native.ts';

type Handler = (x: Insn) => void;

/** A helper call that stands alone: no operands in memory. */
export function register(helper: number, a: (x: Insn) => number = () => 0, b = 0, c = 0): Handler {
  return (x) => {
    if (!beginWaiting(x)) return;
    noteLast(x);
    x.b.helper(x.const(a(x)), x.const(b), x.const(c), helper);
  };
}

/** The native lift where there is one for the case, else that to a helper. */
function orHelper(native: (x: Insn) => boolean, helper: Handler): Handler {
  return (x) => {
    if (!native(x)) helper(x);
  };
}

/** FXCH ST(i). */
export const exchange: Handler = orHelper(
  exchangeNative,
  register(X87_EXCHANGE, (x) => x.rm),
);

/** FSQRT. */
export const squareRoot: Handler = orHelper(rootNative, register(X87_SQRT));

/** FCHS, FABS: what is kept of sign and exponent, and what is turned. */
export function changeSign(keep: number, turn: number): Handler {
  return orHelper(
    (x) => signNative(x, keep, turn),
    register(X87_SIGN, () => keep, turn),
  );
}

/** FADD and its kin on registers: ST(0) op= ST(i), or ST(i) op= ST(0) with `reverse`, popping with `pop`. */
export function operate(op: number, reverse: boolean, pop: boolean): Handler {
  return (x) => {
    const dst = reverse ? x.rm : 0;
    const src = reverse ? 0 : x.rm;
    if (operateNative(x, op, dst, src, pop) || !beginWaiting(x)) return;
    noteLast(x);
    x.b.helper(x.const(op | (pop ? 8 : 0)), x.const(dst), x.const(src), X87_OP);
  };
}

/** A helper on a memory operand; `code` goes in the argument after the operand's words. */
function withMemory(kind: MemoryKind, single: number, double: number, integer: number, code: number): Handler {
  return (x) => {
    if (!beginWaiting(x)) return;
    const b = x.b;
    const zero = b.const(0);
    if (kind === 'double') {
      const address = x.mem(8);
      const [low, high] = load64Words(x, address);
      noteLast(x, address);
      b.helper(low, high, b.const(code), double);
      return;
    }
    const address = x.mem(kind === 'int16' ? 2 : 4);
    const word = kind === 'int16' ? b.load16s(address) : b.load32(address);
    noteLast(x, address);
    b.helper(word, b.const(code), zero, kind === 'single' ? single : integer);
  };
}

/** FADD m32, FIADD m16 and their kin. */
export function operateMemory(op: number, kind: MemoryKind): Handler {
  const exactly = withMemory(kind, X87_OP_SINGLE, X87_OP_DOUBLE, X87_OP_INTEGER, op);
  return (x) => {
    if (!operateMemoryNative(x, op, kind)) exactly(x);
  };
}

/** FCOM ST(i) and its kin; `code` as in fp/x87-compare. */
export function compare(code: number, i?: number): Handler {
  return (x) => {
    if (compareNative(x, code, i ?? x.rm) || !beginWaiting(x)) return;
    noteLast(x);
    x.b.helper(x.const(code), x.const(i ?? x.rm), x.const(0), X87_COMPARE);
  };
}

/** FCOM m32, FICOM m16 and their kin. */
export function compareMemory(code: number, kind: MemoryKind): Handler {
  const exactly = withMemory(kind, X87_COMPARE_SINGLE, X87_COMPARE_DOUBLE, X87_COMPARE_INTEGER, code);
  return (x) => {
    if (!compareMemoryNative(x, code, kind)) exactly(x);
  };
}

/** FTST. */
export function test(x: Insn): void {
  if (testNative(x) || !beginWaiting(x)) return;
  noteLast(x);
  const zero = x.const(0);
  x.b.helper(zero, zero, zero, X87_COMPARE_INTEGER);
}

/** FCOMI and its kin: ZF, PF, CF from the comparison (unordered where an exception is unmasked), the other flags cleared. */
export function compareFlags(code: number): Handler {
  return (x) => {
    if (compareFlagsNative(x, code) || !beginWaiting(x)) return;
    noteLast(x);
    const b = x.b;
    const word = b.helper(b.const(code), b.const(x.rm), b.const(0), X87_COMPARE_EFLAGS);
    const bit = (shift: number): I32 => b.and(b.shrU(word, b.const(shift)), b.const(1));
    x.flags.setCompare(bit(6), bit(2), bit(0));
  };
}

/** FCMOVcc, by Jcc's condition code. */
export function moveIf(condition: number): Handler {
  return (x) => {
    if (!beginWaiting(x)) return;
    noteLast(x);
    x.b.helper(x.const(x.rm), x.flags.condition(condition), x.const(0), X87_MOVE_IF);
  };
}

/** FLD ST(i). */
export const loadRegister: Handler = orHelper(
  loadRegisterNative,
  register(X87_LOAD_REGISTER, (x) => x.rm),
);

/** FLD1 and the other constants. */
export function loadConstant(which: number): Handler {
  return orHelper(
    (x) => loadConstantNative(x, which),
    register(X87_LOAD_CONSTANT, () => which),
  );
}

/** FLD m32. */
export function loadSingle(x: Insn): void {
  if (loadNative(x, 'single') || !beginWaiting(x)) return;
  const address = x.mem(4);
  const bits = x.b.load32(address);
  noteLast(x, address);
  x.b.helper(bits, x.const(0), x.const(0), X87_LOAD_SINGLE);
}

/** FLD m64 and FILD m64. */
export function load64(helper: number): Handler {
  return (x) => {
    if (!beginWaiting(x)) return;
    const address = x.mem(8);
    const [low, high] = load64Words(x, address);
    noteLast(x, address);
    x.b.helper(low, high, x.const(0), helper);
  };
}

export const loadDouble = orHelper((x) => loadNative(x, 'double'), load64(X87_LOAD_DOUBLE));
export const loadInt64 = orHelper(loadInt64Native, load64(X87_LOAD_INTEGER));

/** FILD m16 and m32. */
export function loadInteger(bits: 16 | 32): Handler {
  return (x) => {
    if (loadNative(x, bits === 16 ? 'int16' : 'int32') || !beginWaiting(x)) return;
    const b = x.b;
    const address = x.mem(bits >> 3);
    const value = bits === 16 ? b.load16s(address) : b.load32(address);
    noteLast(x, address);
    b.helper(value, b.shrS(value, b.const(31)), b.const(0), X87_LOAD_INTEGER);
  };
}

function load80(helper: number): Handler {
  return (x) => {
    if (!beginWaiting(x)) return;
    const b = x.b;
    const address = x.mem(10, false, 7);
    const [low, high] = load64Words(x, address);
    const last = b.load16u(b.add(address, b.const(8)));
    noteLast(x, address);
    b.helper(low, high, last, helper);
  };
}

/** FLD m80 and FBLD. */
export const loadExtended = load80(X87_LOAD_EXTENDED);
export const loadBcd = load80(X87_LOAD_BCD);

/** FST ST(i), FSTP ST(i). */
export function storeRegister(pop: number): Handler {
  return (x) => {
    if (storeRegisterNative(x, pop) || !beginWaiting(x)) return;
    noteLast(x);
    x.b.helper(x.const(x.rm), x.const(pop), x.const(0), X87_STORE_REGISTER);
  };
}

function commit(x: Insn, address: I32, pop: number): void {
  noteLast(x, address);
  x.b.helper(x.const(pop), x.const(0), x.const(0), X87_COMMIT_STORE);
}

/** FST m32, FIST m32, FISTTP's kin: converts to one word, given what memory holds. */
function store32(helper: number, pop: number): Handler {
  return (x) => {
    if (!beginWaiting(x)) return;
    const b = x.b;
    const address = x.mem(4, true);
    const old = b.load32W(address);
    b.store32(address, b.helper(old, b.const(0), b.const(0), helper));
    commit(x, address, pop);
  };
}

export const storeSingle = (pop: number): Handler =>
  orHelper((x) => storeSingleNative(x, pop), store32(X87_CONVERT_SINGLE, pop));
export const storeInt32 = (pop: number): Handler => store32(X87_CONVERT_INT32, pop);

/** FIST m16. */
export function storeInt16(pop: number): Handler {
  return (x) => {
    if (!beginWaiting(x)) return;
    const b = x.b;
    const address = x.mem(2, true);
    const old = b.load16uW(address);
    b.store16(address, b.helper(old, b.const(0), b.const(0), X87_CONVERT_INT16));
    commit(x, address, pop);
  };
}

function store64(helper: number, pop: number): Handler {
  return (x) => {
    if (!beginWaiting(x)) return;
    const b = x.b;
    const address = x.mem(8, true);
    const old = b.load64W(address);
    const high = b.wrap(b.shrU64(old, b.constant64(32, 0)));
    b.helper(b.wrap(old), high, b.const(0), helper);
    b.store64(address, b.peek64(b.const(0), SCRATCH_AT));
    commit(x, address, pop);
  };
}

export const storeDouble = (pop: number): Handler =>
  orHelper((x) => storeDoubleNative(x, pop), store64(X87_CONVERT_DOUBLE, pop));
/** FISTP m64. */
export const storeInt64: Handler = store64(X87_CONVERT_INT64, 1);

function store80(helper: number): Handler {
  return (x) => {
    if (!beginWaiting(x)) return;
    const b = x.b;
    const address = x.mem(10, true, 7);
    const upper = b.add(address, b.const(8));
    const old = b.load64W(address);
    const oldTop = b.load16uW(upper);
    b.helper(b.wrap(old), b.wrap(b.shrU64(old, b.constant64(32, 0))), oldTop, helper);
    b.store64(address, b.peek64(b.const(0), SCRATCH_AT));
    b.store16(upper, b.peek32(b.const(0), SCRATCH_AT + 8));
    commit(x, address, 1);
  };
}

/** FSTP m80 and FBSTP. */
export const storeExtended = store80(X87_CONVERT_EXTENDED);
export const storeBcd = store80(X87_CONVERT_BCD);
