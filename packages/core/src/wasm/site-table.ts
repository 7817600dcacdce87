import type { Charge } from './clock-flow.ts';
import { FIRST_SITE } from './control-words.ts';
import type { Site, SiteSink } from './exits.ts';
import { type ExitRecords, RecordNames } from './record-names.ts';

/** The side table of exits, by site number. */
export class SiteTable implements SiteSink {
  private readonly sites: Site[] = [];
  readonly names = new RecordNames();

  add(site: Site): number {
    return this.sites.push(site) - 1 + FIRST_SITE;
  }

  pcOf(site: number): number {
    return this.sites[site - FIRST_SITE]!.pc;
  }
  modeOf(site: number): number {
    return this.sites[site - FIRST_SITE]!.mode;
  }
  isCheck(site: number): boolean {
    return this.sites[site - FIRST_SITE]!.isCheck;
  }
  chargeOf(site: number): Charge {
    return this.sites[site - FIRST_SITE]!.charge;
  }
  recordsOf(site: number): ExitRecords {
    return this.sites[site - FIRST_SITE]!.records;
  }

  clear(): void {
    this.sites.length = 0;
    this.names.clear();
  }
}
