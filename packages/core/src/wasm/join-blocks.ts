import { type IrBlock, OP_A, OP_B, OP_C, OP_DST, OP_IMM, OP_STRIDE } from '../ir/block.ts';
import { OP_SPECS } from '../ir/ops.ts';
import { renumberTerminal } from '../ir/terminal-values.ts';
import type { BlockCode } from './block-code.ts';
import type { RegionBlocks } from './flow-graph.ts';

/** Instructions of one block, at most: an exit's site in a longer one says little cheaper than two. */
const MOST_INSTRUCTIONS = 256;

/**
 * Makes one block of two where the first goes on to the second alone and nothing else does: callees that stand in line
 * begin and end so. What the first computed and looked up holds in the second then, too. A return of a callee that stands
 * in line is a jump where the block knows that it goes back behind its call, as it does where the return address has been
 * in a register, or in a place of the stack, that nothing has touched since.
 * @param code the block for the region's emitter
 * @param mayJoin whether blocks at these two addresses may be one
 */
export function joinBlocks<R extends RegionBlocks>(
  region: R,
  code: (block: IrBlock) => BlockCode,
  mayJoin: (first: number, second: number) => boolean,
): R {
  const blocks = new Map(region.blocks);
  const known = new Map<IrBlock, readonly number[]>();
  const successors = (block: IrBlock): readonly number[] => known.get(block) ?? region.successors(block);
  const entries = countEntries({ ...region, successors });
  const put = (key: number, block: IrBlock, next: readonly number[]): IrBlock => {
    known.set(block, next);
    blocks.set(key, block);
    return block;
  };
  /** The block with a jump in the place of a return that is known to be one. */
  const returning = (key: number, block: IrBlock): IrBlock => {
    const next = block.terminal.kind === 'return' ? successors(block) : [];
    const back = next.length === 1 ? blocks.get(next[0]!) : undefined;
    if (back === undefined) return block;
    const { graph, terminalValues } = code(block);
    const target = terminalValues[0]!;
    if (!graph.isConst(target) || graph.imm[target] !== back.pc) return block;
    return put(key, { ...block, terminal: { kind: 'jump', target: back.pc } }, next);
  };
  for (const key of region.blocks.keys()) {
    let block = blocks.get(key);
    while (block !== undefined) {
      block = returning(key, block);
      const target: number | undefined = block.terminal.kind === 'jump' ? successors(block)[0] : undefined;
      const second: IrBlock | undefined = target === undefined ? undefined : blocks.get(target);
      if (second === undefined || target === key || entries.get(target!) !== 1) break;
      if (!fits(block, second) || !mayJoin(block.pc, second.pc)) break;
      blocks.delete(target!);
      block = put(key, joined(block, second), successors(second));
    }
  }
  return { ...region, blocks, successors };
}

/** By key: how many ways lead there. */
function countEntries(region: RegionBlocks): ReadonlyMap<number, number> {
  const entries = new Map([[region.entry, 2]]);
  for (const block of region.blocks.values()) {
    for (const target of region.successors(block)) entries.set(target, (entries.get(target) ?? 0) + 1);
  }
  return entries;
}

function fits(first: IrBlock, second: IrBlock): boolean {
  // Blocks without instructions are told by that.
  if (first.count === 0 || second.count === 0) return false;
  return first.endMode === second.mode && first.count + second.count <= MOST_INSTRUCTIONS;
}

function joined(first: IrBlock, second: IrBlock): IrBlock {
  const value = (number: number): number => (number < 0 ? number : number + first.valueTypes.length);
  const code = [...first.code];
  for (let at = 0; at < second.code.length; at += OP_STRIDE) {
    const operation = second.code.slice(at, at + OP_STRIDE);
    for (const part of [OP_DST, OP_A, OP_B, OP_C]) operation[part] = value(operation[part]!);
    if (OP_SPECS[operation[0]!]!.imm === 'constant') operation[OP_IMM]! += first.constants.length;
    code.push(...operation);
  }
  const operations = first.code.length / OP_STRIDE;
  const insnMode = first.insnMode || second.insnMode ? [...modesOf(first), ...modesOf(second)] : undefined;
  return {
    ...first,
    endPc: second.endPc,
    endMode: second.endMode,
    count: first.count + second.count,
    insnPc: [...first.insnPc, ...second.insnPc],
    insnFirstOp: [...first.insnFirstOp, ...second.insnFirstOp.map((op) => op + operations)],
    insnCycles: [...first.insnCycles, ...second.insnCycles],
    insnMode,
    cycles: first.cycles + second.cycles,
    code,
    valueTypes: [...first.valueTypes, ...second.valueTypes],
    constants: [...first.constants, ...second.constants],
    terminal: renumberTerminal(second.terminal, value),
    joins: [...(first.joins ?? []), first.count, ...(second.joins ?? []).map((insn) => insn + first.count)],
  };
}

function modesOf({ insnMode, count, mode }: IrBlock): readonly number[] {
  return insnMode ?? new Array<number>(count).fill(mode);
}
