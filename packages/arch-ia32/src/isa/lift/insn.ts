import type { BlockBuilder, I32, LiftContext } from '@kml/core';
import type { Operand } from '../decode/operand.ts';
import type { Row } from '../decode/row.ts';
import { GENERAL, MODE_ALIGN_CHECK, MODE_CPL, MODE_STACK32, reg } from '../state.ts';
import { AC, GP, SS as STACK_FAULT } from '../vectors.ts';
import { FlagWriter } from './flags.ts';
import { linearAddress } from './segment.ts';

export type Width = 8 | 16 | 32;

/** Numbers of the segment registers, as instructions encode them. */
export const ES = 0;
export const CS = 1;
export const SS = 2;
export const DS = 3;
export const FS = 4;
export const GS = 5;

/** Numbers of the general registers. */
export const EAX = 0;
export const ECX = 1;
export const EDX = 2;
export const EBX = 3;
export const ESP = 4;
export const EBP = 5;
export const ESI = 6;
export const EDI = 7;

const GENERAL_SLOTS = GENERAL.map((name) => reg(name));

/**
 * What a handler gets: the decoded instruction and the means to emit its IR. One object serves
 * every instruction; handlers keep nothing of it.
 *
 * The rule for handlers: slot writes come after the instruction's last access that can fault.
 */
export class Insn {
  // ---- decoded; set by the decoder before the handler runs
  b!: BlockBuilder;
  context!: LiftContext;
  row!: Row;
  /** Parsed row.operands. */
  operands: readonly Operand[] = [];
  mode = 0;
  /** Linear address of the instruction and of its successor. */
  pc = 0;
  next = 0;
  length = 0;
  /** Last opcode byte. */
  opcode = 0;
  opSize: 16 | 32 = 32;
  addrSize: 16 | 32 = 32;
  /** Whole ModRM byte and its fields; mod 3 means rm is a register. -1 without ModRM. */
  modrm = -1;
  mod = 3;
  reg = 0;
  rm = 0;
  /** Memory operand: base and index registers (-1: none), scale as a shift count, displacement. */
  base = -1;
  index = -1;
  scale = 0;
  /** A SIB byte was there. */
  sib = false;
  disp = 0;
  /** Segment override, or -1. */
  override = -1;
  /** Repeat prefix: 0, 0xf2 or 0xf3 (the last one given). */
  rep = 0;
  lock = false;
  /** Operand-size prefix 66 was given. */
  prefix66 = false;
  /** First immediate (sign-extended where the operand code says so), and the second (ENTER's level, a far pointer's selector). */
  imm = 0;
  imm2 = 0;

  readonly flags = new FlagWriter(this);
  private address: I32 | undefined;
  /** What the block's last CDQ made of EAX and EDX. */
  private extendedIn: BlockBuilder | undefined;
  private extendedLow: I32 | undefined;
  private extendedHigh: I32 | undefined;

  /** Forgets what was emitted for the instruction before. */
  begin(): void {
    this.address = undefined;
  }

  get isMemory(): boolean {
    return this.mod !== 3;
  }
  get cpl(): number {
    return this.mode & MODE_CPL;
  }

  const(value: number): I32 {
    return this.b.const(value);
  }

  // ---- general registers

  /** Whole 32-bit register. */
  get32(n: number): I32 {
    return this.b.get(GENERAL_SLOTS[n]!);
  }
  set32(n: number, value: I32): void {
    this.b.set(value, GENERAL_SLOTS[n]!);
  }

  /** Register `n` of a width (8-bit: AL CL DL BL AH CH DH BH), zero-extended. */
  getReg(n: number, width: Width): I32 {
    const b = this.b;
    if (width === 32) return this.get32(n);
    if (width === 16) return b.and(this.get32(n), b.const(0xffff));
    if (n < 4) return b.and(this.get32(n), b.const(0xff));
    return b.and(b.shrU(this.get32(n - 4), b.const(8)), b.const(0xff));
  }

  /** Writes the low bits of `value` (which may have more) to register `n` of a width; the rest of the register stays. */
  setReg(n: number, width: Width, value: I32): void {
    const b = this.b;
    if (width === 32) {
      this.set32(n, value);
    } else if (width === 16) {
      const kept = b.and(this.get32(n), b.const(~0xffff));
      this.set32(n, b.or(kept, b.and(value, b.const(0xffff))));
    } else if (n < 4) {
      const kept = b.and(this.get32(n), b.const(~0xff));
      this.set32(n, b.or(kept, b.and(value, b.const(0xff))));
    } else {
      const kept = b.and(this.get32(n - 4), b.const(~0xff00));
      this.set32(n - 4, b.or(kept, b.shl(b.and(value, b.const(0xff)), b.const(8))));
    }
  }

  /** CDQ: EDX now is the sign of EAX. */
  noteExtended(low: I32, high: I32): void {
    this.extendedIn = this.b;
    this.extendedLow = low;
    this.extendedHigh = high;
  }

  /** Whether EDX still is the sign of EAX as CDQ left it in this block: IDIV then divides words. */
  dividendIsExtended(): boolean {
    return this.extendedIn === this.b && this.get32(EAX) === this.extendedLow && this.get32(EDX) === this.extendedHigh;
  }

  // ---- operands by their place in row.operands (general registers, memory, immediates)

  /** Width in bits of operand `i`. */
  width(i: number): Width {
    const width = this.operands[i]!.width;
    return width === 0 ? this.opSize : width;
  }

  /** Value of operand `i`, zero-extended from its width (immediates too). */
  read(i: number): I32 {
    const operand = this.operands[i]!;
    if (this.isMemoryOperand(operand)) return this.load(this.operandAddress(i, false), this.width(i));
    return this.readDirect(operand, i);
  }

  /** As read, but sign-extended from the operand's width. */
  readSigned(i: number): I32 {
    const operand = this.operands[i]!;
    const width = this.width(i);
    if (!this.isMemoryOperand(operand)) return this.signExtend(this.readDirect(operand, i), width);
    const address = this.operandAddress(i, false);
    if (width === 32) return this.b.load32(address);
    return width === 16 ? this.b.load16s(address) : this.b.load8s(address);
  }

  /** `value` sign-extended from its low `width` bits. */
  signExtend(value: I32, width: Width): I32 {
    if (width === 32) return value;
    const known = this.b.constantOf(value);
    if (known !== undefined) return this.b.const((known << (32 - width)) >> (32 - width));
    return width === 16 ? this.b.ext16(value) : this.b.ext8(value);
  }

  /** `value` with its low `width` bits moved to the top of the word. */
  toTop(value: I32, width: Width): I32 {
    if (width === 32) return value;
    const known = this.b.constantOf(value);
    if (known !== undefined) return this.b.const(known << (32 - width));
    return this.b.shl(value, this.b.const(32 - width));
  }

  /** As read, where the operand is written later: a memory operand faults as a write would. */
  readForWrite(i: number): I32 {
    const operand = this.operands[i]!;
    if (this.isMemoryOperand(operand)) return this.loadForWrite(this.operandAddress(i, true), this.width(i));
    return this.readDirect(operand, i);
  }

  /** Writes the low bits of `value` to operand `i`. */
  write(i: number, value: I32): void {
    const operand = this.operands[i]!;
    if (this.isMemoryOperand(operand)) this.store(this.operandAddress(i, true), this.width(i), value);
    else this.setReg(this.registerOf(operand), this.width(i), value);
  }

  /** Number of the register operand `i` names. */
  registerOf(operand: Operand): number {
    switch (operand.method) {
      case 'G':
      case 'C':
      case 'D':
      case 'P':
      case 'S':
      case 'V':
        return this.reg;
      case 'Z':
        return this.opcode & 7;
      case 'fixed':
        return operand.fixed;
      default:
        return this.rm;
    }
  }

  private isMemoryOperand(operand: Operand): boolean {
    return operand.method === 'O' || (this.mod !== 3 && (operand.method === 'E' || operand.method === 'M'));
  }

  private readDirect(operand: Operand, i: number): I32 {
    const width = this.width(i);
    if (operand.method === 'I' || operand.method === 'J') return this.immediate(width);
    if (operand.type === 'const') return this.b.const(operand.fixed);
    return this.getReg(this.registerOf(operand), width);
  }

  private operandAddress(i: number, write: boolean): I32 {
    return this.mem(this.width(i) >> 3, write);
  }

  /** The immediate, zero-extended from `width`. */
  immediate(width: Width): I32 {
    return this.b.const(width === 32 ? this.imm : this.imm & ((1 << width) - 1));
  }

  // ---- memory

  /** Segment of the memory operand: the override, or `fallback` (by default SS for a base of ESP or EBP, else DS). */
  segment(fallback = this.base === ESP || this.base === EBP ? SS : DS): number {
    return this.override >= 0 ? this.override : fallback;
  }

  /** Offset part of the memory operand: what LEA computes, modulo the address size. */
  effectiveAddress(): I32 {
    const b = this.b;
    let sum: I32 | undefined = this.base >= 0 ? this.get32(this.base) : undefined;
    if (this.index >= 0) {
      const index = this.get32(this.index);
      const scaled = this.scale === 0 ? index : b.shl(index, b.const(this.scale));
      sum = sum === undefined ? scaled : b.add(sum, scaled);
    }
    if (sum === undefined) sum = b.const(this.addrSize === 16 ? this.disp & 0xffff : this.disp);
    else {
      if (this.disp !== 0) sum = b.add(sum, b.const(this.disp));
      if (this.addrSize === 16) sum = b.and(sum, b.const(0xffff));
    }
    return sum;
  }

  /**
   * Linear address of the memory operand, checked as the mode asks (limits, type, alignment) for an
   * access of `bytes`. Computed once an instruction: later calls give the same value unchecked.
   * @param align mask of address bits that must be clear under alignment checking.
   */
  mem(bytes: number, write = false, align = bytes <= 8 ? bytes - 1 : 0): I32 {
    this.address ??= this.linear(this.segment(), this.effectiveAddress(), bytes, write, align);
    return this.address;
  }

  /** Linear address of segment:offset, checked as the mode asks. */
  linear(segment: number, offset: I32, bytes: number, write: boolean, align = bytes <= 8 ? bytes - 1 : 0): I32 {
    const address = linearAddress(this, segment, offset, bytes, write);
    if (this.mode & MODE_ALIGN_CHECK && align !== 0) this.trapIf(this.b.and(address, this.b.const(align)), AC);
    return address;
  }

  /** Loads from a linear address, zero-extended. */
  load(address: I32, width: Width): I32 {
    if (width === 32) return this.b.load32(address);
    return width === 16 ? this.b.load16u(address) : this.b.load8u(address);
  }
  /** As load, but faults as a write would. */
  loadForWrite(address: I32, width: Width): I32 {
    if (width === 32) return this.b.load32W(address);
    return width === 16 ? this.b.load16uW(address) : this.b.load8uW(address);
  }
  store(address: I32, width: Width, value: I32): void {
    if (width === 32) this.b.store32(address, value);
    else if (width === 16) this.b.store16(address, value);
    else this.b.store8(address, value);
  }

  // ---- stack. Pushes and pops never change ESP by themselves: the handler commits with setSp last.

  /** Stack pointer as an offset in SS. */
  sp(): I32 {
    return this.stackOffset(this.get32(ESP));
  }

  /** A register value as an offset in SS: 16 bits where SS.B is clear. */
  stackOffset(value: I32): I32 {
    return this.mode & MODE_STACK32 ? value : this.b.and(value, this.b.const(0xffff));
  }

  /** `offset` plus `bytes` as an offset in the stack segment. */
  spAdd(offset: I32, bytes: number): I32 {
    if (bytes === 0) return offset;
    const sum = this.b.add(offset, this.b.const(bytes));
    return this.mode & MODE_STACK32 ? sum : this.b.and(sum, this.b.const(0xffff));
  }

  /** Commits the stack pointer. */
  setSp(offset: I32): void {
    this.setReg(ESP, this.mode & MODE_STACK32 ? 32 : 16, offset);
  }

  /** Stores at stack offset. */
  stackStore(offset: I32, width: 16 | 32, value: I32): void {
    this.store(this.linear(SS, offset, width >> 3, true), width, value);
  }
  /** Loads from stack offset. */
  stackLoad(offset: I32, width: 16 | 32): I32 {
    return this.load(this.linear(SS, offset, width >> 3, false), width);
  }

  /** PUSH: store below the stack pointer, then commit. */
  push(value: I32, width: 16 | 32 = this.opSize): void {
    const top = this.spAdd(this.sp(), -(width >> 3));
    this.stackStore(top, width, value);
    this.setSp(top);
  }

  // ---- traps and the end of the block

  /** Raises vector (error code 0) if `cond` is non-zero. */
  trapIf(cond: I32, vector: number): void {
    this.b.trapIf(cond, this.b.const(0), vector);
  }

  /** #GP(0), or #SS(0) for the stack segment, if `cond` is non-zero. */
  segmentFaultIf(cond: I32, segment: number): void {
    this.trapIf(cond, segment === SS ? STACK_FAULT : GP);
  }

  /** Ends the block with a trap at this instruction, which counts as not executed. */
  raise(vector: number, error = 0): void {
    this.b.endWith({ kind: 'trap', vector, error: this.b.const(error), completes: false });
  }

  /** Ends the block with a system routine (host-functions.ts) of up to three arguments. */
  system(routine: number, ...args: I32[]): void {
    this.b.endWith({ kind: 'system', routine, args, next: this.next });
  }
}
