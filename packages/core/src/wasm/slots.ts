import type { StateLayout } from '../cpu/layout.ts';
import type { ValueType } from '../ir/ops.ts';
import { MAX_HOMES } from './control-words.ts';

/** The state's slots as the translator counts them. */
export interface SlotTable {
  readonly count: number;
  /** By slot number. */
  readonly name: readonly string[];
  readonly offset: readonly number[];
  readonly type: readonly ValueType[];
  /** The slot's computation is put off until someone looks (IsaBackend.deferredSlots). */
  readonly deferred: readonly boolean[];
  readonly deferredSlots: readonly number[];
  /** By slot number: its bit in a record's words (control-words.ts), and those of its family; 0 for slots that are not deferred. */
  readonly deferredBit: readonly number[];
  readonly familyBits: readonly number[];
  /** The slot means nothing where a block ends (IsaBackend.transientSlots). */
  readonly transient: readonly boolean[];
  /** The pc's slot, -1 if there is none: in a region it only carries a computed call's target on to the look-up. */
  readonly pc: number;
  /** Slot number of a byte offset >> 2. */
  readonly byWord: Int16Array;
  /** The slots that stand for a slot's lanes, lowest first, for those that are kept in lanes (lane-slots.ts). */
  readonly lanes: ReadonlyMap<number, readonly number[]>;
}

export function slotTable(
  layout: StateLayout,
  families: readonly (readonly string[])[],
  transientNames: readonly string[] = [],
): SlotTable {
  const byWord = new Int16Array(layout.size >> 2).fill(-1);
  layout.slots.forEach((slot, number) => {
    byWord[slot.offset >> 2] = number;
  });
  const names = families.flat();
  if (names.length > MAX_HOMES) throw new TypeError(`${names.length} deferred slots; ${MAX_HOMES} are allowed`);
  const bit = (name: string): number => (names.includes(name) ? 1 << names.indexOf(name) : 0);
  const familyOf = (name: string): readonly string[] => families.find((family) => family.includes(name)) ?? [];
  const deferred = layout.slots.map((slot) => slot.type === 'i32' && names.includes(slot.name));
  return {
    count: layout.slots.length,
    name: layout.slots.map((slot) => slot.name),
    offset: layout.slots.map((slot) => slot.offset),
    type: layout.slots.map((slot) => slot.type),
    deferred,
    deferredSlots: deferred.flatMap((yes, number) => (yes ? [number] : [])),
    deferredBit: layout.slots.map(({ name }) => bit(name)),
    familyBits: layout.slots.map(({ name }) => familyOf(name).reduce((word, member) => word | bit(member), 0)),
    transient: layout.slots.map(({ name }) => transientNames.includes(name)),
    pc: layout.slots.findIndex(({ name }) => name === 'pc'),
    byWord,
    lanes: new Map(),
  };
}

/** A set of small numbers as a bit string: one word for 32 of them. */
export type Bits = Uint32Array;

export function bits(count: number): Bits {
  return new Uint32Array((count + 31) >> 5);
}
export function hasBit(set: Bits, n: number): boolean {
  return ((set[n >> 5]! >>> (n & 31)) & 1) !== 0;
}
export function addBit(set: Bits, n: number): void {
  set[n >> 5]! |= 1 << (n & 31);
}
export function removeBit(set: Bits, n: number): void {
  set[n >> 5]! &= ~(1 << (n & 31));
}
/** Adds all of `other`; whether that changed anything. */
export function addAll(set: Bits, other: Bits): boolean {
  let changed = false;
  for (let i = 0; i < set.length; i++) {
    const word = (set[i]! | other[i]!) >>> 0;
    if (word !== set[i]) changed = true;
    set[i] = word;
  }
  return changed;
}
export function removeAll(set: Bits, other: Bits): void {
  for (let i = 0; i < set.length; i++) set[i]! &= ~other[i]!;
}
/** What both have. */
export function common(a: Bits, b: Bits): Bits {
  return a.map((word, i) => word & b[i]!);
}
/** The members, ascending. */
export function members(set: Bits): number[] {
  const out: number[] = [];
  for (let i = 0; i < set.length; i++) {
    for (let word = set[i]!; word !== 0; word &= word - 1) out.push(i * 32 + 31 - Math.clz32(word & -word));
  }
  return out;
}
