/**
 * A block in the form the interpreter runs, as a record in the machine's memory (CODE_BASE): a head of
 * words, the operations (flat-ops.ts), then tables with an element for each instruction and one for the
 * block's end. A large program has a hundred thousand blocks, so there is no object for one; the engine
 * knows a block by the byte address of its record, and the IR is lifted again where wanted. Only frames,
 * links and counts depend on the machine: the rest is what the code store keeps (stored-code.ts).
 */

/** Byte offsets in the head. The first 64 bytes are what running and linking take. */
export const RECORD = {
  pc: 0,
  mode: 4,
  /** Frame of the first page. */
  frame: 8,
  flags: 12,
  /** i64: what the block adds to CLOCK: cycles << 32, less the instructions. */
  clock: 16,
  /** Instructions. */
  count: 24,
  /** Half-words: byte offsets of the operations and behind them. Before them lie the constants of constV and shuffleV. */
  code: 28,
  end: 30,
  /** The terminal, resolved: its kind (TERMINAL), the byte address of its value (0: none), its addresses. */
  terminal: 32,
  value: 36,
  target: 40,
  next: 44,
  /** Records of the blocks at `target` and `next`, where they are in the same page; 0 while not known. */
  targetLink: 48,
  nextLink: 52,
  /** Executions since it was lifted, and how many the translator is to be asked at. */
  runs: 56,
  due: 60,
  cycles: 64,
  /** Address and mode behind the block. */
  endPc: 68,
  endMode: 72,
  /** Frame of the second page if the last instruction straddles the boundary, else -1. */
  secondFrame: 76,
  /** The next record that begins at the same place of the same frame; 0 at the end. */
  sibling: 80,
  /** Byte offset of the tables: cycles before each instruction (words), its mode (words, if RECORD_MODES), its distance from pc and the offset of its first operation (half-words). */
  tables: 84,
  /** Byte addresses of a system routine's arguments, or of a changed mode word. */
  argCount: 88,
  args: 92,
  size: 104,
} as const;

/** Flags. Supervisor rights have the bit that, added to the user's translation table, gives the supervisor's. */
export const RECORD_VALID = 1;
/** In kernel text. */
export const RECORD_KERNEL = 2;
/** The mode is not the same throughout. */
export const RECORD_MODES = 4;
/** The last instruction straddles the page boundary. */
export const RECORD_STRADDLES = 8;
export const RECORD_SUPERVISOR = 1 << 23;

/** Terminal kinds as numbers, for the engine's switch. */
export const TERMINAL = {
  jump: 0,
  branch: 1,
  call: 0,
  callIndirect: 2,
  return: 2,
  jumpIndirect: 2,
  /** A trap whose instruction does not count; one whose does is TRAP_COMPLETES. */
  trap: 3,
  system: 4,
  kernelCall: 5,
  /** Its mode word is the first of the arguments; `target` says whether it is a trap. */
  switchMode: 7,
} as const;

export const TRAP_COMPLETES = 6;
/** Terminals up to this one the interpreter's loop does itself; changes of mode mostly, too. */
export const LAST_SIMPLE = 2;

/** Reads and writes records. */
export class Records {
  readonly i32: Int32Array;
  readonly u16: Uint16Array;

  constructor(i32: Int32Array, u16: Uint16Array) {
    this.i32 = i32;
    this.u16 = u16;
  }

  /** A word of the head. */
  get(block: number, field: number): number {
    return this.i32[(block + field) >> 2]!;
  }

  set(block: number, field: number, value: number): void {
    this.i32[(block + field) >> 2] = value;
  }

  isValid(block: number): boolean {
    return (this.get(block, RECORD.flags) & RECORD_VALID) !== 0;
  }

  isSupervisor(block: number): boolean {
    return (this.get(block, RECORD.flags) & RECORD_SUPERVISOR) !== 0;
  }

  hasModes(block: number): boolean {
    return (this.get(block, RECORD.flags) & RECORD_MODES) !== 0;
  }

  /** Cycles of the instructions before instruction `index`; of all for the block's count. */
  cyclesBefore(block: number, index: number): number {
    return this.i32[((block + this.get(block, RECORD.tables)) >> 2) + index]!;
  }

  /** Mode at instruction `index`, or behind the block. */
  modeAt(block: number, index: number): number {
    if (!this.hasModes(block)) return this.get(block, RECORD.mode);
    return this.i32[((block + this.get(block, RECORD.tables)) >> 2) + this.get(block, RECORD.count) + 1 + index]!;
  }

  /** Address of instruction `index`; of the end for the block's count. */
  pcAt(block: number, index: number): number {
    return (this.get(block, RECORD.pc) + this.u16[(this.halves(block) >> 1) + index]!) | 0;
  }

  /** Byte address of the first operation of instruction `index`, or behind the last. */
  start(block: number, index: number): number {
    return block + this.u16[(this.halves(block) >> 1) + this.get(block, RECORD.count) + 1 + index]!;
  }

  /** Byte address behind all of the record. */
  endOf(block: number): number {
    return (this.halves(block) + 4 * (this.get(block, RECORD.count) + 1) + 7) & -8;
  }

  /** The instruction that the operation at a byte address belongs to. */
  instructionAt(block: number, operation: number): number {
    const count = this.get(block, RECORD.count);
    let index = 0;
    while (index + 1 < count && this.start(block, index + 1) <= operation) index++;
    return index;
  }

  /** Byte address behind the operations. */
  end(block: number): number {
    return block + this.u16[(block + RECORD.end) >> 1]!;
  }

  /** Where the tables of half-words begin. */
  private halves(block: number): number {
    const words = (this.get(block, RECORD.count) + 1) * (this.hasModes(block) ? 2 : 1);
    return block + this.get(block, RECORD.tables) + 4 * words;
  }
}
