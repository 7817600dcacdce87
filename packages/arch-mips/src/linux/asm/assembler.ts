/**
 * A small assembler for the kernel's entry code and the vDSO: one instruction a line, `label:`,
 * `# comment`, the directives `.align n`, `.org n` and `.word e, …`. Delay slots are written out. It
 * knows the instructions in encode.ts and no others.
 */
import { type Encoded, encode, type LateField } from './encode.ts';
import { evaluate, parseExpression } from './expression.ts';
import { registerNumber } from './registers.ts';

export interface Assembled {
  readonly words: readonly number[];
  /** Addresses by label. */
  readonly labels: ReadonlyMap<string, number>;
}

interface Line {
  readonly encoded: Encoded;
  readonly text: string;
}

/**
 * Assembles `source` for address `origin`. `constants` are names that stand for numbers. Throws
 * SyntaxError, naming the line, for anything it does not understand.
 */
export function assemble(source: string, origin: number, constants: ReadonlyMap<string, number>): Assembled {
  const lines: Line[] = [];
  const labels = new Map<string, number>();
  for (const raw of source.split('\n')) {
    const text = raw.replace(/#.*/, '').trim();
    const label = /^([\w.]+):$/.exec(text)?.[1];
    if (label !== undefined) {
      if (labels.has(label) || constants.has(label)) throw new SyntaxError(`'${label}' is defined twice`);
      labels.set(label, origin + 4 * lines.length);
    } else if (text !== '') inContext(text, () => addLine(text, lines, constants));
  }
  const words = lines.map(({ encoded: { word, late }, text }, index) =>
    late === undefined ? word : inContext(text, () => word | lateBits(late, origin + 4 * index, labels)),
  );
  return { words: words.map((word) => word | 0), labels };
}

function inContext<T>(text: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (error instanceof SyntaxError) throw new SyntaxError(`${error.message}: ${text}`);
    throw error;
  }
}

function addLine(text: string, lines: Line[], constants: ReadonlyMap<string, number>): void {
  const [, mnemonic = '', rest = ''] = /^(\S+)\s*(.*)$/.exec(text)!;
  const pad = (length: number): void => {
    while (lines.length * 4 < length) lines.push({ encoded: { word: 0 }, text });
  };
  if (mnemonic === '.align') {
    const unit = Number(rest);
    pad(Math.ceil((lines.length * 4) / unit) * unit);
  } else if (mnemonic === '.org') {
    if (lines.length * 4 > Number(rest)) throw new SyntaxError('already beyond');
    pad(Number(rest));
  } else {
    const texts = rest === '' ? [] : rest.split(',').map((part) => part.trim());
    const number = (index: number) => {
      const operand = texts[index] ?? '';
      const memory = /^(.*)\((\w+)\)$/.exec(operand);
      const isMemory = memory !== null && registerNumber(memory[2]!) >= 0;
      return parseExpression(isMemory ? memory[1]! : operand, constants);
    };
    for (const encoded of encode(mnemonic, { texts, number })) lines.push({ encoded, text });
  }
}

function lateBits({ kind, value }: LateField, at: number, labels: ReadonlyMap<string, number>): number {
  const number = evaluate(value, labels);
  switch (kind) {
    case 'word':
      return number;
    case 'jump':
      return (number >>> 2) & 0x3ff_ffff;
    case 'branch': {
      const words = (number - at - 4) / 4;
      if (words < -0x8000 || words > 0x7fff) throw new SyntaxError('the branch is too long');
      return words & 0xffff;
    }
    default:
      if (number < -0x8000 || number > 0xffff) throw new SyntaxError(`${number} does not fit 16 bits`);
      return number & 0xffff;
  }
}

/** Instruction words as bytes. */
export function wordBytes(words: readonly number[], byteOrder: 'big' | 'little'): Uint8Array {
  const bytes = new Uint8Array(words.length * 4);
  const view = new DataView(bytes.buffer);
  words.forEach((word, i) => {
    view.setInt32(4 * i, word, byteOrder === 'little');
  });
  return bytes;
}
