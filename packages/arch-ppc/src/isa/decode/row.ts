import type { Insn } from '../lift/insn.ts';

/**
 * One instruction. The tables under isa/tables are lists of these; decoder, disassembler, coverage
 * page and random tests all follow from them.
 */
export interface Row {
  /**
   * The 32 bits in the manual's order, blanks between fields: 0 and 1 are the opcode, `/` is a
   * reserved bit (ignored, as classic processors do), letters are fields:
   *
   *     t  RT, RS, FRT, FRS, TO, BO, BF…   o  OE: the mnemonic gets an `o`
   *     a  RA, FRA, BI, BT…                r  Rc: the mnemonic gets a `.`
   *     b  RB, FRB, SH…                    l  LK, A  AA: the mnemonic gets `l`, `a`
   *     c  FRC, MB  e  ME                  i  immediate, displacement
   *     s  SPR, TBR (halves exchanged)     m  mask of fields
   */
  readonly encoding: string;
  /** Mnemonic without the suffixes that fields of the encoding give. */
  readonly mnemonic: string;
  /** Operands as the assembler writes them, names as in the manual: 'RT,D(RA)'. See disasm/operands.ts. */
  readonly operands: string;
  /** Class of cost, a key of every model in models.ts. */
  readonly cost: string;
  /** Emits the instruction's IR, and does nothing else. */
  readonly lift: (x: Insn) => void;
  /** Section of the manual, where it is not the mnemonic. */
  readonly section?: string;
  /** What the random tests are to know; see tests/real/ppc. */
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

/** The bits of an encoding without blanks; throws if they are not 32. */
export function bitsOf(encoding: string): string {
  const bits = encoding.replaceAll(' ', '');
  if (bits.length !== 32) throw new TypeError(`encoding '${encoding}' has ${bits.length} bits`);
  return bits;
}

/** Mask and value of an encoding's opcode bits. */
export function pattern(encoding: string): { readonly mask: number; readonly value: number } {
  const bits = bitsOf(encoding);
  let mask = 0;
  let value = 0;
  for (const bit of bits) {
    mask = (mask << 1) | (bit === '0' || bit === '1' ? 1 : 0);
    value = (value << 1) | (bit === '1' ? 1 : 0);
  }
  return { mask, value };
}
