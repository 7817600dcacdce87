import { PageTable } from './page-table.ts';

/** Pages [start, end) hold code of one image (a file at one load bias, or one anonymous mapping). */
export interface CodeRange {
  readonly start: number;
  readonly end: number;
  /** Equal keys in two address spaces mean: the same file content at the same addresses. */
  readonly image: string;
}

/** An address space: its page table, and the translation-table set it holds at present. */
export class AddressSpace {
  /** Opaque id that the ISA's address-space register carries (CR3 and its like); never 0. */
  readonly id: number;
  readonly pages = new PageTable();
  /** Sorted, disjoint; kept by the kernel through Mmu.setCodeRanges. */
  codeRanges: readonly CodeRange[] = [];
  /** Number of its table set, -1 while it has none. Owned by the MMU. */
  set = -1;

  constructor(id: number) {
    this.id = id;
  }
}
