import type { CodeReader, Disassembly } from '@kml/core';
import type { Decoder } from '../decode/decode.ts';
import { fetchWord } from '../lift/lift.ts';

/** Disassembles as `objdump -d` does; bytes that cannot be fetched give undefined. */
export function disassembleWith(decoder: Decoder, code: CodeReader, pc: number): Disassembly | undefined {
  const word = fetchWord(code, pc);
  if (word === undefined) return undefined;
  const row = decoder.find(word);
  const mnemonic = row?.mnemonic ?? '.long';
  return { text: row ? mnemonic : `.long 0x${(word >>> 0).toString(16)}`, mnemonic, length: 4 };
}
