import { FIRST_SITE } from './control-words.ts';
import type { SiteSink } from './exits.ts';

/** Words of a site: pc, mode, and the instructions and cycles charged but not executed. */
const SITE_WORDS = 4;

/** The side table of exits, by site number: pc, mode, and the instructions and cycles charged but not executed. */
export class SiteTable implements SiteSink {
  private words = new Int32Array(64 * SITE_WORDS);
  private length = 0;

  add(pc: number, mode: number, instructions: number, cycles: number): number {
    if (this.length === this.words.length) this.grow(2 * this.length);
    const { words, length } = this;
    words[length] = pc;
    words[length + 1] = mode;
    words[length + 2] = instructions;
    words[length + 3] = cycles;
    this.length += SITE_WORDS;
    return length / SITE_WORDS + FIRST_SITE;
  }

  pcOf(site: number): number {
    return this.words[SITE_WORDS * (site - FIRST_SITE)]!;
  }
  modeOf(site: number): number {
    return this.words[SITE_WORDS * (site - FIRST_SITE) + 1]!;
  }
  instructionsOf(site: number): number {
    return this.words[SITE_WORDS * (site - FIRST_SITE) + 2]!;
  }
  cyclesOf(site: number): number {
    return this.words[SITE_WORDS * (site - FIRST_SITE) + 3]!;
  }

  clear(): void {
    this.length = 0;
  }

  /** All sites, for restore. */
  save(): Int32Array {
    return this.words.slice(0, this.length);
  }

  /** Begins with the sites of an earlier run. The table is empty. */
  restore(words: Int32Array): void {
    if (words.length > this.words.length) this.grow(words.length);
    this.words.set(words);
    this.length = words.length;
  }

  private grow(length: number): void {
    const words = new Int32Array(length);
    words.set(this.words.subarray(0, this.length));
    this.words = words;
  }
}
