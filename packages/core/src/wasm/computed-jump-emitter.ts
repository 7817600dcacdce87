import type { BlockCode } from './block-code.ts';
import type { BlockPlan } from './block-plan.ts';
import type { EdgeEmitter } from './edge-emitter.ts';
import { OPCODE, VOID } from './encoder.ts';
import { hashTargets, type TargetHash } from './multiway.ts';
import type { RegionContext } from './region-context.ts';
import { emitLookupJump, takeTarget } from './terminal-emitter.ts';

/** Up to so many targets are told apart by comparing with each. */
const FEW_TARGETS = 3;

/** A computed jump: to the targets seen so far within the region, to others by the look-up. */
export function emitComputedJump(
  region: RegionContext,
  index: number,
  block: BlockCode,
  plan: BlockPlan,
  edges: EdgeEmitter,
): void {
  const { succs } = region.node(index);
  const other = succs.find((node) => isOtherCall(region, node));
  const targets = other === undefined ? succs : succs.slice(0, -1);
  const local = takeTarget(region, block, plan);
  const here = region.save();
  const many = targets.length > FEW_TARGETS && region.services.optimisations.jumpTables;
  const hash = many ? hashTargets(targets.map((node) => region.pcOf(node))) : undefined;
  if (hash) emitJumpTable(region, index, targets, hash, local, edges);
  else for (const target of targets) emitIfTarget(region, index, target, local, edges);
  region.restore(here);
  if (other === undefined) emitLookupJump(region, index, block, local);
  else edges.go(index, other);
  region.locals.release(local);
}

/** Whether the node is the call of what is none of a computed call's known targets: the last successor of it. */
function isOtherCall(region: RegionContext, index: number): boolean {
  const block = region.node(index).code?.block;
  return block !== undefined && block.count === 0 && block.terminal.kind === 'callIndirect';
}

function emitIfTarget(region: RegionContext, index: number, target: number, local: number, edges: EdgeEmitter): void {
  const { code } = region;
  code.get(local).i32Const(region.node(target).pc).op(0x46);
  const label = edges.direct(index, target);
  if (label >= 0) {
    code.brIf(label);
    return;
  }
  code.byte(OPCODE.if).byte(VOID);
  edges.nest();
  edges.go(index, target);
  edges.unnest();
  code.end();
}

/** br_table on the hash of the target, then one comparison. What is none of them falls out behind. */
function emitJumpTable(
  region: RegionContext,
  index: number,
  targets: readonly number[],
  hash: TargetHash,
  local: number,
  edges: EdgeEmitter,
): void {
  const { code } = region;
  const table = new Array<number>(hash.mask + 1).fill(targets.length);
  targets.forEach((target, place) => {
    table[(region.node(target).pc >>> hash.shift) & hash.mask] = place;
  });
  for (let i = 0; i <= targets.length; i++) {
    code.byte(OPCODE.block).byte(VOID);
    edges.nest();
  }
  code.get(local).i32Const(hash.shift).op(0x76).i32Const(hash.mask).op(0x71);
  code.byte(OPCODE.brTable).u32(hash.mask);
  for (const place of table) code.u32(place);
  targets.forEach((target, place) => {
    code.end();
    edges.unnest();
    // Behind: the blocks of the later targets, then the one whose end is the look-up.
    code
      .get(local)
      .i32Const(region.node(target).pc)
      .op(0x47)
      .brIf(targets.length - 1 - place);
    edges.go(index, target);
  });
  code.end();
  edges.unnest();
}
