import type { I32 } from '@kml/core';
import { reg } from '../state.ts';
import type { Insn } from './insn.ts';
import { clamp } from './saturate.ts';

const GE = reg('ge');

/** What becomes of a lane's sum: S and U wrap and set GE, Q and UQ saturate, SH and UH halve. */
export type ParallelKind = 'S' | 'Q' | 'SH' | 'U' | 'UQ' | 'UH';
/** What the lanes do: ASX and SAX exchange the halves of Rm. */
export type ParallelOperation = 'ADD16' | 'ASX' | 'SAX' | 'SUB16' | 'ADD8' | 'SUB8';

const isSigned = (kind: ParallelKind): boolean => kind === 'S' || kind === 'Q' || kind === 'SH';

/** Lane `n` of `width` bits, extended to the word. */
function lane(x: Insn, word: I32, n: number, width: number, signed: boolean): I32 {
  const ir = x.b;
  if (signed) {
    const up = 32 - width * (n + 1);
    return ir.shrS(up === 0 ? word : ir.shl(word, x.const(up)), x.const(32 - width));
  }
  return x.bits(word, n * width, width);
}

/** The lane's result, its low `width` bits of meaning. */
function finish(x: Insn, value: I32, kind: ParallelKind, width: number): I32 {
  switch (kind) {
    case 'Q':
      return clamp(x, value, -(2 ** (width - 1)), 2 ** (width - 1) - 1);
    case 'UQ':
      return clamp(x, value, 0, 2 ** width - 1);
    case 'SH':
    case 'UH':
      // A negative difference of UH keeps its sign in the bit above the lane.
      return x.b.shrS(value, x.const(1));
    default:
      return value;
  }
}

/** Whether the lane's GE bits are set: signed, not negative; unsigned, a carry or no borrow. */
function reached(x: Insn, value: I32, kind: ParallelKind, width: number, subtract: boolean): I32 {
  if (kind === 'S' || subtract) return x.b.geS(value, x.const(0));
  return x.b.geS(value, x.const(2 ** width));
}

/** An instruction of Parallel addition and subtraction. ARM ARM DDI0406C A4.4.8. */
export function parallel(kind: ParallelKind, operation: ParallelOperation): (x: Insn) => void {
  if (kind === 'U' && operation === 'ADD8') return uadd8;
  if (kind === 'U' && operation === 'SUB8') return usub8;
  const width = operation.endsWith('8') ? 8 : 16;
  const exchange = operation === 'ASX' || operation === 'SAX';
  const subtracts = (n: number): boolean => {
    if (exchange) return (operation === 'ASX') === (n === 0);
    return operation.startsWith('SUB');
  };
  return (x) => {
    const ir = x.b;
    const signed = isSigned(kind);
    const left = x.get(x.Rn);
    const right = exchange ? ir.rotr(x.get(x.Rm), x.const(16)) : x.get(x.Rm);
    let result: I32 | undefined;
    let ge: I32 | undefined;
    for (let n = 0; n < 32 / width; n++) {
      const a = lane(x, left, n, width, signed);
      const b = lane(x, right, n, width, signed);
      const value = subtracts(n) ? ir.sub(a, b) : ir.add(a, b);
      const placed = place(x, finish(x, value, kind, width), n, width);
      result = result === undefined ? placed : ir.or(result, placed);
      if (kind !== 'S' && kind !== 'U') continue;
      const mask = x.const(((2 ** width - 1) << (n * width)) | 0);
      const set = ir.select(mask, x.const(0), reached(x, value, kind, width, subtracts(n)));
      ge = ge === undefined ? set : ir.or(ge, set);
    }
    x.set(x.Rd, result!);
    if (ge !== undefined) setGe(x, ge);
  };
}

function place(x: Insn, value: I32, n: number, width: number): I32 {
  const ir = x.b;
  if ((n + 1) * width === 32) return ir.shl(value, x.const(n * width));
  const low = ir.and(value, x.const(2 ** width - 1));
  return n === 0 ? low : ir.shl(low, x.const(n * width));
}

function setGe(x: Insn, ge: I32): void {
  x.b.set(x.ifExecuted(ge, x.b.get(GE)), GE);
}

const HIGH_BITS = 0x8080_8080 | 0;
const LOW_BITS = 0x7f7f_7f7f;

/** Each byte all ones where its top bit is set in `tops` (which has no other bits). */
function spread(x: Insn, tops: I32): I32 {
  const ir = x.b;
  return ir.sub(ir.shl(tops, x.const(1)), ir.shrU(tops, x.const(7)));
}

/** UADD8, four lanes at once: it is what string functions are made of. */
function uadd8(x: Insn): void {
  const ir = x.b;
  const a = x.get(x.Rn);
  const b = x.get(x.Rm);
  const low = ir.add(ir.and(a, x.const(LOW_BITS)), ir.and(b, x.const(LOW_BITS)));
  const result = ir.xor(low, ir.and(ir.xor(a, b), x.const(HIGH_BITS)));
  const carry = ir.or(ir.and(a, b), ir.and(ir.or(a, b), ir.xor(result, x.const(-1))));
  x.set(x.Rd, result);
  setGe(x, spread(x, ir.and(carry, x.const(HIGH_BITS))));
}

/** USUB8, four lanes at once. */
function usub8(x: Insn): void {
  const ir = x.b;
  const a = x.get(x.Rn);
  const b = x.get(x.Rm);
  const notB = ir.xor(b, x.const(-1));
  const low = ir.sub(ir.or(a, x.const(HIGH_BITS)), ir.and(b, x.const(LOW_BITS)));
  const result = ir.xor(low, ir.and(ir.xor(a, notB), x.const(HIGH_BITS)));
  // Carry out of a + NOT b + 1.
  const carry = ir.or(ir.and(a, notB), ir.and(ir.or(a, notB), ir.xor(result, x.const(-1))));
  x.set(x.Rd, result);
  setGe(x, spread(x, ir.and(carry, x.const(HIGH_BITS))));
}

/** SEL: bytes of Rn where GE is set, else of Rm. */
export function sel(x: Insn): void {
  const ir = x.b;
  const ge = ir.get(GE);
  const rm = x.get(x.Rm);
  x.set(x.Rd, ir.xor(rm, ir.and(ir.xor(x.get(x.Rn), rm), ge)));
}

/** Sum of the absolute differences of the bytes of Rn and Rm. */
function absoluteDifferences(x: Insn): I32 {
  const ir = x.b;
  let sum: I32 | undefined;
  for (let n = 0; n < 4; n++) {
    const difference = ir.sub(x.bits(x.get(x.Rn), 8 * n, 8), x.bits(x.get(x.Rm), 8 * n, 8));
    const sign = ir.shrS(difference, x.const(31));
    const absolute = ir.sub(ir.xor(difference, sign), sign);
    sum = sum === undefined ? absolute : ir.add(sum, absolute);
  }
  return sum!;
}

/** USAD8. */
export function usad8(x: Insn): void {
  x.set(x.Rd, absoluteDifferences(x));
}
/** USADA8. */
export function usada8(x: Insn): void {
  x.set(x.Rd, x.b.add(absoluteDifferences(x), x.get(x.Ra)));
}
