import { PageTable } from './page-table.ts';

/** An address space: its page table, and the translation-table set it holds at present. */
export class AddressSpace {
  /** Opaque id that the ISA's address-space register carries (CR3 and its like); never 0. */
  readonly id: number;
  readonly pages = new PageTable();
  /** Number of its table set, -1 while it has none. Owned by the MMU. */
  set = -1;

  constructor(id: number) {
    this.id = id;
  }
}
