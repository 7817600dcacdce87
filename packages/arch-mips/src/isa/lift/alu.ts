/** Integer arithmetic and logic. MIPS32 vol. II. */
import type { I32 } from '@kml/core';
import { OV } from '../vectors.ts';
import type { Insn } from './insn.ts';

type Binary = 'add' | 'sub' | 'and' | 'or' | 'xor' | 'mul' | 'ltS' | 'ltU' | 'shl' | 'shrS' | 'shrU' | 'rotr';

/** rd = rs OP rt: ADDU, SUBU, AND, OR, XOR, SLT, SLTU, MUL. */
export const registers =
  (op: Binary) =>
  (x: Insn): void =>
    x.set(x.rd, x.b[op](x.get(x.rs), x.get(x.rt)));

/** rt = rs OP sign-extended immediate: ADDIU, SLTI, SLTIU. */
export const signedImmediate =
  (op: Binary) =>
  (x: Insn): void => {
    if (op === 'add' && x.rs === 0) x.set(x.rt, x.const(x.imm));
    else x.set(x.rt, x.b[op](x.get(x.rs), x.const(x.imm)));
  };

/** rt = rs OP zero-extended immediate: ANDI, ORI, XORI. */
export const immediate =
  (op: Binary) =>
  (x: Insn): void =>
    x.set(x.rt, x.b[op](x.get(x.rs), x.const(x.uimm)));

/** ADDU and OR with register 0 copy: the assembler's "move". */
export const addOrMove =
  (op: 'add' | 'or') =>
  (x: Insn): void => {
    if (x.rt === 0) x.set(x.rd, x.get(x.rs));
    else if (x.rs === 0) x.set(x.rd, x.get(x.rt));
    else registers(op)(x);
  };

/** NOR. */
export function nor(x: Insn): void {
  const or = x.rt === 0 ? x.get(x.rs) : x.b.or(x.get(x.rs), x.get(x.rt));
  x.set(x.rd, x.b.xor(or, x.const(-1)));
}

/** LUI. */
export function lui(x: Insn): void {
  x.set(x.rt, x.const(x.imm << 16));
}

/** Sum with the trap on overflow: both operands have another sign than the sum. */
function checkedSum(x: Insn, a: I32, c: I32): I32 {
  const { b } = x;
  const sum = b.add(a, c);
  x.trapIf(b.ltS(b.and(b.xor(a, sum), b.xor(c, sum)), x.const(0)), OV);
  return sum;
}

/** ADD. */
export function add(x: Insn): void {
  x.set(x.rd, checkedSum(x, x.get(x.rs), x.get(x.rt)));
}

/** ADDI. */
export function addi(x: Insn): void {
  x.set(x.rt, checkedSum(x, x.get(x.rs), x.const(x.imm)));
}

/** SUB: overflow where the operands differ in sign and the difference has not the first one's. */
export function sub(x: Insn): void {
  const { b } = x;
  const left = x.get(x.rs);
  const right = x.get(x.rt);
  const difference = b.sub(left, right);
  x.trapIf(b.ltS(b.and(b.xor(left, right), b.xor(left, difference)), x.const(0)), OV);
  x.set(x.rd, difference);
}

/** SLL, SRL, SRA, ROTR by the sa field. */
export const shift =
  (op: Binary) =>
  (x: Insn): void =>
    x.set(x.rd, x.sa === 0 ? x.get(x.rt) : x.b[op](x.get(x.rt), x.const(x.sa)));

/** SLLV, SRLV, SRAV, ROTRV: the low five bits of rs count, as in the IR. */
export const shiftVariable =
  (op: Binary) =>
  (x: Insn): void =>
    x.set(x.rd, x.b[op](x.get(x.rt), x.get(x.rs)));

/** MOVZ. */
export function movz(x: Insn): void {
  const value = x.get(x.rs);
  x.set(x.rd, x.b.select(x.get(x.rd), value, x.get(x.rt)));
}

/** MOVN. */
export function movn(x: Insn): void {
  const value = x.get(x.rs);
  x.set(x.rd, x.b.select(value, x.get(x.rd), x.get(x.rt)));
}
