import type { Encoding, FieldPart } from './encoding.ts';
import { type FieldName, type Fields, fieldNumber, setField } from './fields.ts';
import type { Row } from './row.ts';

/** How a field of a row is taken from the instruction word. */
export interface Extraction {
  readonly name: FieldName;
  /** See setField. */
  readonly number: number;
  /** Bits that the row implies. */
  readonly fixed: number;
  /** The first piece: bits of the word, and where they go. */
  readonly from: number;
  readonly mask: number;
  readonly to: number;
  /** The other pieces. */
  readonly rest: readonly FieldPart[];
}

const maskOf = (width: number): number => (1 << width) - 1;

/** The fields of a row, those from the word and those that are implied. */
export function extractionsOf(row: Row, encoding: Encoding): readonly Extraction[] {
  const names = new Set<FieldName>([...encoding.fields, ...(Object.keys(row.fixed ?? {}) as FieldName[])]);
  return [...names].map((name) => {
    const [first, ...rest] = encoding.parts.filter((part) => part.name === name);
    const { from, width, to } = first ?? { from: 0, width: 0, to: 0 };
    return { name, number: fieldNumber(name), fixed: row.fixed?.[name] ?? 0, from, mask: maskOf(width), to, rest };
  });
}

/** Sets the fields of `x` to those of `word`. */
export function extractFields(x: Fields, word: number, extractions: readonly Extraction[]): void {
  for (let i = 0; i < extractions.length; i++) {
    const one = extractions[i]!;
    let value = one.fixed | (((word >>> one.from) & one.mask) << one.to);
    for (let n = 0; n < one.rest.length; n++) {
      const part = one.rest[n]!;
      value |= ((word >>> part.from) & maskOf(part.width)) << part.to;
    }
    setField(x, one.number, one.name, value);
  }
}

/** Sets them to 0. */
export function clearFields(x: Fields, extractions: readonly Extraction[]): void {
  for (let i = 0; i < extractions.length; i++) setField(x, extractions[i]!.number, extractions[i]!.name, 0);
}
