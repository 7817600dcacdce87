import { LOOKUP_ADDRESS, LOOKUP_BYTES } from '../memory/memory-map.ts';
import { LINKS_OFFSET, lookupOffset } from './control-words.ts';

const LOOKUP = LOOKUP_ADDRESS >> 2;
/** With more entries than this the whole cache is emptied, not entry by entry. */
const MANY = 1024;

/**
 * The look-up caches in the memory (control-words.ts), one a table set: what is written to them, and what
 * is to be taken back when a set's address space has changed. Most processes enter a few regions only.
 */
export class LookupCaches {
  private readonly i32: Int32Array;
  private readonly base: number;
  /** By set: the words that hold table slots. */
  private readonly written: number[][];

  /** @param base byte address of the first set's cache */
  constructor(i32: Int32Array, base: number, sets: number) {
    this.i32 = i32;
    this.base = base;
    this.written = Array.from({ length: sets }, () => []);
  }

  /** Table slot that the set in use has for (pc, mode); 0 for none. */
  find(pc: number, mode: number): number {
    const { i32 } = this;
    const entry = (i32[LOOKUP]! + lookupOffset(pc)) >> 2;
    return i32[entry] === pc && i32[entry + 1] === mode ? i32[entry + 2]! : 0;
  }

  /** Enters a region's table slot in the set in use. */
  enter(set: number, pc: number, mode: number, slot: number): void {
    const { i32 } = this;
    const entry = (i32[LOOKUP]! + lookupOffset(pc)) >> 2;
    i32[entry] = pc;
    i32[entry + 1] = mode;
    this.put(set, entry + 2, slot);
  }

  /** Wires a link (LinkTable) to a table slot in the set in use. */
  wire(set: number, link: number, slot: number): void {
    this.put(set, (this.i32[LOOKUP]! + LINKS_OFFSET + 4 * link) >> 2, slot);
  }

  /** Empties a set's cache. An entry without a slot is none: slot 0 leads to what is not there. */
  clear(set: number): void {
    const { i32 } = this;
    const written = this.written[set]!;
    if (written.length <= MANY) for (const word of written) i32[word] = 0;
    else {
      const first = (this.base + set * LOOKUP_BYTES) >> 2;
      i32.fill(0, first, first + LOOKUP_BYTES / 4);
    }
    written.length = 0;
  }

  private put(set: number, word: number, slot: number): void {
    const { i32 } = this;
    if (i32[word] === slot) return;
    if (i32[word] === 0) this.written[set]!.push(word);
    i32[word] = slot;
  }
}
