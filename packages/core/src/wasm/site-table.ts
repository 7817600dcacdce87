import { FIRST_SITE } from './control-words.ts';
import type { Site, SiteSink } from './exits.ts';
import { type ExitRecords, type OperandPlace, RecordNames } from './record-names.ts';

/** Words of a site: pc, mode, its charge's instructions and cycles, number of its records, whether it is a check. */
const SITE_WORDS = 6;

/** A table as it is kept between runs. */
export interface KeptSites {
  readonly words: Int32Array;
  readonly records: readonly ExitRecords[];
  readonly names: readonly (readonly OperandPlace[])[];
}

/** The side table of exits, by site number. */
export class SiteTable implements SiteSink {
  readonly names = new RecordNames();
  private words = new Int32Array(64 * SITE_WORDS);
  private length = 0;
  /** Those of all sites, each once. */
  private readonly records: ExitRecords[] = [];
  private readonly recordNumbers = new Map<string, number>();

  add({ pc, mode, isCheck, charge, records }: Site): number {
    if (this.length === this.words.length) this.grow(2 * this.length);
    const { words, length } = this;
    words[length] = pc;
    words[length + 1] = mode;
    words[length + 2] = charge.instructions;
    words[length + 3] = charge.cycles;
    words[length + 4] = this.numberOf(records);
    words[length + 5] = isCheck ? 1 : 0;
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
  /** Its charge's instructions, and cycles. */
  instructionsOf(site: number): number {
    return this.words[SITE_WORDS * (site - FIRST_SITE) + 2]!;
  }
  cyclesOf(site: number): number {
    return this.words[SITE_WORDS * (site - FIRST_SITE) + 3]!;
  }
  recordsOf(site: number): ExitRecords {
    return this.records[this.words[SITE_WORDS * (site - FIRST_SITE) + 4]!]!;
  }

  clear(): void {
    this.length = 0;
    this.records.length = 0;
    this.recordNumbers.clear();
    this.names.clear();
  }

  save(): KeptSites {
    return { words: this.words.slice(0, this.length), records: this.records, names: this.names.save() };
  }

  /** Begins with the sites of an earlier run. The table is empty. */
  restore({ words, records, names }: KeptSites): void {
    if (words.length > this.words.length) this.grow(words.length);
    this.words.set(words);
    this.length = words.length;
    for (const each of records) this.numberOf(each);
    this.names.restore(names);
  }

  private numberOf(records: ExitRecords): number {
    const key = `${records.words.join()};${records.homes.join()}`;
    let number = this.recordNumbers.get(key);
    if (number === undefined) {
      number = this.records.push(records) - 1;
      this.recordNumbers.set(key, number);
    }
    return number;
  }

  private grow(length: number): void {
    const words = new Int32Array(length);
    words.set(this.words.subarray(0, this.length));
    this.words = words;
  }
}
