import type { BlockCode } from './block-code.ts';
import { mayExit } from './block-code.ts';
import { flushedSlots } from './carried-slots.ts';
import type { FlowGraph, FlowNode } from './flow-graph.ts';
import { isInPlace } from './in-place.ts';
import { addAll, addBit, type Bits, bits, common, hasBit, removeAll, removeBit, type SlotTable } from './slots.ts';

/** What the emitter must know of slots at each node. */
export interface SlotFlow {
  /** Slots whose local may differ from memory at the node's start: an exit there stores them. */
  readonly dirtyIn: readonly Bits[];
  /** Slots whose local must be valid at the node's start (deferred ones: as values that are read). */
  readonly liveIn: readonly Bits[];
  /** The same at its end; empty where the node gives all state back to memory (a call). */
  readonly liveOut: readonly Bits[];
  /** Instructions on the longest path from the node's start to the next check point, this node included. */
  readonly longestPath: readonly number[];
  /** Slots that the node's end stores where they are dirty, by node (carried-slots.ts). */
  readonly flushed: readonly Bits[];
  /** How far each deferred slot's group is known at the node's start, see DeferredState. */
  readonly deferredIn: readonly Int8Array[];
}

/** Where the truth about a deferred slot is: not reached, memory, the region's record, one or the other. */
export const UNREACHED = 0;
export const IN_MEMORY = 1;
export const RECORDED = 2;
export const MIXED = 3;

/** The node stores everything and what follows reloads: a call, a kernel call, what the engine does in place. */
export function isSyncPoint(node: FlowNode): boolean {
  const terminal = node.code?.block.terminal;
  if (terminal === undefined) return false;
  const { kind } = terminal;
  if (kind === 'kernelCall') return terminal.steady === undefined;
  return kind === 'call' || kind === 'callIndirect' || isInPlace(terminal);
}

export function analyseSlots(graph: FlowGraph, slots: SlotTable, spare: boolean): SlotFlow {
  const none = graph.nodes.map(() => bits(slots.count));
  const everywhere = dirtySlots(graph, slots, none);
  const read = liveness(graph, slots, none, none).liveIn;
  const flushed = spare ? flushedSlots(graph, slots, everywhere, read) : none;
  const dirtyIn = flushed === none ? everywhere : dirtySlots(graph, slots, flushed);
  const { liveIn, liveOut } = liveness(graph, slots, dirtyIn, flushed);
  return {
    dirtyIn,
    liveIn,
    liveOut,
    flushed,
    longestPath: longestPaths(graph),
    deferredIn: deferredStates(graph, slots),
  };
}

function dirtySlots(graph: FlowGraph, slots: SlotTable, flushed: readonly Bits[]): Bits[] {
  const { nodes } = graph;
  const dirtyIn = nodes.map(() => bits(slots.count));
  for (let changed = true; changed; ) {
    changed = false;
    nodes.forEach((node, index) => {
      const out = bits(slots.count);
      if (!isSyncPoint(node)) {
        addAll(out, dirtyIn[index]!);
        for (const slot of node.code?.out.keys() ?? []) {
          const dropped = node.code!.dropsTransient && slots.transient[slot];
          if (!slots.deferred[slot] && !dropped && slot !== slots.pc) addBit(out, slot);
        }
        removeAll(out, flushed[index]!);
      }
      for (const succ of node.succs) if (addAll(dirtyIn[succ]!, out)) changed = true;
    });
  }
  return dirtyIn;
}

/** Whether some exit or hand-over in the node stores what was dirty at its start. */
function looksAtDirty(node: FlowNode, index: number, graph: FlowGraph): boolean {
  const { code } = node;
  if (!code || graph.isLoop[index] || (code.block.terminal.kind !== 'jump' && code.block.terminal.kind !== 'branch'))
    return true;
  return code.statements.some((statement) => mayExit(statement.kind));
}

function liveness(
  graph: FlowGraph,
  slots: SlotTable,
  dirtyIn: readonly Bits[],
  flushed: readonly Bits[],
): { liveIn: Bits[]; liveOut: Bits[] } {
  const { nodes } = graph;
  const liveIn = nodes.map((node, index) => {
    const use = bits(slots.count);
    for (const slot of node.code?.entries.keys() ?? []) addBit(use, slot);
    if (looksAtDirty(node, index, graph)) addAll(use, dirtyIn[index]!);
    else addAll(use, common(dirtyIn[index]!, flushed[index]!));
    return use;
  });
  const liveOut = nodes.map(() => bits(slots.count));
  for (let changed = true; changed; ) {
    changed = false;
    for (let index = nodes.length - 1; index >= 0; index--) {
      const node = nodes[index]!;
      if (isSyncPoint(node)) continue;
      const out = liveOut[index]!;
      for (const succ of node.succs) addAll(out, liveIn[succ]!);
      const through = out.slice();
      for (const slot of node.code?.out.keys() ?? []) removeBit(through, slot);
      if (addAll(liveIn[index]!, through)) changed = true;
    }
  }
  return { liveIn, liveOut };
}

/** Check points are loop heads and returns from calls: paths are cut there, so what is left is acyclic if loops are natural. */
function longestPaths(graph: FlowGraph): number[] {
  const { nodes } = graph;
  const longest = new Array<number>(nodes.length).fill(0);
  for (let index = nodes.length - 1; index >= 0; index--) {
    const node = nodes[index]!;
    const own = node.code?.block.count ?? 0;
    let beyond = 0;
    if (!isSyncPoint(node)) {
      for (const succ of node.succs) if (!graph.isLoop[succ]) beyond = Math.max(beyond, longest[succ]!);
    }
    longest[index] = own + beyond;
  }
  return longest;
}

function deferredStates(graph: FlowGraph, slots: SlotTable): Int8Array[] {
  const { nodes } = graph;
  const states = nodes.map(() => new Int8Array(slots.count));
  states[0]!.fill(IN_MEMORY);
  for (let changed = true; changed; ) {
    changed = false;
    nodes.forEach((node, index) => {
      const out = deferredOut(node.code, states[index]!, slots, isSyncPoint(node));
      for (const succ of node.succs) {
        const into = states[succ]!;
        for (const slot of slots.deferredSlots) {
          const joined = into[slot]! | out[slot]!;
          if (joined !== into[slot]) {
            into[slot] = joined;
            changed = true;
          }
        }
      }
    });
  }
  return states;
}

/** State behind the node. */
export function deferredOut(
  code: BlockCode | undefined,
  before: Int8Array,
  slots: SlotTable,
  synced: boolean,
): Int8Array {
  const out = before.slice();
  if (synced) {
    for (const slot of slots.deferredSlots) if (before[slot] !== UNREACHED) out[slot] = IN_MEMORY;
  } else if (code && before.some((state) => state !== UNREACHED)) {
    for (const slot of code.out.keys()) if (slots.deferred[slot]) out[slot] = RECORDED;
  }
  return out;
}

/** Whether the slot must be valid. */
export function isLive(set: Bits, slot: number): boolean {
  return hasBit(set, slot);
}
