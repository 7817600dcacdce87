/** Registers of a function on a stack, by DWARF column. Those that are not known are not there. */
export type FrameRegisters = Map<number, number>;

/** Reads a word of a process's memory, or of the file mapped there; undefined where neither can be had. */
export type ReadWord = (address: number) => number | undefined;

/** Where code without a frame description in .eh_frame stands. */
export interface UndescribedFrame {
  readonly pc: number;
  /** Where its function begins, if that is known. */
  readonly start: number | undefined;
  /** The ABI's own unwind table of the file (StackWalk.tableSegment), if it has one. */
  readonly table: { readonly start: number; readonly end: number } | undefined;
  readonly read: ReadWord;
}

/** What it takes on an ABI to find the callers of a program's functions. */
export interface StackWalk {
  /** The debugger's names of registers, by their column in .eh_frame. */
  readonly columns: ReadonlyMap<number, string>;
  readonly stackPointer: number;
  /** Column of the register in which a call leaves the return address. */
  readonly link?: number;
  /** Type of the program header of an unwind table that only this ABI has. */
  readonly tableSegment?: number;
  /** Where the function around pc seems to begin, of a file that is stripped: by what ends the one before it. */
  readonly functionStart?: (pc: number, read: ReadWord) => number | undefined;
  /**
   * For code without a description in .eh_frame: makes the registers those of the caller, by the ABI's
   * own ways (a table, a chain of frames, what prologues look like), and answers the return address.
   * Undefined: they do not tell.
   */
  readonly outer?: (registers: FrameRegisters, frame: UndescribedFrame) => number | undefined;
}
