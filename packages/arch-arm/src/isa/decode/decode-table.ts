import { type Encoding, parseEncoding } from './encoding.ts';
import { type Extraction, extractionsOf } from './extraction.ts';
import { type PcRule, pcRuleOf } from './pc-rule.ts';
import type { Row } from './row.ts';

/** A row with its encoding parsed. */
export interface DecodeEntry {
  readonly row: Row;
  readonly encoding: Encoding;
  readonly extractions: readonly Extraction[];
  /** The condition is a field. */
  readonly hasCond: boolean;
  readonly pcRule: PcRule;
}

/** Number of bits set. */
function bitCount(word: number): number {
  let count = 0;
  for (let rest = word; rest !== 0; rest &= rest - 1) count++;
  return count;
}

/**
 * Rows of one instruction set, found through buckets of a few opcode bits. A bucket is a list of the
 * rows that its bits leave possible, more fixed bits first, made when an instruction first needs it.
 */
export class DecodeTable {
  private readonly rows: readonly Row[];
  private entries: readonly DecodeEntry[] | undefined;
  private readonly buckets = new Map<number, readonly DecodeEntry[]>();
  private readonly keyMask: number;

  /** `keyMask`: the bits of the word that choose the bucket. */
  constructor(rows: readonly Row[], keyMask: number) {
    this.keyMask = keyMask;
    this.rows = rows;
  }

  /** Rows that may hold for this word, to be tested in order. */
  candidates(word: number): readonly DecodeEntry[] {
    const key = word & this.keyMask;
    let bucket = this.buckets.get(key);
    if (bucket === undefined) {
      bucket = this.parsed().filter(({ encoding }) => ((key ^ encoding.value) & encoding.mask & this.keyMask) === 0);
      this.buckets.set(key, bucket);
    }
    return bucket;
  }

  /** All rows, parsed when the first instruction is decoded: a machine of another architecture has them too. */
  private parsed(): readonly DecodeEntry[] {
    this.entries ??= this.rows
      .map((row) => {
        const encoding = parseEncoding(row.encoding);
        return {
          row,
          encoding,
          extractions: extractionsOf(row, encoding),
          hasCond: encoding.fields.has('cond'),
          pcRule: pcRuleOf(row, encoding),
        };
      })
      .sort((a, b) => bitCount(b.encoding.mask) - bitCount(a.encoding.mask));
    return this.entries;
  }
}
