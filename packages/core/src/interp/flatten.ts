import { type IrBlock, OP_A, OP_B, OP_C, OP_DST, OP_IMM, OP_NUM, OP_STRIDE, type Terminal } from '../ir/block.ts';
import { OP_NUMBER, OP_SPECS } from '../ir/ops.ts';
import { CONSTANTS_BASE, STATE_BASE, VALUE_BYTES, VALUES_BASE } from '../memory/memory-map.ts';
import type { ConstantPool } from './constant-pool.ts';
import { FLAT_STRIDE, type FlatBlock, TERMINAL } from './flat-block.ts';
import { FIRST_MEMORY_OP, FLAT_NUMBER, LAST_MEMORY_OP, OBSERVED, VALUE_OP } from './flat-ops.ts';
import type { ValueOps } from './value-ops.ts';

const VALUES_WORD = VALUES_BASE >> 2;
const CONSTANTS_WORD = CONSTANTS_BASE >> 2;
const VALUE_WORDS = VALUE_BYTES >> 2;
const NO_ARGS: readonly number[] = [];
const CYCLES_OP = OP_NUMBER.cycles;
const CONST64_OP = OP_NUMBER.const64;

/** Where the block came from. */
export interface Origin {
  readonly supervisor: boolean;
  readonly frame: number;
  readonly secondFrame: number;
}

/** Puts a block in the form the interpreter runs. */
export function flatten(ir: IrBlock, origin: Origin, pool: ConstantPool, valueOps: ValueOps): FlatBlock {
  const places = placeValues(ir, pool);
  const cyclesBefore = prefixSums(ir);
  const words: number[] = [];
  const starts = new Int32Array(ir.count + 1);
  const operations = ir.code.length / OP_STRIDE;
  let instruction = -1;
  for (let index = 0; index < operations; index++) {
    while (instruction + 1 < ir.count && ir.insnFirstOp[instruction + 1]! <= index)
      starts[++instruction] = words.length;
    const at = index * OP_STRIDE;
    const number = ir.code[at + OP_NUM]!;
    const dst = ir.code[at + OP_DST]!;
    if (number === OP_NUMBER.const32 && places[dst]! >= CONSTANTS_WORD) continue;
    const place = (value: number) => (value < 0 ? 0 : places[value]!);
    words.push(
      FLAT_NUMBER[number]!,
      place(dst),
      place(ir.code[at + OP_A]!),
      place(ir.code[at + OP_B]!),
      number === CONST64_OP ? ir.constants[ir.code[at + OP_IMM]!]![1]! : place(ir.code[at + OP_C]!),
      immediate(ir, at, cyclesBefore[instruction]!, valueOps),
    );
  }
  while (instruction < ir.count) starts[++instruction] = words.length;
  const terminal = ir.terminal;
  return {
    ir,
    ...origin,
    pc: ir.pc,
    mode: ir.mode,
    count: ir.count,
    cycles: ir.cycles,
    code: Int32Array.from(words),
    observed: undefined,
    starts,
    cyclesBefore,
    terminal: TERMINAL[terminal.kind],
    value: terminalValue(terminal, places),
    target: terminalTarget(terminal),
    next: 'next' in terminal ? terminal.next : ir.endPc,
    args: terminal.kind === 'system' ? terminal.args.map((value) => places[value]!) : NO_ARGS,
    runs: 0,
    valid: true,
  };
}

/** The block's code with memory operations going through the observer. */
export function observedCode(block: FlatBlock): Int32Array {
  const code = block.code.slice();
  for (let at = 0; at < code.length; at += FLAT_STRIDE) {
    if (code[at]! >= FIRST_MEMORY_OP && code[at]! <= LAST_MEMORY_OP) code[at] = OBSERVED;
  }
  return code;
}

/** Word index of every value: its own place, or for constants one in the pool. */
function placeValues(ir: IrBlock, pool: ConstantPool): Int32Array {
  const places = new Int32Array(ir.valueTypes.length);
  for (let value = 0; value < places.length; value++) places[value] = VALUES_WORD + value * VALUE_WORDS;
  for (let at = 0; at < ir.code.length; at += OP_STRIDE) {
    if (ir.code[at + OP_NUM] !== OP_NUMBER.const32) continue;
    const place = pool.place(ir.code[at + OP_IMM]!);
    if (place >= 0) places[ir.code[at + OP_DST]!] = place;
  }
  return places;
}

function prefixSums(ir: IrBlock): Int32Array {
  const sums = new Int32Array(ir.count + 1);
  for (let index = 0; index < ir.count; index++) sums[index + 1] = sums[index]! + ir.insnCycles[index]!;
  return sums;
}

function immediate(ir: IrBlock, at: number, cyclesBefore: number, valueOps: ValueOps): number {
  const number = ir.code[at + OP_NUM]!;
  const imm = ir.code[at + OP_IMM]!;
  const kind = OP_SPECS[number]!.imm;
  if (number === CYCLES_OP) return cyclesBefore;
  if (number === CONST64_OP) return ir.constants[imm]![0]!;
  if (kind === 'slot') return (STATE_BASE + imm) >> 2;
  if (kind === 'state') return STATE_BASE + imm;
  if (FLAT_NUMBER[number] === VALUE_OP) return valueOps.indexOf(number) + (kind === 'lane' ? imm : 0);
  return imm;
}

function terminalValue(terminal: Terminal, places: Int32Array): number {
  switch (terminal.kind) {
    case 'branch':
      return places[terminal.cond]!;
    case 'callIndirect':
    case 'return':
    case 'jumpIndirect':
      return places[terminal.target]!;
    case 'trap':
      return places[terminal.error]!;
    default:
      return 0;
  }
}

function terminalTarget(terminal: Terminal): number {
  switch (terminal.kind) {
    case 'jump':
    case 'call':
      return terminal.target;
    case 'branch':
      return terminal.taken;
    case 'trap':
      return terminal.vector;
    case 'system':
      return terminal.routine;
    case 'kernelCall':
      return terminal.number;
    default:
      return 0;
  }
}
