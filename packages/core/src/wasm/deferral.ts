import type { BlockCode, DeferredWrite } from './block-code.ts';
import { mayExit } from './block-code.ts';
import type { FlowGraph } from './flow-graph.ts';
import { MAX_GROUPS, makeRecipe, type Recipe, type ShapeTable } from './shapes.ts';
import type { SlotTable } from './slots.ts';
import type { ValueLives } from './value-lives.ts';

/**
 * Deferred slots (an ISA's flags) are written by most instructions and looked at by few. A region
 * does not compute them: behind each write that anyone could see it notes a recipe (a tag and the
 * operands, in locals), and whoever looks computes. Slots of a family that the region always writes
 * together form a group with one recipe.
 */
export interface Grouping {
  readonly groups: readonly (readonly number[])[];
  /** Deferred slots that do not fit: the region treats them as ordinary ones. */
  readonly rest: readonly number[];
}

export function groupDeferred(graph: FlowGraph, slots: SlotTable): Grouping {
  const writes = new Map<number, string[]>();
  graph.nodes.forEach(({ code }, index) => {
    if (code === undefined) return;
    for (const slot of slots.deferredSlots) {
      for (const write of visibleWrites(code, slot)) {
        let list = writes.get(slot);
        if (list === undefined) {
          list = [];
          writes.set(slot, list);
        }
        list.push(`${index}.${write.insn}`);
      }
    }
  });
  const byKey = new Map<string, number[]>();
  for (const slot of slots.deferredSlots) {
    const list = writes.get(slot);
    if (list === undefined) continue;
    const key = `${slots.familyBits[slot]}: ${list.join()}`;
    const group = byKey.get(key);
    if (group) group.push(slot);
    else byKey.set(key, [slot]);
  }
  const all = [...byKey.values()].sort((x, y) => y.length - x.length);
  return { groups: all.slice(0, MAX_GROUPS), rest: all.slice(MAX_GROUPS).flat() };
}

/** A recipe to be noted before statement `at`. */
export interface Note {
  readonly at: number;
  readonly group: number;
  readonly recipe: Recipe;
}

/** The writes of a deferred slot that anyone can see: one after which it is written again with no possible exit between is left out. */
export function visibleWrites(code: BlockCode, slot: number): DeferredWrite[] {
  const writes = code.deferred.filter((write) => write.values.has(slot));
  return writes.filter((write, index) => {
    const next = writes[index + 1];
    if (next === undefined) return true;
    for (let i = write.at; i < next.at; i++) if (mayExit(code.statements[i]!.kind)) return true;
    return false;
  });
}

/** The recipes a block notes, in order. */
export function blockNotes(
  code: BlockCode,
  groups: readonly (readonly number[])[],
  values: ValueLives,
  shapes: ShapeTable,
): Note[] | undefined {
  const notes: Note[] = [];
  for (let group = 0; group < groups.length; group++) {
    const writes = visibleWrites(code, groups[group]![0]!);
    for (const write of writes) {
      const outputs = groups[group]!.map((slot) => [slot, write.values.get(slot)!] as const);
      const context = values.between(write.at, lastExit(code, write, writes));
      const recipe = makeRecipe(context, outputs, shapes);
      if (recipe === undefined) return undefined;
      notes.push({ at: write.at, group, recipe });
    }
  }
  return notes.sort((x, y) => x.at - y.at);
}

/** Place of the last statement that may look at this write: an exit before the next write, or the block's end. */
function lastExit(code: BlockCode, write: DeferredWrite, writes: readonly DeferredWrite[]): number {
  const next = writes[writes.indexOf(write) + 1];
  if (next === undefined) return code.statements.length;
  for (let i = next.at - 1; i >= write.at; i--) if (mayExit(code.statements[i]!.kind)) return i;
  return write.at;
}
