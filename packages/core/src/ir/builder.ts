import type { Slot } from '../cpu/layout.ts';
import {
  type F64,
  type I32,
  type I64,
  type IrBlock,
  OP_STRIDE,
  type Terminal,
  type V128,
  type Value,
} from './block.ts';
import { OP_NAMES, OP_NUMBER, OPS, type OpName, type OpSpec, type ValueType } from './ops.ts';

/** Result type by operation number. */
const RESULT_TYPES: readonly (ValueType | undefined)[] = OP_NAMES.map((name) => OPS[name].result);

/** By operation number: writes a slot. */
const IS_SET: readonly boolean[] = OP_NAMES.map((name) => OPS[name].imm === 'slot' && OPS[name].result === undefined);

type ArgValues<A extends readonly ValueType[]> = { [K in keyof A]: Value<A[K]> };
type Immediate<S extends OpSpec> = S['imm'] extends 'none' ? [] : S['imm'] extends 'slot' ? [imm: Slot] : [imm: number];
type ResultOf<S extends OpSpec> = S['result'] extends ValueType ? Value<S['result']> : undefined;

/** One method per operation of the table: value arguments first, then the immediate if it has one. */
export type OpMethods = {
  readonly [K in OpName]: (
    ...args: [...ArgValues<(typeof OPS)[K]['args']>, ...Immediate<(typeof OPS)[K]>]
  ) => ResultOf<(typeof OPS)[K]>;
};

/**
 * Builds one block, instruction by instruction: `beginInstruction`, operations, and at the end one
 * of `end…` or, where the block is full, `endWith({ kind: 'jump', … })`.
 */
// biome-ignore lint/suspicious/noUnsafeDeclarationMerging: the methods are defined from the table below
export class BlockBuilder {
  readonly pc: number;
  readonly mode: number;
  terminal: Terminal | undefined;
  /**
   * Mode word behind what was lifted so far, and so the one the next instruction is resumed under where
   * the block is left before it. A lift changes it where the mode advances from one instruction to the
   * next without a branch (Thumb's IT state). A block that begins or ends under another mode than its
   * own is not translated.
   */
  endMode: number;
  private readonly code: number[] = [];
  private readonly valueTypes: ValueType[] = [];
  private readonly constants: Int32Array[] = [];
  private readonly insnPc: number[] = [];
  private readonly insnFirstOp: number[] = [];
  private readonly insnCycles: number[] = [];
  private insnMode: number[] | undefined;
  private readonly const32Cache = new Map<number, I32>();
  private readonly const64Cache = new Map<string, I64>();
  private readonly vectorCache = new Map<string, V128>();
  /** Value of a const32 by value number, for folding. */
  private readonly known = new Map<number, number>();
  /** The value each slot holds at this point of the block, by byte offset: a `get` of it needs no operation. */
  private readonly slotValues = new Map<number, number>();

  constructor(pc: number, mode: number) {
    this.pc = pc | 0;
    this.mode = mode;
    this.endMode = mode;
  }

  get instructionCount(): number {
    return this.insnPc.length;
  }

  /** Operations so far. */
  get operationCount(): number {
    return this.code.length / OP_STRIDE;
  }

  /** Starts the instruction at `pc`, whose static cost is `cycles`; it is resumed under `mode`. */
  beginInstruction(pc: number, cycles: number, mode = this.endMode): void {
    if (mode !== this.mode) this.insnMode ??= this.insnPc.map(() => this.mode);
    this.insnMode?.push(mode);
    this.insnPc.push(pc | 0);
    this.insnFirstOp.push(this.code.length / OP_STRIDE);
    this.insnCycles.push(cycles);
  }

  /** The present instruction costs otherwise than was said. */
  setCycles(cycles: number): void {
    this.insnCycles[this.insnCycles.length - 1] = cycles;
  }

  /** The 32-bit constant; one value per constant and block. */
  const(value: number): I32 {
    const word = value | 0;
    let result = this.const32Cache.get(word);
    if (result === undefined) {
      result = this.append(OP_NUMBER.const32, -1, -1, -1, word) as I32;
      this.const32Cache.set(word, result);
      this.known.set(result, word);
    }
    return result;
  }

  /** The constant a value is known to be, or undefined. */
  constantOf(value: I32): number | undefined {
    return this.known.get(value);
  }

  /** The i32 slot's value; one operation per block and write. */
  get(slot: Slot): I32 {
    return this.slotValue(OP_NUMBER.get, slot) as I32;
  }

  /** The same of the other types' slots. */
  get64(slot: Slot): I64 {
    return this.slotValue(OP_NUMBER.get64, slot) as I64;
  }
  getF64(slot: Slot): F64 {
    return this.slotValue(OP_NUMBER.getF64, slot) as F64;
  }
  getV(slot: Slot): V128 {
    return this.slotValue(OP_NUMBER.getV, slot) as V128;
  }

  private slotValue(op: number, slot: Slot): number {
    let value = this.slotValues.get(slot.offset);
    if (value === undefined) {
      value = this.append(op, -1, -1, -1, slot.offset);
      this.slotValues.set(slot.offset, value);
    }
    return value;
  }

  /** Writes the i32 slot. */
  set(value: I32, slot: Slot): undefined {
    this.append(OP_NUMBER.set, value, -1, -1, slot.offset);
    return undefined;
  }

  /** A 64-bit constant from its two halves; one value per constant and block. */
  constant64(low: number, high: number): I64 {
    const key = `${low | 0},${high | 0}`;
    let result = this.const64Cache.get(key);
    if (result === undefined) {
      result = this.emit(OP_NUMBER.const64, [], this.pool([low, high])) as I64;
      this.const64Cache.set(key, result);
    }
    return result;
  }

  /** A 128-bit constant from four words, lowest first; one value per constant and block. */
  constantV(words: readonly [number, number, number, number]): V128 {
    const key = words.join();
    let result = this.vectorCache.get(key);
    if (result === undefined) {
      result = this.emit(OP_NUMBER.constV, [], this.pool(words)) as V128;
      this.vectorCache.set(key, result);
    }
    return result;
  }

  /** Picks 16 bytes by lane number (0-15 of `a`, 16-31 of `b`). */
  shuffle(a: V128, b: V128, lanes: readonly number[]): V128 {
    const words = [0, 0, 0, 0];
    for (let lane = 0; lane < 16; lane++) words[lane >> 2]! |= lanes[lane]! << ((lane & 3) * 8);
    return this.emit(OP_NUMBER.shuffleV, [a, b], this.pool(words)) as V128;
  }

  /**
   * Steps over the instruction if `cond` is not 0, by a trap that IsaBackend.trapKind calls 'skip' or
   * 'uncounted'. It must be the block's last instruction, have done nothing yet, and make the values
   * that it needs from here on afresh.
   */
  skipIf(cond: I32, vector: number): void {
    this.append(OP_NUMBER.trapIf, cond, this.const(0), -1, vector);
    this.const32Cache.clear();
    this.const64Cache.clear();
    this.vectorCache.clear();
    this.slotValues.clear();
  }

  /** Ends the block. */
  endWith(terminal: Terminal): void {
    this.terminal = terminal;
  }

  /** Appends an operation by number; the typed methods (see OpMethods) are the public way. */
  emit(opNumber: number, args: readonly number[], imm: number): number {
    return this.append(opNumber, args[0] ?? -1, args[1] ?? -1, args[2] ?? -1, imm);
  }

  /** As emit, with the arguments spread; -1 stands for none. */
  append(opNumber: number, a: number, b: number, c: number, imm: number): number {
    if (IS_SET[opNumber]) this.slotValues.set(imm, a);
    const type = RESULT_TYPES[opNumber];
    let dst = -1;
    if (type !== undefined) {
      dst = this.valueTypes.length;
      this.valueTypes.push(type);
    }
    this.code.push(opNumber, dst, a, b, c, imm | 0);
    return dst;
  }

  /** The finished block. `endPc` is the address behind the last instruction. */
  finish(endPc: number): IrBlock {
    if (!this.terminal) throw new TypeError('block has no terminal');
    let cycles = 0;
    for (const c of this.insnCycles) cycles += c;
    if (this.endMode !== this.mode) this.insnMode ??= this.insnPc.map(() => this.mode);
    return {
      pc: this.pc,
      mode: this.mode,
      endPc: endPc | 0,
      count: this.insnPc.length,
      insnPc: this.insnPc,
      insnFirstOp: this.insnFirstOp,
      insnCycles: this.insnCycles,
      insnMode: this.insnMode,
      endMode: this.endMode,
      cycles,
      code: this.code,
      valueTypes: this.valueTypes,
      constants: this.constants,
      terminal: this.terminal,
    };
  }

  private pool(words: readonly number[]): number {
    this.constants.push(new Int32Array(words));
    return this.constants.length - 1;
  }
}

export interface BlockBuilder extends OpMethods {}

type Imm = number | Slot | undefined;
const immediateWord = (imm: Imm): number => (typeof imm === 'number' ? imm : imm === undefined ? 0 : imm.offset);

/** The method of an operation, by how many value arguments it has. */
function method(number: number, arity: number): (this: BlockBuilder, ...args: never[]) => number {
  switch (arity) {
    case 0:
      return function (this: BlockBuilder, imm: Imm) {
        return this.append(number, -1, -1, -1, immediateWord(imm));
      };
    case 1:
      return function (this: BlockBuilder, a: number, imm: Imm) {
        return this.append(number, a, -1, -1, immediateWord(imm));
      };
    case 2:
      return function (this: BlockBuilder, a: number, b: number, imm: Imm) {
        return this.append(number, a, b, -1, immediateWord(imm));
      };
    default:
      return function (this: BlockBuilder, a: number, b: number, c: number, imm: Imm) {
        return this.append(number, a, b, c, immediateWord(imm));
      };
  }
}

for (const name of OP_NAMES) {
  // Written out in the class: they remember values.
  if (name === 'set' || (name.startsWith('get') && OPS[name].imm === 'slot')) continue;
  const value = method(OP_NUMBER[name], OPS[name].args.length);
  Object.defineProperty(BlockBuilder.prototype, name, { value });
}
