import type { ValueType } from '../ir/ops.ts';
import { STATE_BASE } from '../memory/memory-map.ts';

/** One register of the CPU state: where it is, and of what type. */
export interface Slot {
  readonly name: string;
  readonly type: ValueType;
  /** Byte offset from the start of the CPU state. */
  readonly offset: number;
}

/** A piece of state that translated code never keeps in locals: reached by peek and poke, and by host code. */
export interface StateArray {
  readonly name: string;
  readonly offset: number;
  readonly bytes: number;
}

export type LayoutEntry =
  | { readonly name: string; readonly type: ValueType }
  | { readonly name: string; readonly bytes: number };

/** The CPU state's layout: offsets, save/restore size and debugger names all come from one declaration. */
export interface StateLayout {
  readonly slots: readonly Slot[];
  readonly arrays: readonly StateArray[];
  /** Whole size in bytes, a multiple of 16. */
  readonly size: number;
  /** The slot of that name. Throws if there is none. */
  slot<T extends ValueType>(name: string, type: T): Slot & { readonly type: T };
  /** The array of that name. Throws if there is none. */
  array(name: string): StateArray;
}

const SIZE: Record<ValueType, number> = { i32: 4, i64: 8, f32: 4, f64: 8, v128: 16 };

/**
 * Lays the entries out in the order given, each aligned to its own size (arrays to 16 bytes).
 * The engine needs two i32 slots, `pc` and `mode`, in every layout.
 */
export function defineLayout(entries: readonly LayoutEntry[]): StateLayout {
  const slots: Slot[] = [];
  const arrays: StateArray[] = [];
  let offset = 0;
  for (const entry of entries) {
    const bytes = 'type' in entry ? SIZE[entry.type] : entry.bytes;
    const align = 'type' in entry ? bytes : 16;
    offset = (offset + align - 1) & -align;
    if ('type' in entry) slots.push({ name: entry.name, type: entry.type, offset });
    else arrays.push({ name: entry.name, offset, bytes });
    offset += bytes;
  }
  const byName = new Map(slots.map((slot) => [slot.name, slot]));
  return {
    slots,
    arrays,
    size: (offset + 15) & -16,
    slot(name, type) {
      const slot = byName.get(name);
      if (!slot || slot.type !== type) throw new TypeError(`no ${type} slot '${name}' in the layout`);
      return slot as never;
    },
    array(name) {
      const array = arrays.find((candidate) => candidate.name === name);
      if (!array) throw new TypeError(`no array '${name}' in the layout`);
      return array;
    },
  };
}

/** Where a slot is in Cpu.i32 of a CPU that an engine runs (its state is at STATE_BASE): for what is done with every trap. */
export function wordOf({ offset }: Slot): number {
  return (STATE_BASE + offset) >> 2;
}
