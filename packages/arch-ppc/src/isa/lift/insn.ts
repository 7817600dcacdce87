import type { BlockBuilder, F64, I32, LiftContext, Terminal } from '@kml/core';
import { FLOATING, fpr, GENERAL, MODE_NO_FP, MODE_RN_SHIFT, MODE_USER, reg } from '../state.ts';
import { FP_UNAVAILABLE, PROGRAM, PROGRAM_ILLEGAL, PROGRAM_PRIVILEGED } from '../vectors.ts';
import { ConditionFields } from './condition.ts';

const R = GENERAL.map(reg);
const F = FLOATING.map(fpr);
const SO = reg('so');
const OV = reg('ov');
const CA = reg('ca');

/** The instruction being lifted: its fields, and short ways to registers. Bits of a word are numbered as in the manual, 0 the highest. */
export class Insn {
  context!: LiftContext;
  b!: BlockBuilder;
  pc = 0;
  word = 0;
  /** Mode word the block is lifted under. */
  mode = 0;
  readonly cr = new ConditionFields();
  /** The value each floating-point register holds at this point of the block, if it is known. */
  private readonly fprs: (F64 | undefined)[] = new Array(32).fill(undefined);

  /** Starts the instruction `word` at `pc`. */
  begin(context: LiftContext, pc: number, word: number): void {
    if (context.builder !== this.b) this.fprs.fill(undefined);
    this.context = context;
    this.b = context.builder;
    this.mode = context.mode;
    this.pc = pc | 0;
    this.word = word;
    this.cr.begin(this.b);
  }

  // ---- fields

  /** RT, RS, FRT, TO, BO, BT: bits 6-10. */
  get rt(): number {
    return (this.word >>> 21) & 31;
  }
  /** RA, FRA, BI, BA: bits 11-15. */
  get ra(): number {
    return (this.word >>> 16) & 31;
  }
  /** RB, FRB, SH, BB: bits 16-20. */
  get rb(): number {
    return (this.word >>> 11) & 31;
  }
  /** FRC, MB: bits 21-25. */
  get rc(): number {
    return (this.word >>> 6) & 31;
  }
  /** ME: bits 26-30. */
  get me(): number {
    return (this.word >>> 1) & 31;
  }
  /** BF, CRFD: bits 6-8. */
  get bf(): number {
    return (this.word >>> 23) & 7;
  }
  /** BFA, CRFS: bits 11-13. */
  get bfa(): number {
    return (this.word >>> 18) & 7;
  }
  /** SPR, TBR: bits 11-20, halves exchanged. */
  get spr(): number {
    return this.ra | (this.rb << 5);
  }
  /** SI, D. */
  get simm(): number {
    return (this.word << 16) >> 16;
  }
  /** UI. */
  get uimm(): number {
    return this.word & 0xffff;
  }
  /** Rc, LK. */
  get record(): boolean {
    return (this.word & 1) !== 0;
  }
  get oe(): boolean {
    return (this.word & 0x400) !== 0;
  }
  get next(): number {
    return (this.pc + 4) | 0;
  }
  /** FPSCR[RN], where no exception is enabled. */
  get roundingMode(): number {
    return (this.mode >>> MODE_RN_SHIFT) & 3;
  }
  get isUser(): boolean {
    return (this.mode & MODE_USER) !== 0;
  }

  // ---- values

  const(value: number): I32 {
    return this.b.const(value);
  }
  gpr(number: number): I32 {
    return this.b.get(R[number]!);
  }
  setGpr(number: number, value: I32): void {
    this.b.set(value, R[number]!);
  }
  /** (RA|0): 0 for register 0. */
  gprOrZero(number: number): I32 {
    return number === 0 ? this.b.const(0) : this.gpr(number);
  }
  /** One operation per block and write. */
  fpr(number: number): F64 {
    this.fprs[number] ??= this.b.getF64(F[number]!);
    return this.fprs[number]!;
  }
  setFpr(number: number, value: F64): void {
    this.b.setF64(value, F[number]!);
    this.fprs[number] = value;
  }
  /** 0 or 1 from XER[CA]. */
  carry(): I32 {
    return this.b.get(CA);
  }
  setCarry(value: I32): void {
    this.b.set(value, CA);
  }
  /** XER[SO] as 0 or 1. */
  summaryOverflow(): I32 {
    return this.b.get(SO);
  }
  /** XER[OV] from a value that is 0 or 1; SO stays set once it is. */
  setOverflow(value: I32): void {
    this.b.set(value, OV);
    this.b.set(this.b.or(this.b.get(SO), value), SO);
  }
  /** CR0 from a result, if Rc is 1. After setOverflow, whose SO it takes. PEM, 2.1.5. */
  recordResult(value: I32): void {
    if (this.record) this.cr.compare(0, 'signed', value, this.b.const(0));
  }

  // ---- ends

  end(terminal: Terminal): void {
    this.b.endWith(terminal);
  }
  /** An interrupt instead of the instruction. */
  raise(vector: number, error = 0): void {
    this.end({ kind: 'trap', vector, error: this.const(error), completes: false });
  }
  illegal(): void {
    this.raise(PROGRAM, PROGRAM_ILLEGAL);
  }
  /** Whether the instruction may run; if not it raises a privileged instruction exception. PEM, 6.4.7. */
  supervisor(): boolean {
    if (this.isUser) this.raise(PROGRAM, PROGRAM_PRIVILEGED);
    return !this.isUser;
  }
  /** Whether floating point is on; if not it raises the FP unavailable interrupt. PEM, 6.4.8. */
  floating(): boolean {
    const off = (this.mode & MODE_NO_FP) !== 0;
    if (off) this.raise(FP_UNAVAILABLE);
    return !off;
  }
  /** Ends with a system routine. */
  system(routine: number, ...args: I32[]): void {
    this.end({ kind: 'system', routine, args, next: this.next });
  }
}
