import type { CodeReader, Disassembly } from '@kml/core';
import type { Decoder } from '../decode/decode.ts';
import { Insn } from '../lift/insn.ts';
import { MODE_IT, MODE_IT_SHIFT } from '../state.ts';
import { expandSyntax } from './syntax.ts';

const insn = new Insn();

/** IsaBackend.disassemble. */
export function disassembleWith(decoder: Decoder, code: CodeReader, pc: number, mode: number): Disassembly | undefined {
  const status = decoder.decode(insn, code, pc, (mode & MODE_IT) >> MODE_IT_SHIFT);
  if (status === 'fetch') return undefined;
  if (status === 'undefined') {
    const digits = insn.length * 2;
    const word = (insn.word >>> 0).toString(16).padStart(digits, '0');
    return { text: insn.length === 2 ? `.short 0x${word}` : `.word 0x${word}`, mnemonic: '(bad)', length: insn.length };
  }
  return { text: expandSyntax(insn), mnemonic: insn.row.mnemonic, length: insn.length };
}
