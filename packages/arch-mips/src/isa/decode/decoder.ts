import { type Pattern, patternOf, type Row } from './row.ts';

interface Candidate extends Pattern {
  readonly row: Row;
}

/**
 * Finds the row of an instruction word. Rows are gathered by opcode and function field (bits 31:26
 * and 5:0); of several that match, the one with more fixed bits is meant.
 */
export class Decoder {
  private readonly candidates: readonly Candidate[];
  private readonly byFields: (readonly Candidate[] | undefined)[] = new Array(4096).fill(undefined);

  /** Throws TypeError for an encoding that makes no sense. */
  constructor(rows: readonly Row[]) {
    this.candidates = rows
      .map((row) => ({ row, ...patternOf(row.encoding) }))
      .sort((a, b) => fixedBits(b.mask) - fixedBits(a.mask));
  }

  /** The row of `word`, or undefined where there is no such instruction. */
  find(word: number): Row | undefined {
    const place = ((word >>> 26) << 6) | (word & 63);
    const list = (this.byFields[place] ??= this.gather(word));
    for (const { mask, match, row } of list) if ((word & mask) === match) return row;
    return undefined;
  }

  /** Throws TypeError where two rows claim the same word with equally many fixed bits. */
  check(): void {
    for (const a of this.candidates) {
      for (const b of this.candidates) {
        const common = a.mask & b.mask;
        if (a === b || fixedBits(a.mask) !== fixedBits(b.mask) || (a.match & common) !== (b.match & common)) continue;
        throw new TypeError(
          `'${a.row.encoding}' (${a.row.mnemonic}) and '${b.row.encoding}' (${b.row.mnemonic}) overlap`,
        );
      }
    }
  }

  private gather(word: number): readonly Candidate[] {
    const fields = 0xfc00_003f | 0;
    return this.candidates.filter(({ mask, match }) => ((word ^ match) & mask & fields) === 0);
  }
}

function fixedBits(mask: number): number {
  let count = 0;
  for (let rest = mask; rest !== 0; rest &= rest - 1) count++;
  return count;
}
