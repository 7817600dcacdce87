import { type IrBlock, OP_A, OP_B, OP_C, OP_DST, OP_IMM, OP_NUM, OP_STRIDE, type Terminal } from '../ir/block.ts';
import { OP_NUMBER, OP_SPECS, UNCONDITIONAL } from '../ir/ops.ts';
import {
  CODE_BASE,
  CODE_END,
  CONSTANTS_BASE,
  INTERRUPTS_ADDRESS,
  STATE_BASE,
  VALUE_BYTES,
  VALUES_BASE,
  VALUES_COUNT,
} from '../memory/memory-map.ts';
import { ConstantPool } from './constant-pool.ts';
import { FLAT_STRIDE, type FlatBlock, TERMINAL, TRAP_COMPLETES } from './flat-block.ts';
import { FLAT_NUMBER, UNLESS, VALUE_OP } from './flat-ops.ts';
import { VALUE_INDEX } from './loop-module.ts';

const VALUES_WORD = VALUES_BASE >> 2;
const CONSTANTS_WORD = CONSTANTS_BASE >> 2;
const VALUE_WORDS = VALUE_BYTES >> 2;
const CODE_WORD = CODE_BASE >> 2;
const CODE_END_WORD = CODE_END >> 2;
const NO_ARGS: readonly number[] = [];
/** Words of a constant of constV and shuffleV, which lies before the operations. */
const INLINE_WORDS = 4;
/** More than a block's code takes. */
const MOST_WORDS = 1 << 17;

/** How the immediate of an operation is resolved, by operation number. */
const IMM_PLAIN = 0;
const IMM_SLOT = 1;
const IMM_STATE = 2;
const IMM_CYCLES = 3;
const IMM_CONST64 = 4;
const IMM_INLINE = 5;
const IMM_VALUE_OP = 6;
const IMM_INTERRUPTS = 7;
const IMMEDIATES = Uint8Array.from(OP_SPECS, (spec, number) => {
  if (number === OP_NUMBER.cycles) return IMM_CYCLES;
  if (number === OP_NUMBER.interrupts) return IMM_INTERRUPTS;
  if (number === OP_NUMBER.const64) return IMM_CONST64;
  if (spec.imm === 'constant') return IMM_INLINE;
  if (spec.imm === 'slot') return IMM_SLOT;
  if (spec.imm === 'state') return IMM_STATE;
  return FLAT_NUMBER[number] === VALUE_OP ? IMM_VALUE_OP : IMM_PLAIN;
});
const CONST32 = OP_NUMBER.const32;

/** Puts blocks in the form the interpreter runs, in the part of the memory that is for it. */
export class Flattener {
  private readonly pool: ConstantPool;
  private readonly flatNumbers = Int32Array.from(FLAT_NUMBER);
  private readonly code: Int32Array;
  /** Word index of every value of the block at hand: its own place, or for constants one in the pool. */
  private readonly places = new Int32Array(VALUES_COUNT);
  /** Where the instructions of the block at hand start. */
  private readonly starts: number[] = [];
  /** Word index of the inline constants of the block at hand. */
  private inline = 0;
  private next = CODE_WORD;

  /** @param i32 the whole memory */
  constructor(i32: Int32Array) {
    this.pool = new ConstantPool(i32);
    this.code = i32;
  }

  /** The constants that blocks refer to by place; for `begin` of another machine's. */
  get constants(): Int32Array {
    return this.pool.all;
  }

  /** Word index of the memory that the next block will take. */
  get end(): number {
    return this.next;
  }

  /** Begins behind `words` words of code that refer to these constants. False if it is too late for that. */
  begin(words: number, constants: Int32Array): boolean {
    if (this.next !== CODE_WORD || !this.pool.adopt(constants)) return false;
    this.next += words;
    return true;
  }

  /** Whether any block fits in. If not, clear. */
  get hasRoom(): boolean {
    return this.next + MOST_WORDS <= CODE_END_WORD;
  }

  /** Forgets everything; no block made so far may run any more. */
  clear(): void {
    this.pool.clear();
    this.next = CODE_WORD;
  }

  /** The block. Asks for room. */
  flatten(ir: IrBlock, supervisor: boolean, frame: number, secondFrame: number): FlatBlock {
    const { places } = this;
    this.placeValues(ir);
    const first = this.next;
    this.putConstants(ir);
    const cyclesBefore = this.putCycles(ir);
    const pcs = this.putPcs(ir);
    const modes = this.putModes(ir);
    const base = this.next;
    const starts = this.translate(ir, cyclesBefore);
    const terminal = ir.terminal;
    return {
      pc: ir.pc,
      mode: ir.mode,
      endPc: ir.endPc,
      count: ir.count,
      cycles: ir.cycles,
      frame,
      secondFrame,
      supervisor,
      first,
      base,
      starts,
      pcs,
      modes,
      cyclesBefore,
      terminal: terminal.kind === 'trap' && terminal.completes ? TRAP_COMPLETES : TERMINAL[terminal.kind],
      value: terminalValue(terminal, places),
      target: terminalTarget(terminal),
      next: 'next' in terminal ? terminal.next : ir.endPc,
      args: terminal.kind === 'system' ? terminal.args.map((value) => places[value]!) : NO_ARGS,
      runs: 0,
      heat: 0,
      tally: undefined,
      valid: true,
    };
  }

  /** Writes the constants of constV and shuffleV; those of const64 are in the operation. */
  private putConstants(ir: IrBlock): void {
    this.inline = this.next;
    for (const words of ir.constants) {
      this.code.set(words, this.next);
      this.next += INLINE_WORDS;
    }
  }

  /** Writes the cycles before each instruction, and all; where. */
  private putCycles(ir: IrBlock): number {
    const { code } = this;
    const at = this.next;
    let sum = 0;
    for (let index = 0; index < ir.count; index++) {
      code[at + index] = sum;
      sum += ir.insnCycles[index]!;
    }
    code[at + ir.count] = sum;
    this.next += ir.count + 1;
    return at;
  }

  /** Writes the address of each instruction, and the end; where. */
  private putPcs(ir: IrBlock): number {
    const { code } = this;
    const at = this.next;
    for (let index = 0; index < ir.count; index++) code[at + index] = ir.insnPc[index]!;
    code[at + ir.count] = ir.endPc;
    this.next += ir.count + 1;
    return at;
  }

  /** Writes the mode of each instruction, and that behind the block; where, or -1 if it is the block's throughout. */
  private putModes(ir: IrBlock): number {
    const { insnMode } = ir;
    if (insnMode === undefined) return -1;
    const { code } = this;
    const at = this.next;
    for (let index = 0; index < ir.count; index++) code[at + index] = insnMode[index]!;
    code[at + ir.count] = ir.endMode;
    this.next += ir.count + 1;
    return at;
  }

  private placeValues(ir: IrBlock): void {
    const { places, pool } = this;
    const { code } = ir;
    for (let value = 0; value < ir.valueTypes.length; value++) places[value] = VALUES_WORD + value * VALUE_WORDS;
    for (let at = 0; at < code.length; at += OP_STRIDE) {
      if (code[at + OP_NUM] !== CONST32) continue;
      const place = pool.place(code[at + OP_IMM]!);
      if (place >= 0) places[code[at + OP_DST]!] = place;
    }
  }

  /**
   * Writes the operations behind `next`, and behind them where each instruction starts, relative to the
   * first of them, and the end; returns where that is.
   * The cycles before each instruction stand at `cyclesBefore`.
   */
  private translate(ir: IrBlock, cyclesBefore: number): number {
    const { code: chunk, places, starts } = this;
    const { code, insnFirstOp, count } = ir;
    const base = this.next;
    let to = base;
    let instruction = 0;
    for (let index = 0, at = 0; at < code.length; index++, at += OP_STRIDE) {
      while (instruction < count && insnFirstOp[instruction]! <= index) starts[instruction++] = to - base;
      if (code[at + OP_NUM] === CONST32 && places[code[at + OP_DST]!]! >= CONSTANTS_WORD) continue;
      const plain = UNCONDITIONAL.get(code[at + OP_NUM]!);
      if (plain === undefined) this.encode(to, ir, at, chunk[cyclesBefore + instruction - 1]!);
      else {
        this.encodeConditional(to, ir, at, plain);
        to += FLAT_STRIDE;
      }
      to += FLAT_STRIDE;
    }
    while (instruction <= count) starts[instruction++] = to - base;
    for (let index = 0; index <= count; index++) chunk[to + index] = starts[index]!;
    this.next = to + count + 1;
    return to;
  }

  /** Byte address of a value's place; 0 for none. */
  private address(value: number): number {
    return value < 0 ? 0 : this.places[value]! << 2;
  }

  /** Writes an access on a condition: the condition (with what the result is without it), then the plain access. */
  private encodeConditional(to: number, ir: IrBlock, at: number, plain: number): void {
    const { code: chunk } = this;
    const { code } = ir;
    const dst = code[at + OP_DST]!;
    const b = this.address(code[at + OP_B]!);
    const c = this.address(code[at + OP_C]!);
    // A store has its condition last, and nothing to yield: the condition stays what it is.
    const isLoad = dst >= 0;
    chunk[to] = UNLESS;
    chunk[to + 1] = isLoad ? this.address(dst) : c;
    chunk[to + 2] = isLoad ? b : c;
    chunk[to + 3] = c;
    const access = to + FLAT_STRIDE;
    chunk[access] = this.flatNumbers[plain]!;
    chunk[access + 1] = this.address(dst);
    chunk[access + 2] = this.address(code[at + OP_A]!);
    chunk[access + 3] = b;
  }

  /** Writes the operation at `at` of the block's code to `to`. */
  private encode(to: number, ir: IrBlock, at: number, cyclesBefore: number): void {
    const { code: chunk } = this;
    const { code } = ir;
    const number = code[at + OP_NUM]!;
    const imm = code[at + OP_IMM]!;
    chunk[to] = this.flatNumbers[number]!;
    chunk[to + 1] = this.address(code[at + OP_DST]!);
    chunk[to + 2] = this.address(code[at + OP_A]!);
    chunk[to + 3] = this.address(code[at + OP_B]!);
    chunk[to + 4] = this.address(code[at + OP_C]!);
    switch (IMMEDIATES[number]) {
      case IMM_PLAIN:
        chunk[to + 5] = imm;
        break;
      case IMM_SLOT:
      case IMM_STATE:
        chunk[to + 5] = STATE_BASE + imm;
        break;
      case IMM_INTERRUPTS:
        chunk[to + 5] = INTERRUPTS_ADDRESS;
        break;
      case IMM_CYCLES:
        chunk[to + 5] = cyclesBefore;
        break;
      case IMM_CONST64:
        chunk[to + 4] = ir.constants[imm]![1]!;
        chunk[to + 5] = ir.constants[imm]![0]!;
        break;
      case IMM_INLINE:
        chunk[to + 5] = (this.inline + imm * INLINE_WORDS - to) << 2;
        break;
      default:
        chunk[to + 5] = VALUE_INDEX[number]! + imm;
    }
  }
}

function terminalValue(terminal: Terminal, places: Int32Array): number {
  switch (terminal.kind) {
    case 'branch':
      return places[terminal.cond]!;
    case 'callIndirect':
    case 'return':
    case 'jumpIndirect':
      return places[terminal.target]!;
    case 'trap':
      return places[terminal.error]!;
    default:
      return 0;
  }
}

function terminalTarget(terminal: Terminal): number {
  switch (terminal.kind) {
    case 'jump':
    case 'call':
      return terminal.target;
    case 'branch':
      return terminal.taken;
    case 'trap':
      return terminal.vector;
    case 'system':
      return terminal.routine;
    case 'kernelCall':
      return terminal.number;
    default:
      return 0;
  }
}
