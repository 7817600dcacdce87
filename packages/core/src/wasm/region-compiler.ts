import type { IrBlock } from '../ir/block.ts';
import type { ValueType } from '../ir/ops.ts';
import { accessGroups } from './access-groups.ts';
import { type BlockCode, blockCode } from './block-code.ts';
import { announce, type BlockPlan, planBlock } from './block-plan.ts';
import { carryChecks } from './carried-checks.ts';
import { chasedAddresses } from './chased-addresses.ts';
import { analyseClock } from './clock-flow.ts';
import { groupDeferred } from './deferral.ts';
import type { CodeWriter } from './encoder.ts';
import { type FlowGraph, flowGraph } from './flow-graph.ts';
import { gatherChecks } from './gathered-checks.ts';
import { joinBlocks } from './join-blocks.ts';
import { withLanes } from './lane-slots.ts';
import { unrollLoops } from './loop-unrolling.ts';
import { analyseRecords, type RecordFlow } from './record-flow.ts';
import { chargeRules, RegionContext, type RegionServices } from './region-context.ts';

import type { DiscoveredRegion } from './region-discovery.ts';
import { analyseSlots } from './slot-flow.ts';
import type { SlotTable } from './slots.ts';
import { emitRegionBody } from './structure-emitter.ts';
import { WayValues } from './way-values.ts';

/** A region as one WebAssembly function. */
export interface CompiledRegion {
  readonly locals: readonly ValueType[];
  readonly body: CodeWriter;
}

/** Compiles a discovered region. */
export function compileRegion(
  discovered: DiscoveredRegion,
  supervisor: boolean,
  slots: SlotTable,
  services: RegionServices,
): CompiledRegion {
  const analysed = analyse(discovered, slots, services);
  const clock = analyseClock(analysed.graph, chargeRules(services));
  const region = new RegionContext({ ...analysed, clock, mode: discovered.mode, supervisor }, services);
  emitRegionBody(region);
  const body = region.exits.wrap(
    region.constants.prologue.append(region.accesses.pages.prologue),
    region.code,
    region.siteLocal,
    region.clockLocal,
    (code, slot) => region.storeSlot(code, slot),
    (code, needs) => region.records.storeForExit(code, needs),
  );
  return { locals: region.locals.types, body };
}

/** The region with blocks joined that follow each other alone. */
function withJoinedBlocks(
  discovered: DiscoveredRegion,
  slots: SlotTable,
  { optimisations, memory, isKernelText }: RegionServices,
): DiscoveredRegion {
  if (!optimisations.joinedBlocks) return discovered;
  return joinBlocks(
    discovered,
    (block) => blockCode(block, slots, optimisations, memory.bigEndian),
    (first, second) => isKernelText(first) === isKernelText(second),
  );
}

function analyse(found: DiscoveredRegion, allSlots: SlotTable, services: RegionServices) {
  const { shapes, optimisations, sites, memory, aligned } = services;
  const discovered = withJoinedBlocks(found, allSlots, services);
  const needs = { bigEndian: memory.bigEndian, aligned };
  const viewed = optimisations.laneSlots ? withLanes(allSlots, discovered.blocks.values()) : allSlots;
  let slots = viewed;
  const guesses = (graph: FlowGraph) => (optimisations.guessedPages ? chasedAddresses(graph, slots.count) : undefined);
  for (;;) {
    const codeOf = (block: IrBlock): BlockCode => {
      const code = blockCode(block, slots, optimisations, memory.bigEndian);
      return optimisations.gatheredChecks ? gatherChecks(code) : code;
    };
    const rolled = flowGraph(discovered, codeOf, optimisations);
    const laidOut = optimisations.unrolledLoops
      ? unrollLoops(rolled, guesses(rolled), optimisations.shortLoops)
      : rolled;
    const way = new WayValues(laidOut);
    const graph = optimisations.carriedChecks && optimisations.folding ? carryChecks(laidOut, way) : laidOut;
    const { groups, rest } = groupDeferred(graph, slots);
    const flow = analyseSlots(graph, slots, optimisations.carriedSlots);
    const chased = guesses(graph);
    const runs = optimisations.accessRuns;
    const shared = optimisations.sharedLookUps
      ? accessGroups({ graph, runs, needs, chased, way: optimisations.carriedLookUps ? way : undefined })
      : undefined;
    const plans: (BlockPlan | undefined)[] = [];
    let planned = rest.length === 0;
    for (let index = 0; planned && index < graph.nodes.length; index++) {
      const { code } = graph.nodes[index]!;
      const plan =
        code && planBlock(code, flow.liveOut[index]!, groups, slots, shapes, chased?.[index], shared?.[index]);
      if (code && !plan) planned = false;
      plans.push(plan);
    }
    if (planned) {
      const names = optimisations.namedRecords ? sites.names : undefined;
      const records = analyseRecords({ graph, plans, groups, slots }, names);
      announceKept(graph, plans, records);
      return { graph, flow, slots, groups, records, plans };
    }
    // Too many groups, or a recipe too large: these slots are treated as ordinary ones here.
    slots = withoutDeferred(slots, rest.length > 0 ? rest : slots.deferredSlots);
  }
}

/** The operands that records keep are values to be computed. */
function announceKept(graph: FlowGraph, plans: readonly (BlockPlan | undefined)[], records: RecordFlow): void {
  for (const { node, note, places } of records.byNote.values()) {
    note.recipe.operands.forEach((value, operand) => {
      if (places[operand]!.kind === 'kept') announce(plans[node]!.uses, graph.nodes[node]!.code!.graph, value);
    });
  }
}

function withoutDeferred(slots: SlotTable, drop: readonly number[]): SlotTable {
  const deferred = slots.deferred.map((yes, slot) => yes && !drop.includes(slot));
  return { ...slots, deferred, deferredSlots: slots.deferredSlots.filter((slot) => deferred[slot]) };
}
