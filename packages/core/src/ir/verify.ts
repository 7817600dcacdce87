import type { StateLayout } from '../cpu/layout.ts';
import { type IrBlock, OP_A, OP_DST, OP_IMM, OP_NUM, OP_STRIDE, type Terminal } from './block.ts';
import { LANES, OP_NAMES, OP_SPECS, type OpName, type OpSpec, type ValueType } from './ops.ts';
import { terminalValues } from './terminal-values.ts';

const SLOT_TYPES: Partial<Record<OpName, ValueType>> = {
  ...{ get: 'i32', set: 'i32', get64: 'i64', set64: 'i64', getF64: 'f64', setF64: 'f64', getV: 'v128', setV: 'v128' },
};
const CONSTANT_WORDS: Partial<Record<OpName, number>> = { const64: 2, constV: 4, shuffleV: 4 };

/**
 * Checks a block against the IR's rules and throws TypeError with what is wrong and where:
 * values are defined before use, in order and of the right type; immediates are in range; slots have
 * the operation's type; **no instruction writes a slot before its last operation that can leave**
 * (load, store, trapIf, or a terminal that can fault), so that leaving never has to undo anything.
 */
export function verify(block: IrBlock, layout: StateLayout): void {
  if (block.count < 1) throw new TypeError('a block without instructions');
  if (block.insnPc[0] !== block.pc) wrong(block, 0, 'the first instruction is not at the block’s pc');
  checkInstructions(block);
  let defined = 0;
  for (let index = 0; index * OP_STRIDE < block.code.length; index++) {
    const spec = OP_SPECS[block.code[index * OP_STRIDE + OP_NUM]!];
    if (!spec) wrong(block, index, `no operation ${block.code[index * OP_STRIDE]}`);
    checkArguments(block, index, spec, defined);
    checkImmediate(block, index, spec, layout);
    if (spec.result) defined = checkResult(block, index, spec, defined);
  }
  if (defined !== block.valueTypes.length) throw new TypeError('values without an operation');
  checkTerminal(block, defined);
  checkSlotWrites(block);
}

function wrong(block: IrBlock, index: number, what: string): never {
  const number = block.code[index * OP_STRIDE];
  const name = number === undefined ? 'end' : OP_NAMES[number];
  throw new TypeError(`block 0x${(block.pc >>> 0).toString(16)}, operation ${index} (${name}): ${what}`);
}

function checkInstructions(block: IrBlock): void {
  let cycles = 0;
  for (let i = 0; i < block.count; i++) {
    cycles += block.insnCycles[i]!;
    const next = i + 1 < block.count ? block.insnFirstOp[i + 1]! : block.code.length / OP_STRIDE;
    if (block.insnFirstOp[i]! > next) wrong(block, block.insnFirstOp[i]!, 'instructions out of order');
  }
  if (block.insnFirstOp[0] !== 0) wrong(block, 0, 'operations before the first instruction');
  if (cycles !== block.cycles) wrong(block, 0, 'the cycle sum is not the sum of the cycles');
}

function checkArguments(block: IrBlock, index: number, spec: OpSpec, defined: number): void {
  spec.args.forEach((type, place) => {
    const value = block.code[index * OP_STRIDE + OP_A + place]!;
    if (value < 0 || value >= defined) wrong(block, index, `argument ${place} (v${value}) is not defined`);
    const actual = block.valueTypes[value];
    if (actual !== type) wrong(block, index, `argument ${place} is ${actual}, not ${type}`);
  });
}

function checkResult(block: IrBlock, index: number, spec: OpSpec, defined: number): number {
  const dst = block.code[index * OP_STRIDE + OP_DST]!;
  if (dst !== defined) wrong(block, index, `result v${dst} is not the next value, v${defined}`);
  if (block.valueTypes[dst] !== spec.result) wrong(block, index, `result is declared ${block.valueTypes[dst]}`);
  return defined + 1;
}

function checkImmediate(block: IrBlock, index: number, spec: OpSpec, layout: StateLayout): void {
  const name = OP_NAMES[block.code[index * OP_STRIDE + OP_NUM]!]!;
  const imm = block.code[index * OP_STRIDE + OP_IMM]!;
  switch (spec.imm) {
    case 'lane':
      if (imm < 0 || imm >= LANES[name]!) wrong(block, index, `no lane ${imm}`);
      return;
    case 'slot': {
      const slot = layout.slots.find((candidate) => candidate.offset === imm);
      if (slot?.type !== SLOT_TYPES[name]) wrong(block, index, `no ${SLOT_TYPES[name]} slot at ${imm}`);
      return;
    }
    case 'state':
      if (!layout.arrays.some((array) => imm >= array.offset && imm < array.offset + array.bytes)) {
        wrong(block, index, `no state array at ${imm}`);
      }
      return;
    case 'constant':
      if (block.constants[imm]?.length !== CONSTANT_WORDS[name]) wrong(block, index, `no such constant ${imm}`);
      return;
    case 'helper':
      if (imm < 0) wrong(block, index, 'a negative helper number');
      return;
    default:
      if (name === 'probeW' && (imm < 1 || imm > 4096)) wrong(block, index, `probe of ${imm} bytes`);
  }
}

function checkTerminal(block: IrBlock, defined: number): void {
  const end = block.code.length / OP_STRIDE;
  const { terminal } = block;
  if (terminal.kind === 'system' && terminal.args.length > 3) wrong(block, end, 'more than three arguments');
  for (const value of terminalValues(terminal)) {
    if (value < 0 || value >= defined) wrong(block, end, `terminal value v${value} is not defined`);
    if (block.valueTypes[value] !== 'i32') wrong(block, end, `terminal value v${value} is not i32`);
  }
}

function checkSlotWrites(block: IrBlock): void {
  const operations = block.code.length / OP_STRIDE;
  for (let i = 0; i < block.count; i++) {
    const end = i + 1 < block.count ? block.insnFirstOp[i + 1]! : operations;
    let written = false;
    for (let index = block.insnFirstOp[i]!; index < end; index++) {
      const spec = OP_SPECS[block.code[index * OP_STRIDE + OP_NUM]!]!;
      if (spec.imm === 'slot' && !spec.result) written = true;
      const leaves = spec.effect === 'load' || spec.effect === 'store' || spec.effect === 'trap';
      if (leaves && written) wrong(block, index, 'can leave after a slot of the same instruction was written');
    }
    if (written && end === operations && i === block.count - 1 && terminalCanFault(block.terminal)) {
      wrong(block, end, 'the terminal can fault after a slot of the same instruction was written');
    }
  }
}

function terminalCanFault(terminal: Terminal): boolean {
  if (terminal.kind === 'system') return terminal.faults !== false;
  return terminal.kind === 'trap' && !terminal.completes;
}
