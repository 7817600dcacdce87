import { type IrBlock, OP_A, OP_B, OP_C, OP_DST, OP_IMM, OP_NUM, OP_STRIDE, type Terminal } from '../ir/block.ts';
import { OP_NUMBER, OP_SPECS, UNCONDITIONAL } from '../ir/ops.ts';
import { CONSTANTS_BASE, STATE_BASE, VALUE_BYTES, VALUES_BASE, VALUES_COUNT } from '../memory/memory-map.ts';
import { ConstantPool } from './constant-pool.ts';
import { DEFERRED, KEPT, planFast } from './fast-plan.ts';
import { type FastCode, FLAT_STRIDE, type FlatBlock, TERMINAL, TRAP_COMPLETES } from './flat-block.ts';
import { FIRST_MEMORY_OP, FLAT_NUMBER, LAST_MEMORY_OP, OBSERVED, UNLESS, VALUE_OP } from './flat-ops.ts';
import type { ValueOps } from './value-ops.ts';

const VALUES_WORD = VALUES_BASE >> 2;
const CONSTANTS_WORD = CONSTANTS_BASE >> 2;
const VALUE_WORDS = VALUE_BYTES >> 2;
const NO_ARGS: readonly number[] = [];
const NO_CONSTANTS: readonly Int32Array[] = [];
/** Code of many blocks lies in one array: an array for each would cost more than the code. */
const CHUNK_WORDS = 1 << 19;

/** How the immediate of an operation is resolved, by operation number. */
const IMM_PLAIN = 0;
const IMM_SLOT = 1;
const IMM_STATE = 2;
const IMM_CYCLES = 3;
const IMM_CONST64 = 4;
const IMM_VALUE_OP = 5;
const IMM_LANE = 6;
const IMMEDIATES = Uint8Array.from(OP_SPECS, (spec, number) => {
  if (number === OP_NUMBER.cycles) return IMM_CYCLES;
  if (number === OP_NUMBER.const64) return IMM_CONST64;
  if (spec.imm === 'slot') return IMM_SLOT;
  if (spec.imm === 'state') return IMM_STATE;
  if (FLAT_NUMBER[number] !== VALUE_OP) return IMM_PLAIN;
  return spec.imm === 'lane' ? IMM_LANE : IMM_VALUE_OP;
});
const CONST32 = OP_NUMBER.const32;

/** Puts blocks in the form the interpreter runs. */
export class Flattener {
  private readonly pool: ConstantPool;
  private readonly valueOps: ValueOps;
  private readonly flatNumbers = Int32Array.from(FLAT_NUMBER);
  /** Word index of every value of the block at hand: its own place, or for constants one in the pool. */
  private readonly places = new Int32Array(VALUES_COUNT);
  /** Where the instructions of the block at hand start. */
  private readonly starts: number[] = [];
  private chunk: Int32Array = new Int32Array(0);
  private next = 0;

  constructor(i32: Int32Array, valueOps: ValueOps) {
    this.pool = new ConstantPool(i32);
    this.valueOps = valueOps;
  }

  /** The constants that blocks refer to by place; for adoptConstants of another machine's. */
  get constants(): Int32Array {
    return this.pool.all;
  }

  /** Starts with these constants. False if it is too late for that. */
  adoptConstants(constants: Int32Array): boolean {
    return this.pool.adopt(constants);
  }

  /** Forgets the constants; no block made so far may run any more. */
  clear(): void {
    this.pool.clear();
    this.chunk = new Int32Array(0);
    this.next = 0;
  }

  /** The block. It keeps nothing of the IR but the constants. */
  flatten(ir: IrBlock, supervisor: boolean, frame: number, secondFrame: number): FlatBlock {
    const { places } = this;
    this.placeValues(ir);
    this.reserve(codeWords(ir) + 4 * (ir.count + 1));
    const cyclesBefore = this.putCycles(ir);
    const pcs = this.putPcs(ir);
    const modes = this.putModes(ir);
    const base = this.next;
    const starts = this.translate(ir, this.chunk, cyclesBefore);
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
      code: this.chunk,
      base,
      starts,
      pcs,
      modes,
      cyclesBefore,
      constants: ir.constants.length > 0 ? ir.constants : NO_CONSTANTS,
      terminal: terminal.kind === 'trap' && terminal.completes ? TRAP_COMPLETES : TERMINAL[terminal.kind],
      value: terminalValue(terminal, places),
      target: terminalTarget(terminal),
      next: 'next' in terminal ? terminal.next : ir.endPc,
      args: terminal.kind === 'system' ? terminal.args.map((value) => places[value]!) : NO_ARGS,
      observed: undefined,
      fast: undefined,
      runs: 0,
      heat: 0,
      valid: true,
    };
  }

  /** The block's fast code (see planFast), from the IR it was made of. Where the plan says so, slots stand for values. */
  flattenFast(block: FlatBlock, ir: IrBlock): FastCode {
    const { places } = this;
    this.placeValues(ir);
    const plan = planFast(ir);
    for (const [value, offset] of plan.slotOfValue) places[value] = (STATE_BASE + offset) >> 2;
    this.reserve(codeWords(ir) + 2 * (ir.count + 1));
    const base = this.next;
    const starts = this.translate(ir, block.code, block.cyclesBefore, plan.fate, KEPT);
    const deferredBase = this.next;
    const deferredStarts = this.translate(ir, block.code, block.cyclesBefore, plan.fate, DEFERRED);
    const sets: number[] = [];
    for (const { value, offset, instruction, until, words } of plan.deferredSets) {
      sets.push(instruction, until, (STATE_BASE + offset) >> 2, places[value]!, words);
    }
    return { code: this.chunk, base, starts, deferredBase, deferredStarts, sets: new Int32Array(sets) };
  }

  /** Makes room for that many words behind `next`. */
  private reserve(words: number): void {
    if (this.next + words <= this.chunk.length) return;
    this.chunk = new Int32Array(Math.max(CHUNK_WORDS, words));
    this.next = 0;
  }

  /** Writes the cycles before each instruction, and all; where. */
  private putCycles(ir: IrBlock): number {
    const { chunk } = this;
    const at = this.next;
    let sum = 0;
    for (let index = 0; index < ir.count; index++) {
      chunk[at + index] = sum;
      sum += ir.insnCycles[index]!;
    }
    chunk[at + ir.count] = sum;
    this.next += ir.count + 1;
    return at;
  }

  /** Writes the address of each instruction, and the end; where. */
  private putPcs(ir: IrBlock): number {
    const { chunk } = this;
    const at = this.next;
    for (let index = 0; index < ir.count; index++) chunk[at + index] = ir.insnPc[index]!;
    chunk[at + ir.count] = ir.endPc;
    this.next += ir.count + 1;
    return at;
  }

  /** Writes the mode of each instruction, and that behind the block; where, or -1 if it is the block's throughout. */
  private putModes(ir: IrBlock): number {
    const { insnMode } = ir;
    if (insnMode === undefined) return -1;
    const { chunk } = this;
    const at = this.next;
    for (let index = 0; index < ir.count; index++) chunk[at + index] = insnMode[index]!;
    chunk[at + ir.count] = ir.endMode;
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
   * Writes the operations (those of one fate, if a plan is given) behind `next`, and behind them where
   * each instruction starts, relative to the first of them, and the end; returns where that is.
   * The cycles before each instruction stand at `cyclesBefore` of `cycles`.
   */
  private translate(ir: IrBlock, cycles: Int32Array, cyclesBefore: number, fates?: Uint8Array, fate = 0): number {
    const { chunk, places, starts } = this;
    const { code, insnFirstOp, count } = ir;
    const base = this.next;
    let to = base;
    let instruction = 0;
    for (let index = 0, at = 0; at < code.length; index++, at += OP_STRIDE) {
      while (instruction < count && insnFirstOp[instruction]! <= index) starts[instruction++] = to - base;
      if (fates !== undefined && fates[index] !== fate) continue;
      if (code[at + OP_NUM] === CONST32 && places[code[at + OP_DST]!]! >= CONSTANTS_WORD) continue;
      const plain = UNCONDITIONAL.get(code[at + OP_NUM]!);
      if (plain === undefined) this.encode(chunk, to, ir, at, cycles[cyclesBefore + instruction - 1]!);
      else {
        this.encodeConditional(chunk, to, ir, at, plain);
        to += FLAT_STRIDE;
      }
      to += FLAT_STRIDE;
    }
    while (instruction <= count) starts[instruction++] = to - base;
    for (let index = 0; index <= count; index++) chunk[to + index] = starts[index]!;
    this.next = to + count + 1;
    return to;
  }

  /** Writes an access on a condition: the condition (with what the result is without it), then the plain access. */
  private encodeConditional(chunk: Int32Array, to: number, ir: IrBlock, at: number, plain: number): void {
    const { places } = this;
    const { code } = ir;
    const dst = code[at + OP_DST]!;
    const b = places[code[at + OP_B]!]!;
    const c = places[code[at + OP_C]!]!;
    // A store has its condition last, and nothing to yield: the condition stays what it is.
    const isLoad = dst >= 0;
    chunk[to] = UNLESS;
    chunk[to + 1] = isLoad ? places[dst]! : c;
    chunk[to + 2] = isLoad ? b : c;
    chunk[to + 3] = c;
    const access = to + FLAT_STRIDE;
    chunk[access] = this.flatNumbers[plain]!;
    chunk[access + 1] = isLoad ? places[dst]! : 0;
    chunk[access + 2] = places[code[at + OP_A]!]!;
    chunk[access + 3] = b;
  }

  /** Writes the operation at `at` of the block's code to `to`. */
  private encode(chunk: Int32Array, to: number, ir: IrBlock, at: number, cyclesBefore: number): void {
    const { places } = this;
    const { code } = ir;
    const number = code[at + OP_NUM]!;
    const dst = code[at + OP_DST]!;
    const a = code[at + OP_A]!;
    const b = code[at + OP_B]!;
    const c = code[at + OP_C]!;
    chunk[to] = this.flatNumbers[number]!;
    chunk[to + 1] = dst < 0 ? 0 : places[dst]!;
    chunk[to + 2] = a < 0 ? 0 : places[a]!;
    chunk[to + 3] = b < 0 ? 0 : places[b]!;
    chunk[to + 4] = c < 0 ? 0 : places[c]!;
    const imm = code[at + OP_IMM]!;
    switch (IMMEDIATES[number]) {
      case IMM_PLAIN:
        chunk[to + 5] = imm;
        break;
      case IMM_SLOT:
        chunk[to + 5] = (STATE_BASE + imm) >> 2;
        break;
      case IMM_STATE:
        chunk[to + 5] = STATE_BASE + imm;
        break;
      case IMM_CYCLES:
        chunk[to + 5] = cyclesBefore;
        break;
      case IMM_CONST64:
        chunk[to + 4] = ir.constants[imm]![1]!;
        chunk[to + 5] = ir.constants[imm]![0]!;
        break;
      case IMM_LANE:
        chunk[to + 5] = this.valueOps.indexOf(number) + imm;
        break;
      default:
        chunk[to + 5] = this.valueOps.indexOf(number);
    }
  }
}

/** Words that a block's operations take at most: an access on a condition becomes two. */
function codeWords(ir: IrBlock): number {
  return 2 * ir.code.length;
}

/** The block's code with memory operations going through the observer. */
export function observedCode(block: FlatBlock): Int32Array {
  const code = block.code.slice(block.base, block.base + block.code[block.starts + block.count]!);
  for (let at = 0; at < code.length; at += FLAT_STRIDE) {
    if (code[at]! >= FIRST_MEMORY_OP && code[at]! <= LAST_MEMORY_OP) code[at] = OBSERVED;
  }
  return code;
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
