import { FIRST_SITE } from './control-words.ts';
import type { SiteSink } from './exits.ts';
import { RecordNames } from './record-names.ts';

/** The side table of exits, by site number: pc, mode, the instructions and cycles charged but not executed, and each group's record. */
export class SiteTable implements SiteSink {
  private readonly pcs: number[] = [];
  private readonly modes: number[] = [];
  private readonly instructions: number[] = [];
  private readonly cycles: number[] = [];
  private readonly words: (readonly number[])[] = [];
  readonly names = new RecordNames();

  add(pc: number, mode: number, instructions: number, cycles: number, words: readonly number[]): number {
    this.pcs.push(pc | 0);
    this.modes.push(mode);
    this.instructions.push(instructions);
    this.cycles.push(cycles);
    this.words.push(words);
    return this.pcs.length - 1 + FIRST_SITE;
  }

  pcOf(site: number): number {
    return this.pcs[site - FIRST_SITE]!;
  }
  modeOf(site: number): number {
    return this.modes[site - FIRST_SITE]!;
  }
  instructionsOf(site: number): number {
    return this.instructions[site - FIRST_SITE]!;
  }
  cyclesOf(site: number): number {
    return this.cycles[site - FIRST_SITE]!;
  }
  /** By group: the record's word, or CARRIED (record-names.ts). */
  wordsOf(site: number): readonly number[] {
    return this.words[site - FIRST_SITE]!;
  }

  clear(): void {
    this.pcs.length = 0;
    this.modes.length = 0;
    this.instructions.length = 0;
    this.cycles.length = 0;
    this.words.length = 0;
    this.names.clear();
  }
}
