/**
 * A small assembler for the kernel's entry code and the vDSO: GNU notation, one instruction a line,
 * `label:` and `# comment`, the directives `.align n`, `.org address`, `.long e, …` and `.space n`.
 * It knows the instructions in encode.ts and no others. Code is big-endian.
 */
import { type Emitter, encode, type ValueField } from './encode.ts';
import { type Expression, parseExpression, parseOperand } from './operand.ts';

export interface Assembled {
  readonly bytes: Uint8Array;
  /** Addresses by label. */
  readonly labels: ReadonlyMap<string, number>;
}

interface Fixup {
  readonly at: number;
  readonly value: Expression;
  readonly field: ValueField;
  readonly line: string;
}

const NOP = 0x6000_0000;

/** The program while it is assembled: words by index, and what waits for labels. */
class Program {
  readonly words: number[] = [];
  readonly labels = new Map<string, number>();
  readonly fixups: Fixup[] = [];
  readonly origin: number;
  readonly constants: ReadonlyMap<string, number>;

  constructor(origin: number, constants: ReadonlyMap<string, number>) {
    this.origin = origin;
    this.constants = constants;
  }

  get address(): number {
    return this.origin + 4 * this.words.length;
  }

  put(bits: number, value: Expression | undefined, field: ValueField, line: string): void {
    if (value !== undefined) this.fixups.push({ at: this.words.length, value, field, line });
    this.words.push(bits >>> 0);
  }
}

/**
 * Assembles `source` for address `origin`. `constants` are names that stand for numbers. Throws
 * SyntaxError, naming the line, for anything it does not understand.
 */
export function assemble(source: string, origin: number, constants: ReadonlyMap<string, number>): Assembled {
  const program = new Program(origin, constants);
  for (const raw of source.split('\n')) {
    const line = raw.replace(/#.*/, '').trim();
    const label = /^([\w.]+):$/.exec(line);
    if (label) {
      if (program.labels.has(label[1]!) || constants.has(label[1]!)) {
        throw new SyntaxError(`'${label[1]}' is defined twice`);
      }
      program.labels.set(label[1]!, program.address);
    } else if (line !== '') {
      guarded(line, () => assembleLine(program, line));
    }
  }
  for (const fixup of program.fixups) guarded(fixup.line, () => resolve(program, fixup));
  const bytes = new Uint8Array(4 * program.words.length);
  const view = new DataView(bytes.buffer);
  program.words.forEach((word, i) => {
    view.setUint32(4 * i, word);
  });
  return { bytes, labels: program.labels };
}

/** Adds the line to what goes wrong with it. */
function guarded(line: string, act: () => void): void {
  try {
    act();
  } catch (error) {
    if (error instanceof SyntaxError) throw new SyntaxError(`${error.message}: ${line}`);
    throw error;
  }
}

function assembleLine(program: Program, line: string): void {
  const space = line.search(/\s/);
  const mnemonic = space < 0 ? line : line.slice(0, space);
  const rest = space < 0 ? '' : line.slice(space).trim();
  const parts = rest === '' ? [] : rest.split(',').map((part) => part.trim());
  const { constants } = program;
  switch (mnemonic) {
    case '.align':
      while (program.address % Number(rest) !== 0) program.words.push(NOP);
      return;
    case '.org': {
      const { value } = parseExpression(rest, constants);
      if (value < program.address) throw new SyntaxError('.org goes back');
      while (program.address < value) program.words.push(0);
      return;
    }
    case '.space':
      for (let i = 0; i < Number(rest); i += 4) program.words.push(0);
      return;
    case '.long':
      for (const part of parts) program.put(0, parseExpression(part, constants), 'word', line);
      return;
    default: {
      const emitter: Emitter = { word: (bits, value, field = 'word') => program.put(bits, value, field, line) };
      encode(
        emitter,
        mnemonic,
        parts.map((part) => parseOperand(part, constants)),
      );
    }
  }
}

function resolve(program: Program, { at, value, field }: Fixup): void {
  let sum = value.value;
  for (const { name, sign } of value.terms) {
    const address = program.labels.get(name);
    if (address === undefined) throw new SyntaxError(`'${name}' is not defined`);
    sum += sign * address;
  }
  program.words[at] = (program.words[at]! | fieldBits(sum, value.half, field, program.origin + 4 * at)) >>> 0;
}

function fieldBits(sum: number, half: Expression['half'], field: ValueField, address: number): number {
  if (half === 'l') return sum & 0xffff;
  if (half === 'h') return (sum >>> 16) & 0xffff;
  if (half === 'ha') return ((sum + 0x8000) >>> 16) & 0xffff;
  switch (field) {
    case 'word':
      return sum;
    case 'signed':
      return inRange(sum, -0x8000, 0x7fff) & 0xffff;
    case 'unsigned':
      return inRange(sum, 0, 0xffff);
    case 'branch16':
      return inRange(sum - address, -0x8000, 0x7ffc) & 0xfffc;
    default:
      return inRange(sum - address, -0x200_0000, 0x1ff_fffc) & 0x3ff_fffc;
  }
}

function inRange(value: number, low: number, high: number): number {
  if (value < low || value > high) throw new SyntaxError(`${value} is out of range`);
  return value;
}
