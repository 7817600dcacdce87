import type { CodeReader, InstructionClass } from '@kml/core';
import type { Decoder } from './decode/decode.ts';
import { Insn } from './lift/insn.ts';

/** By class of cost; what its instructions do not share stands in classOf. */
export const CLASSES: Readonly<Record<string, InstructionClass>> = {
  alu: 'alu',
  aluCarry: 'alu',
  lea: 'alu',
  exchange: 'alu',
  byteSwap: 'alu',
  conditionalMove: 'alu',
  setCondition: 'alu',
  shift: 'alu',
  rotateCarry: 'alu',
  doubleShift: 'alu',
  bitTest: 'alu',
  bitScan: 'alu',
  decimal: 'alu',
  multiply: 'multiply',
  divide: 'multiply',
  table: 'load',
  push: 'store',
  pop: 'load',
  pushAll: 'store',
  pushFlags: 'store',
  popf: 'load',
  enter: 'store',
  branch: 'branch',
  loop: 'branch',
  jumpIndirect: 'branch',
  call: 'call',
  callIndirect: 'call',
  return: 'call',
  string: 'aluMemory',
  pause: 'other',
  bound: 'system',
  cpuid: 'system',
  timeStamp: 'system',
  interrupt: 'system',
  segmentRead: 'system',
  segmentLoad: 'system',
  farTransfer: 'system',
  iret: 'system',
  sysenter: 'system',
  sysexit: 'system',
  cli: 'system',
  sti: 'system',
  hlt: 'system',
  controlRead: 'system',
  controlWrite: 'system',
  msr: 'system',
  tableStore: 'system',
  tableLoad: 'system',
  selectorCheck: 'system',
  port: 'system',
  fence: 'system',
  kernelCall: 'system',
  fpuAdd: 'float',
  fpuMultiply: 'float',
  fpuDivide: 'float',
  fpuMove: 'float',
  fpuFunction: 'float',
  fpuControl: 'float',
  fpuState: 'float',
  floatAdd: 'float',
  floatMultiply: 'float',
  floatDivide: 'float',
  floatConvert: 'float',
  simdAlu: 'simd',
  simdMultiply: 'simd',
  simdMove: 'simd',
};

/** SSE's arithmetic on vectors of reals: what is not on a scalar (ss, sd). */
const PACKED = /p[sd]$/;
/** Moves of one real. */
const SCALAR_MOVES = new Set(['movss', 'movsd']);

const insn = new Insn();

/** IsaBackend.classify. */
export function classifyWith(decoder: Decoder, code: CodeReader, pc: number, mode: number): InstructionClass {
  return decoder.decode(insn, code, pc, mode) === 'ok' ? classOf(insn) : 'other';
}

function classOf(x: Insn): InstructionClass {
  const { mnemonic, cost } = x.row;
  if (cost === 'move') return moveClass(x);
  if (cost === 'push' || cost === 'pop') return x.mod === 3 ? CLASSES[cost]! : 'aluMemory';
  if (cost === 'string') return mnemonic === 'lods' ? 'load' : mnemonic === 'stos' ? 'store' : 'aluMemory';
  if (mnemonic.startsWith('popa')) return 'load';
  if (mnemonic.startsWith('nop') || mnemonic.startsWith('endbr')) return 'other';
  if (mnemonic.startsWith('prefetch')) return 'other';
  if (cost.startsWith('float') && PACKED.test(mnemonic)) return 'simd';
  if (SCALAR_MOVES.has(mnemonic) && cost === 'simdMove') return 'float';
  const found = CLASSES[cost] ?? 'other';
  return found === 'alu' && x.mod !== 3 && cost !== 'lea' ? 'aluMemory' : found;
}

/** A move's direction is told by its first operand: memory there is a store. */
function moveClass(x: Insn): InstructionClass {
  const [first, second] = x.operands;
  if (first!.method === 'O' || (first!.method === 'E' && x.mod !== 3)) return 'store';
  if (second!.method === 'O' || (second!.method === 'E' && x.mod !== 3)) return 'load';
  return 'alu';
}
