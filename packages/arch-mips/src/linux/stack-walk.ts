import type { FrameRegisters, ReadWord, StackWalk } from '@kml/kernel';
import { GENERAL_NAMES } from '../isa/state.ts';

const SP = 29;
const FP = 30;
const RA = 31;
/** addiu sp,sp,imm; sw rt,imm(sp); move s8,sp (as or, as addu). */
const ADDIU_SP = 0x27bd;
const SW_SP = 0xafa0;
const MOVE_FP_SP = new Set([0x03a0_f025, 0x03a0_f021]);
/** Bytes that a prologue can have, and a function. */
const MOST_PROLOGUE = 256;
const MOST_FUNCTION = 0x1_0000;

interface Prologue {
  /** Bytes by which sp has been lowered. */
  size: number;
  /** Offsets at which registers are saved, by number, of sp as it is then. */
  readonly saved: Map<number, number>;
  /** The frame is found by s8: sp moves within the function. */
  framePointer: boolean;
}

/** DWARF columns of MIPS, and how frames are undone that no table describes. */
export const stackWalk: StackWalk = {
  columns: new Map(GENERAL_NAMES.map((name, column): [number, string] => [column, name]).slice(1)),
  stackPointer: SP,
  link: RA,

  /** Where sp was last lowered: a leaf function without a frame is taken for the one before it. */
  functionStart(pc, read) {
    for (let at = pc; at > pc - MOST_FUNCTION; at -= 4) {
      const word = read(at);
      if (word === undefined) return undefined;
      if (word >>> 16 === ADDIU_SP && (word & 0x8000) !== 0) return at;
    }
    return undefined;
  },

  /** By what the code from the function's start to pc has done, as debuggers do. System V ABI, MIPS supplement, 3-21 */
  outer(registers, { read, pc, start }) {
    if (start === undefined) return undefined;
    const { size, saved, framePointer } = prologue(read, start, pc);
    const base = registers.get(framePointer ? FP : SP);
    if (base === undefined || (size === 0 && !registers.has(RA))) return undefined;
    const before = registers.get(RA);
    registers.delete(RA);
    restore(registers, read, base, saved);
    registers.set(SP, (base + size) | 0);
    return saved.has(RA) ? registers.get(RA) : before;
  },
};

function prologue(read: ReadWord, start: number, pc: number): Prologue {
  const found: Prologue = { size: 0, saved: new Map(), framePointer: false };
  for (let at = start; at < Math.min(pc, start + MOST_PROLOGUE); at += 4) {
    const word = read(at);
    if (word === undefined) break;
    const low = (word << 16) >> 16;
    // Only the first counts: epilogues of early returns come later, and are left by then.
    if (word >>> 16 === ADDIU_SP && low < 0 && found.size === 0) found.size = -low;
    else if ((word >>> 16) >>> 5 === SW_SP >>> 5 && found.size > 0) noteSave(found.saved, (word >>> 16) & 31, low);
    else if (MOVE_FP_SP.has(word)) found.framePointer = true;
  }
  return found;
}

function noteSave(saved: Map<number, number>, register: number, offset: number): void {
  const callee = (register >= 16 && register <= 23) || register >= 28;
  if (callee && !saved.has(register)) saved.set(register, offset);
}

function restore(registers: FrameRegisters, read: ReadWord, base: number, saved: ReadonlyMap<number, number>): void {
  for (const [register, offset] of saved) {
    const value = read(base + offset);
    if (value === undefined) registers.delete(register);
    else registers.set(register, value);
  }
}
