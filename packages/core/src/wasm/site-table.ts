import { FIRST_SITE } from './control-words.ts';
import type { SiteSink } from './exits.ts';
import { type ExitRecords, RecordNames } from './record-names.ts';

/** The side table of exits, by site number: pc, mode, the instructions and cycles charged but not executed, and each group's record. */
export class SiteTable implements SiteSink {
  private readonly pcs: number[] = [];
  private readonly modes: number[] = [];
  private readonly instructions: number[] = [];
  private readonly cycles: number[] = [];
  private readonly records: ExitRecords[] = [];
  readonly names = new RecordNames();

  add(pc: number, mode: number, instructions: number, cycles: number, records: ExitRecords): number {
    this.pcs.push(pc | 0);
    this.modes.push(mode);
    this.instructions.push(instructions);
    this.cycles.push(cycles);
    this.records.push(records);
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
  recordsOf(site: number): ExitRecords {
    return this.records[site - FIRST_SITE]!;
  }

  clear(): void {
    this.pcs.length = 0;
    this.modes.length = 0;
    this.instructions.length = 0;
    this.cycles.length = 0;
    this.records.length = 0;
    this.names.clear();
  }
}
