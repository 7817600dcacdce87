/**
 * A small assembler for the kernel's entry code, the vectors page and the signal page: A32 only, one
 * instruction a line, `label:` and `@ comment`, the directives `.align n`, `.org address`, `.long e, …`
 * and `.space n`, and `mov32 rd, e`, which is MOVW and MOVT. It knows the instructions in encode.ts and
 * no others.
 */
import { type Emitter, encode, type FixupKind } from './encode.ts';
import { type Expression, parseExpression } from './expression.ts';
import { parseOperand, splitOperands } from './operand.ts';
import { patch } from './patch.ts';

export interface Assembled {
  readonly bytes: Uint8Array;
  /** Addresses by label. */
  readonly labels: ReadonlyMap<string, number>;
}

interface Fixup {
  readonly at: number;
  readonly kind: FixupKind;
  readonly value: Expression;
  readonly line: string;
}

/**
 * Assembles `source` for address `origin`. `constants` are names that stand for numbers. Throws
 * SyntaxError, naming the line, for anything it does not understand.
 */
export function assemble(source: string, origin: number, constants: ReadonlyMap<string, number>): Assembled {
  const words: number[] = [];
  const labels = new Map<string, number>();
  const fixups: Fixup[] = [];
  for (const raw of source.split('\n')) {
    const line = raw.replace(/@.*/, '').trim();
    const label = /^([\w.]+):$/.exec(line);
    if (label) {
      if (labels.has(label[1]!) || constants.has(label[1]!)) throw new SyntaxError(`'${label[1]}' is defined twice`);
      labels.set(label[1]!, origin + 4 * words.length);
    } else if (line !== '') {
      named(line, () => assembleLine(line, origin, words, fixups, constants));
    }
  }
  for (const { at, kind, value, line } of fixups) {
    named(line, () => {
      words[at] = patch(kind, words[at]!, resolve(value, labels), origin + 4 * at);
    });
  }
  const bytes = new Uint8Array(4 * words.length);
  const view = new DataView(bytes.buffer);
  for (const [at, word] of words.entries()) view.setUint32(4 * at, word, true);
  return { bytes, labels };
}

/** Adds the line to a syntax error. */
function named(line: string, action: () => void): void {
  try {
    action();
  } catch (error) {
    if (error instanceof SyntaxError) throw new SyntaxError(`${error.message}: ${line}`);
    throw error;
  }
}

function resolve(expression: Expression, labels: ReadonlyMap<string, number>): number {
  let sum = expression.value;
  for (const { name, sign } of expression.terms) {
    const address = labels.get(name);
    if (address === undefined) throw new SyntaxError(`'${name}' is not defined`);
    sum += sign * address;
  }
  return sum;
}

function assembleLine(
  line: string,
  origin: number,
  words: number[],
  fixups: Fixup[],
  constants: ReadonlyMap<string, number>,
): void {
  const space = line.search(/\s/);
  const mnemonic = space < 0 ? line : line.slice(0, space);
  const rest = space < 0 ? '' : line.slice(space).trim();
  const emitter: Emitter = {
    word: (value) => void words.push(value >>> 0),
    fixup: (kind, value, word) => {
      fixups.push({ at: words.length, kind, value, line });
      words.push(word >>> 0);
    },
  };
  if (mnemonic === '.align') {
    while ((4 * words.length) % Number(rest) !== 0) words.push(0);
  } else if (mnemonic === '.org') {
    const target = (parseExpression(rest, constants).value - origin) / 4;
    if (words.length > target) throw new SyntaxError('.org goes backwards');
    while (words.length < target) words.push(0);
  } else if (mnemonic === '.space') {
    for (let i = 0; i < Number(rest); i += 4) words.push(0);
  } else if (mnemonic === '.long') {
    for (const part of splitOperands(rest)) emitter.fixup('word', parseExpression(part, constants), 0);
  } else {
    encode(
      emitter,
      mnemonic,
      splitOperands(rest).map((part) => parseOperand(part, constants)),
    );
  }
}
