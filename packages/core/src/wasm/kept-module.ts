/**
 * A module of regions' functions as it is kept between runs: a store in itself (part-store.ts), so that one that a run
 * has no use for is taken over as it is. Its parts are read when they are wanted: its bytes and the host's code, its
 * sites, the list of its regions, each region's guest code.
 */
import { jsonBytes, openParts, type Part, type PartStore, PartWriter, parsedJson } from '../engine/part-store.ts';
import type { StoredBytes, StorePieces } from '../engine/stored-bytes.ts';
import type { CodeOfHost } from './host-code.ts';
import type { KeptRegion } from './kept-region.ts';
import type { SiteRange } from './site-table.ts';

const MAGIC = 0x4b4d_4c4d;

export interface KeptModule {
  readonly bytes: Uint8Array;
  /** How many of the helpers in the tables it imports. */
  readonly helpers: number;
  /** Functions it exports. */
  readonly functions: number;
  /** What the host made of it; undefined if it optimised none of its functions. */
  readonly host: CodeOfHost | undefined;
  /** Places of the functions that are optimised in it. */
  readonly optimised: readonly number[];
  readonly sites: SiteRange;
  readonly regions: readonly KeptRegion[];
}

type RegionEntry = Omit<KeptRegion, 'code'> & { readonly code: Part };

interface Described extends Omit<KeptModule, 'bytes' | 'host' | 'sites' | 'regions'> {
  readonly bytes: Part;
  readonly host: (Part & { readonly checksum: number }) | undefined;
  readonly sites: Part & { readonly first: number };
  /** In JSON. */
  readonly regions: Part;
}

/** A region that is kept: to be read if its extents are here. */
export interface Candidate {
  readonly extents: readonly number[];
  read(): KeptRegion | undefined;
}

/** A module that is kept, open for reading. */
export class OpenModule {
  private readonly store: PartStore<Described>;
  private entries: readonly RegionEntry[] | undefined;
  /** Places among the entries of what this run keeps itself. */
  private readonly used = new Set<number>();

  private constructor(store: PartStore<Described>) {
    this.store = store;
  }

  /** Undefined if it cannot be read. */
  static open(source: StoredBytes): OpenModule | undefined {
    const store = openParts<Described>(source, MAGIC);
    return store && new OpenModule(store);
  }

  /** Its region of that number. */
  candidate(number: number): Candidate | undefined {
    const entry = this.regionEntries()[number];
    return entry && { extents: entry.extents, read: () => this.region(entry) };
  }

  /** The region is in use: this run keeps it itself. */
  markUsed(number: number): void {
    this.used.add(number);
  }

  /** All but its regions; undefined if it cannot be read. */
  content(): Omit<KeptModule, 'regions'> | undefined {
    const { bytes: at, host, sites, regions: _, ...rest } = this.store.description;
    const bytes = this.store.part(at);
    const words = this.store.part(sites);
    const code = host && this.store.part(host);
    if (bytes === undefined || words === undefined || (host && code === undefined)) return undefined;
    return {
      ...rest,
      bytes,
      host: host && { code: code!, checksum: host.checksum },
      sites: { first: sites.first, words: new Int32Array(words.buffer) },
    };
  }

  /** The regions that this run had no use for. */
  unused(): KeptRegion[] {
    const regions: KeptRegion[] = [];
    this.regionEntries().forEach((entry, number) => {
      const region = this.used.has(number) ? undefined : this.region(entry);
      if (region) regions.push(region);
    });
    return regions;
  }

  private regionEntries(): readonly RegionEntry[] {
    if (this.entries === undefined) {
      const text = this.store.part(this.store.description.regions);
      this.entries = (text && parsedJson<RegionEntry[]>(text)) ?? [];
    }
    return this.entries;
  }

  private region(entry: RegionEntry): KeptRegion | undefined {
    const code = this.store.part(entry.code);
    return code && { ...entry, code };
  }
}

export function encodeKeptModule({ bytes, host, sites, regions, ...rest }: KeptModule): StorePieces {
  const writer = new PartWriter();
  const entries = regions.map((region): RegionEntry => ({ ...region, code: writer.add(region.code) }));
  const described: Described = {
    ...rest,
    bytes: writer.add(bytes),
    host: host && { ...writer.add(host.code), checksum: host.checksum },
    sites: { ...writer.addWords(sites.words), first: sites.first },
    regions: writer.add(jsonBytes(entries)),
  };
  return writer.finish(MAGIC, described);
}
