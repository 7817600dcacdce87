/** Operands of assembly text, Intel syntax. */

/** General registers in the order of their encoding. */
const REGISTERS = ['eax', 'ecx', 'edx', 'ebx', 'esp', 'ebp', 'esi', 'edi'];
const SEGMENT_NAMES = ['es', 'cs', 'ss', 'ds', 'fs', 'gs'];
const SEGMENT_PREFIXES = [0x26, 0x2e, 0x36, 0x3e, 0x64, 0x65];

/** A number that may depend on labels: `terms` are added to `value` once they are known. */
export interface Expression {
  readonly value: number;
  readonly terms: readonly { readonly name: string; readonly sign: 1 | -1 }[];
}

export type AsmOperand =
  | { readonly kind: 'register'; readonly number: number }
  | { readonly kind: 'segment'; readonly number: number }
  | { readonly kind: 'immediate'; readonly value: Expression }
  | {
      readonly kind: 'memory';
      /** Segment-override prefix byte, or 0. */
      readonly prefix: number;
      readonly base: number;
      readonly index: number;
      readonly scale: number;
      readonly displacement: Expression;
      readonly word: boolean;
    };

/** Parses one operand. `constants` are replaced by their values; other names stay as terms. Throws SyntaxError. */
export function parseOperand(text: string, constants: ReadonlyMap<string, number>): AsmOperand {
  const register = REGISTERS.indexOf(text);
  if (register >= 0) return { kind: 'register', number: register };
  const segment = SEGMENT_NAMES.indexOf(text);
  if (segment >= 0) return { kind: 'segment', number: segment };
  const memory = /^(?:(dword|word)\s+)?(?:([c-gs]s):)?\[(.+)\]$/.exec(text);
  if (!memory) return { kind: 'immediate', value: parseExpression(text, constants) };
  const prefix = memory[2] ? SEGMENT_PREFIXES[SEGMENT_NAMES.indexOf(memory[2])]! : 0;
  return parseMemory(memory[3]!, prefix, memory[1] === 'word', constants);
}

function parseMemory(text: string, prefix: number, word: boolean, constants: ReadonlyMap<string, number>): AsmOperand {
  let base = -1;
  let index = -1;
  let scale = 0;
  const rest: string[] = [];
  for (const part of splitTerms(text)) {
    const scaled = /^\+(\w+)\*([1248])$/.exec(part);
    const register = REGISTERS.indexOf(part.slice(1));
    if (scaled) {
      index = REGISTERS.indexOf(scaled[1]!);
      scale = Math.log2(Number(scaled[2]));
    } else if (register >= 0 && part[0] === '+') {
      if (base < 0) base = register;
      else index = register;
    } else {
      rest.push(part);
    }
  }
  const displacement = parseExpression(rest.length === 0 ? '0' : rest.join(''), constants);
  return { kind: 'memory', prefix, base, index, scale, displacement, word };
}

/** Parses a sum of numbers, constants and labels. Throws SyntaxError. */
export function parseExpression(text: string, constants: ReadonlyMap<string, number>): Expression {
  let value = 0;
  const terms: { name: string; sign: 1 | -1 }[] = [];
  for (const part of splitTerms(text)) {
    const sign = part[0] === '-' ? -1 : 1;
    const name = part.slice(1);
    if (/^(0x[0-9a-f]+|\d+)$/i.test(name)) value += sign * Number(name);
    else if (constants.has(name)) value += sign * constants.get(name)!;
    else if (/^[A-Za-z_.][\w.]*$/.test(name)) terms.push({ name, sign });
    else throw new SyntaxError(`not an operand: '${text}'`);
  }
  return { value, terms };
}

/** 'a + b - 3' as ['+a', '+b', '-3']. */
function splitTerms(text: string): string[] {
  const packed = text.replace(/\s+/g, '');
  return (/^[+-]/.test(packed) ? packed : `+${packed}`).match(/[+-][^+-]+/g) ?? [];
}
