import type { I32 } from '@kml/core';
import { returnFromException } from './exception-return.ts';
import { type Insn, LR, PC } from './insn.ts';
import { mayReturnInline, returnInline } from './mode-switch.ts';
import { operand2 } from './operand2.ts';

type Compute = (x: Insn, a: I32, b: I32) => I32;

/** A logical instruction with a destination. */
function logical(compute: (x: Insn, b: I32) => I32): (x: Insn) => void {
  return (x) => {
    const toPc = begin(x);
    const { value, carry } = operand2(x, x.S === 1);
    const result = compute(x, value);
    if (toPc) {
      writePc(x, result);
      return;
    }
    x.set(x.Rd, result);
    if (x.S) x.flags.logic(result, carry);
  };
}

const not = (x: Insn, value: I32): I32 => {
  const known = x.b.constantOf(value);
  return known === undefined ? x.b.xor(value, x.const(-1)) : x.const(~known);
};

export const and = logical((x, b) => x.b.and(x.get(x.Rn), b));
export const eor = logical((x, b) => x.b.xor(x.get(x.Rn), b));
export const orr = logical((x, b) => x.b.or(x.get(x.Rn), b));
export const bic = logical((x, b) => x.b.and(x.get(x.Rn), not(x, b)));
export const orn = logical((x, b) => x.b.or(x.get(x.Rn), not(x, b)));

/** MOV and the shifts, which are MOV with a shifted operand. */
export const mov = logical((_x, b) => b);
export const mvn = logical((x, b) => not(x, b));

/** TST, TEQ. */
function logicalTest(compute: Compute): (x: Insn) => void {
  return (x) => {
    const { value, carry } = operand2(x, true);
    const a = x.get(x.Rn);
    x.flags.logic(a === value ? compute(x, a, a) : compute(x, a, value), carry);
  };
}

export const tst = logicalTest((x, a, b) => (a === b ? a : x.b.and(a, b)));
export const teq = logicalTest((x, a, b) => x.b.xor(a, b));

/** a + b. */
function addition(x: Insn, a: I32, b: I32): I32 {
  const result = x.add(a, b);
  if (x.S && !(x.Rd === PC)) x.flags.add(a, b, result);
  return result;
}

/** a - b. */
function subtraction(x: Insn, a: I32, b: I32): I32 {
  const result = x.sub(a, b);
  if (x.S && !(x.Rd === PC)) x.flags.sub(a, b, result);
  return result;
}

/** a + b + C. */
function additionWithCarry(x: Insn, a: I32, b: I32): I32 {
  const result = x.b.add(x.add(a, b), x.flags.carry());
  if (x.S && !(x.Rd === PC)) x.flags.addCarry(a, b, result);
  return result;
}

/** An arithmetic instruction with a destination. */
function arithmetic(compute: Compute): (x: Insn) => void {
  return (x) => {
    const toPc = begin(x);
    const { value } = operand2(x, false);
    // In T32 with r15 as Rn this is ADR's base; A32 adds to the plain value, whose low bits are clear.
    const a = x.Rn === PC && x.row.operand2 === 'plain' ? x.const(x.literalBase) : x.get(x.Rn);
    const result = compute(x, a, value);
    if (toPc) writePc(x, result);
    else x.set(x.Rd, result);
  };
}

export const add = arithmetic(addition);
export const sub = arithmetic(subtraction);
export const rsb = arithmetic((x, a, b) => subtraction(x, b, a));
export const adc = arithmetic(additionWithCarry);
export const sbc = arithmetic((x, a, b) => additionWithCarry(x, a, not(x, b)));
export const rsc = arithmetic((x, a, b) => additionWithCarry(x, b, not(x, a)));

/** CMP. */
export function cmp(x: Insn): void {
  const { value } = operand2(x, false);
  const a = x.get(x.Rn);
  x.flags.sub(a, value, x.sub(a, value));
}

/** CMN. */
export function cmn(x: Insn): void {
  const { value } = operand2(x, false);
  const a = x.get(x.Rn);
  x.flags.add(a, value, x.add(a, value));
}

/** MOVW, and MOV of an immediate of 16 bits. */
export function movw(x: Insn): void {
  x.set(x.Rd, x.const(x.imm));
}

/** MOVT: the upper half; the lower one stays. */
export function movt(x: Insn): void {
  const old = x.get(x.Rd);
  const known = x.b.constantOf(old);
  if (known !== undefined) x.set(x.Rd, x.const((known & 0xffff) | (x.imm << 16)));
  else x.set(x.Rd, x.b.or(x.b.and(old, x.const(0xffff)), x.const(x.imm << 16)));
}

/** Whether the instruction writes r15, which ends the block. */
function begin(x: Insn): boolean {
  if (x.Rd !== PC) return false;
  x.endsBlock();
  return true;
}

/** ALUWritePC, or with S the exception return of SUBS pc, lr and its like. ARM ARM DDI0406C A2.3.1, B9.3.20. */
function writePc(x: Insn, result: I32): void {
  if (x.S) {
    if (mayReturnInline(x)) returnInline(x, result);
    else returnFromException(x, result);
    return;
  }
  const plainMove = x.row.lift === mov && (x.row.operand2 === 'register' || x.shift === 0) && x.Rm === LR;
  // T32 stays in T32; A32 changes by bit 0.
  x.jumpTo(x.thumb ? x.b.or(result, x.const(1)) : result, plainMove ? 'return' : 'jumpIndirect');
}
