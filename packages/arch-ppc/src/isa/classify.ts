import type { CodeReader, InstructionClass } from '@kml/core';
import type { Decoder } from './decode/decode.ts';
import type { Row } from './decode/row.ts';
import { fetchWord } from './lift/lift.ts';

/** By class of cost; what its instructions do not share stands in classOf. */
export const CLASSES: Readonly<Record<string, InstructionClass>> = {
  alu: 'alu',
  shift: 'alu',
  compare: 'alu',
  condition: 'alu',
  crMove: 'alu',
  multiplyImmediate: 'multiply',
  multiply: 'multiply',
  divide: 'multiply',
  branch: 'branch',
  branchRegister: 'branch',
  load: 'load',
  store: 'store',
  cacheZero: 'store',
  cache: 'system',
  sync: 'system',
  sprRead: 'system',
  sprWrite: 'system',
  timeBase: 'system',
  trapIf: 'system',
  systemCall: 'system',
  returnInterrupt: 'system',
  msrRead: 'system',
  msrWrite: 'system',
  segment: 'system',
  tlb: 'system',
  kernelCall: 'system',
  fpuAdd: 'float',
  fpuMultiply: 'float',
  fpuMultiplyDouble: 'float',
  fpuDivide: 'float',
  fpuDivideDouble: 'float',
  fpuLoad: 'float',
  fpuStore: 'float',
  fpuMove: 'float',
  fpuCompare: 'float',
  fpuConvert: 'float',
  fpuControl: 'float',
};

/** SPR field of XER, LR and CTR, its halves exchanged: user code keeps its own there. */
const USER_SPRS = new Set([1 << 5, 8 << 5, 9 << 5]);

/** IsaBackend.classify. */
export function classifyWith(decoder: Decoder, code: CodeReader, pc: number): InstructionClass {
  const word = fetchWord(code, pc);
  const row = word === undefined ? undefined : decoder.find(word);
  return row === undefined ? 'other' : classOf(row, word!);
}

/** Branches with LK set are calls, `bclr` is a return. */
function classOf({ mnemonic, cost }: Row, word: number): InstructionClass {
  if (cost === 'branch' || cost === 'branchRegister') {
    return (word & 1) !== 0 || mnemonic === 'bclr' ? 'call' : 'branch';
  }
  if (cost === 'multiple' || cost === 'reserve') return mnemonic.startsWith('st') ? 'store' : 'load';
  if (cost === 'sprRead' || cost === 'sprWrite') return USER_SPRS.has((word >>> 11) & 1023) ? 'alu' : 'system';
  if (mnemonic === 'dcbt' || mnemonic === 'dcbtst') return 'other';
  return CLASSES[cost] ?? 'other';
}
