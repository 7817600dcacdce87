import type { BlockBuilder, I32, LiftContext } from '@kml/core';
import type { Extraction } from '../decode/extraction.ts';
import { Fields } from '../decode/fields.ts';
import type { PcRule } from '../decode/pc-rule.ts';
import type { Row } from '../decode/row.ts';
import { GENERAL, MODE_M, reg, SYS, USR } from '../state.ts';
import { ALIGNMENT_READ, ALIGNMENT_WRITE, CONDITION_FAILED, UNDEFINED } from '../vectors.ts';
import { Flags } from './flags.ts';

const GENERAL_SLOTS = GENERAL.map((name) => reg(name));

export const SP = 13;
export const LR = 14;
export const PC = 15;

/**
 * What a handler gets: the decoded instruction and the means to emit its IR. One object serves
 * every instruction; handlers keep nothing of it.
 *
 * A conditional instruction has a `guard`. Everything here that writes registers, flags or memory
 * heeds it, so a handler reads as if there were no conditions. Two rules:
 *
 *  - Slot writes come after the instruction's last access that can fault.
 *  - A handler that ends the block (a branch, a trap, a system routine) calls `endsBlock` before it
 *    emits anything: a failed condition then steps over the instruction.
 */
export class Insn extends Fields {
  // ---- set by the decoder
  row!: Row;
  pcRule!: PcRule;
  /** The fields that are set. */
  extractions: readonly Extraction[] = [];
  thumb = false;
  /** Address of the instruction, its word (T32: first half-word on top) and its bytes. */
  address = 0;
  word = 0;
  length = 4;
  /** ITSTATE under which it executes. */
  it = 0;

  // ---- set by the lifter before the handler runs
  b!: BlockBuilder;
  context!: LiftContext;
  mode = 0;
  /** The condition, where the instruction has one that is still to be heeded. */
  guard: I32 | undefined;
  /** Set by IT: ITSTATE of the next instruction. */
  itAfter: number | undefined;

  readonly flags = new Flags(this);

  /** Program counter (state.ts) of the next instruction in line. */
  get next(): number {
    return (this.address + this.length) | (this.thumb ? 1 : 0);
  }
  /** CPSR.M is not USR. */
  get privileged(): boolean {
    return (this.mode & MODE_M) !== USR;
  }
  /** USR or SYS: no SPSR. */
  get userBank(): boolean {
    const m = this.mode & MODE_M;
    return m === USR || m === SYS;
  }

  const(value: number): I32 {
    return this.b.const(value);
  }

  // ---- general registers

  /** What reading r15 gives: the address of the instruction plus 8, or 4 in T32. */
  get pcValue(): number {
    return (this.address + (this.thumb ? 4 : 8)) | 0;
  }
  /** Align(PC, 4): the base of literals. */
  get literalBase(): number {
    return this.pcValue & ~3;
  }

  /** Register `n`; r15 as pcValue. */
  get(n: number): I32 {
    return n === PC ? this.b.const(this.pcValue) : this.b.get(GENERAL_SLOTS[n]!);
  }

  /** Writes register `n`, r0 to r14. */
  set(n: number, value: I32): void {
    this.b.set(this.chosen(value, n), GENERAL_SLOTS[n]!);
  }

  private chosen(value: I32, n: number): I32 {
    return this.guard === undefined ? value : this.b.select(value, this.get(n), this.guard);
  }

  /** `value`, or `otherwise` where the condition fails. */
  ifExecuted(value: I32, otherwise: I32): I32 {
    return this.guard === undefined ? value : this.b.select(value, otherwise, this.guard);
  }

  // ---- arithmetic, constants folded

  add(a: I32, b: I32): I32 {
    const [x, y] = [this.b.constantOf(a), this.b.constantOf(b)];
    if (y === 0) return a;
    if (x === 0) return b;
    return x !== undefined && y !== undefined ? this.const(x + y) : this.b.add(a, b);
  }

  sub(a: I32, b: I32): I32 {
    const [x, y] = [this.b.constantOf(a), this.b.constantOf(b)];
    if (y === 0) return a;
    return x !== undefined && y !== undefined ? this.const(x - y) : this.b.sub(a, b);
  }

  addConst(a: I32, value: number): I32 {
    return value === 0 ? a : this.add(a, this.const(value));
  }

  /** Bits `low` to `low + width - 1` of a word. */
  bits(value: I32, low: number, width: number): I32 {
    const shifted = low === 0 ? value : this.b.shrU(value, this.const(low));
    return low + width >= 32 ? shifted : this.b.and(shifted, this.const(2 ** width - 1));
  }

  // ---- memory, under the condition (a load that is not executed gives 0)

  load8u(address: I32): I32 {
    return this.guard === undefined ? this.b.load8u(address) : this.b.load8uIf(address, this.guard, this.const(0));
  }
  load8s(address: I32): I32 {
    return this.guard === undefined ? this.b.load8s(address) : this.b.load8sIf(address, this.guard, this.const(0));
  }
  load16u(address: I32): I32 {
    return this.guard === undefined ? this.b.load16u(address) : this.b.load16uIf(address, this.guard, this.const(0));
  }
  load16s(address: I32): I32 {
    return this.guard === undefined ? this.b.load16s(address) : this.b.load16sIf(address, this.guard, this.const(0));
  }
  load32(address: I32): I32 {
    return this.guard === undefined ? this.b.load32(address) : this.b.load32If(address, this.guard, this.const(0));
  }
  store8(address: I32, value: I32): void {
    if (this.guard === undefined) this.b.store8(address, value);
    else this.b.store8If(address, value, this.guard);
  }
  store16(address: I32, value: I32): void {
    if (this.guard === undefined) this.b.store16(address, value);
    else this.b.store16If(address, value, this.guard);
  }
  store32(address: I32, value: I32): void {
    if (this.guard === undefined) this.b.store32(address, value);
    else this.b.store32If(address, value, this.guard);
  }

  /** Alignment fault where address & (bytes - 1) is not 0. */
  checkAlignment(address: I32, bytes: number, write: boolean): void {
    const known = this.b.constantOf(address);
    if (known !== undefined && (known & (bytes - 1)) === 0) return;
    const wrong = this.b.and(address, this.const(bytes - 1));
    this.trapIf(wrong, write ? ALIGNMENT_WRITE : ALIGNMENT_READ, address);
  }

  // ---- traps and the end of the block

  /** To be called before anything else by an instruction that ends its block: a failed condition steps over it. */
  endsBlock(): void {
    if (this.guard === undefined) return;
    this.b.skipIf(this.b.eqz(this.guard), CONDITION_FAILED);
    this.guard = undefined;
  }

  /** Raises `vector` if `cond` is non-zero and the instruction's condition holds. */
  trapIf(cond: I32, vector: number, error: I32 = this.const(0)): void {
    const ir = this.b;
    // `cond` may be any word: the choice is one of words.
    this.b.trapIf(this.guard === undefined ? cond : ir.select(cond, ir.const(0), this.guard), error, vector);
  }

  /** Ends the block with a trap at this instruction, which counts as not executed. */
  raise(vector: number, error = 0): void {
    this.endsBlock();
    this.b.endWith({ kind: 'trap', vector, error: this.const(error), completes: false });
  }

  /** Ends the block by a jump to a computed address, which may change the instruction set: bit 0 is T. */
  jumpTo(target: I32, kind: 'jumpIndirect' | 'return' = 'jumpIndirect'): void {
    this.b.endWith({ kind, target });
  }

  /** UNDEFINED. */
  undefined(): void {
    this.raise(UNDEFINED);
  }

  /** Ends the block with a system routine (host-functions.ts) of up to three arguments; the handler has called endsBlock. */
  system(routine: number, ...args: I32[]): void {
    this.b.endWith({ kind: 'system', routine, args, next: this.next });
  }
}
