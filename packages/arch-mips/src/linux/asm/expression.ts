/** Numbers in assembly text that may depend on labels. */
export interface Expression {
  readonly value: number;
  readonly terms: readonly { readonly name: string; readonly sign: 1 | -1 }[];
  /** The upper or lower half, as LUI and a signed 16-bit offset put them together again. */
  readonly half?: 'hi' | 'lo';
}

/** Parses a sum of numbers, constants and labels, or %hi() or %lo() of one. Throws SyntaxError. */
export function parseExpression(text: string, constants: ReadonlyMap<string, number>): Expression {
  const half = /^%(hi|lo)\((.*)\)$/.exec(text);
  if (half) return { ...parseExpression(half[2]!, constants), half: half[1] as 'hi' | 'lo' };
  let value = 0;
  const terms: { name: string; sign: 1 | -1 }[] = [];
  const packed = text.replace(/\s+/g, '');
  const parts = (/^[+-]/.test(packed) ? packed : `+${packed}`).match(/[+-][^+-]+/g) ?? [];
  for (const part of parts) {
    const sign = part[0] === '-' ? -1 : 1;
    const name = part.slice(1);
    if (/^(0x[0-9a-f]+|\d+)$/i.test(name)) value += sign * Number(name);
    else if (constants.has(name)) value += sign * constants.get(name)!;
    else if (/^[A-Za-z_.][\w.]*$/.test(name)) terms.push({ name, sign });
    else throw new SyntaxError(`not a number: '${text}'`);
  }
  if (parts.length === 0) throw new SyntaxError('a number was expected');
  return { value, terms };
}

/** The number, with labels known. Throws SyntaxError for one that is not. */
export function evaluate({ value, terms, half }: Expression, labels: ReadonlyMap<string, number>): number {
  let sum = value;
  for (const { name, sign } of terms) {
    const address = labels.get(name);
    if (address === undefined) throw new SyntaxError(`'${name}' is not defined`);
    sum += sign * address;
  }
  if (half === 'hi') return ((sum + 0x8000) >>> 16) & 0xffff;
  return half === 'lo' ? (sum << 16) >> 16 : sum;
}
