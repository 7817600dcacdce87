import { type IrBlock, OP_A, OP_IMM, OP_NUM, OP_STRIDE } from '../ir/block.ts';
import { OP_NUMBER } from '../ir/ops.ts';

/**
 * Instructions that step over themselves under a condition (IsaBackend.stepsOver: a repeated string
 * instruction whose count is 0). A region has such an instruction as two blocks: the test, which costs
 * nothing and is known by the instruction's address, and the body, which branches back to itself.
 */

/** Key of the body in a region; no address, for it is no integer. */
export function bodyKey(pc: number): number {
  return pc + 0.5;
}

/** Place (in operations) of the block's stepping-over trapIf, -1 if it has none. It is in the last instruction. */
function stepOverAt(block: IrBlock, stepsOver: (vector: number) => boolean): number {
  if (block.terminal.kind !== 'branch') return -1;
  for (let at = block.insnFirstOp[block.count - 1]!; at * OP_STRIDE < block.code.length; at++) {
    const op = at * OP_STRIDE;
    if (block.code[op + OP_NUM] === OP_NUMBER.trapIf && stepsOver(block.code[op + OP_IMM]!)) return at;
  }
  return -1;
}

/** The test and the body of a block that is one such instruction; undefined for any other block, `'alone'` if it has others before. */
export function splitStepOver(
  block: IrBlock,
  stepsOver: (vector: number) => boolean,
): { test: IrBlock; body: IrBlock } | 'alone' | undefined {
  const at = stepOverAt(block, stepsOver);
  const { terminal } = block;
  if (at < 0 || terminal.kind !== 'branch') return undefined;
  if (block.count > 1) return 'alone';
  const cond = block.code[at * OP_STRIDE + OP_A]! as typeof terminal.cond;
  const test: IrBlock = {
    ...block,
    count: 0,
    cycles: 0,
    insnPc: [],
    insnFirstOp: [],
    insnCycles: [],
    code: block.code.slice(0, at * OP_STRIDE),
    terminal: { kind: 'branch', cond, taken: terminal.next, next: bodyKey(block.pc) },
  };
  const code = [...test.code, ...block.code.slice((at + 1) * OP_STRIDE)];
  // The body goes on only with a count that is not 0.
  const taken = terminal.taken === block.pc ? bodyKey(block.pc) : terminal.taken;
  return { test, body: { ...block, code, terminal: { ...terminal, taken } } };
}
