import { STATE_BASE } from '../memory/memory-map.ts';
import { EXIT_RECORD_ADDRESS, EXIT_WORDS_ADDRESS, MAX_HOMES, operandOffset, tagOffset } from './control-words.ts';

/** Where an operand of a record is at the exits that look at it. */
export type OperandPlace =
  | { readonly kind: 'constant'; readonly value: number }
  /** A slot still holds it; its offset in the state. */
  | { readonly kind: 'slot'; readonly slot: number; readonly offset: number }
  /** A local of the region's, which the exit stores. */
  | { readonly kind: 'kept' };

/** A site's records: of each group the word and the home. */
export interface ExitRecords {
  readonly words: readonly number[];
  readonly homes: readonly number[];
}

/** A site's word for a group: the local that the exit stores has it. */
export const CARRIED = -1;
/** Places of a record whose operands all are kept. */
const ALL_KEPT = 0;
const MAX_NAMES = 0xffff;

/**
 * The side table of records: where their operands are. A *word* says all of a group's record at an exit: its
 * tag in the lower half, the number of its operands' places in the upper; 0: memory has the truth.
 */
export class RecordNames {
  private readonly places: (readonly OperandPlace[])[] = [[]];
  private readonly byKey = new Map<string, number>();

  /** The word of a record; undefined where there are too many: then its operands all have to be kept. */
  word(tag: number, places: readonly OperandPlace[]): number | undefined {
    if (places.every(({ kind }) => kind === 'kept')) return tag | (ALL_KEPT << 16);
    const key = places.map(keyOf).join();
    let name = this.byKey.get(key);
    if (name === undefined) {
      if (this.places.length >= MAX_NAMES) return undefined;
      name = this.places.push(places) - 1;
      this.byKey.set(key, name);
    }
    return tag | (name << 16);
  }

  /** Completes the exit's record in memory: tags, and the operands that the exit did not store. */
  complete(i32: Int32Array, { words, homes }: ExitRecords): void {
    let inUse = 0;
    for (let group = 0; group < words.length; group++) {
      const word = words[group] === CARRIED ? i32[(EXIT_WORDS_ADDRESS >> 2) + group]! : words[group]!;
      if (word === 0) continue;
      const home = homes[group]!;
      inUse |= 1 << (MAX_HOMES + home);
      i32[(EXIT_RECORD_ADDRESS + tagOffset(home)) >> 2] = word & 0xffff;
      const places = this.places[word >>> 16]!;
      for (let operand = 0; operand < places.length; operand++) {
        const place = places[operand]!;
        const at = (EXIT_RECORD_ADDRESS + operandOffset(home, operand)) >> 2;
        if (place.kind === 'constant') i32[at] = place.value;
        else if (place.kind === 'slot') i32[at] = i32[(STATE_BASE + place.offset) >> 2]!;
      }
    }
    i32[EXIT_RECORD_ADDRESS >> 2] = inUse;
  }

  /** The places, by number, for restore. */
  save(): readonly (readonly OperandPlace[])[] {
    return this.places;
  }

  /** Begins with the places of an earlier run. There are none yet. */
  restore(kept: readonly (readonly OperandPlace[])[]): void {
    for (const places of kept.slice(1)) this.byKey.set(places.map(keyOf).join(), this.places.push(places) - 1);
  }

  clear(): void {
    this.places.length = 1;
    this.byKey.clear();
  }
}

function keyOf(place: OperandPlace): string {
  if (place.kind === 'constant') return `c${place.value}`;
  return place.kind === 'slot' ? `s${place.offset}` : 'k';
}
