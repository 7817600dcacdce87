import type { CodeReader, Disassembly } from '@kml/core';
import type { Decoder } from '../decode/decode.ts';
import type { Row } from '../decode/row.ts';
import { fetchWord } from '../lift/lift.ts';
import { aliasOf, branchHint } from './aliases.ts';
import { operandTexts } from './operands.ts';
import { Word } from './word.ts';

/**
 * Disassembles as `objdump -d -M ppc` does, simplified mnemonics included. What is no instruction
 * gives `.long`; bytes that cannot be fetched give undefined.
 */
export function disassembleWith(decoder: Decoder, code: CodeReader, pc: number): Disassembly | undefined {
  const word = fetchWord(code, pc);
  if (word === undefined) return undefined;
  const row = decoder.find(word);
  if (row === undefined) return { text: `.long 0x${(word >>> 0).toString(16)}`, mnemonic: '.long', length: 4 };
  const w = new Word(word, pc);
  const alias = aliasOf(row.mnemonic, w);
  const hint = alias === undefined ? '' : branchHint(row.mnemonic, w);
  const mnemonic = (alias?.mnemonic ?? row.mnemonic) + suffix(row, w) + hint;
  const operands = operandTexts(w, alias?.operands ?? row.operands);
  return { text: operands === '' ? mnemonic : `${mnemonic} ${operands}`, mnemonic, length: 4 };
}

/** What the OE, LK, AA and Rc bits add to a mnemonic. */
function suffix(row: Row, w: Word): string {
  const { encoding } = row;
  let text = encoding.includes('o') && w.word & 0x400 ? 'o' : '';
  if (/l$/.test(encoding) && w.word & 1) text += 'l';
  if (/A ?l$/.test(encoding) && w.word & 2) text += 'a';
  if (/r$/.test(encoding) && w.word & 1) text += '.';
  return text;
}
