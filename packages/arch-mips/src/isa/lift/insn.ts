import type { BlockBuilder, I32, I64, LiftContext, Terminal } from '@kml/core';
import type { Row } from '../decode/row.ts';
import { GENERAL, reg } from '../state.ts';

const DELAY_TARGET = reg('delayTarget');

/**
 * What a handler gets: the instruction word's fields and the means to emit its IR. One object serves
 * every instruction; handlers keep nothing of it.
 *
 * The rule for handlers: slot writes come after the instruction's last access that can fault.
 */
export class Insn {
  b!: BlockBuilder;
  context!: LiftContext;
  row!: Row;
  readonly bigEndian: boolean;
  mode = 0;
  /** Address of the instruction, without the state in the low bits of pc. */
  pc = 0;
  inSlot = false;
  word = 0;
  /** A branch was lifted: how the block ends behind its delay slot. */
  afterSlot: Terminal | undefined;

  constructor(bigEndian: boolean) {
    this.bigEndian = bigEndian;
  }

  begin(context: LiftContext, pc: number, word: number, row: Row): void {
    this.context = context;
    this.b = context.builder;
    this.mode = context.mode;
    this.pc = pc & ~1;
    this.inSlot = (pc & 1) !== 0;
    this.word = word;
    this.row = row;
    this.afterSlot = undefined;
  }

  // ---- fields. MIPS32 vol. I-A, figure 4.1. The FPU's fmt, ft, fs, fd lie where rs, rt, rd, sa do.
  get rs(): number {
    return (this.word >>> 21) & 31;
  }
  get rt(): number {
    return (this.word >>> 16) & 31;
  }
  get rd(): number {
    return (this.word >>> 11) & 31;
  }
  get sa(): number {
    return (this.word >>> 6) & 31;
  }
  /** Immediate, sign-extended. */
  get imm(): number {
    return (this.word << 16) >> 16;
  }
  /** Immediate, zero-extended. */
  get uimm(): number {
    return this.word & 0xffff;
  }
  /** Target of a branch. */
  get branchTarget(): number {
    return (this.pc + 4 + (this.imm << 2)) | 0;
  }
  /** Address behind the delay slot. */
  get behindSlot(): number {
    return (this.pc + 8) | 0;
  }

  // ---- values
  const(value: number): I32 {
    return this.b.const(value);
  }
  /** General register `n`. */
  get(n: number): I32 {
    return n === 0 ? this.b.const(0) : this.b.get(GENERAL[n]!);
  }
  /** Writes general register `n`. */
  set(n: number, value: I32): void {
    if (n !== 0) this.b.set(value, GENERAL[n]!);
  }

  /** Address of a load or store: base plus offset. */
  address(): I32 {
    return this.imm === 0 ? this.get(this.rs) : this.b.add(this.get(this.rs), this.b.const(this.imm));
  }

  shl64(value: I64, count: number): I64 {
    return this.b.shl64(value, this.b.constant64(count, 0));
  }
  shrU64(value: I64, count: number): I64 {
    return this.b.shrU64(value, this.b.constant64(count, 0));
  }

  // ---- traps and the end of the block
  /** Raises `vector` if `cond` is non-zero. */
  trapIf(cond: I32, vector: number): void {
    this.b.trapIf(cond, this.b.const(0), vector);
  }

  /** Ends the block with a trap at this instruction, which counts as not executed. */
  raise(vector: number, error = 0): void {
    this.b.endWith({ kind: 'trap', vector, error: this.b.const(error), completes: false });
  }

  /** Ends the block with a system routine (host-functions.ts) of up to three arguments. */
  system(routine: number, ...args: I32[]): void {
    this.b.endWith({ kind: 'system', routine, args, next: (this.pc + 4) | 0 });
  }

  /** A branch: `target` is where it goes as a value, `terminal` how the block ends behind the delay slot. */
  branch(target: I32, terminal: Terminal): void {
    this.b.set(target, DELAY_TARGET);
    this.afterSlot = terminal;
  }
}
