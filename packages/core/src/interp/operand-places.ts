import { type IrBlock, OP_A, OP_C, OP_DST, OP_IMM, OP_NUM, OP_STRIDE, type Terminal } from '../ir/block.ts';
import { OP_NUMBER, OP_SPECS } from '../ir/ops.ts';
import { terminalValues } from '../ir/terminal-values.ts';
import { CONTROL_BASE, STATE_BASE, VALUE_BYTES, VALUES_BASE, VALUES_COUNT } from '../memory/memory-map.ts';
import type { ConstantPool } from './constant-pool.ts';

/** What an operation is here, by its number. */
const PLAIN = 0;
const GET = 1;
const SET = 2;
/** May leave the block, or looks at state that is no slot. */
const BARRIER = 3;
const CONST32 = OP_NUMBER.const32;
const KINDS = Uint8Array.from(OP_SPECS, ({ effect, imm, result }, number) => {
  if (effect === 'slot' && imm === 'slot') return result === undefined ? SET : GET;
  return effect === 'pure' || number === OP_NUMBER.cycles || number === OP_NUMBER.interrupts ? PLAIN : BARRIER;
});
/** Operations whose result may go to a slot at once: host code may look at the place before it writes it. */
const AIMED = Uint8Array.from(OP_SPECS, ({ effect }, number) =>
  (effect === 'pure' && number !== CONST32) || effect === 'load' ? 1 : 0,
);

const STATE_WORDS = (CONTROL_BASE - STATE_BASE) >> 2;
/** So far back a result is looked for that a slot is set to. */
const WINDOW = 12;
/** Terminals that do no more than look at their value. */
const SIMPLE: ReadonlySet<Terminal['kind']> = new Set(['branch', 'return', 'jumpIndirect', 'callIndirect']);

/**
 * Where the operands of a block lie (in words of the memory), so that few operations only move them. A constant lies in
 * the pool. What is read from a slot is used where it is, if the slot is not written before the last use; what a slot is
 * set to is computed there, if nothing between can leave the block, or sees the slot. Neither operation is then run.
 */
export class OperandPlaces {
  /** By value. */
  readonly of = new Int32Array(VALUES_COUNT);
  /** By operation: 1 for those that are not run. */
  dropped = new Uint8Array(64);
  private readonly pool: ConstantPool;
  private readonly slots: boolean;
  /** By operation that reads or writes a slot: the next that writes it. */
  private rewritten = new Int32Array(64);
  private readonly lastUse = new Int32Array(VALUES_COUNT);
  private readonly definition = new Int32Array(VALUES_COUNT);
  /** By word of the state: the next operation that writes it, while going backwards. */
  private readonly nextSet = new Int32Array(STATE_WORDS);

  /** @param slots whether operands may lie in slots */
  constructor(pool: ConstantPool, slots: boolean) {
    this.pool = pool;
    this.slots = slots;
  }

  /** Chooses the places for a block. */
  choose(ir: IrBlock): void {
    const { length } = ir.valueTypes;
    if (length > VALUES_COUNT) throw new RangeError(`${length} values in a block`);
    const operations = ir.code.length / OP_STRIDE;
    if (operations > this.dropped.length) {
      this.dropped = new Uint8Array(2 * operations);
      this.rewritten = new Int32Array(2 * operations);
    }
    this.noteUses(ir, operations);
    this.place(ir, operations);
  }

  /** Backwards: last uses, and what is written next. */
  private noteUses({ code, terminal, valueTypes, insnMode }: IrBlock, operations: number): void {
    const { lastUse, nextSet, rewritten } = this;
    lastUse.fill(-1, 0, valueTypes.length);
    nextSet.fill(operations);
    // A slot may be written before a terminal that does more looks at its values; the mode before any.
    const end = SIMPLE.has(terminal.kind) && insnMode === undefined ? operations : operations + 1;
    for (const value of terminalValues(terminal)) lastUse[value] = end;
    for (let index = operations - 1, at = index * OP_STRIDE; index >= 0; index--, at -= OP_STRIDE) {
      const kind = KINDS[code[at + OP_NUM]!];
      if (kind === GET || kind === SET) {
        const word = code[at + OP_IMM]! >> 2;
        rewritten[index] = nextSet[word]!;
        if (kind === SET) nextSet[word] = index;
      }
      for (let argument = OP_A; argument <= OP_C; argument++) {
        const value = code[at + argument]!;
        if (value >= 0 && lastUse[value]! < 0) lastUse[value] = index;
      }
    }
  }

  private place(ir: IrBlock, operations: number): void {
    const { pool, lastUse, definition, rewritten, dropped, of } = this;
    const { code, insnFirstOp, count } = ir;
    let instruction = 0;
    let first = 0;
    for (let index = 0, at = 0; index < operations; index++, at += OP_STRIDE) {
      while (instruction < count && insnFirstOp[instruction]! <= index) first = insnFirstOp[instruction++]!;
      const number = code[at + OP_NUM]!;
      const value = code[at + OP_DST]!;
      dropped[index] = 0;
      if (value >= 0) {
        definition[value] = index;
        of[value] = ownPlace(value);
      }
      if (number === CONST32) {
        const place = pool.place(code[at + OP_IMM]!);
        if (place < 0) continue;
        of[value] = place;
      } else if (this.slots && KINDS[number] === GET && rewritten[index]! >= lastUse[value]!) {
        of[value] = slotPlace(code[at + OP_IMM]!);
      } else if (this.slots && KINDS[number] === SET && this.mayAim(code, index, first)) {
        of[code[at + OP_A]!] = slotPlace(code[at + OP_IMM]!);
      } else continue;
      dropped[index] = 1;
    }
  }

  /** Whether the value that the operation sets a slot to may be computed there; `first` begins its instruction. */
  private mayAim(code: readonly number[], index: number, first: number): boolean {
    const { definition, lastUse, rewritten, of } = this;
    const set = index * OP_STRIDE;
    const value = code[set + OP_A]!;
    const from = definition[value]!;
    if (from < first || index - from > WINDOW || AIMED[code[from * OP_STRIDE + OP_NUM]!] === 0) return false;
    // It is in another slot already.
    if (of[value] !== ownPlace(value)) return false;
    if (rewritten[index]! < lastUse[value]!) return false;
    const slot = slotPlace(code[set + OP_IMM]!);
    for (let at = (from + 1) * OP_STRIDE; at < set; at += OP_STRIDE) {
      const kind = KINDS[code[at + OP_NUM]!];
      if (kind === BARRIER) return false;
      if (kind !== PLAIN && slotPlace(code[at + OP_IMM]!) === slot) return false;
      for (let argument = OP_A; argument <= OP_C; argument++) {
        const used = code[at + argument]!;
        if (used >= 0 && of[used] === slot) return false;
      }
    }
    return true;
  }
}

/** The place of the slot with this byte offset in the state. */
function slotPlace(offset: number): number {
  return (STATE_BASE + offset) >> 2;
}

/** The place that is a value's alone. */
function ownPlace(value: number): number {
  return (VALUES_BASE + value * VALUE_BYTES) >> 2;
}
