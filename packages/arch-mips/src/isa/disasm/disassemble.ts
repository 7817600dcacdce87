import type { CodeReader, Disassembly } from '@kml/core';
import type { Decoder } from '../decode/decoder.ts';
import { fetchWord } from '../lift/fetch.ts';
import { ALIASES } from './aliases.ts';
import { operandText } from './operands.ts';

/**
 * Disassembles as `objdump -d` prints it. What is no instruction gives the word in hexadecimal; bytes
 * that cannot be fetched give undefined.
 */
export function disassembleWith(
  decoder: Decoder,
  bigEndian: boolean,
  code: CodeReader,
  pc: number,
): Disassembly | undefined {
  const at = pc & ~3;
  const word = fetchWord(code, at, bigEndian);
  if (word === undefined) return undefined;
  const form = ALIASES.find(({ mask, match }) => (word & mask) === match) ?? decoder.find(word);
  if (form === undefined) return { text: `0x${(word >>> 0).toString(16)}`, mnemonic: '(bad)', length: 4 };
  const { mnemonic } = form;
  const operands = form.operands === '' ? [] : form.operands.split(',').map((one) => operandText(one, word, at));
  const shown = operands.filter((operand) => operand !== undefined).join(',');
  return { text: shown === '' ? mnemonic : `${mnemonic} ${shown}`, mnemonic, length: 4 };
}
