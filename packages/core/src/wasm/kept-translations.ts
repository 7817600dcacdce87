/**
 * Translated regions kept between runs, with the tables that give the numbers in their code a meaning: sites
 * of exits, shapes of records, computed jumps, links, helpers, instructions done in place. A later run takes the
 * tables over before it translates anything, so its own numbers go on behind them, and a kept module is used
 * as it is, with the machine code that the host made of it where that could be kept (host-code.ts). A region is
 * used only where the very bytes it was made from lie at their addresses; so the store may be old, or of another
 * program. Whoever keeps it keeps it apart by ISA, CPU model, version of this code and everything else that
 * what is translated depends on (translationKey).
 *
 * What a run pays for is what it uses, not what other runs have left here: read at once is the index, of the places
 * where regions begin, and with the first region the tables as words, of which each entry is unpacked when it is
 * wanted. All else is the modules' own (kept-module.ts), and so are their sites.
 */
import { openParts, type Part, type PartStore, PartWriter } from '../engine/part-store.ts';
import { joined, type StoredBytes, type StorePieces } from '../engine/stored-bytes.ts';
import type { Place } from '../engine/translator-port.ts';
import { type Candidate, encodeKeptModule, type KeptModule, OpenModule } from './kept-module.ts';
import type { KeptLinks } from './link-table.ts';
import type { KeptSites } from './site-table.ts';

/** Another one for each form of emitted code that does not go with the one before. */
const MAGIC = 0x4b4d_4c56;

/** What the numbers in regions' code mean. */
export interface KeptTables {
  readonly sites: KeptSites;
  readonly shapes: Int32Array;
  /** Tags of the shapes that were computed, in the order in which they first were. */
  readonly settled: Int32Array;
  readonly jumps: Int32Array;
  readonly links: KeptLinks;
  /** Helpers of the ISA that modules import, in order. */
  readonly helpers: readonly number[];
  readonly places: readonly Place[];
}

/** Words of an entry of the index: address and mode where a region begins, its module, its place among its regions. */
const INDEX = { pc: 0, mode: 1, module: 2, region: 3, size: 4 } as const;
/** Words of a module's entry: where it lies among the parts, and the bytes of its regions' functions. */
const MODULE = { at: 0, bytes: 1, bodyBytes: 2, size: 3 } as const;

const TABLES = ['records', 'names', 'shapes', 'settled', 'jumps', 'targets', 'called'] as const;

interface Described extends Pick<KeptTables, 'helpers' | 'places'> {
  readonly index: Part;
  readonly modules: Part;
  readonly siteCount: number;
  readonly tables: Readonly<Record<(typeof TABLES)[number], Part>>;
}

/** A region that is kept, in the module of this number. */
export interface Found extends Candidate {
  readonly module: number;
  /** Among the module's regions. */
  readonly place: number;
}

/** A store that is being read. */
export class KeptTranslations {
  private readonly store: PartStore<Described>;
  private readonly index: Int32Array;
  /** Entries of the index by address. */
  private readonly byPc = new Map<number, number[]>();
  private readonly modules: Int32Array;
  private readonly open: (OpenModule | undefined)[] = [];

  private constructor(store: PartStore<Described>, index: Int32Array, modules: Int32Array) {
    this.store = store;
    this.index = index;
    this.modules = modules;
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
    const index = store && wordsOf(store, store.description.index);
    const modules = store && wordsOf(store, store.description.modules);
    return store && index && modules && new KeptTranslations(store, index, modules);
  }

  /** What the numbers in regions' code mean; undefined if it cannot be read. */
  tables(): KeptTables | undefined {
    const { helpers, places, siteCount, tables } = this.store.description;
    const read = TABLES.map((name) => wordsOf(this.store, tables[name]));
    if (read.includes(undefined)) return undefined;
    const [records, names, shapes, settled, jumps, targets, called] = read as Int32Array[];
    return {
      sites: { count: siteCount, records: records!, names: names! },
      shapes: shapes!,
      settled: settled!,
      jumps: jumps!,
      links: { targets: targets!, called: called! },
      helpers,
      places,
    };
  }

  /** Bytes of all regions' functions. */
  get bodyBytes(): number {
    let sum = 0;
    for (let at = MODULE.bodyBytes; at < this.modules.length; at += MODULE.size) sum += this.modules[at]!;
    return sum;
  }

  /** Whether a region for (pc, mode) is kept. */
  has(pc: number, mode: number): boolean {
    return this.byPc.get(pc)?.some((at) => this.index[at + INDEX.mode] === mode) ?? false;
  }

  /** The kept regions for (pc, mode). */
  *candidates(pc: number, mode: number): Iterable<Found> {
    for (const at of this.byPc.get(pc) ?? []) {
      if (this.index[at + INDEX.mode] !== mode) continue;
      const module = this.index[at + INDEX.module]!;
      const place = this.index[at + INDEX.region]!;
      const candidate = this.module(module)?.candidate(place);
      if (candidate) yield { ...candidate, module, place };
    }
  }

  get moduleCount(): number {
    return this.modules.length / MODULE.size;
  }

  /** The module of this number; undefined if it cannot be read. */
  module(number: number): OpenModule | undefined {
    this.open[number] ??= OpenModule.open(this.store.section(this.partOf(number)));
    return this.open[number];
  }

  /** A module as the next store has it: itself, the bytes of its functions, and the entries of its regions in the index, in order. */
  taken(number: number) {
    const regions: { pc: number; mode: number; place: number }[] = [];
    const { index } = this;
    for (let at = 0; at < index.length; at += INDEX.size) {
      if (index[at + INDEX.module] !== number) continue;
      regions.push({ pc: index[at + INDEX.pc]!, mode: index[at + INDEX.mode]!, place: index[at + INDEX.region]! });
    }
    const bodyBytes = this.modules[MODULE.size * number + MODULE.bodyBytes]!;
    return { source: this.store.section(this.partOf(number)), bodyBytes, regions };
  }

  private partOf(number: number): Part {
    const at = MODULE.size * number;
    return { at: this.modules[at + MODULE.at]!, bytes: this.modules[at + MODULE.bytes]! };
  }
}

/** Makes a store. */
export class TranslationsWriter {
  private readonly writer = new PartWriter();
  private readonly index: number[] = [];
  private readonly modules: number[] = [];

  /** Bytes so far. */
  get bytes(): number {
    return this.writer.bytes;
  }

  /** Adds a module of this run. */
  add(module: KeptModule): void {
    const part = this.writer.add(joined(encodeKeptModule(module)));
    this.enter(
      part,
      module.regions.reduce((sum, { bodyBytes }) => sum + bodyBytes, 0),
      module.regions.map(({ pc, mode }, place) => ({ pc, mode, place })),
    );
  }

  /** Adds a module of the store that the run began with, unread. */
  take({ source, bodyBytes, regions }: ReturnType<KeptTranslations['taken']>): void {
    this.enter(this.writer.addStore(source), bodyBytes, regions);
  }

  /** The store, of modules whose code has the numbers of these tables. */
  finish({ sites, shapes, settled, jumps, links, helpers, places }: KeptTables): StorePieces {
    const { writer } = this;
    const described: Described = {
      index: writer.addWords(Int32Array.from(this.index)),
      modules: writer.addWords(Int32Array.from(this.modules)),
      siteCount: sites.count,
      tables: {
        records: writer.addWords(sites.records),
        names: writer.addWords(sites.names),
        shapes: writer.addWords(shapes),
        settled: writer.addWords(settled),
        jumps: writer.addWords(jumps),
        targets: writer.addWords(links.targets),
        called: writer.addWords(links.called),
      },
      helpers,
      places,
    };
    return writer.finish(MAGIC, described);
  }

  private enter(
    part: Part,
    bodyBytes: number,
    regions: readonly { readonly pc: number; readonly mode: number; readonly place: number }[],
  ): void {
    const number = this.modules.length / MODULE.size;
    this.modules.push(part.at, part.bytes, bodyBytes);
    for (const { pc, mode, place } of regions) this.index.push(pc, mode, number, place);
  }
}

function wordsOf(store: PartStore<unknown>, at: Part): Int32Array | undefined {
  const bytes = store.part(at);
  return bytes && new Int32Array(bytes.buffer);
}
