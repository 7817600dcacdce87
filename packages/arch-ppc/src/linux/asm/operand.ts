/** Operands of assembly text, in the GNU assembler's notation with named registers. */

/** A number that may depend on labels: `terms` are added to `value` once they are known. */
export interface Expression {
  readonly value: number;
  readonly terms: readonly { readonly name: string; readonly sign: 1 | -1 }[];
  /** Which half of the sum is meant: `@l` low, `@h` high, `@ha` high, adjusted for a signed low half. */
  readonly half: 'l' | 'h' | 'ha' | undefined;
}

export type AsmOperand =
  /** `r0` to `r31`, `f0` to `f31` */
  | { readonly kind: 'register'; readonly number: number }
  /** `cr0` to `cr7` */
  | { readonly kind: 'field'; readonly number: number }
  | { readonly kind: 'immediate'; readonly value: Expression }
  /** `displacement(rN)` */
  | { readonly kind: 'memory'; readonly base: number; readonly displacement: Expression };

/** Parses one operand. `constants` are replaced by their values; other names stay as terms. Throws SyntaxError. */
export function parseOperand(text: string, constants: ReadonlyMap<string, number>): AsmOperand {
  const register = /^[rf](\d+)$/.exec(text);
  if (register && Number(register[1]) < 32) return { kind: 'register', number: Number(register[1]) };
  const field = /^cr([0-7])$/.exec(text);
  if (field) return { kind: 'field', number: Number(field[1]) };
  const memory = /^(.*)\(r(\d+)\)$/.exec(text);
  if (memory && Number(memory[2]) < 32) {
    return {
      kind: 'memory',
      base: Number(memory[2]),
      displacement: parseExpression(memory[1]!.trim() || '0', constants),
    };
  }
  return { kind: 'immediate', value: parseExpression(text, constants) };
}

/** A sum of numbers, constants and labels, perhaps with `@l`, `@h` or `@ha` behind it. Throws SyntaxError. */
export function parseExpression(text: string, constants: ReadonlyMap<string, number>): Expression {
  const [sum, half] = text.split('@') as [string, string | undefined];
  if (half !== undefined && half !== 'l' && half !== 'h' && half !== 'ha') throw new SyntaxError(`no half '@${half}'`);
  let value = 0;
  const terms: { name: string; sign: 1 | -1 }[] = [];
  const parts = sum.replace(/\s+/g, '').match(/[+-]?[^+-]+/g);
  if (parts === null || parts.join('') !== sum.replace(/\s+/g, ''))
    throw new SyntaxError(`'${text}' is not an operand`);
  for (const part of parts) {
    const sign = part.startsWith('-') ? -1 : 1;
    const word = part.replace(/^[+-]/, '');
    if (/^(0x[0-9a-f]+|\d+)$/i.test(word)) value += sign * Number(word);
    else if (/^[A-Za-z_.][\w.]*$/.test(word)) {
      const constant = constants.get(word);
      if (constant === undefined) terms.push({ name: word, sign });
      else value += sign * constant;
    } else throw new SyntaxError(`'${text}' is not an operand`);
  }
  return { value, terms, half };
}
