import type { IrBlock } from '../ir/block.ts';

/** What is like this block, at `pc`, but has no instructions. */
export function emptyBlock(like: IrBlock, pc: number): Omit<IrBlock, 'terminal'> {
  return {
    ...like,
    pc,
    endPc: pc,
    endMode: like.mode,
    count: 0,
    insnPc: [],
    insnFirstOp: [],
    insnCycles: [],
    insnMode: undefined,
    cycles: 0,
    code: [],
    valueTypes: [],
  };
}
