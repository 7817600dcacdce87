import type { HostCode } from './host-code.ts';
import type { KeptModule } from './kept-module.ts';
import type { KeptRegion } from './kept-region.ts';
import type { SiteTable } from './site-table.ts';

/** A module of regions' functions in use. */
export interface LoadedModule {
  readonly module: WebAssembly.Module;
  /** By place; to be put into the function table. */
  readonly functions: readonly unknown[];
  readonly bytes: Uint8Array;
  readonly helpers: number;
  /** Sites of its regions' exits: the first, and the one behind the last. */
  readonly sites: readonly [first: number, end: number];
  /** As it was kept; undefined if this run made it. */
  readonly kept: Omit<KeptModule, 'regions'> | undefined;
}

/** Functions of these regions that the host has optimised since the module was loaded. */
export function newlyOptimised(loaded: LoadedModule, regions: readonly KeptRegion[], host: HostCode): KeptRegion[] {
  const known = loaded.kept?.optimised ?? [];
  return regions.filter(({ place }) => !known.includes(place) && host.isOptimised(loaded.functions[place]));
}

/** The module as later runs are to have it, for these of its regions. */
export function keepModule(
  loaded: LoadedModule,
  regions: readonly KeptRegion[],
  { hostCode: host, sites }: { readonly hostCode: HostCode | undefined; readonly sites: SiteTable },
): KeptModule {
  const { module, bytes, helpers, functions, kept } = loaded;
  const fresh = host ? newlyOptimised(loaded, regions, host).map(({ place }) => place) : [];
  return {
    bytes,
    helpers,
    functions: functions.length,
    host: host && fresh.length > 0 ? host.take(module) : kept?.host,
    optimised: [...(kept?.optimised ?? []), ...fresh],
    sites: sites.range(...loaded.sites),
    regions,
  };
}

/** Bytes of functions, in WebAssembly, that a run has optimised for later ones at most: a millisecond for each 500 or so. */
const MOST_OPTIMISED_BYTES = 200_000;

/**
 * Has functions optimised that came from an earlier run and were called in this one: what is used again is
 * worth it. What is used for the first time may be so never again.
 * @returns bytes of functions, in WebAssembly, that are optimised and were not before this run
 */
export function optimiseForLater(inUse: ReadonlyMap<LoadedModule, readonly KeptRegion[]>, host: HostCode): number {
  let optimised = 0;
  let bytes = 0;
  for (const [loaded, regions] of inUse) {
    for (const { place, bodyBytes } of regions) {
      const code = loaded.functions[place];
      if (loaded.kept === undefined || loaded.kept.optimised.includes(place) || bytes >= MOST_OPTIMISED_BYTES) continue;
      if (!host.isCompiled(code) || host.isOptimised(code)) continue;
      host.optimise(code);
      bytes += bodyBytes;
    }
    for (const { bodyBytes } of newlyOptimised(loaded, regions, host)) optimised += bodyBytes;
  }
  return optimised;
}
