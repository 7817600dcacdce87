import type { LiftedBlock } from '../engine/translator-port.ts';
import type { IrBlock } from '../ir/block.ts';
import { OP_STRIDE } from '../ir/block.ts';
import type { TrapKind } from '../isa-backend.ts';
import { type RegionBlocks, successorsOf } from './flow-graph.ts';
import { bodyKey, skipKey, splitSkip, splitUncounted } from './step-over.ts';

/** Limits of one region. */
export interface RegionLimits {
  readonly blocks: number;
  readonly instructions: number;
}

export interface DiscoveredRegion extends RegionBlocks {
  readonly mode: number;
  /** What the blocks were lifted from. */
  readonly lifted: readonly LiftedBlock[];
}

/**
 * The blocks that direct jumps, branches and the computed jumps' targets seen so far (`jumpTargets`, by
 * the jump's address) reach from `entry`, breadth first up to the limits. A
 * block that runs into the start of another is cut there. `mark` says of a block's end what
 * translated code does itself. Undefined where the entry cannot be lifted.
 */
export function discoverRegion(
  entry: number,
  mode: number,
  lift: (pc: number) => LiftedBlock | undefined,
  jumpTargets: (pc: number) => readonly number[],
  trapKind: (vector: number) => TrapKind,
  limits: RegionLimits,
  mark: (block: IrBlock) => IrBlock = (block) => block,
): DiscoveredRegion | undefined {
  const successors = (block: IrBlock): readonly number[] =>
    successorsOf(block.terminal, jumpTargets(block.insnPc[block.count - 1]!));
  const blocks = new Map<number, IrBlock>();
  const lifted: LiftedBlock[] = [];
  const queue = [entry | 0];
  let instructions = 0;
  for (let at = 0; at < queue.length; at++) {
    const pc = queue[at]!;
    if (blocks.has(pc)) continue;
    if (blocks.size >= limits.blocks || instructions >= limits.instructions) break;
    const block = translatable(pc) ? lift(pc) : undefined;
    if (block === undefined || block.ir.endMode !== mode) continue;
    lifted.push(block);
    instructions += block.ir.count;
    queue.push(...addBlock(blocks, mark(block.ir), successors, trapKind));
  }
  if (!blocks.has(entry | 0)) return undefined;
  for (const [pc, block] of blocks) {
    const cut = cutAtLeader(block, blocks);
    if (cut !== block) blocks.set(pc, cut);
  }
  const region = { entry: entry | 0, mode, blocks, lifted, successors };
  dropUnreachable(region, blocks);
  return region;
}

/** Puts the block into the region, as two where it steps over itself. Gives the addresses it goes on to. */
function addBlock(
  blocks: Map<number, IrBlock>,
  block: IrBlock,
  successors: (block: IrBlock) => readonly number[],
  trapKind: (vector: number) => TrapKind,
): readonly number[] {
  const skip = splitSkip(block, trapKind);
  if (skip !== undefined) {
    const last = block.insnPc[block.count - 1]!;
    blocks.set(block.pc, skip.test);
    blocks.set(bodyKey(last), skip.body);
    blocks.set(skipKey(last), skip.skipped);
    return [...successors(skip.skipped), ...successors(skip.body)];
  }
  const split = splitUncounted(block, trapKind);
  if (split === undefined) {
    blocks.set(block.pc, block);
    return successors(block);
  }
  if (split === 'alone') {
    const head = truncate(block, block.count - 1);
    blocks.set(block.pc, head);
    return successors(head);
  }
  blocks.set(block.pc, split.test);
  blocks.set(bodyKey(block.pc), split.body);
  return [...successors(split.test), ...successors(split.body)];
}

/** The last page is left to the interpreter: -1 means "leave" in translated code. */
function translatable(pc: number): boolean {
  return pc >>> 12 !== 0xfffff;
}

function cutAtLeader(block: IrBlock, blocks: ReadonlyMap<number, IrBlock>): IrBlock {
  for (let insn = 1; insn < block.count; insn++) {
    const sameMode = block.insnMode === undefined || block.insnMode[insn] === block.mode;
    if (sameMode && blocks.has(block.insnPc[insn]!)) return truncate(block, insn);
  }
  return block;
}

/** The block's first `count` instructions, then a jump to the next. */
function truncate(block: IrBlock, count: number): IrBlock {
  const endPc = block.insnPc[count]!;
  let cycles = 0;
  for (let insn = 0; insn < count; insn++) cycles += block.insnCycles[insn]!;
  return {
    ...block,
    endPc,
    endMode: block.mode,
    count,
    insnPc: block.insnPc.slice(0, count),
    insnFirstOp: block.insnFirstOp.slice(0, count),
    insnCycles: block.insnCycles.slice(0, count),
    cycles,
    code: block.code.slice(0, block.insnFirstOp[count]! * OP_STRIDE),
    terminal: { kind: 'jump', target: endPc },
  };
}

/** Cutting can leave blocks that only the cut-off parts led to. */
function dropUnreachable(region: RegionBlocks, blocks: Map<number, IrBlock>): void {
  const seen = new Set([region.entry]);
  const stack = [region.entry];
  for (let pc = stack.pop(); pc !== undefined; pc = stack.pop()) {
    for (const target of region.successors(blocks.get(pc)!)) {
      if (blocks.has(target) && !seen.has(target)) {
        seen.add(target);
        stack.push(target);
      }
    }
  }
  for (const pc of blocks.keys()) if (!seen.has(pc)) blocks.delete(pc);
}
