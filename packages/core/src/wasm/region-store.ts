import type { AddressSpace } from '../memory/address-space.ts';
import { entryFilterIndex, PAGE_MASK, PAGE_SHIFT } from '../memory/memory-map.ts';
import type { Mmu } from '../memory/mmu.ts';
import { PTE_EXEC, PTE_PRESENT, PTE_USER, pteFrame } from '../memory/page-table.ts';
import type { CodeExtent } from './code-extents.ts';
import type { KeptRegion } from './kept-region.ts';
import type { LoadedModule } from './loaded-module.ts';

/** A translated region. It belongs to the page frames it was made from: every address space that maps them alike uses it. */
export interface Region {
  readonly pc: number;
  readonly mode: number;
  /** Element of the function table. */
  readonly slot: number;
  /** Executable pages it needs, and the frames they must have. */
  readonly pages: readonly { readonly page: number; readonly frame: number }[];
  /** What of them it was made from. */
  readonly extents: readonly CodeExtent[];
  readonly supervisor: boolean;
  /** Addresses of its blocks, of the computed jumps in them, and of the places it goes on to but does not hold. */
  readonly blockPcs: ReadonlySet<number>;
  /** Addresses of what stands in line in it of its callees. */
  readonly calleePcs: ReadonlySet<number>;
  readonly jumpPcs: readonly number[];
  readonly wayOutPcs: readonly number[];
  /** Times it was translated again to take in more code. */
  readonly refreshed: number;
  /** Times it may be. */
  readonly mayRefresh: number;
  /** Its module, and what it is to be kept as for later runs; undefined where it is not to be kept. */
  readonly origin: { readonly module: LoadedModule; readonly region: KeptRegion } | undefined;
  alive: boolean;
  /** Its link (LinkTable), -1 where there was none when there were `linksThen`. */
  link: number;
  linksThen: number;
  /** Times in a row it left without having executed anything. */
  fruitless: number;
}

/** All regions, found by address and by frame. */
export class RegionStore {
  private readonly byPc = new Map<number, Region[]>();
  private readonly byFrame = new Map<number, Set<Region>>();
  private readonly byJump = new Map<number, Set<Region>>();
  private readonly byWayOut = new Map<number, Set<Region>>();
  private readonly byBlock = new Map<number, Set<Region>>();
  private readonly bySlot: (Region | undefined)[] = [];
  /** One byte for each hash of a pc that was ever added: most look-ups end here. */
  private readonly filter: Uint8Array;

  /** @param filter ENTRY_FILTER of the machine, which the interpreter looks at too */
  constructor(filter: Uint8Array) {
    this.filter = filter;
  }

  add(region: Region): void {
    const list = this.byPc.get(region.pc);
    if (list) list.push(region);
    else this.byPc.set(region.pc, [region]);
    this.bySlot[region.slot] = region;
    this.filter[entryFilterIndex(region.pc)] = 1;
    for (const { frame } of region.pages) insert(this.byFrame, frame, region);
    for (const pc of region.jumpPcs) insert(this.byJump, pc, region);
    for (const pc of region.wayOutPcs) insert(this.byWayOut, pc, region);
    for (const pc of region.blockPcs) insert(this.byBlock, pc, region);
  }

  /** False: there is surely no region at pc. */
  mayHave(pc: number): boolean {
    return this.filter[entryFilterIndex(pc)] !== 0;
  }

  atSlot(slot: number): Region | undefined {
    return this.bySlot[slot];
  }

  /** A live region for (pc, mode) whose pages the space maps, executable, from its frames. */
  find(pc: number, mode: number, space: AddressSpace, mmu: Mmu): Region | undefined {
    const list = this.byPc.get(pc);
    if (list) for (const region of list) if (region.mode === mode && isMapped(region, space, mmu)) return region;
    return undefined;
  }

  /** Live regions in which there is a computed jump at `pc`. */
  withJump(pc: number): Iterable<Region> {
    return this.byJump.get(pc) ?? [];
  }

  /** Live regions that go on to `pc` but do not hold it. */
  leadingTo(pc: number): Iterable<Region> {
    return this.byWayOut.get(pc) ?? [];
  }

  /** Live regions that hold a block at `pc`. */
  holding(pc: number): Iterable<Region> {
    return this.byBlock.get(pc) ?? [];
  }

  /** How many live regions hold a block at `pc`. */
  copiesOf(pc: number): number {
    return this.byBlock.get(pc)?.size ?? 0;
  }

  /** Live regions with bytes in this stretch of the frame. */
  overlapping(frame: number, offset: number, length: number): Region[] {
    const set = this.byFrame.get(frame);
    if (!set) return [];
    return [...set].filter((region) => region.extents.some((extent) => overlaps(extent, frame, offset, length)));
  }

  /** All live regions. */
  *live(): Iterable<Region> {
    for (const regions of this.byPc.values()) yield* regions;
  }

  remove(region: Region): void {
    region.alive = false;
    const list = this.byPc.get(region.pc)!.filter((other) => other !== region);
    if (list.length > 0) this.byPc.set(region.pc, list);
    else this.byPc.delete(region.pc);
    for (const { frame } of region.pages) erase(this.byFrame, frame, region);
    for (const pc of region.jumpPcs) erase(this.byJump, pc, region);
    for (const pc of region.wayOutPcs) erase(this.byWayOut, pc, region);
    for (const pc of region.blockPcs) erase(this.byBlock, pc, region);
  }

  clear(): void {
    for (const region of this.bySlot) if (region) region.alive = false;
    this.byPc.clear();
    this.byFrame.clear();
    this.byJump.clear();
    this.byWayOut.clear();
    this.byBlock.clear();
    this.bySlot.length = 0;
    this.filter.fill(0);
  }
}

/** Pages and frames of extents. */
export function pagesOf(extents: readonly CodeExtent[]): { page: number; frame: number }[] {
  const pages = new Map(extents.map(({ start, frame }) => [start >>> PAGE_SHIFT, frame]));
  return [...pages].map(([page, frame]) => ({ page, frame }));
}

function isMapped(region: Region, space: AddressSpace, mmu: Mmu): boolean {
  const need = PTE_PRESENT | PTE_EXEC | (region.supervisor ? 0 : PTE_USER);
  for (const { page, frame } of region.pages) {
    const entry = mmu.entry(space, page);
    if ((entry & need) !== need || pteFrame(entry) !== frame) return false;
  }
  return true;
}

function overlaps(extent: CodeExtent, frame: number, offset: number, length: number): boolean {
  const start = extent.start & PAGE_MASK;
  return extent.frame === frame && offset < start + extent.end - extent.start && offset + length > start;
}

function insert(map: Map<number, Set<Region>>, key: number, region: Region): void {
  const set = map.get(key);
  if (set) set.add(region);
  else map.set(key, new Set([region]));
}

function erase(map: Map<number, Set<Region>>, key: number, region: Region): void {
  const set = map.get(key);
  if (set?.delete(region) && set.size === 0) map.delete(key);
}
