import type { LiftedBlock } from '../engine/translator-port.ts';
import type { AddressSpace } from '../memory/address-space.ts';
import { PAGE_MASK, PAGE_SHIFT } from '../memory/memory-map.ts';
import type { Mmu } from '../memory/mmu.ts';
import { PTE_EXEC, PTE_PRESENT, PTE_USER, pteFrame } from '../memory/page-table.ts';

/** A translated region. It belongs to the page frames it was made from: every address space that maps them alike uses it. */
export interface Region {
  readonly pc: number;
  readonly mode: number;
  /** Element of the function table. */
  readonly slot: number;
  /** Executable pages it needs, and the frames they must have. */
  readonly pages: readonly { readonly page: number; readonly frame: number }[];
  readonly blocks: readonly LiftedBlock[];
  readonly supervisor: boolean;
  /** Addresses of its blocks, and of the computed jumps in them. */
  readonly blockPcs: ReadonlySet<number>;
  readonly jumpPcs: readonly number[];
  /** Times it was translated again to take in targets of its computed jumps. */
  readonly refreshed: number;
  alive: boolean;
  /** Times it left without having executed anything. */
  fruitless: number;
}

const FILTER_SIZE = 1 << 16;

/** All regions, found by address and by frame. */
export class RegionStore {
  private readonly byPc = new Map<number, Region[]>();
  private readonly byFrame = new Map<number, Set<Region>>();
  private readonly byJump = new Map<number, Set<Region>>();
  private readonly bySlot: (Region | undefined)[] = [];
  /** One byte for each hash of a pc that was ever added: most look-ups end here. */
  private readonly filter = new Uint8Array(FILTER_SIZE);

  add(region: Region): void {
    const list = this.byPc.get(region.pc);
    if (list) list.push(region);
    else this.byPc.set(region.pc, [region]);
    this.bySlot[region.slot] = region;
    this.filter[hash(region.pc)] = 1;
    for (const { frame } of region.pages) insert(this.byFrame, frame, region);
    for (const pc of region.jumpPcs) insert(this.byJump, pc, region);
  }

  /** False: there is surely no region at pc. */
  mayHave(pc: number): boolean {
    return this.filter[hash(pc)] !== 0;
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

  /** Live regions with bytes in this stretch of the frame. */
  overlapping(frame: number, offset: number, length: number): Region[] {
    const set = this.byFrame.get(frame);
    if (!set) return [];
    return [...set].filter((region) => region.blocks.some((block) => overlaps(block, frame, offset, length)));
  }

  remove(region: Region): void {
    region.alive = false;
    const list = this.byPc.get(region.pc)!.filter((other) => other !== region);
    if (list.length > 0) this.byPc.set(region.pc, list);
    else this.byPc.delete(region.pc);
    for (const { frame } of region.pages) erase(this.byFrame, frame, region);
    for (const pc of region.jumpPcs) erase(this.byJump, pc, region);
  }

  clear(): void {
    for (const region of this.bySlot) if (region) region.alive = false;
    this.byPc.clear();
    this.byFrame.clear();
    this.byJump.clear();
    this.bySlot.length = 0;
    this.filter.fill(0);
  }
}

/** Pages and frames that lifted blocks were made from. */
export function pagesOf(blocks: readonly LiftedBlock[]): { page: number; frame: number }[] {
  const pages = new Map<number, number>();
  for (const { ir, frame, secondFrame } of blocks) {
    pages.set(ir.pc >>> PAGE_SHIFT, frame);
    if (secondFrame >= 0) pages.set(((ir.endPc - 1) | 0) >>> PAGE_SHIFT, secondFrame);
  }
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

function overlaps(block: LiftedBlock, frame: number, offset: number, length: number): boolean {
  const start = block.ir.pc & PAGE_MASK;
  const end = start + ((block.ir.endPc - block.ir.pc) | 0);
  if (block.frame === frame && offset < end && offset + length > start) return true;
  return block.secondFrame === frame && offset < end - PAGE_MASK - 1;
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

function hash(pc: number): number {
  return (pc ^ (pc >>> 16)) & (FILTER_SIZE - 1);
}
