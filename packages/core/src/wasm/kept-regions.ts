import { pack } from '../engine/packed-lists.ts';
import type { StoredBytes, StorePieces } from '../engine/stored-bytes.ts';
import type { TranslationHost } from '../engine/translator-port.ts';
import { type CodeExtent, isCodeOf } from './code-extents.ts';
import type { KeptRegion } from './kept-region.ts';
import { type KeptTables, KeptTranslations, TranslationsWriter } from './kept-translations.ts';
import { keepModule, type LoadedModule, optimiseForLater } from './loaded-module.ts';
import type { RegionFactory } from './region-factory.ts';
import type { Region } from './region-store.ts';

/** What a run compiled is worth keeping if it is no less than this part of what was kept before: to compile is dearer than to write. */
const WORTH_KEEPING = 1000;
/** Tables never shrink: larger than this part of a store at most, they begin anew, and all that has their numbers with them. */
const MOST_TABLES = 1 / 8;
const NO_TABLES: KeptTables = {
  sites: { count: 0, records: pack([]), names: pack([[]]) },
  shapes: pack([]),
  settled: new Int32Array(0),
  jumps: pack([]),
  links: { targets: new Int32Array(0), called: new Int32Array(0) },
  helpers: [],
  places: [],
};

/** A kept region whose code is here, the number of the kept module that has it, and its place among its regions. */
export interface FoundKept {
  readonly kept: KeptRegion;
  readonly module: number;
  readonly place: number;
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

  get isEmpty(): boolean {
    return this.store === undefined;
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
        return { kept, module: candidate.module, place: candidate.place, extents };
    }
    return undefined;
  }

  /** A region that was found comes into use: its code counts as code that was lifted. Its module; undefined if that cannot be read. */
  use({ module, place, extents }: FoundKept, factory: RegionFactory): LoadedModule | undefined {
    const loaded = this.store && this.load(this.store, module, factory);
    if (loaded === undefined) return undefined;
    this.store!.module(module)!.markUsed(place);
    for (const extent of extents) this.host.claimCode(extent);
    this.host.counters.regionsKept++;
    return loaded;
  }

  /**
   * A store for later runs, of the regions in use and behind them those that are kept already, as far as there is room.
   * @param live the regions in use
   * @param compiledBytes bytes of the functions that this run compiled
   * @returns undefined if there is little that is not kept already
   */
  encode(
    live: Iterable<Region>,
    factory: RegionFactory,
    compiledBytes: number,
    mostBytes: number,
  ): StorePieces | undefined {
    const inUse = this.regionsByModule(live);
    const { hostCode } = factory;
    const optimisedBytes = hostCode ? optimiseForLater(inUse, hostCode) : 0;
    const bytes = compiledBytes + optimisedBytes;
    if (bytes * WORTH_KEEPING < (this.store?.bodyBytes ?? 1)) return undefined;
    const tables = factory.save();
    if (bytesOf(tables) > mostBytes * MOST_TABLES || factory.isFull) return new TranslationsWriter().finish(NO_TABLES);
    const writer = new TranslationsWriter();
    for (const [loaded, regions] of inUse) writer.add(keepModule(loaded, regions, factory));
    for (let number = 0; number < (this.store?.moduleCount ?? 0) && writer.bytes < mostBytes; number++) {
      if (!this.loaded.has(number)) writer.take(this.store!.taken(number));
    }
    return writer.finish(tables);
  }

  private load(store: KeptTranslations, number: number, factory: RegionFactory): LoadedModule | undefined {
    const known = this.loaded.get(number);
    if (known !== undefined) return known;
    const kept = store.module(number)?.content();
    const loaded = kept && factory.load(kept);
    if (loaded) this.loaded.set(number, loaded);
    return loaded;
  }

  /** The modules in use, each with the regions of it that are to be kept. */
  private regionsByModule(live: Iterable<Region>): Map<LoadedModule, KeptRegion[]> {
    const found = new Map<LoadedModule, KeptRegion[]>();
    const put = (loaded: LoadedModule, regions: readonly KeptRegion[]): void => {
      if (regions.length > 0) found.set(loaded, [...(found.get(loaded) ?? []), ...regions]);
    };
    for (const { origin } of live) if (origin) put(origin.module, [origin.region]);
    for (const [number, loaded] of this.loaded) put(loaded, this.store!.module(number)!.unused());
    return found;
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

function bytesOf({ sites, shapes, jumps, links }: KeptTables): number {
  const words = [sites.records, sites.names, shapes, jumps, links.targets, links.called];
  return words.reduce((sum, { byteLength }) => sum + byteLength, 0);
}
