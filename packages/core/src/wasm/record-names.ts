import { STATE_BASE } from '../memory/memory-map.ts';
import { EXIT_RECORD_ADDRESS, EXIT_WORDS_ADDRESS, MAX_HOMES, operandOffset, tagOffset } from './control-words.ts';
import { Interned, type ItemFormat } from './interned.ts';

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
/** Places of a record whose operands all are kept, however many: number 0. */
const ALL_KEPT: readonly OperandPlace[] = [];
const MAX_NAMES = 0xffff;

const CONSTANT = 0;
const SLOT = 1;
const KEPT = 2;
const PLACE_WORDS = 3;

/** The places of a record's operands. */
const PLACES: ItemFormat<readonly OperandPlace[]> = {
  pack: (places) =>
    places.flatMap((place) => {
      if (place.kind === 'constant') return [CONSTANT, place.value, 0];
      return place.kind === 'slot' ? [SLOT, place.slot, place.offset] : [KEPT, 0, 0];
    }),
  unpack(words) {
    const places: OperandPlace[] = [];
    for (let at = 0; at < words.length; at += PLACE_WORDS) {
      const [first, second] = [words[at + 1]!, words[at + 2]!];
      if (words[at] === CONSTANT) places.push({ kind: 'constant', value: first });
      else places.push(words[at] === SLOT ? { kind: 'slot', slot: first, offset: second } : { kind: 'kept' });
    }
    return places;
  },
};

/**
 * The side table of records: where their operands are. A *word* says all of a group's record at an exit: its
 * tag in the lower half, the number of its operands' places in the upper; 0: memory has the truth.
 */
export class RecordNames {
  private readonly places = new Interned(PLACES, MAX_NAMES);

  constructor() {
    this.clear();
  }

  /** The word of a record; undefined where there are too many: then its operands all have to be kept. */
  word(tag: number, places: readonly OperandPlace[]): number | undefined {
    const name = this.places.numberOf(places.every(({ kind }) => kind === 'kept') ? ALL_KEPT : places);
    return name === undefined ? undefined : tag | (name << 16);
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
      const places = this.places.at(word >>> 16);
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
  save(): Int32Array {
    return this.places.save();
  }

  /** Begins with the places of an earlier run. */
  restore(kept: Int32Array): void {
    this.places.restore(kept);
  }

  clear(): void {
    this.places.clear();
    this.places.numberOf(ALL_KEPT);
  }
}
