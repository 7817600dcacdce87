import { expect, it } from 'vitest';
import type { AddressSpace } from '../memory/address-space.ts';
import { GuestMemory } from '../memory/guest-memory.ts';
import { FETCH_TABLES_COUNT } from '../memory/memory-map.ts';
import { Mmu } from '../memory/mmu.ts';
import { makePte, PTE_EXEC, PTE_PRESENT, PTE_USER } from '../memory/page-table.ts';
import { KERNEL_BASE } from '../testing/toy-machine.ts';
import { FetchTables } from './fetch-tables.ts';

const CODE = 0x5000;

function setUp() {
  const mmu = new Mmu(new GuestMemory(128, 'little'), KERNEL_BASE);
  const tables = new FetchTables(mmu);
  /** A space whose code page is that frame. */
  const spaceWith = (frame: number): AddressSpace => {
    const space = mmu.createSpace();
    mmu.setEntry(space, CODE >>> 12, makePte(frame, PTE_PRESENT | PTE_USER | PTE_EXEC));
    return space;
  };
  const frameIn = (space: AddressSpace): number => {
    mmu.activate(space);
    tables.activate(space);
    return tables.frameOf(CODE, false);
  };
  return { mmu, tables, spaceWith, frameIn };
}

it("more spaces than tables take each other's, and none executes from another's frames", () => {
  const { spaceWith, frameIn } = setUp();
  const spaces = Array.from({ length: FETCH_TABLES_COUNT + 2 }, (_, n) => spaceWith(n + 2));
  for (const [n, space] of spaces.entries()) expect(frameIn(space)).toBe(n + 2);
  for (const [n, space] of spaces.entries()) expect(frameIn(space)).toBe(n + 2);
});

it('a table of a space that is gone is empty for the next that takes it', () => {
  const { tables, spaceWith, frameIn } = setUp();
  const first = spaceWith(3);
  expect(frameIn(first)).toBe(3);
  tables.spaceDestroyed(first);
  expect(frameIn(spaceWith(4))).toBe(4);
});

it("a page mapped otherwise is asked for again, in that space's table alone", () => {
  const { mmu, tables, spaceWith, frameIn } = setUp();
  const [one, two] = [spaceWith(3), spaceWith(4)];
  expect([frameIn(one), frameIn(two)]).toEqual([3, 4]);
  mmu.setEntry(one, CODE >>> 12, makePte(7, PTE_PRESENT | PTE_USER | PTE_EXEC));
  tables.mappingChanged(one, CODE >>> 12);
  expect([frameIn(one), frameIn(two)]).toEqual([7, 4]);
});
