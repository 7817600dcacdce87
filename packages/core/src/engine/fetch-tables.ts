import type { AddressSpace } from '../memory/address-space.ts';
import {
  FETCH_ADDRESS,
  FETCH_ENTRIES,
  FETCH_TABLE_BYTES,
  FETCH_TABLES_BASE,
  FETCH_TABLES_COUNT,
  PAGE_SHIFT,
} from '../memory/memory-map.ts';
import type { Mmu } from '../memory/mmu.ts';

/**
 * From which frames address spaces execute, as far as was asked: tables in the memory, where the
 * interpreter's loop looks too (memory-map.ts). With more spaces than tables they take each other's.
 */
export class FetchTables {
  private readonly mmu: Mmu;
  private readonly i32: Int32Array;
  private readonly numbers = new Map<AddressSpace, number>();
  private readonly owners: (AddressSpace | undefined)[] = new Array(FETCH_TABLES_COUNT).fill(undefined);
  private next = 0;
  private base = FETCH_TABLES_BASE;

  constructor(mmu: Mmu) {
    this.mmu = mmu;
    this.i32 = mmu.memory.i32;
  }

  /** Makes the space's table the one to look in; it is the MMU's current space. */
  activate(space: AddressSpace): void {
    this.base = baseOf(this.numbers.get(space) ?? this.assign(space));
    this.i32[FETCH_ADDRESS >> 2] = this.base;
  }

  /** The frame of an address of the current space, if it may be executed; else -1. */
  frameOf(address: number, supervisor: boolean): number {
    const page = address >>> PAGE_SHIFT;
    const tag = ((page << 1) | (supervisor ? 1 : 0)) + 1;
    const entry = (this.base >> 2) + 2 * (page & (FETCH_ENTRIES - 1));
    if (this.i32[entry] === tag) return this.i32[entry + 1]!;
    const { mmu } = this;
    const at = mmu.probe(mmu.current, address, 'execute', supervisor);
    if (at < 0) return -1;
    const frame = mmu.memory.frameOf(at);
    this.i32[entry] = tag;
    this.i32[entry + 1] = frame;
    return frame;
  }

  /** An executable page is mapped otherwise. */
  mappingChanged(space: AddressSpace, page: number): void {
    if (page >= this.mmu.kernelPage) {
      for (let number = 0; number < FETCH_TABLES_COUNT; number++) this.dropPage(number, page);
      return;
    }
    const number = this.numbers.get(space);
    if (number !== undefined) this.dropPage(number, page);
  }

  spaceDestroyed(space: AddressSpace): void {
    const number = this.numbers.get(space);
    if (number === undefined) return;
    this.numbers.delete(space);
    this.owners[number] = undefined;
  }

  /** Forgets all. */
  clear(): void {
    for (let number = 0; number < FETCH_TABLES_COUNT; number++) this.clearTable(number);
  }

  private assign(space: AddressSpace): number {
    let number = this.owners.indexOf(undefined);
    if (number < 0) {
      number = this.next;
      this.next = (number + 1) % FETCH_TABLES_COUNT;
      this.numbers.delete(this.owners[number]!);
    }
    this.owners[number] = space;
    this.numbers.set(space, number);
    this.clearTable(number);
    return number;
  }

  private clearTable(number: number): void {
    const first = baseOf(number) >> 2;
    this.i32.fill(0, first, first + FETCH_TABLE_BYTES / 4);
  }

  private dropPage(number: number, page: number): void {
    this.i32[(baseOf(number) >> 2) + 2 * (page & (FETCH_ENTRIES - 1))] = 0;
  }
}

function baseOf(number: number): number {
  return FETCH_TABLES_BASE + number * FETCH_TABLE_BYTES;
}
