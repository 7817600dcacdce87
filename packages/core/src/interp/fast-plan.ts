import { type IrBlock, OP_A, OP_DST, OP_IMM, OP_NUM, OP_STRIDE } from '../ir/block.ts';
import { OP_NUMBER, OP_SPECS, type ValueType } from '../ir/ops.ts';
import { terminalValues } from '../ir/terminal-values.ts';

/** What becomes of an operation in fast code. */
export const DROPPED = 0;
/** Executed in place. */
export const KEPT = 1;
/** Executed only when the block is left early: nothing but a deferred slot write needs it. */
export const DEFERRED = 2;

/** A slot write that a later instruction of the block overwrites, unread, or that means nothing behind the block. */
export interface DeferredSet {
  readonly value: number;
  readonly offset: number;
  readonly instruction: number;
  /** The instruction that overwrites it; the block's count. */
  readonly until: number;
  readonly words: number;
}

export interface FastPlan {
  /** By operation. */
  readonly fate: Uint8Array;
  /** Values that live in a slot (its byte offset) in place of a place of their own. */
  readonly slotOfValue: ReadonlyMap<number, number>;
  readonly deferredSets: readonly DeferredSet[];
}

const WORDS: Record<ValueType, number> = { i32: 1, f32: 1, i64: 2, f64: 2, v128: 4 };
const CONST32 = OP_NUMBER.const32;

const reads = (number: number): boolean => OP_SPECS[number]!.imm === 'slot' && OP_SPECS[number]!.result !== undefined;
const writes = (number: number): boolean => OP_SPECS[number]!.imm === 'slot' && OP_SPECS[number]!.result === undefined;
const leaves = (number: number): boolean => {
  const { effect } = OP_SPECS[number]!;
  return effect === 'load' || effect === 'store' || effect === 'trap';
};

/** Plans a block's fast code. */
export function planFast(ir: IrBlock): FastPlan {
  return new Planner(ir).plan();
}

class Planner {
  private readonly ir: IrBlock;
  private readonly operations: number;
  private readonly instructionOf: Int32Array;
  private readonly fate: Uint8Array;
  private readonly definition: Int32Array;
  /** Last kept operation that uses the value; `operations` for the terminal. */
  private readonly lastUse: Int32Array;
  private readonly deferredUse: Uint8Array;
  /** Kept writes of each slot, in order. */
  private readonly keptSets = new Map<number, number[]>();
  private readonly deferredSets: DeferredSet[] = [];
  private readonly slotOfValue = new Map<number, number>();

  constructor(ir: IrBlock) {
    this.ir = ir;
    this.operations = ir.code.length / OP_STRIDE;
    this.instructionOf = new Int32Array(this.operations + 1);
    this.fate = new Uint8Array(this.operations);
    this.definition = new Int32Array(ir.valueTypes.length);
    this.lastUse = new Int32Array(ir.valueTypes.length).fill(-1);
    this.deferredUse = new Uint8Array(ir.valueTypes.length);
  }

  plan(): FastPlan {
    this.number();
    this.sortSets();
    this.decideFates();
    const writePlace = this.placeSets();
    this.placeGets(writePlace);
    return { fate: this.fate, slotOfValue: this.slotOfValue, deferredSets: this.deferredSets };
  }

  private op(index: number): number {
    return this.ir.code[index * OP_STRIDE + OP_NUM]!;
  }
  private word(index: number, word: number): number {
    return this.ir.code[index * OP_STRIDE + word]!;
  }

  private number(): void {
    const { ir, instructionOf } = this;
    let instruction = 0;
    instructionOf[this.operations] = ir.count;
    for (let index = 0; index < this.operations; index++) {
      while (instruction + 1 < ir.count && ir.insnFirstOp[instruction + 1]! <= index) instruction++;
      instructionOf[index] = instruction;
      const dst = this.word(index, OP_DST);
      if (dst >= 0) this.definition[dst] = index;
    }
  }

  /** A write is kept if it is its slot's last (and not spent), or read before the next; else it is deferred. */
  private sortSets(): void {
    const next = new Map<number, number>();
    const readSince = new Set<number>();
    for (const offset of this.ir.spent ?? []) next.set(offset, this.operations);
    for (let index = this.operations - 1; index >= 0; index--) {
      const number = this.op(index);
      const offset = this.word(index, OP_IMM);
      if (reads(number)) readSince.add(offset);
      if (!writes(number)) continue;
      const until = next.get(offset);
      if (until === undefined || readSince.has(offset)) {
        this.fate[index] = KEPT;
        const kept = this.keptSets.get(offset);
        if (kept) kept.unshift(index);
        else this.keptSets.set(offset, [index]);
      } else {
        const value = this.word(index, OP_A);
        this.deferredSets.unshift({
          value,
          offset,
          instruction: this.instructionOf[index]!,
          until: this.instructionOf[until]!,
          words: WORDS[this.ir.valueTypes[value]!],
        });
        this.deferredUse[value] = 1;
      }
      next.set(offset, index);
      readSince.delete(offset);
    }
  }

  /** Backwards: what the terminal, memory, the state and kept writes need is kept, what only deferred writes need is deferred. */
  private decideFates(): void {
    const { fate, lastUse, deferredUse } = this;
    for (const value of terminalValues(this.ir.terminal)) lastUse[value] = this.operations;
    for (let index = this.operations - 1; index >= 0; index--) {
      const number = this.op(index);
      const dst = this.word(index, OP_DST);
      if (!writes(number)) fate[index] = this.fateOf(number, dst);
      if (fate[index] === DROPPED) continue;
      const arity = OP_SPECS[number]!.args.length;
      for (let place = 0; place < arity; place++) {
        const value = this.word(index, OP_A + place);
        if (fate[index] === DEFERRED) deferredUse[value] = 1;
        else if (lastUse[value]! < index) lastUse[value] = index;
      }
    }
  }

  private fateOf(number: number, dst: number): number {
    const { effect } = OP_SPECS[number]!;
    if (effect !== 'pure' && !reads(number)) return KEPT;
    if (this.lastUse[dst]! >= 0) return KEPT;
    if (!this.deferredUse[dst]) return DROPPED;
    // A slot read later could have been overwritten by then.
    return reads(number) ? KEPT : DEFERRED;
  }

  /** Lets operations write slots directly. Returns for each slot with one kept write the operation that now does it. */
  private placeSets(): Map<number, number> {
    const places = new Map<number, number>();
    for (const [offset, kept] of this.keptSets) {
      const set = kept[0]!;
      if (kept.length > 1) continue;
      const value = this.word(set, OP_A);
      const definition = this.definition[value]!;
      if (this.canWriteDirectly(value, definition, set, offset)) {
        this.slotOfValue.set(value, offset);
        this.fate[set] = DROPPED;
        places.set(offset, definition);
      } else places.set(offset, set);
    }
    return places;
  }

  private canWriteDirectly(value: number, definition: number, set: number, offset: number): boolean {
    const number = this.op(definition);
    if (number === CONST32 || reads(number) || this.fate[definition] !== KEPT) return false;
    if (this.instructionOf[definition] !== this.instructionOf[set]) return false;
    if (this.slotOfValue.has(value) || this.lastUse[value] === this.operations) return false;
    for (let index = definition + 1; index < set; index++) {
      const between = this.op(index);
      if (leaves(between) || (reads(between) && this.word(index, OP_IMM) === offset)) return false;
    }
    return true;
  }

  /** Lets operations read slots directly, where the slot is not written before the value's last use. */
  private placeGets(writePlace: ReadonlyMap<number, number>): void {
    for (let index = 0; index < this.operations; index++) {
      if (!reads(this.op(index)) || this.fate[index] !== KEPT) continue;
      const value = this.word(index, OP_DST);
      const offset = this.word(index, OP_IMM);
      if (this.lastUse[value] === this.operations) continue;
      const written = this.keptSets.has(offset);
      if (written) {
        const place = writePlace.get(offset);
        if (place === undefined || this.deferredUse[value] || this.lastUse[value]! > place || index > place) continue;
      }
      this.slotOfValue.set(value, offset);
      this.fate[index] = DROPPED;
    }
  }
}
