/** Encodings of the instructions that the entry code and the vDSO use. SDM vol. 2. */
import type { AsmOperand, Expression } from './operand.ts';

/** Where the encoder puts bytes and words that depend on labels. */
export interface Emitter {
  byte(...bytes: number[]): void;
  /** A 32-bit word, absolute. */
  word(value: Expression): void;
  /** A 32-bit word relative to the address behind it. */
  relative(value: Expression): void;
}

type Memory = Extract<AsmOperand, { kind: 'memory' }>;
type Encoder = (emit: Emitter, operands: readonly AsmOperand[]) => void;

const ARITHMETIC = ['add', 'or', 'adc', 'sbb', 'and', 'sub', 'xor', 'cmp'];
const CONDITIONS: Readonly<Record<string, number>> = {
  b: 2,
  ae: 3,
  e: 4,
  z: 4,
  ne: 5,
  nz: 5,
  be: 6,
  a: 7,
  s: 8,
  ns: 9,
  l: 12,
  ge: 13,
  le: 14,
  g: 15,
};
/** Instructions without operands. */
const PLAIN: Readonly<Record<string, readonly number[]>> = {
  ret: [0xc3],
  iret: [0xcf],
  sti: [0xfb],
  cli: [0xfa],
  hlt: [0xf4],
  nop: [0x90],
  pushf: [0x9c],
  popf: [0x9d],
  clts: [0x0f, 0x06],
  sysenter: [0x0f, 0x34],
  sysexit: [0x0f, 0x35],
  cld: [0xfc],
  ud2: [0x0f, 0x0b],
  rdtsc: [0x0f, 0x31],
};

/** Encodes one instruction. Throws SyntaxError for what it does not know. */
export function encode(emit: Emitter, mnemonic: string, operands: readonly AsmOperand[]): void {
  const plain = PLAIN[mnemonic];
  if (plain && operands.length === 0) {
    emit.byte(...plain);
    return;
  }
  const arithmetic = ARITHMETIC.indexOf(mnemonic);
  if (arithmetic >= 0) {
    encodeArithmetic(emit, arithmetic, operands);
    return;
  }
  if (mnemonic[0] === 'j' && CONDITIONS[mnemonic.slice(1)] !== undefined) {
    emit.byte(0x0f, 0x80 + CONDITIONS[mnemonic.slice(1)]!);
    emit.relative(immediate(operands[0]));
    return;
  }
  const encoder = ENCODERS[mnemonic];
  if (!encoder) throw new SyntaxError(`unknown instruction '${mnemonic}'`);
  encoder(emit, operands);
}

const ENCODERS: Readonly<Record<string, Encoder>> = {
  mov: encodeMov,
  push(emit, [source]) {
    if (source?.kind === 'register') emit.byte(0x50 + source.number);
    else if (source?.kind === 'segment') emit.byte(...segmentPush(source.number));
    else if (source?.kind === 'memory') modrm(emit, [0xff], 6, source);
    else {
      emit.byte(0x68);
      emit.word(immediate(source));
    }
  },
  pop(emit, [target]) {
    if (target?.kind === 'register') emit.byte(0x58 + target.number);
    else if (target?.kind === 'memory') modrm(emit, [0x8f], 0, target);
    else throw new SyntaxError('pop needs a register or memory');
  },
  lea(emit, [target, source]) {
    modrm(emit, [0x8d], registerNumber(target), source);
  },
  test(emit, [target, value]) {
    if (value?.kind === 'register') {
      modrm(emit, [0x85], value.number, target);
      return;
    }
    modrm(emit, [0xf7], 0, target);
    emit.word(immediate(value));
  },
  xchg(emit, [a, b]) {
    modrm(emit, [0x87], registerNumber(b), a);
  },
  inc(emit, [target]) {
    modrm(emit, [0xff], 0, target);
  },
  mul(emit, [source]) {
    modrm(emit, [0xf7], 4, source);
  },
  div(emit, [source]) {
    modrm(emit, [0xf7], 6, source);
  },
  shrd(emit, [target, source, count]) {
    modrm(emit, [0x0f, 0xac], registerNumber(source), target);
    emit.byte(immediate(count).value);
  },
  jmp(emit, [target]) {
    if (target?.kind === 'memory' || target?.kind === 'register') {
      modrm(emit, [0xff], 4, target);
      return;
    }
    emit.byte(0xe9);
    emit.relative(immediate(target));
  },
  call(emit, [target]) {
    if (target?.kind === 'memory' || target?.kind === 'register') {
      modrm(emit, [0xff], 2, target);
      return;
    }
    emit.byte(0xe8);
    emit.relative(immediate(target));
  },
  /** jmpfar selector, offset */
  jmpfar(emit, [selector, offset]) {
    emit.byte(0xea);
    emit.word(immediate(offset));
    half(emit, selector);
  },
  int(emit, [vector]) {
    emit.byte(0xcd, immediate(vector).value & 0xff);
  },
  /** Ours: 0F 04 iw. */
  kernelcall(emit, [number]) {
    emit.byte(0x0f, 0x04);
    half(emit, number);
  },
};

function encodeArithmetic(emit: Emitter, operation: number, [target, source]: readonly AsmOperand[]): void {
  if (source?.kind === 'register') {
    modrm(emit, [operation * 8 + 1], source.number, target);
  } else if (source?.kind === 'memory') {
    modrm(emit, [operation * 8 + 3], registerNumber(target), source);
  } else {
    const value = immediate(source);
    const short = value.terms.length === 0 && value.value >= -128 && value.value <= 127;
    modrm(emit, [short ? 0x83 : 0x81], operation, target);
    if (short) emit.byte(value.value & 0xff);
    else emit.word(value);
  }
}

function encodeMov(emit: Emitter, [target, source]: readonly AsmOperand[]): void {
  if (source?.kind === 'segment') modrm(emit, [0x8c], source.number, target);
  else if (target?.kind === 'segment') modrm(emit, [0x8e], target.number, source);
  else if (source?.kind === 'register') modrm(emit, [0x89], source.number, target);
  else if (source?.kind === 'memory') modrm(emit, [0x8b], registerNumber(target), source);
  else if (target?.kind === 'register') {
    emit.byte(0xb8 + target.number);
    emit.word(immediate(source));
  } else {
    modrm(emit, [0xc7], 0, target);
    emit.word(immediate(source));
  }
}

function segmentPush(number: number): readonly number[] {
  if (number >= 4) return [0x0f, number === 4 ? 0xa0 : 0xa8];
  return [0x06 + 8 * number];
}

function half(emit: Emitter, operand: AsmOperand | undefined): void {
  const { value } = immediate(operand);
  emit.byte(value & 0xff, (value >> 8) & 0xff);
}

function immediate(operand: AsmOperand | undefined): Expression {
  if (operand?.kind !== 'immediate') throw new SyntaxError('a number or label was expected');
  return operand.value;
}

function registerNumber(operand: AsmOperand | undefined): number {
  if (operand?.kind !== 'register') throw new SyntaxError('a register was expected');
  return operand.number;
}

/** Opcode and ModRM byte with reg field `reg`, for a register or memory operand. */
function modrm(emit: Emitter, opcode: readonly number[], reg: number, operand: AsmOperand | undefined): void {
  if (operand?.kind === 'register') {
    emit.byte(...opcode, 0xc0 | (reg << 3) | operand.number);
    return;
  }
  if (operand?.kind !== 'memory') throw new SyntaxError('a register or memory was expected');
  if (operand.word) emit.byte(0x66);
  if (operand.prefix) emit.byte(operand.prefix);
  emit.byte(...opcode);
  address(emit, reg, operand);
}

function address(emit: Emitter, reg: number, { base, index, scale, displacement }: Memory): void {
  const field = reg << 3;
  if (base < 0 && index < 0) {
    emit.byte(field | 5);
    emit.word(displacement);
    return;
  }
  if (base < 0) {
    emit.byte(field | 4, (scale << 6) | (index << 3) | 5);
    emit.word(displacement);
    return;
  }
  const known = displacement.terms.length === 0;
  const none = known && displacement.value === 0 && base !== 5;
  const short = known && displacement.value >= -128 && displacement.value <= 127;
  const mod = none ? 0 : short ? 0x40 : 0x80;
  if (index >= 0 || base === 4) emit.byte(mod | field | 4, (scale << 6) | ((index < 0 ? 4 : index) << 3) | base);
  else emit.byte(mod | field | base);
  if (none) return;
  if (short) emit.byte(displacement.value & 0xff);
  else emit.word(displacement);
}
