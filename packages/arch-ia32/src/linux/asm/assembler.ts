/**
 * A small assembler for the kernel's entry code and the vDSO: Intel syntax, one instruction a line,
 * `label:` and `; comment`, the directives `.align n`, `.long e, …` and `.space n`. It knows the
 * instructions in encode.ts and no others; branches are always 32 bits relative.
 */
import { type Emitter, encode } from './encode.ts';
import { type Expression, parseExpression, parseOperand } from './operand.ts';

export interface Assembled {
  readonly bytes: Uint8Array;
  /** Addresses by label. */
  readonly labels: ReadonlyMap<string, number>;
}

interface Fixup {
  readonly at: number;
  readonly value: Expression;
  readonly relative: boolean;
  readonly line: string;
}

/**
 * Assembles `source` for address `origin`. `constants` are names that stand for numbers. Throws
 * SyntaxError, naming the line, for anything it does not understand.
 */
export function assemble(source: string, origin: number, constants: ReadonlyMap<string, number>): Assembled {
  const bytes: number[] = [];
  const labels = new Map<string, number>();
  const fixups: Fixup[] = [];
  for (const raw of source.split('\n')) {
    const line = raw.replace(/;.*/, '').trim();
    const label = /^([\w.]+):$/.exec(line);
    if (label) {
      if (labels.has(label[1]!) || constants.has(label[1]!)) throw new SyntaxError(`'${label[1]}' is defined twice`);
      labels.set(label[1]!, origin + bytes.length);
    } else if (line !== '') {
      assembleLine(line, bytes, fixups, constants);
    }
  }
  const out = Uint8Array.from(bytes);
  const view = new DataView(out.buffer);
  for (const fixup of fixups) {
    const value = resolve(fixup, labels);
    view.setInt32(fixup.at, fixup.relative ? value - (origin + fixup.at + 4) : value, true);
  }
  return { bytes: out, labels };
}

function resolve({ value, line }: Fixup, labels: ReadonlyMap<string, number>): number {
  let sum = value.value;
  for (const { name, sign } of value.terms) {
    const address = labels.get(name);
    if (address === undefined) throw new SyntaxError(`'${name}' is not defined: ${line}`);
    sum += sign * address;
  }
  return sum;
}

function assembleLine(line: string, bytes: number[], fixups: Fixup[], constants: ReadonlyMap<string, number>): void {
  const space = line.search(/\s/);
  const mnemonic = space < 0 ? line : line.slice(0, space);
  const rest = space < 0 ? '' : line.slice(space).trim();
  const parts = rest === '' ? [] : rest.split(',').map((part) => part.trim());
  const put = (value: Expression, relative: boolean): void => {
    fixups.push({ at: bytes.length, value, relative, line });
    bytes.push(0, 0, 0, 0);
  };
  const emitter: Emitter = {
    byte: (...values) => void bytes.push(...values),
    word: (value) => put(value, false),
    relative: (value) => put(value, true),
  };
  try {
    if (mnemonic === '.align') {
      while (bytes.length % Number(rest) !== 0) bytes.push(0x90);
    } else if (mnemonic === '.space') {
      for (let i = 0; i < Number(rest); i++) bytes.push(0);
    } else if (mnemonic === '.long') {
      for (const part of parts) put(parseExpression(part, constants), false);
    } else {
      encode(
        emitter,
        mnemonic,
        parts.map((part) => parseOperand(part, constants)),
      );
    }
  } catch (error) {
    if (error instanceof SyntaxError) throw new SyntaxError(`${error.message}: ${line}`);
    throw error;
  }
}
