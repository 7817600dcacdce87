import type { CodeReader, InstructionClass } from '@kml/core';
import type { Decoder } from './decode/decoder.ts';
import type { Row } from './decode/row.ts';
import { fetchWord } from './lift/fetch.ts';

/** By class of cost; what its instructions do not share stands in classOf. */
export const CLASSES: Readonly<Record<string, InstructionClass>> = {
  alu: 'alu',
  moveHiLo: 'alu',
  load: 'load',
  store: 'store',
  branch: 'branch',
  jump: 'branch',
  jumpIndirect: 'branch',
  multiply: 'multiply',
  divide: 'multiply',
  sync: 'system',
  cache: 'system',
  trap: 'system',
  cp0: 'system',
  eret: 'system',
  tlb: 'system',
  kernelCall: 'system',
  fpMove: 'float',
  fpAdd: 'float',
  fpMultiply: 'float',
  fpMultiplyAdd: 'float',
  fpDivide: 'float',
  fpSqrt: 'float',
  fpConvert: 'float',
  fpCompare: 'float',
};

const LINKS = /^(?:jal|jalr|bltzall?|bgezall?)(?:\.hb)?$/;
const FLOAT_ACCESS = /^[ls][wdu]x?c1$/;
const RA = 31;

/** IsaBackend.classify. */
export function classifyWith(decoder: Decoder, bigEndian: boolean, code: CodeReader, pc: number): InstructionClass {
  const word = fetchWord(code, pc & ~1, bigEndian);
  const row = word === undefined ? undefined : decoder.find(word);
  return row === undefined ? 'other' : classOf(row, word!);
}

/** A return is a jump to $ra: the architecture has no other. */
function classOf({ mnemonic, cost }: Row, word: number): InstructionClass {
  if (LINKS.test(mnemonic)) return 'call';
  if (cost === 'jumpIndirect' && ((word >>> 21) & 31) === RA) return 'call';
  if (FLOAT_ACCESS.test(mnemonic)) return 'float';
  if (mnemonic === 'pref' || mnemonic === 'prefx') return 'other';
  return CLASSES[cost] ?? 'other';
}
