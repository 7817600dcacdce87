import type { Random } from '../random/prng.ts';

/** Fields of an encoding by letter, each with its highest bit and width. */
export function fieldsOf(encoding: string): Map<string, { shift: number; width: number }> {
  const bits = encoding.replaceAll(' ', '');
  const fields = new Map<string, { shift: number; width: number }>();
  for (const match of bits.matchAll(/([a-z])\1*/g)) {
    const width = match[0].length;
    fields.set(match[1]!, { shift: 32 - match.index - width, width });
  }
  return fields;
}

/** The word of a row with these field values; fields left out are random. */
export function encode(
  row: { readonly encoding: string },
  random: Random,
  values: Readonly<Record<string, number>> = {},
): number {
  const bits = row.encoding.replaceAll(' ', '');
  let word = Number.parseInt(bits.replace(/[a-z]/g, '0'), 2);
  for (const [letter, { shift, width }] of fieldsOf(row.encoding)) {
    const mask = 2 ** width - 1;
    word += ((values[letter] ?? random.word()) & mask) * 2 ** shift;
  }
  return word >>> 0;
}

/** Words as bytes in memory. */
export function bytesOf(words: readonly number[], order: 'big' | 'little'): number[] {
  return words.flatMap((word) => {
    const bytes = [word >>> 24, (word >>> 16) & 0xff, (word >>> 8) & 0xff, word & 0xff];
    return order === 'big' ? bytes : bytes.reverse();
  });
}
