import { PAGE_SHIFT } from './memory-map.ts';

/** Page-table entry: frame number << 12 | flags. Plain int32 words. */
export const PTE_PRESENT = 0x001;
export const PTE_WRITE = 0x002;
export const PTE_USER = 0x004;
export const PTE_EXEC = 0x008;
/** Execute-only: reads fault, at every privilege level. No 32-bit CPU has this in its page tables; it is this MMU's own. */
export const PTE_UNREADABLE = 0x010;
/** Set by the MMU at the first translation for reading, for writing. */
export const PTE_ACCESSED = 0x020;
export const PTE_DIRTY = 0x040;
/** Software bits, which core does not interpret. In an entry without PTE_PRESENT the frame field is the kernel's too. */
export const PTE_SOFT1 = 0x100;
export const PTE_SOFT2 = 0x200;
export const PTE_SOFT3 = 0x400;
export const PTE_SOFT4 = 0x800;

export function pteFrame(entry: number): number {
  return entry >>> PAGE_SHIFT;
}

export function makePte(frame: number, flags: number): number {
  return (frame << PAGE_SHIFT) | flags;
}

const SLOTS = 1024;
/** Empty leaves and empty tables of leaves, from address spaces that are gone: making them anew is a good part of a fork. */
const spareLeaves: Int32Array[] = [];
const spareTables: (Int32Array | undefined)[][] = [];
const MOST_SPARE_LEAVES = 128;
const MOST_SPARE_TABLES = 16;
/** What a table that is gone has: nothing is put there. */
const NO_LEAVES: (Int32Array | undefined)[] = [];

/** Two-level table of int32 entries by virtual page number (20 bits). A missing leaf is 1024 zero entries. */
export class PageTable {
  leaves: (Int32Array | undefined)[] = spareTables.pop() ?? new Array(SLOTS).fill(undefined);
  /** Slots that have a leaf. */
  private readonly made: number[] = [];

  get(page: number): number {
    const leaf = this.leaves[page >>> 10];
    return leaf === undefined ? 0 : leaf[page & 1023]!;
  }

  /** To be called by Mmu.setEntry alone, which drops what was derived from the old entry. */
  put(page: number, entry: number): void {
    const slot = page >>> 10;
    if (entry === 0 && this.leaves[slot] === undefined) return;
    this.leaf(slot)[page & 1023] = entry;
  }

  /**
   * The leaf of a slot (1024 pages), made if need be. Entries of an address space that no translation was
   * made from yet may be written there; others by Mmu alone.
   */
  leaf(slot: number): Int32Array {
    let leaf = this.leaves[slot];
    if (leaf === undefined) {
      leaf = spareLeaves.pop() ?? new Int32Array(SLOTS);
      this.leaves[slot] = leaf;
      this.made.push(slot);
    }
    return leaf;
  }

  /** The address space is gone: the memory goes to others. */
  recycle(): void {
    const { leaves, made } = this;
    if (leaves.length < SLOTS) return;
    for (const slot of made) {
      if (spareLeaves.length < MOST_SPARE_LEAVES) spareLeaves.push(leaves[slot]!.fill(0));
      leaves[slot] = undefined;
    }
    made.length = 0;
    if (spareTables.length < MOST_SPARE_TABLES) spareTables.push(leaves);
    this.leaves = NO_LEAVES;
  }

  /** Visits the non-zero entries of pages [from, to) in order. */
  forEach(from: number, to: number, visit: (page: number, entry: number) => void): void {
    for (let slot = from >>> 10; slot <= (to - 1) >>> 10 && to > from; slot++) {
      const leaf = this.leaves[slot];
      if (leaf === undefined) continue;
      const start = Math.max(from, slot << 10);
      const end = Math.min(to, (slot + 1) << 10);
      for (let page = start; page < end; page++) {
        const entry = leaf[page & 1023]!;
        if (entry !== 0) visit(page, entry);
      }
    }
  }
}
