/** A number that may depend on labels: `terms` are added to `value` once they are known. */
export interface Expression {
  readonly value: number;
  readonly terms: readonly { readonly name: string; readonly sign: 1 | -1 }[];
}

/** Parses a sum of numbers, constants and labels. Throws SyntaxError. */
export function parseExpression(text: string, constants: ReadonlyMap<string, number>): Expression {
  let value = 0;
  const terms: { name: string; sign: 1 | -1 }[] = [];
  const packed = text.replace(/\s+/g, '');
  for (const part of (/^[+-]/.test(packed) ? packed : `+${packed}`).match(/[+-][^+-]+/g) ?? []) {
    const sign = part[0] === '-' ? -1 : 1;
    const name = part.slice(1);
    if (/^(0x[0-9a-f]+|\d+)$/i.test(name)) value += sign * Number(name);
    else if (constants.has(name)) value += sign * constants.get(name)!;
    else if (/^[A-Za-z_.][\w.]*$/.test(name)) terms.push({ name, sign });
    else throw new SyntaxError(`not an operand: '${text}'`);
  }
  return { value, terms };
}

/** The value of an expression without labels. Throws SyntaxError for others. */
export function constantValue({ value, terms }: Expression): number {
  if (terms.length > 0) throw new SyntaxError(`a number was expected, not '${terms[0]!.name}'`);
  return value;
}
