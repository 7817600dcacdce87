import type { CodeReader, Disassembly } from '@kml/core';
import type { Decoder } from '../decode/decode.ts';
import { Insn } from '../lift/insn.ts';
import { segmentPrefixUsed } from './memory.ts';
import { sizeSuffixed } from './mnemonic.ts';
import { operandText } from './operands.ts';

const insn = new Insn();
const SEGMENT_NAMES = ['es', 'cs', 'ss', 'ds', 'fs', 'gs'];

/**
 * Disassembles in Intel syntax, as `objdump -d -M intel` prints it. What is no instruction gives
 * '(bad)' with the bytes looked at; bytes that cannot be fetched give undefined.
 */
export function disassembleWith(decoder: Decoder, code: CodeReader, pc: number, mode: number): Disassembly | undefined {
  const x = insn;
  const status = decoder.decode(x, code, pc, mode);
  if (status === 'fetch') return undefined;
  if (status !== 'ok') return { text: '(bad)', mnemonic: '(bad)', length: Math.max(1, x.length) };
  const mnemonic = sizeSuffixed(x);
  const prefixes = prefixText(x);
  const operands = x.operands.map((operand) => operandText(x, operand)).join(',');
  const text = `${prefixes}${mnemonic}${operands === '' ? '' : ` ${operands}`}`;
  return { text, mnemonic, length: x.length };
}

/** LOCK, REP and a segment override that no operand shows. */
function prefixText(x: Insn): string {
  let text = x.lock ? 'lock ' : '';
  if (x.row.rep === 'repe' && x.rep !== 0) text += x.rep === 0xf3 ? 'repz ' : 'repnz ';
  else if (x.row.rep === 'rep' && x.rep !== 0) text += x.rep === 0xf3 ? 'rep ' : 'repnz ';
  else if (x.rep !== 0 && !/^F[23] /.test(x.row.encoding)) text += x.rep === 0xf3 ? 'repz ' : 'repnz ';
  if (x.override >= 0 && !segmentPrefixUsed(x)) text += `${SEGMENT_NAMES[x.override]} `;
  return text;
}
