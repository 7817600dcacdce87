import type { Insn } from '../lift/insn.ts';

/**
 * One instruction. The tables under isa/tables are lists of these; decoder, disassembler, coverage
 * page and random tests all follow from them.
 */
export interface Row {
  /**
   * Encoding as the manual draws it, bit 31 first, spaces between fields: 0 and 1 must be so, a letter
   * is a bit of a field ('000000 sssss ttttt ddddd 00000 100001').
   */
  readonly encoding: string;
  /** Mnemonic as objdump has it. */
  readonly mnemonic: string;
  /** Operand codes in the order of the assembly text, separated by commas (see disasm/operands.ts for the list). */
  readonly operands: string;
  /** Class of cost, a key of every model in models.ts. */
  readonly cost: string;
  /** Emits the instruction's IR, and does nothing else. */
  readonly lift: (x: Insn) => void;
  /** A branch or jump with a delay slot: it cannot be in one. */
  readonly branch?: true;
  /** Page of MIPS32 vol. II, where it is not the mnemonic in capitals. */
  readonly section?: string;
  /** What the random tests are to know; see tests/real/mips. */
  readonly test?: RowTest;
}

export interface RowTest {
  /** Not to be generated at random: the reason (privileged, control transfer, …). */
  readonly skip?: string;
}

/** Short form for tables: a row from its columns. */
export function row(
  encoding: string,
  mnemonic: string,
  operands: string,
  cost: string,
  lift: (x: Insn) => void,
  more?: Partial<Row>,
): Row {
  return { encoding, mnemonic, operands, cost, lift, ...more };
}

/** What a word must be to be this row's: word & mask === match. */
export interface Pattern {
  readonly mask: number;
  readonly match: number;
}

/** Throws TypeError for an encoding that is no 32 bits. */
export function patternOf(encoding: string): Pattern {
  const bits = encoding.replaceAll(' ', '');
  if (!/^[01a-z]{32}$/.test(bits)) throw new TypeError(`'${encoding}' is no encoding of 32 bits`);
  let mask = 0;
  let match = 0;
  for (const bit of bits) {
    mask = (mask << 1) | (bit === '0' || bit === '1' ? 1 : 0);
    match = (match << 1) | (bit === '1' ? 1 : 0);
  }
  return { mask, match };
}
