/** Encodings of the instructions that the entry code and the vDSO use. MIPS32 vol. II. */
import { kernelCallWord } from '../../isa/index.ts';
import type { Expression } from './expression.ts';
import { CP0_REGISTERS, registerNumber } from './registers.ts';

/** A field that depends on labels. */
export interface LateField {
  readonly kind: 'immediate' | 'branch' | 'jump' | 'word';
  readonly value: Expression;
}

/** One instruction word; `late` is put in once labels are known. */
export interface Encoded {
  readonly word: number;
  readonly late?: LateField;
}

/** Operands of one line as text, and how to read a number. */
export interface Operands {
  readonly texts: readonly string[];
  number(index: number): Expression;
}

type Encoder = (operands: Operands) => Encoded[];

function reg(operands: Operands, index: number): number {
  const number = registerNumber(operands.texts[index] ?? '');
  if (number < 0) throw new SyntaxError(`operand ${index + 1} must be a register`);
  return number;
}

/** A number that is known at once. */
function known(operands: Operands, index: number): number {
  const { value, terms } = operands.number(index);
  if (terms.length > 0) throw new SyntaxError(`operand ${index + 1} must be a number`);
  return value;
}

const immediate = (word: number, value: Expression): Encoded[] => [{ word, late: { kind: 'immediate', value } }];
const branch = (word: number, value: Expression): Encoded[] => [{ word, late: { kind: 'branch', value } }];

/** op rd, rs, rt */
const threeRegisters =
  (funct: number): Encoder =>
  (x) => [{ word: (reg(x, 1) << 21) | (reg(x, 2) << 16) | (reg(x, 0) << 11) | funct }];

/** op rt, rs, immediate */
const registerImmediate =
  (opcode: number): Encoder =>
  (x) =>
    immediate((opcode << 26) | (reg(x, 1) << 21) | (reg(x, 0) << 16), x.number(2));

/** op rt, offset(base) */
const memory =
  (opcode: number): Encoder =>
  (x) => {
    const parts = /^(.*)\((\w+)\)$/.exec(x.texts[1] ?? '');
    const base = registerNumber(parts?.[2] ?? '');
    if (base < 0) throw new SyntaxError('operand 2 must be offset(register)');
    return immediate((opcode << 26) | (base << 21) | (reg(x, 0) << 16), x.number(1));
  };

/** op rd, rt, shift */
const shift =
  (funct: number): Encoder =>
  (x) => [{ word: (reg(x, 1) << 16) | (reg(x, 0) << 11) | ((known(x, 2) & 31) << 6) | funct }];

/** op rs, rt, target */
const compareBranch =
  (opcode: number): Encoder =>
  (x) =>
    branch((opcode << 26) | (reg(x, 0) << 21) | (reg(x, 1) << 16), x.number(2));

/** op rs, target, the rest of the word being given */
const zeroBranch =
  (word: number): Encoder =>
  (x) =>
    branch(word | (reg(x, 0) << 21), x.number(1));

/** op rd or op rs at a place */
const oneRegister =
  (place: number, word: number): Encoder =>
  (x) => [{ word: word | (reg(x, 0) << place) }];

/** op rt, cp0 register */
const coprocessor0 =
  (direction: number): Encoder =>
  (x) => {
    const register = CP0_REGISTERS.get(x.texts[1] ?? '');
    if (register === undefined) throw new SyntaxError('operand 2 must be a coprocessor 0 register');
    return [{ word: 0x4000_0000 | (direction << 21) | (reg(x, 0) << 16) | (register[0] << 11) | register[1] }];
  };

const fixed =
  (word: number): Encoder =>
  () => [{ word }];

const ENCODERS: Readonly<Record<string, Encoder>> = {
  addu: threeRegisters(0x21),
  subu: threeRegisters(0x23),
  and: threeRegisters(0x24),
  or: threeRegisters(0x25),
  xor: threeRegisters(0x26),
  nor: threeRegisters(0x27),
  sltu: threeRegisters(0x2b),
  addiu: registerImmediate(9),
  slti: registerImmediate(10),
  sltiu: registerImmediate(11),
  andi: registerImmediate(12),
  ori: registerImmediate(13),
  xori: registerImmediate(14),
  lui: (x) => immediate((15 << 26) | (reg(x, 0) << 16), x.number(1)),
  sll: shift(0),
  srl: shift(2),
  lw: memory(0x23),
  lbu: memory(0x24),
  lhu: memory(0x25),
  lb: memory(0x20),
  lh: memory(0x21),
  sb: memory(0x28),
  sh: memory(0x29),
  sw: memory(0x2b),
  beq: compareBranch(4),
  bne: compareBranch(5),
  beqz: zeroBranch(4 << 26),
  bnez: zeroBranch(5 << 26),
  bltz: zeroBranch(1 << 26),
  bgez: zeroBranch((1 << 26) | (1 << 16)),
  b: (x) => branch(4 << 26, x.number(0)),
  bal: (x) => branch((1 << 26) | (0x11 << 16), x.number(0)),
  j: (x) => [{ word: 2 << 26, late: { kind: 'jump', value: x.number(0) } }],
  jal: (x) => [{ word: 3 << 26, late: { kind: 'jump', value: x.number(0) } }],
  jr: oneRegister(21, 8),
  jalr: oneRegister(21, (31 << 11) | 9),
  mfhi: oneRegister(11, 0x10),
  mflo: oneRegister(11, 0x12),
  mthi: oneRegister(21, 0x11),
  mtlo: oneRegister(21, 0x13),
  multu: (x) => [{ word: (reg(x, 0) << 21) | (reg(x, 1) << 16) | 0x19 }],
  divu: (x) => [{ word: (reg(x, 0) << 21) | (reg(x, 1) << 16) | 0x1b }],
  /** rt, number of the hardware register */
  rdhwr: (x) => [{ word: 0x7c00_003b | (reg(x, 0) << 16) | ((known(x, 1) & 31) << 11) }],
  mfc0: coprocessor0(0),
  mtc0: coprocessor0(4),
  eret: fixed(0x4200_0018),
  nop: fixed(0),
  syscall: fixed(0xc),
  break: (x) => [{ word: ((known(x, 0) & 0x3ff) << 16) | 0xd }],
  kernelcall: (x) => [{ word: kernelCallWord(known(x, 0)) }],
  '.word': (x) => x.texts.map((_, i) => ({ word: 0, late: { kind: 'word', value: x.number(i) } })),
  // ---- written for others
  move: (x) => [{ word: (reg(x, 1) << 21) | (reg(x, 0) << 11) | 0x25 }],
  negu: (x) => [{ word: (reg(x, x.texts.length - 1) << 16) | (reg(x, 0) << 11) | 0x23 }],
  /** A 16-bit number. */
  li: (x) => {
    const value = known(x, 1);
    if (value < -0x8000 || value > 0xffff) throw new SyntaxError('li takes 16 bits; use lui and ori');
    const opcode = value < 0 ? 9 : 13;
    return [{ word: (opcode << 26) | (reg(x, 0) << 16) | (value & 0xffff) }];
  },
};

/** Encodes one line. Throws SyntaxError for what it does not know. */
export function encode(mnemonic: string, operands: Operands): Encoded[] {
  const encoder = ENCODERS[mnemonic];
  if (encoder === undefined) throw new SyntaxError(`unknown instruction '${mnemonic}'`);
  return encoder(operands);
}
