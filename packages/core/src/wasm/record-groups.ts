import { MAX_HOMES } from './control-words.ts';
import { type RecordFlow, recordsIn } from './record-flow.ts';
import type { RegionContext } from './region-context.ts';

/** A group of slots with one recipe: what the region keeps of it, and where a record in memory has it. */
export interface Group {
  readonly index: number;
  /** Local of the word that says which record it is, -1 if it is nowhere carried. */
  readonly word: number;
  /** Locals of operands, as many as some record keeps. */
  readonly operands: readonly number[];
  readonly home: number;
  /** Bits of its slots, and of all its family's. */
  readonly slots: number;
  readonly family: number;
  /** Slot that its state is read by. */
  readonly slot: number;
}

/** Locals for what is kept of a group's records. */
export function keptLocals(
  { locals }: RegionContext,
  flow: RecordFlow,
  group: number,
): Pick<Group, 'word' | 'operands'> {
  const records = recordsIn(flow, flow.ofGroup[group]!, group).flatMap((record) => record ?? []);
  const isCarried = flow.memoryCarried[group] || records.some(({ carried }) => carried);
  const kept = records.map(({ places }) => places.findLastIndex(({ kind }) => kind === 'kept') + 1);
  return {
    word: isCarried ? locals.allocate('i32') : -1,
    operands: Array.from({ length: Math.max(0, ...kept) }, () => locals.allocate('i32')),
  };
}

/** Bits of the groups' slots. */
export function slotsOf(groups: readonly Group[]): number {
  return groups.reduce((word, { slots }) => word | slots, 0);
}

/** Bits of the homes in use by these groups, as a record's word has them. */
export function homesOf(groups: readonly Group[]): number {
  return groups.reduce((word, { home }) => word | (1 << (home + MAX_HOMES)), 0);
}
