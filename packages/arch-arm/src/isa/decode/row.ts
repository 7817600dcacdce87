import type { Insn } from '../lift/insn.ts';
import type { FieldName } from './fields.ts';

/** Instruction sets: A32, 16-bit and 32-bit T32 encodings. */
export type InstructionSet = 'A32' | 'T16' | 'T32';

/** What the flexible second operand of a row is made of (lift/operand2.ts). */
export type Operand2Kind =
  /** `imm` (12 bits) by ARMExpandImm. A5.2.4. */
  | 'arm'
  /** `imm` (12 bits) by ThumbExpandImm. A6.3.2. */
  | 'thumb'
  /** `imm` as it is. */
  | 'plain'
  /** Rm shifted by `shift` as `type` says. A8.4.1. */
  | 'shifted'
  /** Rm shifted by register Rs as `type` says. */
  | 'byRegister'
  /** Rm. */
  | 'register';

/**
 * One encoding of an instruction. The tables are lists of these; decoder, disassembler, coverage
 * page and random tests all follow from them.
 */
export interface Row {
  readonly set: InstructionSet;
  /** Mnemonic as the manual has it. */
  readonly mnemonic: string;
  /** Section of the ARM ARM (DDI0406C), such as 'A8.8.7'. */
  readonly section: string;
  /** See parseEncoding. Where rows overlap, the one with more fixed bits holds. */
  readonly encoding: string;
  /**
   * Assembler syntax, unified, as objdump prints it; `{…}` stands for a part that depends on the
   * encoding (disasm/syntax.ts). Mnemonic and operands are separated by a blank: 'add{s}{c} {Rd}, {Rn}, {op2}'.
   */
  readonly syntax: string;
  /** Class of cost, a key of every model in models.ts. */
  readonly cost: string;
  /** Emits the instruction's IR, and does nothing else. */
  readonly lift: (x: Insn) => void;
  readonly operand2?: Operand2Kind;
  /** Fields that the encoding implies and has no bits for. */
  readonly fixed?: Partial<Readonly<Record<FieldName, number>>>;
  /** The encoding holds only where this does too ("if … then SEE"); fields are set. */
  readonly when?: (x: Insn) => boolean;
  /** r15 as destination is a branch, or something else that is defined; in other rows it is UNPREDICTABLE. */
  readonly pcDestination?: true;
  /** T32: flags are set outside IT blocks only (S has no bit in the encoding). */
  readonly flagsOutsideIt?: true;
  /** T32: executed whatever the IT block's condition says. */
  readonly unconditional?: true;
  /** What the random tests are to know; see tests/real/arm/random. */
  readonly test?: RowTest;
}

export interface RowTest {
  /** Not to be generated at random: the reason (privileged, control transfer, …). */
  readonly skip?: string;
}

/** What a row may have beside its columns. */
export type RowOptions = Omit<Partial<Row>, 'set' | 'mnemonic' | 'section' | 'encoding' | 'syntax' | 'cost' | 'lift'>;

/** Short form for tables: a row from its columns. */
export function row(
  set: InstructionSet,
  mnemonic: string,
  section: string,
  encoding: string,
  syntax: string,
  cost: string,
  lift: (x: Insn) => void,
  more?: RowOptions,
): Row {
  return { set, mnemonic, section, encoding, syntax, cost, lift, ...more };
}

/**
 * Rows of a floating-point or SIMD instruction, given in its A32 encoding: the T32 one differs in its
 * top bits alone. ARM ARM DDI0406C A6.3.18 and A7.4: 'cond:4 …' becomes '1110 …' ('1111 …' stays),
 * '1111 001 U:1 …' becomes '111 U:1 1111 …', '1111 0100 …' becomes '1111 1001 …'.
 */
export function bothSets(
  mnemonic: string,
  section: string,
  encoding: string,
  syntax: string,
  cost: string,
  lift: (x: Insn) => void,
  more?: RowOptions,
): Row[] {
  return [
    row('A32', mnemonic, section, encoding, syntax, cost, lift, more),
    row('T32', mnemonic, section, toT32(encoding), syntax, cost, lift, more),
  ];
}

function toT32(encoding: string): string {
  const text = encoding.trim();
  if (text.startsWith('cond:4')) return text.replace(/^cond:4/, '1110');
  const data = /^1111\s*001\s*([\w@]+:1|[01])(.*)$/.exec(text);
  if (data) return `111 ${data[1]} 1111 ${data[2]}`;
  if (/^1111\s*0100/.test(text)) return text.replace(/^1111\s*0100/, '1111 1001');
  if (/^1111\s*11/.test(text)) return text;
  throw new TypeError(`encoding '${encoding}' has no T32 counterpart`);
}
