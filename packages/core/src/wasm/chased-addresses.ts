import type { BlockCode } from './block-code.ts';
import type { FlowGraph } from './flow-graph.ts';
import { addAll, addBit, type Bits, bits, hasBit, removeBit } from './slots.ts';
import { ENTRY } from './value-graph.ts';

/** Larger loops do not spend their time waiting for one load after another. */
const MOST_NODES = 32;
/** More guesses than this are carried around the loop through the stack, which costs more than they give. */
const MOST_GUESSES = 10;

/**
 * Addresses of loads that are made from what the same loop loaded before (pointer chasing): by node, the
 * values. Such loads wait for each other, so their addresses are worth having soon.
 */
export function chasedAddresses(graph: FlowGraph, slotCount: number): readonly ReadonlySet<number>[] {
  const chased = graph.nodes.map(() => new Set<number>());
  graph.nodes.forEach((_, head) => {
    if (graph.isLoop[head] && graph.loopOf[head] === head) chaseLoop(graph, head, slotCount, chased);
  });
  return chased;
}

function chaseLoop(graph: FlowGraph, head: number, slotCount: number, chased: Set<number>[]): void {
  const members = graph.nodes.flatMap((_, node) => (isWithin(graph, node, head) ? [node] : []));
  if (members.length > MOST_NODES) return;
  const loaded = loadedSlots(graph, members, slotCount);
  const found: [node: number, address: number][] = [];
  for (const node of members) {
    const { code } = graph.nodes[node]!;
    if (code === undefined || graph.loopOf[node] !== head) continue;
    const depends = dependence(code, loaded.get(node)!, false);
    for (const { kind, a } of code.statements) if (kind === 'load' && depends[a]) found.push([node, a]);
  }
  if (found.length <= MOST_GUESSES) for (const [node, address] of found) chased[node]!.add(address);
}

function isWithin(graph: FlowGraph, node: number, loop: number): boolean {
  let head = graph.loopOf[node]!;
  while (head >= 0 && head !== loop) head = graph.outerLoop[head]!;
  return head === loop;
}

/** By node of a loop: the slots that hold at its start what depends on a load in the loop. */
function loadedSlots(graph: FlowGraph, members: readonly number[], slotCount: number): ReadonlyMap<number, Bits> {
  const loaded = new Map(members.map((node) => [node, bits(slotCount)]));
  for (let changed = true; changed; ) {
    changed = false;
    for (const node of members) {
      const { code, succs } = graph.nodes[node]!;
      const before = loaded.get(node)!;
      const behind = code ? loadedBehind(code, before) : before;
      for (const succ of succs) {
        const into = loaded.get(succ);
        if (into && addAll(into, behind)) changed = true;
      }
    }
  }
  return loaded;
}

function loadedBehind(code: BlockCode, before: Bits): Bits {
  const behind = before.slice();
  const depends = dependence(code, before, true);
  for (const [slot, value] of code.out) {
    if (depends[value]) addBit(behind, slot);
    else removeBit(behind, slot);
  }
  return behind;
}

/** By value: whether it depends on slots of `loaded` or, if `here`, on a load of the block. */
function dependence({ graph, statements }: BlockCode, loaded: Bits, here: boolean): Uint8Array {
  const depends = new Uint8Array(graph.size);
  const addressOf = new Map(statements.flatMap((s) => (s.kind === 'load' ? [[s.result, s.a] as const] : [])));
  // Arguments, and a load's address, are older values than what comes of them.
  for (let value = 0; value < graph.size; value++) {
    const address = addressOf.get(value);
    const parts = [graph.a[value]!, graph.b[value]!, graph.c[value]!];
    if (graph.op[value] === ENTRY) depends[value] = hasBit(loaded, graph.imm[value]!) ? 1 : 0;
    else if (address !== undefined) depends[value] = here ? 1 : depends[address]!;
    else if (parts.some((part) => part >= 0 && depends[part])) depends[value] = 1;
  }
  return depends;
}
