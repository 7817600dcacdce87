import { parseEncoding } from './encoding.ts';
import { type Extraction, extractionsOf } from './extraction.ts';
import { type PcRule, pcRuleOf } from './pc-rule.ts';
import type { Row } from './row.ts';

/** A row as the decoder has it. The rest of its encoding is parsed when an instruction first has it, which few rows see. */
export class DecodeEntry {
  readonly row: Row;
  /** An instruction has this encoding where word & mask = value. */
  readonly mask: number;
  readonly value: number;
  private fields: EntryFields | undefined = undefined;

  constructor(row: Row) {
    const { mask, value } = parseEncoding(row.encoding);
    this.row = row;
    this.mask = mask;
    this.value = value;
  }

  get parsed(): EntryFields {
    this.fields ??= fieldsOf(this.row);
    return this.fields;
  }
}

/** What an instruction of a row has beside its opcode. */
export interface EntryFields {
  readonly extractions: readonly Extraction[];
  /** The condition is a field. */
  readonly hasCond: boolean;
  readonly pcRule: PcRule;
}

function fieldsOf(row: Row): EntryFields {
  const encoding = parseEncoding(row.encoding);
  return {
    extractions: extractionsOf(row, encoding),
    hasCond: encoding.fields.has('cond'),
    pcRule: pcRuleOf(row, encoding),
  };
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
      bucket = this.all().filter(({ mask, value }) => ((key ^ value) & mask & this.keyMask) === 0);
      this.buckets.set(key, bucket);
    }
    return bucket;
  }

  /** All rows, made when the first instruction is decoded: a machine of another architecture has them too. */
  private all(): readonly DecodeEntry[] {
    this.entries ??= this.rows.map((row) => new DecodeEntry(row)).sort((a, b) => bitCount(b.mask) - bitCount(a.mask));
    return this.entries;
  }
}
