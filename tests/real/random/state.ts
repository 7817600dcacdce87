import type { Cpu, Slot, StateLayout } from '@kml/core';

/** A register of the compared state, as one or more 32-bit words, low word first. */
export interface StateField {
  readonly name: string;
  readonly words: number;
  get(cpu: Cpu): number[];
  set(cpu: Cpu, words: readonly number[]): void;
}

const WORDS = { i32: 1, i64: 2, f32: 1, f64: 2, v128: 4 } as const;

/** Fields that are slots of the CPU state, as they are. */
export function slotFields(layout: StateLayout, names: readonly string[]): StateField[] {
  return names.map((name) => {
    const slot = slotNamed(layout, name);
    const words = WORDS[slot.type];
    const index = (cpu: Cpu): number => (cpu.base + slot.offset) >> 2;
    return {
      name,
      words,
      get: (cpu) => Array.from(cpu.i32.subarray(index(cpu), index(cpu) + words), (word) => word >>> 0),
      set: (cpu, values) => cpu.i32.set(values, index(cpu)),
    };
  });
}

/** A one-word field that functions read and write: a status register that slots make up, say. */
export function wordField(name: string, get: (cpu: Cpu) => number, set: (cpu: Cpu, word: number) => void): StateField {
  return { name, words: 1, get: (cpu) => [get(cpu) >>> 0], set: (cpu, [word]) => set(cpu, word!) };
}

function slotNamed(layout: StateLayout, name: string): Slot {
  const slot = layout.slots.find((candidate) => candidate.name === name);
  if (!slot) throw new TypeError(`no slot '${name}' in the layout`);
  return slot;
}

/** All fields' words, in order. */
export function readState(fields: readonly StateField[], cpu: Cpu): number[] {
  return fields.flatMap((field) => field.get(cpu));
}

export function writeState(fields: readonly StateField[], cpu: Cpu, words: readonly number[]): void {
  let at = 0;
  for (const field of fields) field.set(cpu, words.slice(at, (at += field.words)));
}
