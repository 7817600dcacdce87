import type { BlockBuilder, I32 } from '@kml/core';
import { reg } from '../state.ts';
import type { Insn } from './insn.ts';

const NF = reg('nf');
const ZF = reg('zf');
const CF = reg('cf');
const VF = reg('vf');

/** Condition codes by number; the odd ones negate. ARM ARM DDI0406C A8.3. */
export const CONDITION_NAMES = [
  ...['eq', 'ne', 'cs', 'cc', 'mi', 'pl', 'vs', 'vc'],
  ...['hi', 'ls', 'ge', 'lt', 'gt', 'le', '', ''],
];

/** Flags that a pair of condition codes looks at. */
const CONDITION_SLOTS = [[ZF], [CF], [NF], [VF], [CF, ZF], [NF, VF], [ZF, NF, VF]] as const;

/**
 * Writes and reads N, Z, C and V, which the state keeps in pieces (state.ts). Writers leave the
 * flags as they are where the instruction's condition fails.
 */
export class Flags {
  private readonly x: Insn;
  /** Operands, result and carry of the last instruction of this block that set the flags from a difference. */
  private compared: { readonly a: I32; readonly b: I32; readonly result: I32; readonly carry: I32 } | undefined;
  /** What the last comparison of numbers of this block gave, and the slots' values it made. */
  private ordered: { readonly less: I32; readonly equal: I32; readonly zf: I32; readonly cf: I32 } | undefined;
  private builder: BlockBuilder | undefined;
  /** Conditions computed in this block, and the flags they were computed from. */
  private known: ({ readonly value: I32; readonly flags: readonly I32[] } | undefined)[] = [];

  constructor(x: Insn) {
    this.x = x;
  }

  // ---- writers

  /** N and Z of a result. */
  setNZ(result: I32): void {
    this.write(NF, result);
    this.write(ZF, result);
  }

  /** N and Z of a 64-bit result. */
  setNZ64(low: I32, high: I32): void {
    this.write(NF, high);
    this.write(ZF, this.x.b.or(low, high));
  }

  /** N and Z of a logical operation's result, C of the shifter (undefined: stays). */
  logic(result: I32, carry: I32 | undefined): void {
    if (carry !== undefined) this.write(CF, carry);
    this.setNZ(result);
  }

  /** result = a + b. */
  add(a: I32, b: I32, result: I32): void {
    const ir = this.x.b;
    this.write(NF, result);
    this.write(ZF, result);
    this.write(CF, ir.ltU(result, a));
    this.write(VF, ir.and(ir.xor(a, result), ir.xor(b, result)));
  }

  /** result = a - b. C is NOT borrow. */
  sub(a: I32, b: I32, result: I32): void {
    const ir = this.x.b;
    this.write(NF, result);
    this.write(ZF, result);
    if (ir.constantOf(b) === 0) {
      this.write(CF, ir.const(1));
      this.write(VF, b);
      return;
    }
    const carry = ir.geU(a, b);
    this.write(CF, carry);
    this.write(VF, ir.and(ir.xor(a, b), ir.xor(a, result)));
    this.begin();
    // Under a condition the flags are a choice of two: nothing to be remembered.
    this.compared = this.x.guard === undefined ? { a, b, result, carry } : undefined;
  }

  /** result = a + b + C; for a difference, b is inverted. */
  addCarry(a: I32, b: I32, result: I32): void {
    const ir = this.x.b;
    this.write(NF, result);
    this.write(ZF, result);
    // Carry out of bit 31: the majority of a, b and NOT result.
    const out = ir.or(ir.and(a, b), ir.and(ir.or(a, b), ir.xor(result, ir.const(-1))));
    this.write(CF, ir.shrU(out, ir.const(31)));
    this.write(VF, ir.and(ir.xor(a, result), ir.xor(b, result)));
  }

  /** Of a comparison of two numbers of which none is a NaN: whether the first is less, whether they are equal (0 or 1). */
  setOrder(less: I32, equal: I32): void {
    const ir = this.x.b;
    const [zf, cf] = [ir.eqz(equal), ir.eqz(less)];
    this.write(NF, ir.shl(less, ir.const(31)));
    this.write(ZF, zf);
    this.write(CF, cf);
    this.write(VF, ir.const(0));
    this.begin();
    this.ordered = this.x.guard === undefined ? { less, equal, zf, cf } : undefined;
  }

  /** All four from bits 31 to 28 of a word. */
  setFromWord(word: I32): void {
    const ir = this.x.b;
    this.write(NF, word);
    this.write(ZF, ir.and(ir.xor(word, ir.const(-1)), ir.const(1 << 30)));
    this.write(CF, ir.and(ir.shrU(word, ir.const(29)), ir.const(1)));
    this.write(VF, ir.shl(word, ir.const(3)));
  }

  // ---- readers

  /** C as 0 or 1. */
  carry(): I32 {
    return this.x.b.get(CF);
  }

  /** The flags in bits 31 to 28 of a word, the other bits 0. */
  word(): I32 {
    const ir = this.x.b;
    const n = ir.and(ir.get(NF), ir.const(1 << 31));
    const z = ir.shl(ir.eqz(ir.get(ZF)), ir.const(30));
    const c = ir.shl(ir.get(CF), ir.const(29));
    const v = ir.shl(ir.shrU(ir.get(VF), ir.const(31)), ir.const(28));
    return ir.or(ir.or(n, z), ir.or(c, v));
  }

  /** Condition code 0 to 13 as 0 or 1 (or, for a condition that is only tested, non-zero). */
  condition(code: number): I32 {
    const ir = this.x.b;
    this.begin();
    const known = this.known[code];
    const slots = CONDITION_SLOTS[code >> 1]!;
    if (known?.flags.every((value, n) => value === ir.get(slots[n]!))) return known.value;
    const value = this.directCondition(code) ?? this.orderCondition(code) ?? this.computed(code);
    this.known[code] = { value, flags: slots.map((slot) => ir.get(slot)) };
    return value;
  }

  /** Forgets what is known of another block. */
  private begin(): void {
    if (this.builder === this.x.b) return;
    this.builder = this.x.b;
    this.compared = undefined;
    this.ordered = undefined;
    this.known = [];
  }

  private computed(code: number): I32 {
    const ir = this.x.b;
    const zero = ir.const(0);
    switch (code) {
      case 0:
        return ir.eqz(ir.get(ZF));
      case 1:
        return ir.ne(ir.get(ZF), zero);
      case 2:
        return ir.get(CF);
      case 3:
        return ir.eqz(ir.get(CF));
      case 4:
        return ir.ltS(ir.get(NF), zero);
      case 5:
        return ir.geS(ir.get(NF), zero);
      case 6:
        return ir.ltS(ir.get(VF), zero);
      case 7:
        return ir.geS(ir.get(VF), zero);
      case 8:
        return ir.and(ir.get(CF), ir.ne(ir.get(ZF), zero));
      case 9:
        return ir.or(ir.eqz(ir.get(CF)), ir.eqz(ir.get(ZF)));
      case 10:
        return ir.geS(ir.xor(ir.get(NF), ir.get(VF)), zero);
      case 11:
        return ir.ltS(ir.xor(ir.get(NF), ir.get(VF)), zero);
      case 12:
        return ir.and(ir.ne(ir.get(ZF), zero), ir.geS(ir.xor(ir.get(NF), ir.get(VF)), zero));
      default:
        return ir.or(ir.eqz(ir.get(ZF)), ir.ltS(ir.xor(ir.get(NF), ir.get(VF)), zero));
    }
  }

  /** The condition as one comparison of the operands of the last CMP, TST, … if that still made the flags. */
  private directCondition(code: number): I32 | undefined {
    const ir = this.x.b;
    if (this.compared === undefined) return undefined;
    const { a, b, result, carry } = this.compared;
    // Someone else's write of the slots since then shows as another current value.
    if (ir.get(ZF) !== result || ir.get(CF) !== carry) return undefined;
    switch (code) {
      case 0:
        return ir.eq(a, b);
      case 1:
        return ir.ne(a, b);
      case 3:
        return ir.ltU(a, b);
      case 8:
        return ir.gtU(a, b);
      case 9:
        return ir.leU(a, b);
      case 10:
        return ir.geS(a, b);
      case 11:
        return ir.ltS(a, b);
      case 12:
        return ir.gtS(a, b);
      case 13:
        return ir.leS(a, b);
      default:
        return undefined;
    }
  }

  /** The condition by the last comparison of numbers, if that still made the flags. */
  private orderCondition(code: number): I32 | undefined {
    const ir = this.x.b;
    if (this.ordered === undefined) return undefined;
    const { less, equal, zf, cf } = this.ordered;
    if (ir.get(ZF) !== zf || ir.get(CF) !== cf) return undefined;
    switch (code) {
      case 0:
        return equal;
      case 1:
        return zf;
      case 3:
      case 4:
      case 11:
        return less;
      case 2:
      case 5:
      case 10:
        return cf;
      case 8:
      case 12:
        return ir.eqz(ir.or(less, equal));
      case 9:
      case 13:
        return ir.or(less, equal);
      default:
        return undefined;
    }
  }

  private write(slot: typeof NF, value: I32): void {
    const ir = this.x.b;
    const { guard } = this.x;
    ir.set(guard === undefined ? value : ir.select(value, ir.get(slot), guard), slot);
  }
}
