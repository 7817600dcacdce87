import { mayExit } from './block-code.ts';
import type { BlockPlan } from './block-plan.ts';
import type { Note } from './deferral.ts';
import type { FlowGraph, FlowNode } from './flow-graph.ts';
import type { OperandPlace, RecordNames } from './record-names.ts';
import { isSyncPoint } from './slot-flow.ts';
import { addAll, addBit, type Bits, bits, hasBit, members, type SlotTable } from './slots.ts';
import { slotsHolding } from './slots-holding.ts';

/** A recipe noted somewhere in the region, and what of it the region has to keep. */
export interface NotedRecord {
  readonly number: number;
  readonly node: number;
  readonly note: Note;
  /** By operand. */
  places: readonly OperandPlace[];
  /** See RecordNames. */
  word: number;
  /** The word is put in the group's local: some exit cannot tell which record it is. */
  carried: boolean;
  /** Some hand-over has too many to tell apart: all operands are kept. */
  pinned: boolean;
}

/**
 * Which records a place in the region may see. Records are numbered; the first numbers, one for each
 * group, stand for "memory has the truth".
 */
export interface RecordFlow {
  /** By number; undefined for those that stand for memory. */
  readonly records: readonly (NotedRecord | undefined)[];
  readonly byNote: ReadonlyMap<Note, NotedRecord>;
  /** By group: all its numbers. */
  readonly ofGroup: readonly Bits[];
  /** Records that may be the newest at a node's start. */
  readonly reaching: readonly Bits[];
  /** By group: "memory has the truth" is put in the group's local. */
  readonly memoryCarried: readonly boolean[];
  /** A place that only one record reaches names it; else all are carried, everywhere. */
  readonly named: boolean;
}

interface Region {
  readonly graph: FlowGraph;
  readonly plans: readonly (BlockPlan | undefined)[];
  readonly groups: readonly (readonly number[])[];
  readonly slots: SlotTable;
}

const KEPT: OperandPlace = { kind: 'kept' };
/** A hand-over tells apart so many records at most; of more it has all operands kept. */
export const TOLD_APART = 4;

/** Finds out what of each record must be kept. Without `names` all of them are kept wholly. */
export function analyseRecords(region: Region, names: RecordNames | undefined): RecordFlow {
  const flow = new Analysis(region, names !== undefined);
  flow.findReaching();
  if (names === undefined) flow.keepAll();
  else {
    for (const record of flow.byNote.values()) flow.name(record, names);
    while (flow.findPinned()) for (const record of flow.byNote.values()) if (record.pinned) flow.name(record, names);
    flow.findCarried();
  }
  return flow;
}

class Analysis implements RecordFlow {
  readonly records: (NotedRecord | undefined)[];
  readonly byNote = new Map<Note, NotedRecord>();
  readonly ofGroup: readonly Bits[];
  readonly reaching: Bits[];
  readonly memoryCarried: boolean[];
  readonly named: boolean;
  private readonly region: Region;

  constructor(region: Region, named: boolean) {
    this.region = region;
    this.named = named;
    const { graph, plans, groups } = region;
    this.records = groups.map(() => undefined);
    this.memoryCarried = groups.map(() => false);
    plans.forEach((plan, node) => {
      for (const note of plan?.notes ?? []) {
        const number = this.records.length;
        const word = note.recipe.shape.tag;
        const record: NotedRecord = { number, node, note, places: [], word, carried: false, pinned: false };
        this.records.push(record);
        this.byNote.set(note, record);
      }
    });
    const count = this.records.length;
    this.ofGroup = groups.map((_, group) => {
      const set = bits(count);
      this.records.forEach((record, number) => {
        if ((record?.note.group ?? number) === group) addBit(set, number);
      });
      return set;
    });
    this.reaching = graph.nodes.map(() => bits(count));
  }

  findReaching(): void {
    const { graph, groups } = this.region;
    const memory = bits(this.records.length);
    groups.forEach((_, group) => {
      addBit(memory, group);
    });
    if (graph.nodes.length > 0) addAll(this.reaching[0]!, memory);
    for (let changed = true; changed; ) {
      changed = false;
      graph.nodes.forEach((node, index) => {
        const out = isSyncPoint(node) ? memory : this.atEnd(index);
        for (const succ of node.succs) if (addAll(this.reaching[succ]!, out)) changed = true;
      });
    }
  }

  keepAll(): void {
    this.memoryCarried.fill(true);
    for (const record of this.byNote.values()) {
      record.places = record.note.recipe.operands.map(() => KEPT);
      record.carried = true;
      record.pinned = true;
    }
  }

  /** Gives a record the places of its operands, and its word. */
  name(record: NotedRecord, names: RecordNames): void {
    const { recipe } = record.note;
    const places = this.placesOf(record);
    const word = names.word(recipe.shape.tag, places);
    record.places = word === undefined ? recipe.operands.map(() => KEPT) : places;
    record.word = word ?? recipe.shape.tag;
  }

  /** Hand-overs that too many records may reach. Whether there are any new ones. */
  findPinned(): boolean {
    let found = false;
    this.region.graph.nodes.forEach((node, index) => {
      if (!looksAtEnd(node)) return;
      for (const several of this.severalIn(this.atEnd(index))) {
        if (new Set(several.map((record) => record?.word)).size <= TOLD_APART) continue;
        for (const record of several) {
          if (record === undefined || record.pinned) continue;
          record.pinned = true;
          found = true;
        }
      }
    });
    return found;
  }

  /** Exits and hand-overs that more than one record of a group may reach need to be told which. */
  findCarried(): void {
    const { graph, plans } = this.region;
    graph.nodes.forEach((node, index) => {
      const seen = this.reaching[index]!.slice();
      if (graph.isLoop[index]) this.look(seen);
      const notes = plans[index]?.notes ?? [];
      let next = 0;
      node.code?.statements.forEach(({ kind }, at) => {
        for (; next < notes.length && notes[next]!.at <= at; next++) this.replace(seen, notes[next]!);
        if (mayExit(kind)) this.look(seen);
      });
      for (; next < notes.length; next++) this.replace(seen, notes[next]!);
      if (looksAtEnd(node)) this.look(seen);
    });
  }

  /** Where the operands of a record are, at all exits and hand-overs that look at it. */
  private placesOf(record: NotedRecord): OperandPlace[] {
    const { graph, slots } = this.region;
    const code = graph.nodes[record.node]!.code!;
    const { operands } = record.note.recipe;
    let lost: Bits | undefined;
    return operands.map((value): OperandPlace => {
      if (record.pinned) return KEPT;
      if (code.graph.isConst(value)) return { kind: 'constant', value: code.graph.imm[value]! };
      const holders = slotsHolding(code, value, record.note.at, slots);
      if (holders.length === 0) return KEPT;
      lost ??= this.lostOf(record);
      const slot = holders.find((holder) => !hasBit(lost!, holder));
      return slot === undefined ? KEPT : { kind: 'slot', slot, offset: slots.offset[slot]! };
    });
  }

  /** Slots that are written between the record and something that looks at it. */
  private lostOf({ node, note }: NotedRecord): Bits {
    const { graph, slots } = this.region;
    const lost = bits(slots.count);
    const before = new Map<number, Bits>();
    const stack: number[] = [];
    const pass = (index: number, from: number, into: Bits): void => {
      const out = this.lostWithin(index, from, note.group, into, lost);
      if (out === undefined) return;
      for (const succ of graph.nodes[index]!.succs) {
        const known = before.get(succ);
        if (known === undefined) before.set(succ, out.slice());
        else if (!addAll(known, out)) continue;
        stack.push(succ);
      }
    };
    pass(node, note.at, bits(slots.count));
    for (let index = stack.pop(); index !== undefined; index = stack.pop()) pass(index, -1, before.get(index)!);
    return lost;
  }

  /**
   * Follows a record of `group` through a node from statement `from` (-1: its start), where slots `into` are
   * lost. Adds to `lost` what is lost where someone looks; gives what is lost at the end, if the record gets there.
   */
  private lostWithin(index: number, from: number, group: number, into: Bits, lost: Bits): Bits | undefined {
    const { graph, plans } = this.region;
    const node = graph.nodes[index]!;
    const now = into.slice();
    if (from < 0 && graph.isLoop[index]) addAll(lost, now);
    const notes = plans[index]?.notes ?? [];
    // A record's own place is its note's; others of its group end it, also itself the next time.
    const next = notes.find((note) => note.group === group && note.at >= from && (from < 0 || note.at !== from));
    const statements = node.code?.statements ?? [];
    const end = next?.at ?? statements.length;
    for (let at = Math.max(from, 0); at < end; at++) {
      const { kind, imm, dead } = statements[at]!;
      if (mayExit(kind)) addAll(lost, now);
      else if (kind === 'set' && !dead) addBit(now, imm);
    }
    if (next !== undefined) return undefined;
    if (looksAtEnd(node)) addAll(lost, now);
    return isSyncPoint(node) ? undefined : now;
  }

  /** What may be the newest at the node's end. */
  private atEnd(index: number): Bits {
    const out = this.reaching[index]!.slice();
    for (const note of this.region.plans[index]?.notes ?? []) this.replace(out, note);
    return out;
  }

  private replace(set: Bits, note: Note): void {
    const others = this.ofGroup[note.group]!;
    for (let i = 0; i < set.length; i++) set[i]! &= ~others[i]!;
    addBit(set, this.byNote.get(note)!.number);
  }

  private look(seen: Bits): void {
    for (const several of this.severalIn(seen)) {
      for (const record of several) {
        if (record !== undefined) record.carried = true;
      }
    }
    this.ofGroup.forEach((_, group) => {
      if (hasBit(seen, group) && differ(recordsIn(this, seen, group))) this.memoryCarried[group] = true;
    });
  }

  /** For each group that may have one of several records there: these. */
  private severalIn(seen: Bits): (NotedRecord | undefined)[][] {
    return this.ofGroup.map((_, group) => recordsIn(this, seen, group)).filter(differ);
  }
}

/** Records of a group in a set; undefined: memory has the truth. */
export function recordsIn(flow: RecordFlow, set: Bits, group: number): (NotedRecord | undefined)[] {
  const all = flow.ofGroup[group]!;
  return members(set.map((word, i) => word & all[i]!)).map((number) => flow.records[number]);
}

/** Records of one word are one. */
function differ(records: readonly (NotedRecord | undefined)[]): boolean {
  return records.some((record) => (record?.word ?? 0) !== (records[0]?.word ?? 0));
}

/** Whether the record is looked at behind the node's last statement. */
function looksAtEnd(node: FlowNode): boolean {
  const kind = node.code?.block.terminal.kind;
  return kind !== 'jump' && kind !== 'branch';
}
