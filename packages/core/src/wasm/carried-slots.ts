import type { FlowGraph } from './flow-graph.ts';
import { isSyncPoint } from './slot-flow.ts';
import { addAll, type Bits, bits, members, removeAll, type SlotTable } from './slots.ts';

/** Of each kind, locals that the host's registers hold beside the clock, the tables and what a block computes. */
const IN_REGISTERS = { general: 8, vector: 12 } as const;

/**
 * What a loop's body leaves in a register of the guest's is carried around the loop even if nothing in it
 * reads that again: an exit at its head would have to store it. If a loop carries more than the host has
 * registers for, each of them costs several accesses to the host's stack a turn. So nodes that lead to the
 * head store such slots, where they are dirty, once, and no exit behind it has to.
 * @param dirty slots that may differ from memory at each node's start
 * @param read slots that are read behind each node's start before they are written
 * @returns by node, slots that its end stores if they are dirty
 */
export function flushedSlots(
  graph: FlowGraph,
  slots: SlotTable,
  dirty: readonly Bits[],
  read: readonly Bits[],
): readonly Bits[] {
  const flushed = graph.nodes.map(() => bits(slots.count));
  graph.nodes.forEach((head, index) => {
    if (!graph.isLoop[index]) return;
    const unread = unreadSlots(slots, dirty[index]!, read[index]!);
    for (const pred of head.preds) if (!isSyncPoint(graph.nodes[pred]!)) addAll(flushed[pred]!, unread);
  });
  return flushed;
}

/** The slots that a loop carries for its exits only, of those kinds of which it carries many. */
function unreadSlots(slots: SlotTable, dirty: Bits, read: Bits): Bits {
  const unread = dirty.slice();
  removeAll(unread, read);
  const carried = dirty.slice();
  addAll(carried, read);
  const isVector = (slot: number): boolean => slots.type[slot]![0] !== 'i';
  for (const vector of [false, true]) {
    // Deferred slots hold what one block computes for the next, seldom around the loop.
    const isOfKind = (slot: number): boolean => isVector(slot) === vector && !slots.deferred[slot];
    const ofKind = (set: Bits): number[] => members(set).filter(isOfKind);
    if (ofKind(carried).length > (vector ? IN_REGISTERS.vector : IN_REGISTERS.general)) continue;
    const few = bits(slots.count);
    for (const slot of ofKind(unread)) few[slot >> 5]! |= 1 << (slot & 31);
    removeAll(unread, few);
  }
  return unread;
}
