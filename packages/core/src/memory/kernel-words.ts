import { PAGE_SHIFT, PAGE_SIZE, SET_BYTES, TABLE_BYTES, TABLE_WRITE } from './memory-map.ts';

const PIECE_WORDS = PAGE_SIZE >> 2;

/**
 * The translation words of the kernel's pages, which all address spaces share: what any table set was filled with,
 * in pieces of 4 KiB as they lie in a set, to be copied into the next one.
 */
export class KernelWords {
  /** The pieces there are, by number within a set, and the words of each. */
  readonly numbers: number[] = [];
  readonly words: Int32Array[] = [];

  /** A word was filled in at this offset of a set. */
  put(offset: number, word: number): void {
    const piece = offset >>> PAGE_SHIFT;
    let at = this.numbers.indexOf(piece);
    if (at < 0) {
      at = this.numbers.push(piece) - 1;
      this.words.push(new Int32Array(PIECE_WORDS));
    }
    this.words[at]![(offset >>> 2) & (PIECE_WORDS - 1)] = word;
  }

  /** The page is mapped otherwise. */
  drop(page: number): void {
    for (let table = 0; table < SET_BYTES; table += TABLE_BYTES) {
      const at = this.numbers.indexOf((table + page * 4) >>> PAGE_SHIFT);
      if (at >= 0) this.words[at]![page & (PIECE_WORDS - 1)] = 0;
    }
  }

  /** Forgets all words for writing. */
  dropWrites(): void {
    for (let at = 0; at < this.numbers.length; at++) {
      if ((this.numbers[at]! << PAGE_SHIFT) & TABLE_WRITE) this.words[at]!.fill(0);
    }
  }

  clear(): void {
    this.numbers.length = 0;
    this.words.length = 0;
  }
}
