import { type IrBlock, OP_A, OP_DST, OP_IMM, OP_NUM, OP_STRIDE } from '../ir/block.ts';
import { OP_NUMBER, OP_SPECS, type ValueType } from '../ir/ops.ts';
import { pairReads, pairWrites } from './pair-slots.ts';
import type { SlotTable } from './slots.ts';

/**
 * Wide slots in lanes. ARM's doubles and singles are lanes of the quad registers, MIPS singles halves of
 * pairs. Where a region uses such a slot by lanes only, or mostly, it has it as slots of the lanes' type,
 * each with a local of its own: an operation on a lane neither waits for the others nor takes the lane out
 * and puts it back. In memory they lie where they lay, so that nobody else need know.
 */

/** The lane type that each operation on lanes reads or writes. */
const READS = new Map<number, ValueType>([
  [OP_NUMBER.laneF64, 'f64'],
  [OP_NUMBER.lane64, 'f64'],
  [OP_NUMBER.laneF32, 'f32'],
  [OP_NUMBER.lane32, 'f32'],
]);
const WRITES = new Map<number, ValueType>([
  [OP_NUMBER.withLaneF64, 'f64'],
  [OP_NUMBER.withLane64, 'f64'],
  [OP_NUMBER.withLaneF32, 'f32'],
  [OP_NUMBER.withLane32, 'f32'],
]);

/** How often a region uses a slot in which way. */
export interface LaneUses {
  /** As a whole. */
  whole: number;
  /** By its f64 lanes; of an f64 slot nothing. */
  doubleReads: number;
  doubleWrites: number;
  /** By its f32 lanes. */
  singleReads: number;
  singleWrites: number;
}

/** Operations that an access takes, about, by how the slot is kept and how it is used. */
const COST = {
  v128: { whole: 0, doubleReads: 2, doubleWrites: 3, singleReads: 2, singleWrites: 3 },
  f64: { whole: 4, doubleReads: 0, doubleWrites: 0, singleReads: 2, singleWrites: 4 },
  f32: { whole: 9, doubleReads: 4, doubleWrites: 4, singleReads: 0, singleWrites: 0 },
} as const;

function costOf(uses: LaneUses, view: keyof typeof COST, type: ValueType): number {
  // An f64 slot is its own f64 lane.
  const whole = type === 'f64' ? (view === 'f64' ? 0 : COST.f32.doubleReads) : COST[view].whole;
  const cost = COST[view];
  return (
    uses.whole * whole +
    uses.doubleReads * cost.doubleReads +
    uses.doubleWrites * cost.doubleWrites +
    uses.singleReads * cost.singleReads +
    uses.singleWrites * cost.singleWrites
  );
}

/** The type of lanes to have the slot in; its own type if it stays whole. */
export function viewFor(uses: LaneUses, type: ValueType): ValueType {
  const views = (type === 'v128' ? ['v128', 'f64', 'f32'] : ['f64', 'f32']) as (keyof typeof COST)[];
  let best = views[0]!;
  for (const view of views) if (costOf(uses, view, type) < costOf(uses, best, type)) best = view;
  return best;
}

/** Counts how the blocks use their v128 and f64 slots, by slot number. */
export function laneUses(blocks: Iterable<IrBlock>, slots: SlotTable): Map<number, LaneUses> {
  const all = new Map<number, LaneUses>();
  const of = (slot: number): LaneUses => {
    let uses = all.get(slot);
    if (uses === undefined) {
      uses = { whole: 0, doubleReads: 0, doubleWrites: 0, singleReads: 0, singleWrites: 0 };
      all.set(slot, uses);
    }
    return uses;
  };
  for (const block of blocks) {
    if (!block.valueTypes.includes('v128') && !block.valueTypes.includes('f64')) continue;
    countVectors(block, slots, of);
    countPairs(block, slots, of);
  }
  return all;
}

/** Vectors that need no slot's value to begin with; lanes written to them make them a slot's by lanes. */
const MADE = new Set<number>([OP_NUMBER.constV, OP_NUMBER.splatF64, OP_NUMBER.splatF32]);

/** The origin (countVectors) of a vector that was made: as it is, or of lanes of a type. */
const CONSTANT = -1;
const DOUBLES = -2;
const SINGLES = -3;

function countVectors(block: IrBlock, slots: SlotTable, of: (slot: number) => LaneUses): void {
  const { code, valueTypes } = block;
  /** Slot whose value, perhaps with lanes written, a v128 value is; below 0 for one that was made. */
  const origin = new Map<number, number>();
  for (let at = 0; at < code.length; at += OP_STRIDE) {
    const op = code[at + OP_NUM]!;
    const a = code[at + OP_A]!;
    const from = origin.get(a);
    if (op === OP_NUMBER.getV) {
      origin.set(code[at + OP_DST]!, slots.byWord[code[at + OP_IMM]! >> 2]!);
    } else if (MADE.has(op)) {
      origin.set(
        code[at + OP_DST]!,
        op === OP_NUMBER.splatF64 ? DOUBLES : op === OP_NUMBER.splatF32 ? SINGLES : CONSTANT,
      );
    } else if (op === OP_NUMBER.setV) {
      const slot = slots.byWord[code[at + OP_IMM]! >> 2]!;
      // A copy costs nothing where both are kept alike, nor does a constant.
      if (from === undefined) of(slot).whole++;
      else if (from === DOUBLES) of(slot).doubleWrites++;
      else if (from === SINGLES) of(slot).singleWrites++;
    } else if (WRITES.has(op) && from !== undefined) {
      const isDouble = WRITES.get(op) === 'f64';
      origin.set(code[at + OP_DST]!, from >= 0 ? from : isDouble ? DOUBLES : SINGLES);
      if (from < 0) continue;
      if (isDouble) of(from).doubleWrites++;
      else of(from).singleWrites++;
    } else if (READS.has(op) && from !== undefined) {
      if (from < 0) continue;
      if (READS.get(op) === 'f64') of(from).doubleReads++;
      else of(from).singleReads++;
    } else {
      for (let place = OP_A; place < OP_A + OP_SPECS[op]!.args.length; place++) {
        const value = code[at + place]!;
        if (valueTypes[value] !== 'v128') continue;
        const slot = origin.get(value);
        if (slot !== undefined && slot >= 0) of(slot).whole++;
      }
    }
  }
}

/** Of f64 slots: uses by halves (pair-slots.ts says which they are), and all others. */
function countPairs(block: IrBlock, slots: SlotTable, of: (slot: number) => LaneUses): void {
  const { code } = block;
  const reads = pairReads(block);
  const writes = pairWrites(block);
  for (let at = 0; at < code.length; at += OP_STRIDE) {
    const op = code[at + OP_NUM]!;
    const slot = (): LaneUses => of(slots.byWord[code[at + OP_IMM]! >> 2]!);
    if (op === OP_NUMBER.setF64) {
      if (writes.has(at)) slot().singleWrites++;
      else slot().whole++;
    } else if (op === OP_NUMBER.getF64) {
      const { halves, others } = reads.get(code[at + OP_DST]!) ?? { halves: 0, others: 0 };
      if (halves > 0) slot().singleReads += halves;
      if (others > 0) slot().whole += others;
    }
  }
}

/** The table with lanes added for the slots that the region had better have in lanes. */
export function withLanes(slots: SlotTable, blocks: Iterable<IrBlock>): SlotTable {
  const split = new Map<number, ValueType>();
  for (const [slot, uses] of laneUses(blocks, slots)) {
    const view = viewFor(uses, slots.type[slot]!);
    if (view !== slots.type[slot]) split.set(slot, view);
  }
  return split.size === 0 ? slots : addLanes(slots, split);
}

/** The table with these slots in lanes of these types: f64 or f32. */
export function addLanes(slots: SlotTable, split: ReadonlyMap<number, ValueType>): SlotTable {
  const name = [...slots.name];
  const offset = [...slots.offset];
  const type = [...slots.type];
  const deferred = [...slots.deferred];
  const transient = [...slots.transient];
  const lanes = new Map<number, readonly number[]>();
  for (const [slot, view] of split) {
    const bytes = view === 'f64' ? 8 : 4;
    const count = (slots.type[slot] === 'v128' ? 16 : 8) / bytes;
    const numbers: number[] = [];
    for (let lane = 0; lane < count; lane++) {
      numbers.push(offset.length);
      name.push(`${slots.name[slot]}.${lane}`);
      offset.push(slots.offset[slot]! + lane * bytes);
      type.push(view);
      deferred.push(false);
      transient.push(slots.transient[slot]!);
    }
    lanes.set(slot, numbers);
  }
  return { ...slots, count: offset.length, name, offset, type, deferred, transient, lanes };
}
