import type { GroupMember } from './access-groups.ts';
import type { BlockCode, Statement } from './block-code.ts';
import { blockNotes, type Note } from './deferral.ts';
import type { ShapeTable } from './shapes.ts';
import { type Bits, hasBit, type SlotTable } from './slots.ts';
import type { ValueGraph } from './value-graph.ts';
import { ValueLives } from './value-lives.ts';

/** What is emitted of a block, decided before anything of the region is: the use count of each value, and the recipes noted. */
export interface BlockPlan {
  /** Uses by value, those of records not counted; the emitter counts them down. */
  readonly uses: Int32Array;
  readonly notes: readonly Note[];
  /** Deferred slots whose value a later block reads: slot and value. */
  readonly shadows: readonly (readonly [number, number])[];
  /** How many accesses there are to each address value. */
  readonly accesses: ReadonlyMap<number, number>;
  /** Accesses that share a look-up with others (access-groups.ts). */
  readonly groups: ReadonlyMap<Statement, GroupMember>;
  /** Addresses of loads that wait for another load of the same loop (chased-addresses.ts). */
  readonly chased: ReadonlySet<number>;
}

const NONE: ReadonlySet<number> = new Set();
const NO_GROUPS: ReadonlyMap<Statement, GroupMember> = new Map();

/** Plans a block; undefined where a recipe cannot be made. */
export function planBlock(
  code: BlockCode,
  liveOut: Bits,
  groups: readonly (readonly number[])[],
  slots: SlotTable,
  shapes: ShapeTable,
  chased: ReadonlySet<number> = NONE,
  accessGroups: ReadonlyMap<Statement, GroupMember> = NO_GROUPS,
): BlockPlan | undefined {
  const { graph } = code;
  const uses = new Int32Array(graph.size);
  const need = (value: number): void => announce(uses, graph, value);
  const accesses = new Map<number, number>();
  for (const statement of code.statements) {
    if (statement.dead) continue;
    need(statement.a);
    need(statement.b);
    need(statement.c);
    if (statement.kind === 'load' || statement.kind === 'store' || statement.kind === 'probe') {
      accesses.set(statement.a, (accesses.get(statement.a) ?? 0) + 1);
    }
  }
  for (const value of code.terminalValues) need(value);
  const shadows: [number, number][] = [];
  for (const slot of slots.deferredSlots) {
    const value = code.out.get(slot);
    if (value === undefined || !hasBit(liveOut, slot)) continue;
    shadows.push([slot, value]);
    need(value);
  }
  const notes = blockNotes(code, groups, new ValueLives(code, uses), shapes);
  return notes && { uses, notes, shadows, accesses, groups: accessGroups, chased };
}

/** Announces one more use of a value; of its parts, too, if it is the first. */
export function announce(uses: Int32Array, graph: ValueGraph, value: number): void {
  if (value < 0 || uses[value]!++ > 0) return;
  announce(uses, graph, graph.a[value]!);
  announce(uses, graph, graph.b[value]!);
  announce(uses, graph, graph.c[value]!);
}
