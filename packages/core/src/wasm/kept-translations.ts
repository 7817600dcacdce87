/**
 * Translated regions kept between runs, with the tables that give the numbers in their code a meaning: sites
 * of exits, shapes of records, computed jumps, links, helpers, instructions done in place. A later run takes the
 * tables over before it translates anything, so its own numbers go on behind them, and a kept region is put
 * into a module as it is. It is used only where the very bytes it was made from lie at their addresses; so
 * the store may be old, or of another program. Whoever keeps it keeps it apart by ISA, CPU model, version of
 * this code and everything else that what is translated depends on (translationKey).
 *
 * A store is a head of words, a description in JSON, the sites, then the regions' functions and guest code.
 */
import type { StoredBytes } from '../engine/stored-code.ts';
import type { Place } from '../engine/translator-port.ts';
import type { ComputedJump } from './jump-profile.ts';
import type { KeptRegion } from './kept-region.ts';
import type { KeptLinks } from './link-table.ts';
import type { Shape } from './shapes.ts';
import type { KeptSites } from './site-table.ts';

const MAGIC = 0x4b4d_4c54;
const FORMAT = 1;
/** Words of the head. */
const HEAD = { magic: 0, format: 1, describedBytes: 2, siteWords: 3, regionBytes: 4, size: 5 } as const;

/** What the numbers in regions' code mean. */
export interface KeptTables {
  readonly sites: KeptSites;
  readonly shapes: readonly Shape[];
  readonly jumps: readonly ComputedJump[];
  readonly links: KeptLinks;
  /** Helpers of the ISA that modules import, in order. */
  readonly helpers: readonly number[];
  readonly places: readonly Place[];
}

/** A region's entry in the description: its bytes stand apart, at `at`, the function first. */
type Entry = Omit<KeptRegion, 'body' | 'code'> & {
  readonly at: number;
  readonly bodyBytes: number;
  readonly hintBytes: number;
  readonly codeBytes: number;
};

interface Described extends Omit<KeptTables, 'sites'> {
  /** Without the words. */
  readonly sites: Omit<KeptSites, 'words'>;
  readonly regions: readonly Entry[];
}

/** A store that is being read. */
export class KeptTranslations {
  readonly tables: KeptTables;
  /** Bytes of all functions. */
  readonly bodyBytes: number;
  private readonly source: StoredBytes;
  private readonly firstByte: number;
  private readonly entries = new Map<number, Entry[]>();
  private readonly used = new Set<Entry>();

  private constructor(source: StoredBytes, described: Described, siteWords: Int32Array, firstByte: number) {
    this.source = source;
    this.firstByte = firstByte;
    this.tables = { ...described, sites: { ...described.sites, words: siteWords } };
    let bodyBytes = 0;
    for (const entry of described.regions) {
      bodyBytes += entry.bodyBytes;
      const list = this.entries.get(entry.pc);
      if (list) list.push(entry);
      else this.entries.set(entry.pc, [entry]);
    }
    this.bodyBytes = bodyBytes;
  }

  /** The store of these bytes; undefined if they are none. */
  static open(source: StoredBytes): KeptTranslations | undefined {
    const head = new Int32Array(HEAD.size);
    if (source.size < head.byteLength || !source.read(new Uint8Array(head.buffer), 0)) return undefined;
    if (head[HEAD.magic] !== MAGIC || head[HEAD.format] !== FORMAT) return undefined;
    const [describedBytes, siteWords] = [head[HEAD.describedBytes]!, head[HEAD.siteWords]!];
    const before = head.byteLength + describedBytes + 4 * siteWords;
    if (source.size !== before + head[HEAD.regionBytes]!) return undefined;
    const rest = new Uint8Array(before - head.byteLength);
    if (!source.read(rest, head.byteLength)) return undefined;
    const described = describedBy(rest.subarray(0, describedBytes));
    if (described === undefined) return undefined;
    return new KeptTranslations(source, described, new Int32Array(rest.buffer, describedBytes, siteWords), before);
  }

  /** Whether a region for (pc, mode) is kept. */
  has(pc: number, mode: number): boolean {
    return this.entries.get(pc)?.some((entry) => entry.mode === mode) ?? false;
  }

  /** The kept regions for (pc, mode); to be read if their extents are here. */
  *candidates(
    pc: number,
    mode: number,
  ): Iterable<{ readonly extents: readonly number[]; read(): KeptRegion | undefined }> {
    for (const entry of this.entries.get(pc) ?? []) {
      if (entry.mode === mode) yield { extents: entry.extents, read: () => this.read(entry) };
    }
  }

  /** The region of an entry is in use: this run keeps it itself. */
  markUsed(region: KeptRegion): void {
    for (const entry of this.entries.get(region.pc) ?? []) if (entry.extents === region.extents) this.used.add(entry);
  }

  /** The regions that this run had no use for. */
  *unused(): Iterable<KeptRegion> {
    for (const list of this.entries.values()) {
      for (const entry of list) {
        const region = this.used.has(entry) ? undefined : this.read(entry);
        if (region) yield region;
      }
    }
  }

  private read(entry: Entry): KeptRegion | undefined {
    const hints = entry.bodyBytes + entry.hintBytes;
    const bytes = new Uint8Array(hints + entry.codeBytes);
    if (!this.source.read(bytes, this.firstByte + entry.at)) return undefined;
    const body = { bytes: bytes.subarray(0, entry.bodyBytes), hints: bytes.subarray(entry.bodyBytes, hints) };
    return { ...entry, body, code: bytes.subarray(hints) };
  }
}

function describedBy(text: Uint8Array): Described | undefined {
  try {
    return JSON.parse(new TextDecoder('latin1').decode(text));
  } catch {
    return undefined;
  }
}

/** A store of these regions, whose code has the numbers of these tables. */
export function encodeTranslations(tables: KeptTables, regions: readonly KeptRegion[]): Uint8Array {
  const entries: Entry[] = [];
  let regionBytes = 0;
  for (const { body, code, ...rest } of regions) {
    const { bytes, hints } = body;
    entries.push({
      ...rest,
      at: regionBytes,
      bodyBytes: bytes.length,
      hintBytes: hints.length,
      codeBytes: code.length,
    });
    regionBytes += bytes.length + hints.length + code.length;
  }
  const { words: sites, ...otherSites } = tables.sites;
  const described: Described = { ...tables, sites: otherSites, regions: entries };
  const text = JSON.stringify(described);
  const describedBytes = (text.length + 3) & -4;
  const store = new Uint8Array(4 * HEAD.size + describedBytes + sites.byteLength + regionBytes);
  new Int32Array(store.buffer, 0, HEAD.size).set([MAGIC, FORMAT, describedBytes, sites.length, regionBytes]);
  let at = 4 * HEAD.size;
  for (let i = 0; i < describedBytes; i++) store[at + i] = i < text.length ? text.charCodeAt(i) : 0x20;
  at += describedBytes;
  store.set(new Uint8Array(sites.buffer, sites.byteOffset, sites.byteLength), at);
  at += sites.byteLength;
  for (const { body, code } of regions) {
    for (const bytes of [body.bytes, body.hints, code]) {
      store.set(bytes, at);
      at += bytes.length;
    }
  }
  return store;
}
