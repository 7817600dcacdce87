import { pattern, type Row } from './row.ts';

interface Candidate {
  readonly row: Row;
  readonly mask: number;
  readonly value: number;
}

/** The bits of an extended opcode: 21 to 30. PEM, appendix A. */
const EXTENDED = 0x7fe;

/** Finds the row of an instruction word: by primary opcode, then by bits 21-30 where that opcode has extended ones. */
export class Decoder {
  private readonly simple: (readonly Candidate[] | undefined)[] = new Array(64).fill(undefined);
  private readonly extended: (readonly (readonly Candidate[])[] | undefined)[] = new Array(64).fill(undefined);

  constructor(rows: readonly Row[]) {
    const byPrimary = Array.from({ length: 64 }, (): Candidate[] => []);
    for (const row of rows) {
      const candidate = { row, ...pattern(row.encoding) };
      byPrimary[candidate.value >>> 26]!.push(candidate);
    }
    byPrimary.forEach((list, primary) => {
      if (list.length > 4 || list.some((candidate) => (candidate.mask & EXTENDED) === EXTENDED)) {
        this.extended[primary] = byExtended(list);
      } else this.simple[primary] = list;
    });
  }

  /** The row of `word`, or undefined for an illegal instruction. */
  find(word: number): Row | undefined {
    const primary = word >>> 26;
    const list = this.simple[primary] ?? this.extended[primary]![(word & EXTENDED) >>> 1]!;
    for (const { row, mask, value } of list) if ((word & mask) === value) return row;
    return undefined;
  }
}

/** The candidates for each value of bits 21-30. */
function byExtended(list: readonly Candidate[]): Candidate[][] {
  return Array.from({ length: 1024 }, (_, number) =>
    list.filter(({ mask, value }) => ((number << 1) & mask & EXTENDED) === (value & EXTENDED)),
  );
}
