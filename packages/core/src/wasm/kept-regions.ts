import type { StoredBytes } from '../engine/stored-code.ts';
import type { TranslationHost } from '../engine/translator-port.ts';
import { type CodeExtent, isCodeOf } from './code-extents.ts';
import type { KeptModule } from './kept-module.ts';
import type { KeptRegion } from './kept-region.ts';
import { encodeTranslations, type KeptTables, KeptTranslations } from './kept-translations.ts';
import { keepModule, type LoadedModule, optimiseForLater } from './loaded-module.ts';
import type { RegionFactory } from './region-factory.ts';
import type { Region } from './region-store.ts';

/** What a run compiled is worth keeping if it is no less than this part of what was kept before: to compile is dearer than to write. */
const WORTH_KEEPING = 1000;
const NO_TABLES: KeptTables = {
  sites: { words: new Int32Array(0), records: [], names: [[]] },
  shapes: [],
  settled: [],
  jumps: [],
  links: { targets: [], called: [] },
  helpers: [],
  places: [],
};

/** A kept region whose code is here, and the number of the kept module that has it. */
export interface FoundKept {
  readonly kept: KeptRegion;
  readonly module: number;
  readonly extents: readonly CodeExtent[];
}

/** The translator's regions of earlier runs, and what of this run's is kept for later ones. */
export class KeptRegions {
  private readonly host: TranslationHost;
  private store: KeptTranslations | undefined;
  /** Of the store's modules those in use, by number. */
  private readonly loaded = new Map<number, LoadedModule>();

  constructor(host: TranslationHost) {
    this.host = host;
  }

  /** Uses what an earlier run kept. False if it is no such store. */
  adopt(source: StoredBytes): boolean {
    const store = KeptTranslations.open(source);
    if (store === undefined) return false;
    this.store = store;
    return true;
  }

  /** What the numbers in the regions' code mean; undefined if there are none. Where it cannot be read no region is found any more. */
  tables(): KeptTables | undefined {
    const tables = this.store?.tables();
    if (tables === undefined) this.store = undefined;
    return tables;
  }

  /** Forgets all regions: the numbers in them mean nothing any more. */
  forget(): void {
    this.store = undefined;
    this.loaded.clear();
  }

  /** Whether a region for (pc, mode) is kept, of whatever code. */
  has(pc: number, mode: number): boolean {
    return this.store?.has(pc, mode) ?? false;
  }

  /** A region for (pc, mode) that was made from what is in the current address space. */
  find(pc: number, mode: number): FoundKept | undefined {
    if (this.store === undefined) return undefined;
    for (const candidate of this.store.candidates(pc, mode)) {
      const extents = this.extentsAt(candidate.extents, mode);
      const kept = extents && candidate.read();
      if (kept && isCodeOf(this.host.cpu.memory, extents, kept.code))
        return { kept, module: candidate.module, extents };
    }
    return undefined;
  }

  /** A region that was found comes into use: its code counts as code that was lifted. Its module; undefined if that cannot be read. */
  use({ kept, module, extents }: FoundKept, factory: RegionFactory): LoadedModule | undefined {
    const loaded = this.store && this.load(this.store, module, factory);
    if (loaded === undefined) return undefined;
    this.store!.markUsed(kept);
    for (const extent of extents) this.host.claimCode(extent);
    this.host.counters.regionsKept++;
    return loaded;
  }

  /**
   * A store for later runs, of the regions in use and those that are kept already.
   * @param live the regions in use
   * @param compiledBytes bytes of the functions that this run compiled
   * @returns undefined if there is little that is not kept already
   */
  encode(
    live: Iterable<Region>,
    factory: RegionFactory,
    compiledBytes: number,
    mostBytes: number,
  ): Uint8Array | undefined {
    const inUse = this.regionsByModule(live);
    const { hostCode } = factory;
    const optimisedBytes = hostCode ? optimiseForLater(inUse, hostCode) : 0;
    const bytes = compiledBytes + optimisedBytes;
    if (bytes * WORTH_KEEPING < (this.store?.bodyBytes ?? 1)) return undefined;
    const modules = [...inUse].map(([loaded, regions]) => keepModule(loaded, regions, hostCode));
    const encoded = encodeTranslations(factory.save(), [...modules, ...this.modulesNotLoaded()]);
    // The tables never shrink: once they are too large they begin anew.
    return encoded.length <= mostBytes ? encoded : encodeTranslations(NO_TABLES, []);
  }

  private load(store: KeptTranslations, number: number, factory: RegionFactory): LoadedModule | undefined {
    const known = this.loaded.get(number);
    if (known !== undefined) return known;
    const kept = store.module(number);
    if (kept === undefined) return undefined;
    const loaded = factory.load(kept);
    this.loaded.set(number, loaded);
    return loaded;
  }

  /** The modules in use, each with the regions of it that are to be kept. */
  private regionsByModule(live: Iterable<Region>): Map<LoadedModule, KeptRegion[]> {
    const found = new Map<LoadedModule, KeptRegion[]>();
    const put = (loaded: LoadedModule, regions: readonly KeptRegion[]): void => {
      if (regions.length > 0) found.set(loaded, [...(found.get(loaded) ?? []), ...regions]);
    };
    for (const { origin } of live) if (origin) put(origin.module, [origin.region]);
    for (const [number, loaded] of this.loaded) put(loaded, this.store!.unused(number));
    return found;
  }

  private *modulesNotLoaded(): Iterable<KeptModule> {
    const { store, loaded } = this;
    for (let number = 0; number < (store?.moduleCount ?? 0); number++) {
      const module = loaded.has(number) ? undefined : store!.module(number);
      if (module) yield { ...module, regions: store!.unused(number) };
    }
  }

  /** The code at these addresses, if it may be executed. */
  private extentsAt(addresses: readonly number[], mode: number): CodeExtent[] | undefined {
    const extents: CodeExtent[] = [];
    for (let at = 0; at < addresses.length; at += 2) {
      const [start, end] = [addresses[at]!, addresses[at + 1]!];
      const frame = this.host.codeFrame(start, mode);
      if (frame < 0) return undefined;
      extents.push({ start, end, frame });
    }
    return extents;
  }
}
