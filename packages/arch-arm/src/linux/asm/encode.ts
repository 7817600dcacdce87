/** Encodings of the instructions that the entry code and the kuser helpers use, all A1. ARM ARM (DDI 0406C) A5, A8, B9. */
import { constantValue, type Expression } from './expression.ts';
import { type Mnemonic, parseMnemonic } from './mnemonic.ts';
import type { AsmOperand, Memory } from './operand.ts';

/** How a value that depends on labels goes into its word (patch.ts). */
export type FixupKind = 'word' | 'branch' | 'literal' | 'movw' | 'movt';

/** Where the encoder puts words. */
export interface Emitter {
  word(value: number): void;
  /** A word of which a part depends on labels. */
  fixup(kind: FixupKind, value: Expression, word: number): void;
}

interface Instruction extends Mnemonic {
  readonly operands: readonly AsmOperand[];
}
type Encoder = (emit: Emitter, instruction: Instruction) => void;

/** Data processing in the order of their opcode field. ARM ARM A5.2.1 */
const DATA = 'and eor sub rsb add adc sbc rsc tst teq cmp cmn orr mov bic mvn'.split(' ');
/** The instruction that does the same with the immediate inverted or negated. */
const INVERTED: Readonly<Record<string, string>> = { mov: 'mvn', mvn: 'mov', and: 'bic', bic: 'and' };
const NEGATED: Readonly<Record<string, string>> = { add: 'sub', sub: 'add', cmp: 'cmn', cmn: 'cmp' };
const BLOCK_MODES: Readonly<Record<string, number>> = { da: 0, ia: 1, db: 2, ib: 3, fd: 1 };

/** Encodes one instruction. Throws SyntaxError for what it does not know. */
export function encode(emit: Emitter, text: string, operands: readonly AsmOperand[]): void {
  const mnemonic = parseMnemonic(text, BASES);
  ENCODERS[mnemonic.base]!(emit, { ...mnemonic, operands });
}

const cond = ({ condition }: Instruction): number => (condition << 28) >>> 0;

/** MSR and MRS, CPS, barriers and the like have no S. */
const SYSTEM: Readonly<Record<string, Encoder>> = {
  b: (emit, i) => emit.fixup('branch', label(i.operands[0]), cond(i) | 0x0a00_0000),
  bl: (emit, i) => emit.fixup('branch', label(i.operands[0]), cond(i) | 0x0b00_0000),
  bx: (emit, i) => emit.word(cond(i) | 0x012f_ff10 | register(i.operands[0])),
  blx: (emit, i) => emit.word(cond(i) | 0x012f_ff30 | register(i.operands[0])),
  svc: (emit, i) => emit.word(cond(i) | 0x0f00_0000 | (number(i.operands[0]) & 0xff_ffff)),
  bkpt: (emit, i) => emit.word(0xe120_0070 | split16(number(i.operands[0]))),
  udf: (emit, i) => emit.word(0xe7f0_00f0 | split16(number(i.operands[0]))),
  /** Ours: UDF with the number as its immediate. */
  kernelcall: (emit, i) => emit.word(0xe7f0_00f0 | split16(number(i.operands[0]))),
  nop: (emit, i) => emit.word(cond(i) | 0x0320_f000),
  wfi: (emit, i) => emit.word(cond(i) | 0x0320_f003),
  clrex: (emit) => emit.word(0xf57f_f01f),
  dmb: (emit) => emit.word(0xf57f_f05b),
  cps: (emit, i) => emit.word(0xf102_0000 | number(i.operands[0])),
  /** cpsie and cpsid: interrupts (I) only; with a mode, that too. ARM ARM B9.3.2 */
  cpsie: (emit, i) => emit.word(0xf108_0080 | modeChange(i)),
  cpsid: (emit, i) => emit.word(0xf10c_0080 | modeChange(i)),
  mrs(emit, i) {
    const saved = status(i.operands[1]).saved ? 1 << 22 : 0;
    emit.word(cond(i) | 0x010f_0000 | saved | (register(i.operands[0]) << 12));
  },
  msr(emit, i) {
    const { saved, fields } = status(i.operands[0]);
    emit.word(cond(i) | 0x0120_f000 | (saved ? 1 << 22 : 0) | (fields << 16) | register(i.operands[1]));
  },
  mrc: (emit, i) => emit.word(cond(i) | 0x0e10_0010 | coprocessorFields(i.operands)),
  mcr: (emit, i) => emit.word(cond(i) | 0x0e00_0010 | coprocessorFields(i.operands)),
  ldrex: (emit, i) => emit.word(cond(i) | 0x0190_0f9f | (base(i.operands[1]) << 16) | (register(i.operands[0]) << 12)),
  ldrexd: (emit, i) => emit.word(cond(i) | 0x01b0_0f9f | (base(i.operands[2]) << 16) | (register(i.operands[0]) << 12)),
  strex: (emit, { operands, ...i }) => {
    const [status, source, place] = operands;
    emit.word(
      cond({ ...i, operands }) | 0x0180_0f90 | (base(place) << 16) | (register(status) << 12) | register(source),
    );
  },
  strexd: (emit, { operands, ...i }) => {
    const [status, source, , place] = operands;
    emit.word(
      cond({ ...i, operands }) | 0x01a0_0f90 | (base(place) << 16) | (register(status) << 12) | register(source),
    );
  },
  movw: (emit, i) => emit.fixup('movw', label(i.operands[1]), cond(i) | 0x0300_0000 | (register(i.operands[0]) << 12)),
  mov32(emit, i) {
    SYSTEM.movw!(emit, i);
    emit.fixup('movt', label(i.operands[1]), cond(i) | 0x0340_0000 | (register(i.operands[0]) << 12));
  },
};

const TRANSFERS: Readonly<Record<string, Encoder>> = {
  ldr: (emit, i) => word(emit, i, 1, 0),
  str: (emit, i) => word(emit, i, 0, 0),
  ldrb: (emit, i) => word(emit, i, 1, 1),
  strb: (emit, i) => word(emit, i, 0, 1),
  ldrh: (emit, i) => half(emit, i, 1, 0xb),
  strh: (emit, i) => half(emit, i, 0, 0xb),
  ldrd: (emit, i) => half(emit, withoutSecond(i), 0, 0xd),
  strd: (emit, i) => half(emit, withoutSecond(i), 0, 0xf),
  push: (emit, i) => block(emit, i, 0, 2, { kind: 'register', number: 13, writeback: true }, i.operands[0]),
  pop: (emit, i) => block(emit, i, 1, 1, { kind: 'register', number: 13, writeback: true }, i.operands[0]),
};

function blockEncoders(): Record<string, Encoder> {
  const encoders: Record<string, Encoder> = {};
  for (const [suffix, mode] of Object.entries(BLOCK_MODES)) {
    encoders[`ldm${suffix}`] = (emit, i) => block(emit, i, 1, mode, i.operands[0], i.operands[1]);
    encoders[`stm${suffix}`] = (emit, i) => block(emit, i, 0, suffix === 'fd' ? 2 : mode, i.operands[0], i.operands[1]);
  }
  return encoders;
}

const ENCODERS: Readonly<Record<string, Encoder>> = {
  ...SYSTEM,
  ...TRANSFERS,
  ...blockEncoders(),
  ...Object.fromEntries(DATA.map((name) => [name, dataProcessing])),
};

const BASES: ReadonlyMap<string, boolean> = new Map(Object.keys(ENCODERS).map((name) => [name, DATA.includes(name)]));

/** ARM ARM A5.2.1, A5.2.3 */
function dataProcessing(emit: Emitter, i: Instruction): void {
  const compare = isCompare(i.base);
  const move = i.base === 'mov' || i.base === 'mvn';
  const operands = [...i.operands];
  const destination = compare ? 0 : register(operands.shift());
  // `add rd, #n` means `add rd, rd, #n`.
  const isShort = !move && !compare && (operands.length === 1 || operands[1]?.kind === 'shift');
  const first = move ? 0 : isShort ? destination : register(operands.shift());
  const [last, shift] = operands;
  const fields = cond(i) | (i.setFlags || compare ? 1 << 20 : 0) | (first << 16) | (destination << 12);
  if (last?.kind !== 'immediate') {
    const shifted = shift?.kind === 'shift' ? (shift.amount << 7) | (shift.type << 5) : 0;
    emit.word(fields | (DATA.indexOf(i.base) << 21) | shifted | register(last));
    return;
  }
  const [name, immediate] = rotated(i.base, constantValue(last.value));
  emit.word(fields | (1 << 25) | (DATA.indexOf(name) << 21) | immediate);
}

function isCompare(name: string): boolean {
  return name === 'tst' || name === 'teq' || name === 'cmp' || name === 'cmn';
}

/** An instruction and the modified immediate with which it does what was meant. ARM ARM A5.2.4 */
function rotated(name: string, value: number): [name: string, immediate: number] {
  const plain = modifiedImmediate(value);
  if (plain !== undefined) return [name, plain];
  const inverted = modifiedImmediate(~value);
  if (INVERTED[name] !== undefined && inverted !== undefined) return [INVERTED[name], inverted];
  const negated = modifiedImmediate(-value);
  if (NEGATED[name] !== undefined && negated !== undefined) return [NEGATED[name], negated];
  throw new SyntaxError(`${value} is no immediate`);
}

/** Eight bits rotated right by an even number, or undefined. */
export function modifiedImmediate(value: number): number | undefined {
  for (let rotation = 0; rotation < 32; rotation += 2) {
    const bits = rotation === 0 ? value >>> 0 : ((value << rotation) | (value >>> (32 - rotation))) >>> 0;
    if (bits <= 0xff) return (rotation << 7) | bits;
  }
  return undefined;
}

/** LDR, STR and their byte forms: offset, pre-indexed, post-indexed, literal. ARM ARM A5.3 */
function word(emit: Emitter, i: Instruction, load: number, byte: number): void {
  const fields = cond(i) | 0x0400_0000 | (byte << 22) | (load << 20) | (register(i.operands[0]) << 12);
  const place = i.operands[1];
  if (place?.kind === 'immediate') {
    emit.fixup('literal', place.value, fields | (1 << 24) | (15 << 16));
    return;
  }
  const { base, index, subtract, shift, offset, writeback } = address(place);
  const after = i.operands[2];
  const amount = after === undefined ? offset : number(after);
  if (Math.abs(amount) > 0xfff) throw new SyntaxError('an offset has 12 bits');
  const up = (index >= 0 ? subtract : amount < 0) ? 0 : 1 << 23;
  const indexing = after === undefined ? (1 << 24) | (writeback ? 1 << 21 : 0) : 0;
  const second = index >= 0 ? (1 << 25) | (shift << 7) | index : Math.abs(amount);
  emit.word(fields | indexing | up | (base << 16) | second);
}

/** LDRH, STRH, LDRD, STRD with an immediate offset. ARM ARM A5.2.8 */
function half(emit: Emitter, i: Instruction, load: number, operation: number): void {
  const { base, offset, index, writeback } = address(i.operands[1]);
  const after = i.operands[2];
  const amount = after === undefined ? offset : number(after);
  if (index >= 0 || Math.abs(amount) > 0xff) throw new SyntaxError('an offset of 8 bits was expected');
  const indexing = after === undefined ? (1 << 24) | (writeback ? 1 << 21 : 0) : 0;
  const size = Math.abs(amount);
  const second = (1 << 22) | ((size & 0xf0) << 4) | (operation << 4) | (size & 0xf);
  const up = amount < 0 ? 0 : 1 << 23;
  emit.word(cond(i) | indexing | up | (load << 20) | (base << 16) | (register(i.operands[0]) << 12) | second);
}

/** LDRD and STRD name both registers; the second follows from the first. */
function withoutSecond(i: Instruction): Instruction {
  return { ...i, operands: [i.operands[0]!, ...i.operands.slice(2)] };
}

/** LDM and STM; `mode` is P and U. ARM ARM A5.5 */
function block(
  emit: Emitter,
  i: Instruction,
  load: number,
  mode: number,
  place: AsmOperand | undefined,
  list: AsmOperand | undefined,
): void {
  if (place?.kind !== 'register' || list?.kind !== 'list') throw new SyntaxError('a base and a list were expected');
  const fields = (mode << 23) | (list.user ? 1 << 22 : 0) | (place.writeback ? 1 << 21 : 0) | (load << 20);
  emit.word(cond(i) | 0x0800_0000 | fields | (place.number << 16) | list.mask);
}

/** coproc, opc1, Rt, CRn, CRm, opc2. ARM ARM A8.8.98, A8.8.107 */
function coprocessorFields([coproc, opc1, target, n, m, opc2]: readonly AsmOperand[]): number {
  const fields = (number(opc1) << 21) | (coprocessor(n) << 16) | (register(target) << 12) | (coprocessor(coproc) << 8);
  return fields | (number(opc2) << 5) | coprocessor(m);
}

/** M and the mode of CPS, where one is named. */
function modeChange({ operands }: Instruction): number {
  return operands.length === 0 ? 0 : 0x2_0000 | number(operands[0]);
}

/** imm12:imm4 of BKPT and UDF. */
function split16(value: number): number {
  return ((value >> 4) << 8) | (value & 0xf);
}

function label(operand: AsmOperand | undefined): Expression {
  if (operand?.kind !== 'immediate') throw new SyntaxError('a number or label was expected');
  return operand.value;
}

function number(operand: AsmOperand | undefined): number {
  return constantValue(label(operand));
}

function register(operand: AsmOperand | undefined): number {
  if (operand?.kind !== 'register') throw new SyntaxError('a register was expected');
  return operand.number;
}

function coprocessor(operand: AsmOperand | undefined): number {
  if (operand?.kind !== 'coprocessor') throw new SyntaxError('a coprocessor or its register was expected');
  return operand.number;
}

function status(operand: AsmOperand | undefined): Extract<AsmOperand, { kind: 'status' }> {
  if (operand?.kind !== 'status') throw new SyntaxError('a status register was expected');
  return operand;
}

function address(operand: AsmOperand | undefined): Memory {
  if (operand?.kind !== 'memory') throw new SyntaxError('an address was expected');
  return operand;
}

function base(operand: AsmOperand | undefined): number {
  return address(operand).base;
}
