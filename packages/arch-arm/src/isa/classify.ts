import type { CodeReader, InstructionClass } from '@kml/core';
import type { Decoder } from './decode/decode.ts';
import { Insn, LR, PC, SP } from './lift/insn.ts';
import { MODE_IT, MODE_IT_SHIFT } from './state.ts';

/** By class of cost; what its instructions do not share stands in classOf. */
export const CLASSES: Readonly<Record<string, InstructionClass>> = {
  alu: 'alu',
  aluShift: 'alu',
  aluShiftByRegister: 'alu',
  move: 'alu',
  saturate: 'alu',
  parallel: 'alu',
  bitField: 'alu',
  multiply: 'multiply',
  multiplyLong: 'multiply',
  divide: 'multiply',
  load: 'load',
  loadDouble: 'load',
  loadMultiple: 'load',
  store: 'store',
  storeDouble: 'store',
  storeMultiple: 'store',
  swap: 'aluMemory',
  branch: 'branch',
  branchIndirect: 'branch',
  tableBranch: 'branch',
  call: 'call',
  status: 'system',
  statusWrite: 'system',
  barrier: 'system',
  coprocessor: 'system',
  systemControl: 'system',
  supervisorCall: 'system',
  exceptionReturn: 'system',
  modeChange: 'system',
  undefined: 'system',
  kernelCall: 'system',
  hint: 'other',
  vfpMove: 'float',
  vfpAdd: 'float',
  vfpMultiply: 'float',
  vfpMultiplyDouble: 'float',
  vfpAccumulate: 'float',
  vfpDivide: 'float',
  vfpDivideDouble: 'float',
  vfpCompare: 'float',
  vfpConvert: 'float',
  vfpTransfer: 'float',
  vfpLoad: 'float',
  vfpLoadMultiple: 'float',
  neonAlu: 'simd',
  neonMultiply: 'simd',
  neonFloat: 'simd',
  neonMove: 'simd',
  neonLoad: 'simd',
};

const insn = new Insn();

/** IsaBackend.classify. An instruction whose condition fails is what it would have been. */
export function classifyWith(decoder: Decoder, code: CodeReader, pc: number, mode: number): InstructionClass {
  const status = decoder.decode(insn, code, pc, (mode & MODE_IT) >> MODE_IT_SHIFT);
  return status === 'ok' ? classOf(insn) : 'other';
}

function classOf(x: Insn): InstructionClass {
  const { mnemonic, cost } = x.row;
  if (cost === 'exclusive') return mnemonic.startsWith('LD') ? 'load' : mnemonic === 'CLREX' ? 'system' : 'store';
  // What returns from a subroutine: BX LR, MOV PC, LR, and loads of PC from the stack. BLX calls.
  if (cost === 'branchIndirect') return mnemonic === 'BLX' || x.Rm === LR ? 'call' : 'branch';
  if (cost === 'move' && x.Rd === PC) return x.row.operand2 === 'register' && x.Rm === LR ? 'call' : 'branch';
  if (cost === 'loadMultiple' && (x.list >>> PC) & 1) return mnemonic === 'POP' || x.Rn === SP ? 'call' : 'branch';
  if (cost === 'load' && x.Rt === PC) return mnemonic === 'POP' || x.Rn === SP ? 'call' : 'branch';
  if ((cost === 'alu' || cost === 'aluShift') && x.row.pcDestination && x.Rd === PC) return 'branch';
  return CLASSES[cost] ?? 'other';
}
