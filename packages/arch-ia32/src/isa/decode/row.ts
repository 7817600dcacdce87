import type { Insn } from '../lift/insn.ts';

/**
 * One instruction form. The tables under isa/tables are lists of these; decoder, disassembler,
 * coverage page and random tests all follow from them.
 */
export interface Row {
  /**
   * Encoding in the notation of the SDM's instruction pages:
   *
   *     '0F AF /r'    opcode bytes, then a ModRM byte with register and operand
   *     '80 /2 ib'    ModRM byte whose reg field is 2, then an immediate byte
   *     '50+rd'       register in the low three bits of the opcode ('+rb' for byte registers)
   *     'D8 C0+i'     ModRM byte C0 to C7, 'D9 E0' that one ModRM byte
   *     'NP 0F 58 /r', '66 0F 58 /r', 'F3 0F 58 /r', 'F2 0F 58 /r'
   *                   mandatory prefix (NP: none of the three). Without such a mark the row holds
   *                   under every prefix that no marked row of the same opcode claims.
   *
   * Immediates ('ib', 'iw', 'iz', …) are for the reader: the operand codes say what is fetched.
   */
  readonly encoding: string;
  /**
   * Mnemonic as objdump's Intel syntax has it. 'cbw|cwde' is the 16-bit, then the 32-bit operand
   * size's name.
   */
  readonly mnemonic: string;
  /** Operand codes, destination first, separated by commas: SDM vol. 2, appendix A.2 (see operand.ts for the list). */
  readonly operands: string;
  /** Class of cost, a key of every model in models.ts. */
  readonly cost: string;
  /** Emits the instruction's IR, and does nothing else. */
  readonly lift: (x: Insn) => void;
  /** LOCK is allowed (with a memory destination); anywhere else it is #UD. */
  readonly lock?: true;
  /** Section of SDM vol. 2, where it is not the mnemonic in capitals. */
  readonly section?: string;
  /** Mnemonic with a REP prefix ('rep movsb'): 'rep' for F3 (and F2), 'repe' for F3 and F2 apart. */
  readonly rep?: 'rep' | 'repe';
  /** What the random tests are to know; see tests/real/ia32. */
  readonly test?: RowTest;
}

export interface RowTest {
  /** Not to be generated at random: the reason (privileged, control transfer, …). */
  readonly skip?: string;
  /** Flags left undefined by the manual (its words stand with the tables) and not compared: letters of 'oszapc'. */
  readonly undefinedFlags?: string;
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
