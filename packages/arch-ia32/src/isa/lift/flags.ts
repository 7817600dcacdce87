import type { I32, Slot } from '@kml/core';
import { reg } from '../state.ts';
import type { Float, ScalarOps } from './float-format.ts';
import type { Insn, Width } from './insn.ts';

const CF = reg('cf');
const PR = reg('pr');
const AF = reg('af');
const ZR = reg('zr');
const SR = reg('sr');
const OF = reg('of');

/** EFLAGS bits. SDM vol. 1, 3.4.3. */
export const FLAG_CF = 0x1;
export const FLAG_PF = 0x4;
export const FLAG_AF = 0x10;
export const FLAG_ZF = 0x40;
export const FLAG_SF = 0x80;
export const FLAG_TF = 0x100;
export const FLAG_IF = 0x200;
export const FLAG_DF = 0x400;
export const FLAG_OF = 0x800;

/** Condition codes as Jcc, SETcc and CMOVcc encode them; the odd ones negate. */
export const CONDITION_NAMES = ['o', 'no', 'b', 'ae', 'e', 'ne', 'be', 'a', 's', 'ns', 'p', 'np', 'l', 'ge', 'le', 'g'];

interface OrderedCompare {
  readonly ops: ScalarOps;
  readonly first: Float;
  readonly second: Float;
}

/**
 * Writes and reads the flags, which the state keeps in pieces (state.ts). Operands `a`, `b` are
 * zero-extended from `width`; `r` is the sum or difference as i32 arithmetic gives it, unmasked.
 */
export class FlagWriter {
  private readonly x: Insn;
  /** The last compare-like instruction of this block: lets conditions compare its operands directly. */
  private kind: 'sub' | 'logic' | 'float' | undefined;
  private width: Width = 32;
  private a: I32 | undefined;
  private bb: I32 | undefined;
  /** The same of a floating-point compare whose operands are no NaNs. */
  private compared: OrderedCompare | undefined;
  private builder: unknown;
  private zr: I32 | undefined;
  private cf: I32 | undefined;

  constructor(x: Insn) {
    this.x = x;
  }

  // ---- writers

  /** r = a + b (+ carry). Without `carry` the carry out is r < a. */
  add(width: Width, a: I32, b: I32, r: I32, carry?: I32): void {
    const ir = this.x.b;
    let cf: I32;
    if (width !== 32) cf = ir.shrU(r, ir.const(width));
    else if (carry === undefined) cf = ir.ltU(r, a);
    else cf = ir.shrU(ir.or(ir.and(a, b), ir.and(ir.or(a, b), ir.xor(r, ir.const(-1)))), ir.const(31));
    const changed = ir.xor(a, r);
    this.arithmetic(width, r, ir.xor(changed, b), ir.and(changed, ir.xor(b, r)));
    this.setCf(cf);
    this.kind = undefined;
  }

  /** r = a - b (- borrow). */
  sub(width: Width, a: I32, b: I32, r: I32, borrow?: I32): void {
    const ir = this.x.b;
    let cf: I32;
    if (borrow === undefined) cf = ir.ltU(a, b);
    else if (width !== 32) cf = ir.and(ir.shrU(r, ir.const(width)), ir.const(1));
    else {
      const notA = ir.xor(a, ir.const(-1));
      cf = ir.shrU(ir.or(ir.and(notA, b), ir.and(ir.or(notA, b), r)), ir.const(31));
    }
    const different = ir.xor(a, b);
    this.arithmetic(width, r, ir.xor(different, r), ir.and(different, ir.xor(a, r)));
    this.setCf(cf);
    this.kind = undefined;
    if (borrow === undefined) this.remember('sub', width, a, b);
  }

  /** r = a + 1: as add, CF stays. */
  inc(width: Width, a: I32, r: I32): void {
    const ir = this.x.b;
    const changed = ir.xor(a, r);
    this.arithmetic(width, r, changed, ir.and(changed, r));
  }

  /** r = a - 1: as sub, CF stays. */
  dec(width: Width, a: I32, r: I32): void {
    const ir = this.x.b;
    const changed = ir.xor(a, r);
    this.arithmetic(width, r, changed, ir.and(a, changed));
  }

  /** Result flags of AND, OR, XOR, TEST: CF and OF clear, AF (undefined) clear as hardware leaves it. */
  logic(width: Width, r: I32): void {
    const zero = this.x.b.const(0);
    const narrow = this.result(width, r);
    this.set(AF, zero);
    this.set(OF, zero);
    this.setCf(zero);
    this.remember('logic', width, narrow, narrow);
  }

  /** ZF, SF, PF from the result; the others stay. Gives the result masked to `width`. */
  result(width: Width, r: I32): I32 {
    const ir = this.x.b;
    this.kind = undefined;
    const narrow = width === 32 ? r : ir.and(r, ir.const((1 << width) - 1));
    this.set(ZR, narrow);
    this.zr = narrow;
    this.set(SR, this.x.toTop(r, width));
    this.set(PR, r);
    return narrow;
  }

  /** CF from a value that is 0 or 1. */
  setCf(value: I32): void {
    this.kind = undefined;
    this.cf = value;
    this.set(CF, value);
  }

  /** OF from bit 31 of a value. */
  setOf31(value: I32): void {
    this.kind = undefined;
    this.set(OF, value);
  }

  /** OF from a value that is 0 or 1. */
  setOf(value: I32): void {
    this.setOf31(this.x.b.shl(value, this.x.b.const(31)));
  }

  /** AF from bit 4 of a value. */
  setAf4(value: I32): void {
    this.set(AF, value);
  }

  /** ZF from a value that is 0 or 1, SF and PF clear or as given: for COMISS, FCOMI and the like. CF, PF, ZF are 0 or 1; OF, SF, AF become 0. */
  setCompare(zf: I32, pf: I32, cf: I32): void {
    const ir = this.x.b;
    const zero = ir.const(0);
    this.setZf(zf);
    this.setPf(pf);
    this.setCf(cf);
    this.set(SR, zero);
    this.set(OF, zero);
    this.set(AF, zero);
  }

  /** As setCompare, of two numbers neither of which is a NaN: `equal` and `less` are 0 or 1. */
  setOrderedCompare(equal: I32, less: I32, ops: ScalarOps, first: Float, second: Float): void {
    const ir = this.x.b;
    this.setCompare(equal, ir.const(0), less);
    this.kind = 'float';
    this.zr = ir.get(ZR);
    this.cf = less;
    this.compared = { ops, first, second };
    this.builder = ir;
  }

  /** ZF alone from a value that is 0 or 1. */
  setZf(value: I32): void {
    this.kind = undefined;
    this.set(ZR, this.x.b.xor(value, this.x.b.const(1)));
  }

  /** PF alone from a value that is 0 or 1. */
  setPf(value: I32): void {
    this.kind = undefined;
    this.set(PR, this.x.b.xor(value, this.x.b.const(1)));
  }

  /** SF ZF AF PF CF from the low byte of `word` (SAHF); OF stays. */
  setLowByte(word: I32): void {
    const ir = this.x.b;
    this.setCf(ir.and(word, ir.const(FLAG_CF)));
    this.setPf(this.bit(word, FLAG_PF));
    this.setAf4(word);
    this.setZf(this.bit(word, FLAG_ZF));
    this.set(SR, ir.shl(word, ir.const(24)));
  }

  /** ZF from a value that is 0 where ZF is to be set. */
  zeroFrom(value: I32): void {
    this.kind = undefined;
    this.set(ZR, value);
  }

  /** AF from a value that is 0 or 1. */
  setAf(value: I32): void {
    this.setAf4(this.x.b.shl(value, this.x.b.const(4)));
  }

  /** As result, where `count` is non-zero; else the flags stay. */
  resultIf(count: I32, width: Width, r: I32): void {
    const ir = this.x.b;
    this.kind = undefined;
    const narrow = width === 32 ? r : ir.and(r, ir.const((1 << width) - 1));
    this.set(ZR, ir.select(narrow, ir.get(ZR), count));
    this.set(SR, ir.select(this.x.toTop(r, width), ir.get(SR), count));
    this.set(PR, ir.select(r, ir.get(PR), count));
  }

  // ---- readers

  /** OF in bit 31; the other bits are of no meaning. */
  overflow31(): I32 {
    return this.x.b.get(OF);
  }

  /** AF as 0 or 1. */
  adjust(): I32 {
    return this.x.b.and(this.x.b.shrU(this.x.b.get(AF), this.x.b.const(4)), this.x.b.const(1));
  }

  /** CF as 0 or 1. */
  carry(): I32 {
    return this.x.b.get(CF);
  }

  /** The arithmetic flags (SF ZF AF PF CF, and OF) in their EFLAGS places. */
  word(): I32 {
    const ir = this.x.b;
    const low = this.lowByte();
    return ir.or(low, ir.and(ir.shrU(ir.get(OF), ir.const(20)), ir.const(FLAG_OF)));
  }

  /** SF ZF AF PF CF in their EFLAGS places, without the fixed bit 1. */
  lowByte(): I32 {
    const ir = this.x.b;
    const sf = ir.and(ir.shrU(ir.get(SR), ir.const(24)), ir.const(FLAG_SF));
    const zf = ir.shl(ir.eqz(ir.get(ZR)), ir.const(6));
    const af = ir.and(ir.get(AF), ir.const(FLAG_AF));
    const pf = ir.shl(this.parity(), ir.const(2));
    return ir.or(ir.or(ir.or(sf, zf), ir.or(af, pf)), ir.get(CF));
  }

  /** Condition code 0 to 15 as 0 or 1. */
  condition(code: number): I32 {
    const direct = this.directCondition(code);
    if (direct !== undefined) return direct;
    const value = this.evenCondition(code & ~1);
    return code & 1 ? this.x.b.eqz(value) : value;
  }

  /** 0 or 1; the negated one of a pair comes from condition(). */
  private evenCondition(code: number): I32 {
    const ir = this.x.b;
    const zero = ir.const(0);
    switch (code) {
      case 0:
        return ir.ltS(ir.get(OF), zero);
      case 2:
        return ir.get(CF);
      case 4:
        return ir.eqz(ir.get(ZR));
      case 6:
        return ir.or(ir.get(CF), ir.eqz(ir.get(ZR)));
      case 8:
        return ir.ltS(ir.get(SR), zero);
      case 10:
        return this.parity();
      case 12:
        return ir.ltS(ir.xor(ir.get(SR), ir.get(OF)), zero);
      default:
        return ir.or(ir.ltS(ir.xor(ir.get(SR), ir.get(OF)), zero), ir.eqz(ir.get(ZR)));
    }
  }

  /** The condition as one comparison of the operands of the last CMP, TEST, … if that still made the flags. */
  private directCondition(code: number): I32 | undefined {
    const ir = this.x.b;
    if (this.kind === undefined || this.builder !== ir) return undefined;
    // Someone else's write of the slots since then shows as another current value.
    if (ir.get(ZR) !== this.zr || ir.get(CF) !== this.cf) return undefined;
    const a = this.a!;
    if (this.kind === 'float') return this.floatCondition(code);
    if (this.kind === 'logic') return this.logicCondition(code, a);
    const b = this.bb!;
    switch (code) {
      case 2:
        return this.cf;
      case 3:
        return ir.geU(a, b);
      case 4:
        return ir.eq(a, b);
      case 5:
        return ir.ne(a, b);
      case 6:
        return ir.leU(a, b);
      case 7:
        return ir.gtU(a, b);
      case 12:
        return ir.ltS(this.x.toTop(a, this.width), this.x.toTop(b, this.width));
      case 13:
        return ir.geS(this.x.toTop(a, this.width), this.x.toTop(b, this.width));
      case 14:
        return ir.leS(this.x.toTop(a, this.width), this.x.toTop(b, this.width));
      case 15:
        return ir.gtS(this.x.toTop(a, this.width), this.x.toTop(b, this.width));
      default:
        return undefined;
    }
  }

  private floatCondition(code: number): I32 | undefined {
    const ir = this.x.b;
    const { ops, first, second } = this.compared!;
    switch (code) {
      case 2:
        return ops.lt(ir, first, second);
      case 3:
        return ops.ge(ir, first, second);
      case 4:
        return ops.eq(ir, first, second);
      case 5:
        return ops.ne(ir, first, second);
      case 6:
        return ops.le(ir, first, second);
      case 7:
        return ops.gt(ir, first, second);
      case 10:
        return ir.const(0);
      case 11:
        return ir.const(1);
      default:
        return undefined;
    }
  }

  private logicCondition(code: number, r: I32): I32 | undefined {
    const ir = this.x.b;
    switch (code) {
      case 5:
      case 7:
        return ir.ne(r, ir.const(0));
      case 4:
      case 6:
        return ir.eqz(r);
      case 12:
        return ir.ltS(this.x.toTop(r, this.width), ir.const(0));
      case 13:
        return ir.geS(this.x.toTop(r, this.width), ir.const(0));
      case 14:
        return ir.leS(this.x.toTop(r, this.width), ir.const(0));
      case 15:
        return ir.gtS(this.x.toTop(r, this.width), ir.const(0));
      default:
        return undefined;
    }
  }

  /** PF as 0 or 1. */
  private parity(): I32 {
    const ir = this.x.b;
    const ones = ir.popcnt(ir.and(ir.get(PR), ir.const(0xff)));
    return ir.and(ir.xor(ones, ir.const(1)), ir.const(1));
  }

  private bit(word: I32, mask: number): I32 {
    const ir = this.x.b;
    return ir.and(ir.shrU(word, ir.const(31 - Math.clz32(mask))), ir.const(1));
  }

  /** Flags of a sum or difference, all but CF; `of` has OF at the operand's top bit. */
  private arithmetic(width: Width, r: I32, af: I32, of: I32): void {
    this.result(width, r);
    this.set(AF, af);
    this.set(OF, this.x.toTop(of, width));
  }

  private remember(kind: 'sub' | 'logic', width: Width, a: I32, b: I32): void {
    this.kind = kind;
    this.width = width;
    this.a = a;
    this.bb = b;
    this.builder = this.x.b;
  }

  private set(slot: Slot & { readonly type: 'i32' }, value: I32): void {
    this.x.b.set(value, slot);
  }
}
