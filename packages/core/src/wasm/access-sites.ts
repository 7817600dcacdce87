import { FAULT_NONE, type TranslationHost } from '../engine/translator-port.ts';
import { STATE_BASE } from '../memory/memory-map.ts';
import { FIRST_SITE } from './control-words.ts';
import { addressOf, type FirstAccess, firstAccess } from './first-access.ts';
import { CLOCK_LEFT } from './region-module.ts';
import type { SiteTable } from './site-table.ts';

/**
 * What the instructions that translated code is left at access first, by site: found out when a site is first
 * left by. Then its page is translated, or its fault delivered, and it need not be interpreted.
 */
export class AccessSites {
  private readonly host: TranslationHost;
  private readonly sites: SiteTable;
  /** `null`: the interpreter finds out. */
  private readonly accesses: (FirstAccess | null | undefined)[] = [];

  constructor(host: TranslationHost, sites: SiteTable) {
    this.host = host;
    this.sites = sites;
  }

  /** The site was left by, state, pc and clock are right: see TranslationHost.answerAccess. */
  answer(site: number): number {
    const { accesses, host } = this;
    if (site < FIRST_SITE || !host.optimisations.faultsInPlace) return FAULT_NONE;
    // The instruction is not executed any more in this slice, and so does not fault.
    if (host.cpu.i32[CLOCK_LEFT] === 0) return FAULT_NONE;
    const number = site - FIRST_SITE;
    let access = accesses[number];
    if (access === undefined) access = this.find(site);
    if (access === null) return FAULT_NONE;
    return host.answerAccess(addressOf(access, host.cpu.i32, STATE_BASE >> 2), access.bytes, access.write);
  }

  clear(): void {
    this.accesses.length = 0;
  }

  private find(site: number): FirstAccess | null {
    const { accesses, host, sites } = this;
    const number = site - FIRST_SITE;
    while (accesses.length <= number) accesses.push(undefined);
    const block = sites.isCheck(site) ? undefined : host.block(sites.pcOf(site), sites.modeOf(site));
    const access = (block && firstAccess(block.ir)) ?? null;
    accesses[number] = access;
    return access;
  }
}
