/** Blocks entered with the first that misses, and at most. */
const FIRST = 4;
const MOST = 64;

/**
 * How many blocks to enter at once from a store that has them in the order in which a run first wanted them: as many
 * again, and twice that, as long as what is missing lies where the last look ahead ended, else a few. As Linux reads files
 * (Linux 6.1 mm/readahead.c: ondemand_readahead).
 */
export class ReadAhead {
  private count = FIRST;
  /** Where what was entered ends, and how far behind it the next that is missing is still in order. */
  private end = -1;

  /** The block `number` was missing. @returns how many behind it to enter, too */
  missed(number: number): number {
    const isInOrder = number >= this.end - this.count && number <= this.end + this.count;
    this.count = isInOrder ? Math.min(2 * this.count, MOST) : FIRST;
    this.end = number + 1 + this.count;
    return this.count;
  }
}
