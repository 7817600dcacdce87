/**
 * Translated regions kept between runs, with the tables that give the numbers in their code a meaning: sites
 * of exits, shapes of records, computed jumps, links, helpers, instructions done in place. A later run takes the
 * tables over before it translates anything, so its own numbers go on behind them, and a kept module is used
 * as it is, with the machine code that the host made of it where that could be kept (host-code.ts). A region is
 * used only where the very bytes it was made from lie at their addresses; so the store may be old, or of another
 * program. Whoever keeps it keeps it apart by ISA, CPU model, version of this code and everything else that
 * what is translated depends on (translationKey).
 *
 * Its parts are read when they are wanted, for most runs want few: the tables, and of each module its bytes, the
 * host's code, its regions and their guest code. Only the index, of the places where regions begin, is read at once.
 */
import { jsonBytes, openParts, type Part, type PartStore, PartWriter, parsedJson } from '../engine/part-store.ts';
import type { StoredBytes } from '../engine/stored-code.ts';
import type { Place } from '../engine/translator-port.ts';
import type { ComputedJump } from './jump-profile.ts';
import type { KeptModule } from './kept-module.ts';
import type { KeptRegion } from './kept-region.ts';
import type { KeptLinks } from './link-table.ts';
import type { Shape } from './shapes.ts';
import type { KeptSites } from './site-table.ts';

/** Another one for each form of emitted code that does not go with the one before. */
const MAGIC = 0x4b4d_4c55;
/** What the numbers in regions' code mean. */
export interface KeptTables {
  readonly sites: KeptSites;
  readonly shapes: readonly Shape[];
  /** Tags of the shapes that were computed, in the order in which they first were. */
  readonly settled: readonly number[];
  readonly jumps: readonly ComputedJump[];
  readonly links: KeptLinks;
  /** Helpers of the ISA that modules import, in order. */
  readonly helpers: readonly number[];
  readonly places: readonly Place[];
}

/** Words of an entry of the index: address and mode where a region begins, its module, its place among its regions. */
const INDEX = { pc: 0, mode: 1, module: 2, region: 3, size: 4 } as const;

/** Tables as they are written: the sites' words are a part of their own. */
type WrittenTables = Omit<KeptTables, 'sites'> & { readonly sites: Omit<KeptSites, 'words'> };

type RegionEntry = Omit<KeptRegion, 'code'> & { readonly code: Part };

interface ModuleEntry extends Omit<KeptModule, 'bytes' | 'host' | 'regions'> {
  readonly bytes: Part;
  readonly host: (Part & { readonly checksum: number }) | undefined;
  /** In JSON. */
  readonly regions: Part;
}

interface Described {
  readonly index: Part;
  /** In JSON. */
  readonly tables: Part;
  readonly siteWords: Part;
  readonly modules: readonly ModuleEntry[];
  /** Of all regions' functions. */
  readonly bodyBytes: number;
}

/** A region that is kept: to be read if its extents are here. */
export interface Candidate {
  /** Number of its module. */
  readonly module: number;
  readonly extents: readonly number[];
  read(): KeptRegion | undefined;
}

/** A store that is being read. */
export class KeptTranslations {
  /** Bytes of all regions' functions. */
  readonly bodyBytes: number;
  private readonly store: PartStore<Described>;
  private readonly index: Int32Array;
  /** Entries of the index by address. */
  private readonly byPc = new Map<number, number[]>();
  private readonly modules: readonly ModuleEntry[];
  private readonly regions: (readonly RegionEntry[] | undefined)[] = [];
  /** What this run keeps itself. */
  private readonly used = new Set<readonly number[]>();

  private constructor(store: PartStore<Described>, index: Int32Array) {
    this.store = store;
    this.index = index;
    this.modules = store.description.modules;
    this.bodyBytes = store.description.bodyBytes;
    for (let at = 0; at < index.length; at += INDEX.size) {
      const pc = index[at + INDEX.pc]!;
      const entries = this.byPc.get(pc);
      if (entries) entries.push(at);
      else this.byPc.set(pc, [at]);
    }
  }

  /** The store of these bytes; undefined if they are none. */
  static open(source: StoredBytes): KeptTranslations | undefined {
    const store = openParts<Described>(source, MAGIC);
    const index = store?.part(store.description.index);
    return store && index && new KeptTranslations(store, new Int32Array(index.buffer));
  }

  /** What the numbers in regions' code mean; undefined if it cannot be read. */
  tables(): KeptTables | undefined {
    const { tables, siteWords } = this.store.description;
    const written = this.json<WrittenTables>(tables);
    const words = this.store.part(siteWords);
    return written && words && { ...written, sites: { ...written.sites, words: new Int32Array(words.buffer) } };
  }

  /** Whether a region for (pc, mode) is kept. */
  has(pc: number, mode: number): boolean {
    return this.byPc.get(pc)?.some((at) => this.index[at + INDEX.mode] === mode) ?? false;
  }

  /** The kept regions for (pc, mode). */
  *candidates(pc: number, mode: number): Iterable<Candidate> {
    for (const at of this.byPc.get(pc) ?? []) {
      if (this.index[at + INDEX.mode] !== mode) continue;
      const module = this.index[at + INDEX.module]!;
      const entry = this.regionsOf(module)[this.index[at + INDEX.region]!];
      if (entry) yield { module, extents: entry.extents, read: () => this.region(entry) };
    }
  }

  /** The region is in use: this run keeps it itself. */
  markUsed({ extents }: KeptRegion): void {
    this.used.add(extents);
  }

  get moduleCount(): number {
    return this.modules.length;
  }

  /** The module of this number, without its regions; undefined if it cannot be read. */
  module(number: number): Omit<KeptModule, 'regions'> | undefined {
    const { bytes: at, host, regions: _, ...rest } = this.modules[number]!;
    const bytes = this.store.part(at);
    const code = host && this.store.part(host);
    if (bytes === undefined || (host && code === undefined)) return undefined;
    return { ...rest, bytes, host: host && { code: code!, checksum: host.checksum } };
  }

  /** The regions of a module that this run had no use for. */
  unused(module: number): KeptRegion[] {
    const regions: KeptRegion[] = [];
    for (const entry of this.regionsOf(module)) {
      const region = this.used.has(entry.extents) ? undefined : this.region(entry);
      if (region) regions.push(region);
    }
    return regions;
  }

  private regionsOf(module: number): readonly RegionEntry[] {
    this.regions[module] ??= this.json<RegionEntry[]>(this.modules[module]!.regions) ?? [];
    return this.regions[module];
  }

  private region(entry: RegionEntry): KeptRegion | undefined {
    const code = this.store.part(entry.code);
    return code && { ...entry, code };
  }

  private json<T>(part: Part): T | undefined {
    const text = this.store.part(part);
    return text && parsedJson<T>(text);
  }
}

/** A store of these modules, whose code has the numbers of these tables. */
export function encodeTranslations(tables: KeptTables, modules: readonly KeptModule[]): Uint8Array {
  const writer = new PartWriter();
  const { words, ...sites } = tables.sites;
  const written: WrittenTables = { ...tables, sites };
  const index: number[] = [];
  let bodyBytes = 0;
  const entries = modules.map(({ bytes, host, regions, ...rest }, module): ModuleEntry => {
    const regionEntries = regions.map((region, place): RegionEntry => {
      index.push(region.pc, region.mode, module, place);
      bodyBytes += region.bodyBytes;
      return { ...region, code: writer.add(region.code) };
    });
    return {
      ...rest,
      bytes: writer.add(bytes),
      host: host && { ...writer.add(host.code), checksum: host.checksum },
      regions: writer.add(jsonBytes(regionEntries)),
    };
  });
  const described: Described = {
    index: writer.add(new Uint8Array(Int32Array.from(index).buffer)),
    tables: writer.add(jsonBytes(written)),
    siteWords: writer.add(new Uint8Array(words.buffer, words.byteOffset, words.byteLength)),
    modules: entries,
    bodyBytes,
  };
  return writer.finish(MAGIC, described);
}
