/** Instruction words for tests, by the mnemonic of a row and its fields by letter. */
import { rows } from '../tables/index.ts';

/** The word of the first row of that mnemonic; fields left out are 0. */
export function asm(mnemonic: string, fields: Readonly<Record<string, number>> = {}): number {
  const row = rows.find((candidate) => candidate.mnemonic === mnemonic);
  if (row === undefined) throw new TypeError(`no instruction '${mnemonic}'`);
  const bits = row.encoding.replaceAll(' ', '');
  let word = Number.parseInt(bits.replace(/[a-z]/g, '0'), 2);
  for (const match of bits.matchAll(/([a-z])\1*/g)) {
    const width = match[0].length;
    word += ((fields[match[1]!] ?? 0) & (2 ** width - 1)) * 2 ** (32 - match.index - width);
  }
  return word | 0;
}

export const NOP = 0;
