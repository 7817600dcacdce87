import { FIRST_SITE } from './control-words.ts';
import type { Site, SiteSink } from './exits.ts';
import { Interned, type ItemFormat } from './interned.ts';
import { type ExitRecords, RecordNames } from './record-names.ts';

/** Words of a site: pc, mode, its charge's instructions and cycles, number of its records, whether it is a check, its charge's entry cycles. */
const SITE_WORDS = 7;

/** A table as it is kept between runs, but for the sites themselves: each module has its own. */
export interface KeptSites {
  readonly count: number;
  readonly records: Int32Array;
  readonly names: Int32Array;
}

/** Sites as they are kept with the module that has them: the first's place in the table, and their words. */
export interface SiteRange {
  readonly first: number;
  readonly words: Int32Array;
}

/** How many there are. */
export function sitesIn({ words }: SiteRange): number {
  return words.length / SITE_WORDS;
}

/** The words of all groups, then their homes. */
const RECORDS: ItemFormat<ExitRecords> = {
  pack: ({ words, homes }) => [...words, ...homes],
  unpack(packed) {
    const half = packed.length >> 1;
    return { words: [...packed.subarray(0, half)], homes: [...packed.subarray(half)] };
  },
};

/** The side table of exits, by site number. */
export class SiteTable implements SiteSink {
  readonly names = new RecordNames();
  private words = new Int32Array(64 * SITE_WORDS);
  private length = 0;
  private readonly records = new Interned(RECORDS);

  /** Sites made, or left room for. */
  get count(): number {
    return this.length / SITE_WORDS;
  }

  add({ pc, mode, isCheck, charge, records }: Site): number {
    if (this.length === this.words.length) this.grow(2 * this.length);
    const { words, length } = this;
    words[length] = pc;
    words[length + 1] = mode;
    words[length + 2] = charge.instructions;
    words[length + 3] = charge.cycles;
    words[length + 4] = this.records.numberOf(records)!;
    words[length + 5] = isCheck ? 1 : 0;
    words[length + 6] = charge.entry;
    this.length += SITE_WORDS;
    return length / SITE_WORDS + FIRST_SITE;
  }

  pcOf(site: number): number {
    return this.words[SITE_WORDS * (site - FIRST_SITE)]!;
  }
  modeOf(site: number): number {
    return this.words[SITE_WORDS * (site - FIRST_SITE) + 1]!;
  }
  isCheck(site: number): boolean {
    return this.words[SITE_WORDS * (site - FIRST_SITE) + 5] === 1;
  }
  /** Its charge's instructions, cycles, and those of them that are the kernel's entry's. */
  instructionsOf(site: number): number {
    return this.words[SITE_WORDS * (site - FIRST_SITE) + 2]!;
  }
  cyclesOf(site: number): number {
    return this.words[SITE_WORDS * (site - FIRST_SITE) + 3]!;
  }
  entryCyclesOf(site: number): number {
    return this.words[SITE_WORDS * (site - FIRST_SITE) + 6]!;
  }
  recordsOf(site: number): ExitRecords {
    return this.records.at(this.words[SITE_WORDS * (site - FIRST_SITE) + 4]!);
  }

  clear(): void {
    this.length = 0;
    this.records.clear();
    this.names.clear();
  }

  save(): KeptSites {
    return { count: this.count, records: this.records.save(), names: this.names.save() };
  }

  /** Begins with the table of an earlier run, and room for its sites. The table is empty. */
  restore({ count, records, names }: KeptSites): void {
    if (count * SITE_WORDS > this.words.length) this.grow(count * SITE_WORDS);
    this.length = count * SITE_WORDS;
    this.records.restore(records);
    this.names.restore(names);
  }

  /** The sites from the first on up to that one, to be kept. */
  range(first: number, end: number): SiteRange {
    return { first, words: this.words.slice(first * SITE_WORDS, end * SITE_WORDS) };
  }

  /** Fills room for sites in. False if there is none. */
  place({ first, words }: SiteRange): boolean {
    if (first < 0 || first * SITE_WORDS + words.length > this.length) return false;
    this.words.set(words, first * SITE_WORDS);
    return true;
  }

  private grow(length: number): void {
    const words = new Int32Array(length);
    words.set(this.words.subarray(0, this.length));
    this.words = words;
  }
}
