import { type IrBlock, OP_A, OP_B, OP_C, OP_DST, OP_IMM, OP_NUM, OP_STRIDE, type Terminal } from '../ir/block.ts';
import { OP_NUMBER, OP_SPECS, UNCONDITIONAL } from '../ir/ops.ts';
import type { GuestMemory } from '../memory/guest-memory.ts';
import { CODE_BASE, CODE_END, INTERRUPTS_ADDRESS, STATE_BASE, VALUES_BASE } from '../memory/memory-map.ts';
import {
  RECORD,
  RECORD_MODES,
  RECORD_STRADDLES,
  RECORD_SUPERVISOR,
  RECORD_VALID,
  TERMINAL,
  TRAP_COMPLETES,
} from './block-record.ts';
import { ConstantPool } from './constant-pool.ts';
import { FLAT_FORMS, FLAT_NUMBER, type FlatForm, SET_THREE, SET_TWO, UNLESS, VALUE_OP } from './flat-ops.ts';
import { VALUE_INDEX } from './loop-module.ts';
import { OperandPlaces } from './operand-places.ts';

/** Place of an operand or a result that an operation does not have. */
const NOWHERE = VALUES_BASE >> 2;
/** Bytes of a constant of constV and shuffleV, which lies before the operations. */
const INLINE_BYTES = 16;
/** More than a block's record takes: its offsets are half-words, but for those of the tables. */
const MOST_BYTES = 1 << 17;
const MOST_OFFSET = 0xffff;

/** How the immediate of an operation is resolved, by operation number. */
const IMM_PLAIN = 0;
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
  if (spec.imm === 'slot' || spec.imm === 'state') return IMM_STATE;
  return FLAT_NUMBER[number] === VALUE_OP ? IMM_VALUE_OP : IMM_PLAIN;
});

/** Puts blocks in the form the interpreter runs (block-record.ts), in the part of the memory that is for it. */
export class Flattener {
  private readonly pool: ConstantPool;
  private readonly slotOperands: boolean;
  private readonly flatNumbers = Int32Array.from(FLAT_NUMBER);
  private readonly i32: Int32Array;
  private readonly u16: Uint16Array;
  private readonly places: OperandPlaces;
  /** Where the instructions of the block at hand start. */
  private readonly starts: number[] = [];
  /** Where the code has the `set` that are made one operation. */
  private readonly sets: number[] = [];
  /** Byte address of the inline constants of the block at hand. */
  private inline = 0;
  private next = CODE_BASE;

  /** @param slotOperands see Optimisations */
  constructor(memory: GuestMemory, slotOperands = true) {
    this.pool = new ConstantPool(memory.i32);
    this.places = new OperandPlaces(this.pool, slotOperands);
    this.slotOperands = slotOperands;
    this.i32 = memory.i32;
    this.u16 = memory.u16;
  }

  /** The constants that blocks refer to by place; for `begin` of another machine's. */
  get constants(): Int32Array {
    return this.pool.all;
  }

  /** Byte address that the next record will take. */
  get end(): number {
    return this.next;
  }

  /** Begins behind `bytes` of records that refer to these constants. False if it is too late for that. */
  begin(bytes: number, constants: Int32Array): boolean {
    if (this.next !== CODE_BASE || !this.pool.adopt(constants)) return false;
    this.next += (bytes + 7) & -8;
    return true;
  }

  /** Whether any block fits in. If not, clear. */
  get hasRoom(): boolean {
    return this.next + MOST_BYTES <= CODE_END;
  }

  /** Forgets everything; no block made so far may run any more. */
  clear(): void {
    this.pool.clear();
    this.next = CODE_BASE;
  }

  /** Makes room for a record of that many bytes, to be copied there; its byte address. Asks for room. */
  take(bytes: number): number {
    const at = this.next;
    this.next += (bytes + 7) & -8;
    return at;
  }

  /** The record's byte address. Asks for room. */
  flatten(ir: IrBlock, supervisor: boolean, frame: number, secondFrame: number): number {
    const { i32, u16 } = this;
    const block = this.next;
    this.places.choose(ir);
    this.putConstants(ir, block + RECORD.size);
    const code = this.inline + INLINE_BYTES * ir.constants.length;
    const end = this.translate(ir, code);
    const tables = (end + 3) & -4;
    this.putTables(ir, block, tables);
    const word = (field: number, value: number): void => {
      i32[(block + field) >> 2] = value;
    };
    const { terminal } = ir;
    word(RECORD.pc, ir.pc);
    word(RECORD.mode, ir.mode);
    word(RECORD.frame, frame);
    word(
      RECORD.flags,
      RECORD_VALID |
        (supervisor ? RECORD_SUPERVISOR : 0) |
        (ir.insnMode === undefined ? 0 : RECORD_MODES) |
        (secondFrame >= 0 ? RECORD_STRADDLES : 0),
    );
    // Taking the count from CLOCK's lower half carries into the upper one.
    word(RECORD.clock, -ir.count);
    word(RECORD.clock + 4, ir.cycles - 1);
    word(RECORD.count, ir.count);
    u16[(block + RECORD.code) >> 1] = code - block;
    u16[(block + RECORD.end) >> 1] = end - block;
    word(RECORD.terminal, terminal.kind === 'trap' && terminal.completes ? TRAP_COMPLETES : TERMINAL[terminal.kind]);
    word(RECORD.value, this.address(terminalValue(terminal)));
    word(RECORD.target, terminalTarget(terminal));
    word(RECORD.next, 'next' in terminal ? terminal.next : ir.endPc);
    word(RECORD.targetLink, 0);
    word(RECORD.nextLink, 0);
    word(RECORD.runs, 0);
    word(RECORD.due, 0);
    word(RECORD.cycles, ir.cycles);
    word(RECORD.endPc, ir.endPc);
    word(RECORD.endMode, ir.endMode);
    word(RECORD.secondFrame, secondFrame);
    word(RECORD.sibling, 0);
    word(RECORD.tables, tables - block);
    const args = terminal.kind === 'system' ? terminal.args : terminal.kind === 'switchMode' ? [terminal.mode] : [];
    word(RECORD.argCount, args.length);
    for (let index = 0; index < 3; index++) word(RECORD.args + 4 * index, this.address(args[index] ?? -1));
    return block;
  }

  /** Writes the constants of constV and shuffleV to `at`; those of const64 are in the operation. */
  private putConstants(ir: IrBlock, at: number): void {
    this.inline = (at + 7) & -8;
    ir.constants.forEach((words, index) => {
      this.i32.set(words, (this.inline + INLINE_BYTES * index) >> 2);
    });
  }

  /** Writes the tables of instructions to `tables`. */
  private putTables(ir: IrBlock, block: number, tables: number): void {
    const { i32, u16, starts } = this;
    const { count, insnMode } = ir;
    let at = tables >> 2;
    let sum = 0;
    for (let index = 0; index < count; index++) {
      i32[at + index] = sum;
      sum += ir.insnCycles[index]!;
    }
    i32[at + count] = sum;
    at += count + 1;
    if (insnMode !== undefined) {
      for (let index = 0; index < count; index++) i32[at + index] = insnMode[index]!;
      i32[at + count] = ir.endMode;
      at += count + 1;
    }
    at *= 2;
    for (let index = 0; index <= count; index++) {
      const distance = ((index < count ? ir.insnPc[index]! : ir.endPc) - ir.pc) | 0;
      const start = starts[index]! - block;
      if (distance < 0 || distance > MOST_OFFSET || start > MOST_OFFSET) throw new RangeError('a block is too large');
      u16[at + index] = distance;
      u16[at + count + 1 + index] = start;
    }
    this.next = (2 * (at + 2 * (count + 1)) + 7) & -8;
  }

  /** Writes the operations from byte address `from` on, and notes where each instruction starts, and the end; returns that. */
  private translate(ir: IrBlock, from: number): number {
    const { starts } = this;
    const { dropped } = this.places;
    const { code, insnFirstOp, insnCycles, count } = ir;
    let to = from;
    let instruction = 0;
    let cycles = 0;
    for (let index = 0, at = 0; at < code.length; index++, at += OP_STRIDE) {
      while (instruction < count && insnFirstOp[instruction]! <= index) {
        if (instruction > 0) cycles += insnCycles[instruction - 1]!;
        starts[instruction++] = to;
      }
      if (dropped[index] === 1) continue;
      if (this.slotOperands && code[at + OP_NUM] === OP_NUMBER.set) {
        const end = instruction < count ? insnFirstOp[instruction]! : code.length / OP_STRIDE;
        const last = this.gatherSets(code, index, end);
        if (last > index) {
          to += this.putSets(to, code);
          index = last;
          at = last * OP_STRIDE;
          continue;
        }
      }
      const plain = UNCONDITIONAL.get(code[at + OP_NUM]!);
      to = plain === undefined ? this.encode(to, ir, at, cycles) : this.encodeConditional(to, ir, at, plain);
    }
    while (instruction <= count) starts[instruction++] = to;
    return to;
  }

  /**
   * Notes the `set` from operation `first` on that follow each other, three at most, before operation `end`, with which
   * the next instruction begins; the last one's index.
   */
  private gatherSets(code: readonly number[], first: number, end: number): number {
    const { sets } = this;
    const { dropped } = this.places;
    sets.length = 0;
    let last = first;
    for (let index = first; index < end && sets.length < 3; index++) {
      if (dropped[index] === 1) continue;
      if (code[index * OP_STRIDE + OP_NUM] !== OP_NUMBER.set) break;
      sets.push(index * OP_STRIDE);
      last = index;
    }
    return last;
  }

  /** Writes those as one operation; its bytes. */
  private putSets(to: number, code: readonly number[]): number {
    const { sets, u16 } = this;
    const values = sets.map((at) => this.place(code[at + OP_A]!));
    const form = this.put(to, sets.length === 2 ? SET_TWO : SET_THREE, 0, values[0]!, values[1]!, values[2] ?? 0);
    sets.forEach((at, index) => {
      u16[((to + form.imm) >> 1) + index] = STATE_BASE + code[at + OP_IMM]!;
    });
    return form.bytes;
  }

  /** Place of a value. */
  private place(value: number): number {
    return value < 0 ? NOWHERE : this.places.of[value]!;
  }

  /** Byte address of a value's place; 0 for none. */
  private address(value: number): number {
    return value < 0 ? 0 : 4 * this.places.of[value]!;
  }

  /** Writes number, result and arguments of an operation; returns its form. */
  private put(to: number, flat: number, dst: number, a: number, b: number, c: number): FlatForm {
    const { u16 } = this;
    const form = FLAT_FORMS[flat]!;
    const at = to >> 1;
    u16[at] = flat;
    if (form.dst > 0) u16[at + 1] = dst;
    const args = (form.imm - form.a) >> 1;
    const first = at + (form.a >> 1);
    if (args > 0) u16[first] = a;
    if (args > 1) u16[first + 1] = b;
    if (args > 2) u16[first + 2] = c;
    return form;
  }

  private putWord(at: number, value: number): void {
    this.u16[at >> 1] = value;
    this.u16[(at >> 1) + 1] = value >>> 16;
  }

  /** Writes an access on a condition: the condition (with what the result is without it), then the plain access. Returns where it ends. */
  private encodeConditional(to: number, ir: IrBlock, at: number, plain: number): number {
    const { code } = ir;
    const a = this.place(code[at + OP_A]!);
    const b = this.place(code[at + OP_B]!);
    const c = this.place(code[at + OP_C]!);
    const dst = code[at + OP_DST]!;
    // A store has its condition last, and nothing to yield: the condition stays what it is.
    const isLoad = dst >= 0;
    const result = this.place(dst);
    const access = to + this.put(to, UNLESS, isLoad ? result : c, isLoad ? b : c, c, 0).bytes;
    return access + this.put(access, this.flatNumbers[plain]!, result, a, b, 0).bytes;
  }

  /** Writes the operation at `at` of the block's code to `to`; returns where it ends. */
  private encode(to: number, ir: IrBlock, at: number, cyclesBefore: number): number {
    const { code } = ir;
    const number = code[at + OP_NUM]!;
    const form = this.put(
      to,
      this.flatNumbers[number]!,
      this.place(code[at + OP_DST]!),
      this.place(code[at + OP_A]!),
      this.place(code[at + OP_B]!),
      this.place(code[at + OP_C]!),
    );
    const { immBytes } = form;
    if (immBytes === 0) return to + form.bytes;
    const imm = code[at + OP_IMM]!;
    const place = to + form.imm;
    switch (IMMEDIATES[number]) {
      case IMM_PLAIN:
        this.putImmediate(place, immBytes, imm);
        break;
      case IMM_STATE:
        this.putImmediate(place, immBytes, STATE_BASE + imm);
        break;
      case IMM_INTERRUPTS:
        this.putImmediate(place, immBytes, INTERRUPTS_ADDRESS);
        break;
      case IMM_CYCLES:
        this.putImmediate(place, immBytes, cyclesBefore);
        break;
      case IMM_CONST64:
        this.putWord(place, ir.constants[imm]![0]!);
        this.putWord(place + 4, ir.constants[imm]![1]!);
        break;
      case IMM_INLINE:
        this.putImmediate(place, immBytes, this.inline + imm * INLINE_BYTES - to);
        break;
      default:
        this.putImmediate(place, immBytes, VALUE_INDEX[number]! + imm);
    }
    return to + form.bytes;
  }

  private putImmediate(at: number, bytes: number, value: number): void {
    if (bytes === 4) this.putWord(at, value);
    else if (value >>> 16 === 0) this.u16[at >> 1] = value;
    else throw new RangeError(`immediate ${value} does not fit in`);
  }
}

function terminalValue(terminal: Terminal): number {
  switch (terminal.kind) {
    case 'branch':
      return terminal.cond;
    case 'callIndirect':
    case 'return':
    case 'jumpIndirect':
    case 'switchMode':
      return terminal.target;
    case 'trap':
      return terminal.error;
    default:
      return -1;
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
    case 'switchMode':
      return terminal.trap === undefined ? 0 : 1;
    default:
      return 0;
  }
}
