import type { BlockCode } from './block-code.ts';
import type { RegionContext } from './region-context.ts';
import { deferredOut } from './slot-flow.ts';

/** Gives state back to memory, but for the clock; for the host (`whole`) with deferred slots computed: each group is a call out for it. */
export function handOver(region: RegionContext, index: number, code: BlockCode, whole = false): void {
  const before = region.input.flow.deferredIn[index]!;
  region.sync(deferredOut(code, before, region.input.slots, false), whole);
}

/** Memory is exact, the clock in its local and pc is `pc`, the node's successor: checks the budget and takes the state over again. */
export function goOn(region: RegionContext, index: number, pc: number): void {
  const next = region.node(index).succs[0]!;
  region.dirty.fill(0);
  if (!region.input.graph.isLoop[next]) {
    region.records.reset();
    region.checkBudget(region.input.flow.longestPath[next]!, pc);
  }
  region.reload(next);
}
