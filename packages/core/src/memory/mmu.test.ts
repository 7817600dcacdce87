import { describe, expect, it } from 'vitest';
import { GuestFault } from '../cpu/guest-fault.ts';
import { toyIsa } from '../testing/toy-isa.ts';
import { KERNEL_BASE, toyMachine, USER_DATA } from '../testing/toy-machine.ts';
import type { AddressSpace } from './address-space.ts';
import { GuestMemory } from './guest-memory.ts';
import { PAGE_SHIFT, SET_BYTES, SETS_BASE, setCountFor, TABLE_SUPERVISOR, TABLE_WRITE } from './memory-map.ts';
import { Mmu } from './mmu.ts';
import {
  makePte,
  PTE_ACCESSED,
  PTE_DIRTY,
  PTE_EXEC,
  PTE_PRESENT,
  PTE_SOFT1,
  PTE_USER,
  PTE_WRITE,
} from './page-table.ts';

const RW = PTE_PRESENT | PTE_USER | PTE_WRITE;
const RO = PTE_PRESENT | PTE_USER;

function setUp(): { memory: GuestMemory; mmu: Mmu; space: AddressSpace } {
  const memory = new GuestMemory(64, 'little');
  const mmu = new Mmu(memory, KERNEL_BASE);
  const space = mmu.createSpace();
  mmu.activate(space);
  return { memory, mmu, space };
}

/** The translation word of an address in a table of the space's set. */
function word({ memory, space }: { memory: GuestMemory; space: AddressSpace }, table: number, address: number): number {
  return memory.i32[(SETS_BASE + space.set * SET_BYTES + table + (address >>> PAGE_SHIFT) * 4) >> 2]!;
}

function faultOf(run: () => unknown): GuestFault {
  try {
    run();
  } catch (thrown) {
    if (thrown instanceof GuestFault) return thrown;
    throw thrown;
  }
  throw new Error('no fault');
}

describe('Mmu', () => {
  it('translates, and fills the table so that an access adds the word and 1', () => {
    const machine = setUp();
    const { memory, mmu, space } = machine;
    mmu.setEntry(space, 5, makePte(9, RW));
    expect(mmu.translate(0x5123, 'read', false)).toBe(memory.frameAddress(9) + 0x123);
    expect(0x5123 + word(machine, 0, 0x5123) + 1).toBe(memory.frameAddress(9) + 0x123);
    expect(word(machine, TABLE_WRITE, 0x5123)).toBe(0);
    expect(word(machine, TABLE_SUPERVISOR, 0x5123)).toBe(0);
    mmu.translate(0x5000, 'write', true);
    expect(0x5000 + word(machine, TABLE_SUPERVISOR + TABLE_WRITE, 0x5000) + 1).toBe(memory.frameAddress(9));
  });

  it('marks pages accessed by a read and dirty by a write', () => {
    const { mmu, space } = setUp();
    mmu.setEntry(space, 5, makePte(9, RW));
    mmu.translate(0x5000, 'read', false);
    expect(mmu.entry(space, 5) & (PTE_ACCESSED | PTE_DIRTY)).toBe(PTE_ACCESSED);
    mmu.translate(0x5000, 'write', false);
    expect(mmu.entry(space, 5) & (PTE_ACCESSED | PTE_DIRTY)).toBe(PTE_ACCESSED | PTE_DIRTY);
  });

  it('refuses what the entry does not permit, and says whether the page was there', () => {
    const { mmu, space } = setUp();
    mmu.setEntry(space, 5, makePte(9, RO));
    mmu.setEntry(space, 6, makePte(9, PTE_PRESENT | PTE_WRITE));
    const refused = [
      faultOf(() => mmu.translate(0x5004, 'write', true)),
      faultOf(() => mmu.translate(0x5004, 'execute', false)),
      faultOf(() => mmu.translate(0x6004, 'read', false)),
    ];
    for (const fault of refused) expect(fault.present).toBe(true);
    const missing = faultOf(() => mmu.translate(-0x4ffc, 'read', true));
    expect([missing.present, missing.address, missing.access]).toEqual([false, -0x4ffc, 'read']);
    expect(mmu.translate(0x6004, 'write', true)).toBeGreaterThan(0);
  });

  it('drops a page from all tables when its entry changes', () => {
    const machine = setUp();
    const { mmu, space } = machine;
    mmu.setEntry(space, 5, makePte(9, RW));
    for (const supervisor of [false, true]) {
      mmu.translate(0x5000, 'read', supervisor);
      mmu.translate(0x5000, 'write', supervisor);
    }
    mmu.setEntry(space, 5, makePte(9, RO));
    for (const table of [0, TABLE_WRITE, TABLE_SUPERVISOR, TABLE_SUPERVISOR + TABLE_WRITE]) {
      expect(word(machine, table, 0x5000)).toBe(0);
    }
    expect(faultOf(() => mmu.translate(0x5000, 'write', false)).present).toBe(true);
  });

  it('shares the kernel’s pages between address spaces, and drops them in all', () => {
    const { memory, mmu, space } = setUp();
    const other = mmu.createSpace();
    const page = KERNEL_BASE >>> PAGE_SHIFT;
    mmu.setEntry(space, page, makePte(7, PTE_PRESENT | PTE_WRITE));
    for (const each of [space, other]) {
      mmu.activate(each);
      mmu.translate(KERNEL_BASE | 0, 'read', true);
    }
    expect(word({ memory, space }, TABLE_SUPERVISOR, KERNEL_BASE)).not.toBe(0);
    mmu.setEntry(mmu.kernelOnly, page, 0);
    for (const each of [space, other]) expect(word({ memory, space: each }, TABLE_SUPERVISOR, KERNEL_BASE)).toBe(0);
  });

  it('recycles the table set used longest ago, cleared', () => {
    const { memory, mmu } = setUp();
    const spaces = Array.from({ length: setCountFor(64) + 2 }, () => mmu.createSpace());
    spaces.forEach((space, index) => {
      mmu.setEntry(space, 5, makePte(10 + index, RW));
      mmu.activate(space);
      expect(mmu.translate(0x5000, 'read', false)).toBe(memory.frameAddress(10 + index));
    });
    expect(mmu.recycles).toBeGreaterThan(0);
    expect(spaces[0]!.set).toBe(-1);
    mmu.activate(spaces[0]!);
    expect(word({ memory, space: spaces[0]! }, 0, 0x5000)).toBe(0);
    expect(mmu.translate(0x5000, 'read', false)).toBe(memory.frameAddress(10));
  });

  it('withdraws the right to write: entries and tables for writing, at both privileges', () => {
    const machine = setUp();
    const { mmu, space } = machine;
    mmu.setEntry(space, 5, makePte(9, RW | PTE_SOFT1));
    mmu.translate(0x5000, 'write', false);
    mmu.translate(0x5000, 'write', true);
    mmu.translate(0x5000, 'read', false);
    mmu.withdrawWrite(space, 5);
    expect(mmu.entry(space, 5)).toBe(makePte(9, RO | PTE_SOFT1 | PTE_ACCESSED | PTE_DIRTY));
    expect(word(machine, TABLE_WRITE, 0x5000)).toBe(0);
    expect(word(machine, TABLE_SUPERVISOR + TABLE_WRITE, 0x5000)).toBe(0);
    expect(word(machine, 0, 0x5000)).not.toBe(0);
    expect(faultOf(() => mmu.translate(0x5000, 'write', true)).present).toBe(true);
  });

  it('gives the page tables of a space that is gone to others, empty', () => {
    const { mmu } = setUp();
    const gone = mmu.createSpace();
    for (const page of [3, 1024, 0xbffff]) mmu.setEntry(gone, page, makePte(9, RW));
    mmu.destroySpace(gone);
    gone.pages.recycle();
    gone.pages.recycle();
    expect(gone.pages.get(3)).toBe(0);
    const spaces = [mmu.createSpace(), mmu.createSpace()];
    for (const space of spaces) for (const page of [4, 1025, 0xbfffe]) mmu.setEntry(space, page, makePte(8, RW));
    mmu.setEntry(spaces[0]!, 4, 0);
    const found: number[] = [];
    spaces[1]!.pages.forEach(0, 1 << 20, (page) => found.push(page));
    expect(found).toEqual([4, 1025, 0xbfffe]);
  });

  it('tells when executable pages are mapped otherwise, and only then', () => {
    const { mmu, space } = setUp();
    const told: number[] = [];
    mmu.codeMappingListener = (_, page) => told.push(page);
    mmu.setEntry(space, 1, makePte(9, RW));
    mmu.setEntry(space, 1, makePte(9, RO));
    mmu.setEntry(space, 2, makePte(9, RO | PTE_EXEC));
    mmu.setEntry(space, 2, makePte(9, RO | PTE_EXEC | PTE_ACCESSED));
    expect(told).toEqual([]);
    mmu.setEntry(space, 2, makePte(8, RO | PTE_EXEC));
    mmu.setEntry(space, 2, makePte(8, PTE_PRESENT | PTE_EXEC));
    mmu.setEntry(space, 2, 0);
    expect(told).toEqual([2, 2, 2]);
  });

  it('hands out no writable translation for a frame with code, and takes back those there are', () => {
    const machine = setUp();
    const { memory, mmu, space } = machine;
    mmu.setEntry(space, 5, makePte(9, RW));
    mmu.setEntry(space, 6, makePte(9, RW));
    mmu.translate(0x5000, 'write', false);
    mmu.translate(0x6000, 'write', true);
    expect(memory.markCode(9, 64, 4)).toBe(true);
    expect(memory.markCode(9, 128, 4)).toBe(false);
    mmu.forbidWrites(9);
    expect(word(machine, TABLE_WRITE, 0x5000)).toBe(0);
    expect(word(machine, TABLE_SUPERVISOR + TABLE_WRITE, 0x6000)).toBe(0);
    mmu.translate(0x5000, 'write', false);
    expect(word(machine, TABLE_WRITE, 0x5000)).toBe(0);
    memory.clearCode(9);
    mmu.translate(0x5000, 'write', false);
    expect(word(machine, TABLE_WRITE, 0x5000)).not.toBe(0);
  });
});

describe('GuestMemory', () => {
  it('tells of writes to the granules code was lifted from, and of no others', () => {
    const memory = new GuestMemory(4, 'little');
    const told: number[][] = [];
    memory.codeWriteListener = (...write) => told.push(write);
    memory.markCode(1, 100, 40); // granules 1 and 2
    memory.noteCodeWrite(1, 0, 64);
    memory.noteCodeWrite(1, 192, 64);
    memory.noteCodeWrite(2, 100, 4);
    memory.noteCodeWrite(1, 64, 0);
    expect(told).toEqual([]);
    memory.noteCodeWrite(1, 63, 2);
    memory.writeFrame(1, 191, new Uint8Array(1));
    memory.zeroFrame(1);
    memory.markCode(3, 4092, 4); // the last granule
    memory.copyFrame(3, 1);
    expect(told).toEqual([
      [1, 63, 2],
      [1, 191, 1],
      [1, 0, 4096],
      [3, 0, 4096],
    ]);
  });

  it('keeps a frame without writable translations until it is given another content', () => {
    const memory = new GuestMemory(4, 'little');
    memory.keepUnwritable(1);
    expect([memory.hasCode(1), memory.hasCode(2)]).toEqual([true, false]);
    memory.writeFrame(1, 0, new Uint8Array(4095));
    expect(memory.hasCode(1)).toBe(true);
    memory.writeFrame(1, 0, new Uint8Array(4096));
    expect(memory.hasCode(1)).toBe(false);
    memory.keepUnwritable(1);
    memory.zeroFrame(1);
    expect(memory.hasCode(1)).toBe(false);
  });

  it('keeps big-endian memory as words in host order', () => {
    const memory = new GuestMemory(4, 'big');
    memory.writeFrame(1, 4, Uint8Array.of(0x12, 0x34, 0x56, 0x78, 0x9a));
    const at = memory.frameAddress(1) + 4;
    expect(memory.i32[at >> 2]).toBe(0x12345678);
    expect(memory.readByte(at + 3)).toBe(0x78);
    const read = new Uint8Array(5);
    memory.readFrame(1, 4, read);
    expect([...read]).toEqual([0x12, 0x34, 0x56, 0x78, 0x9a]);
  });

  it('refuses more frames than one memory holds', () => {
    expect(() => new GuestMemory(1 << 20, 'little')).toThrow(RangeError);
  });
});

describe('VirtualAccess', () => {
  it.each(['little', 'big'] as const)('%s-endian: unaligned words across pages, as bytes', (byteOrder) => {
    const machine = toyMachine({ isa: toyIsa(byteOrder) });
    const { virtual } = machine.cpu;
    const at = USER_DATA + 0xffe;
    virtual.write32(at, 0x12345678, false);
    const bytes = [0, 1, 2, 3].map((i) => virtual.read8(at + i, false));
    expect(bytes).toEqual(byteOrder === 'big' ? [0x12, 0x34, 0x56, 0x78] : [0x78, 0x56, 0x34, 0x12]);
    expect(virtual.read32(at, false)).toBe(0x12345678);
    expect(virtual.read16(at + 1, false)).toBe(0x3456);
    virtual.write16(at + 1, 0xabcd, false);
    expect(virtual.read32(at, false) >>> 0).toBe(0x12abcd78);
  });

  it('writes nothing where the second page faults', () => {
    const { cpu } = toyMachine();
    const at = USER_DATA + 0x1ffe;
    expect(() => cpu.virtual.write32(at, -1, false)).toThrow();
    expect(cpu.virtual.read16(at, false)).toBe(0);
  });
});

it('knows where kernel addresses lie that its tables have, and no others', () => {
  const { memory, mmu } = setUp();
  const page = KERNEL_BASE >>> PAGE_SHIFT;
  mmu.setEntry(mmu.current, page, makePte(3, PTE_PRESENT | PTE_WRITE));
  mmu.setEntry(mmu.current, USER_DATA >>> PAGE_SHIFT, makePte(4, RW));
  const at = (access: 'read' | 'write') => mmu.translatedKernel(KERNEL_BASE + 8, access);
  expect([at('read'), at('write')]).toEqual([-1, -1]);
  mmu.translate(KERNEL_BASE, 'read', true);
  expect([at('read'), at('write')]).toEqual([memory.frameAddress(3) + 8, -1]);
  mmu.translate(KERNEL_BASE, 'write', true);
  expect(at('write')).toBe(memory.frameAddress(3) + 8);
  mmu.forbidWrites(3);
  expect([at('read'), at('write')]).toEqual([memory.frameAddress(3) + 8, -1]);
  mmu.setEntry(mmu.current, page, makePte(5, PTE_PRESENT));
  expect(at('read')).toBe(-1);
  mmu.translate(USER_DATA, 'read', true);
  expect(mmu.translatedKernel(USER_DATA, 'read')).toBe(-1);
});

describe('Translations of the kernel’s pages', () => {
  it('fills a new set with what is known of the kernel, and forgets it with the mapping', () => {
    const { memory, mmu } = setUp();
    const kernelPage = KERNEL_BASE >>> PAGE_SHIFT;
    mmu.setEntry(mmu.kernelOnly, kernelPage, makePte(9, PTE_PRESENT | PTE_WRITE));
    mmu.setEntry(mmu.kernelOnly, kernelPage + 1, makePte(10, PTE_PRESENT | PTE_WRITE));
    mmu.translate(KERNEL_BASE, 'read', true);
    mmu.translate(KERNEL_BASE, 'write', true);
    mmu.translate(KERNEL_BASE + 0x1000, 'write', true);
    const filled = (): number[] => {
      mmu.activate(mmu.createSpace());
      return [
        mmu.translatedKernel(KERNEL_BASE + 4, 'read'),
        mmu.translatedKernel(KERNEL_BASE + 4, 'write'),
        mmu.translatedKernel(KERNEL_BASE + 0x1004, 'write'),
        mmu.translated(mmu.current, KERNEL_BASE, 'read'),
      ];
    };
    const [first, second] = [memory.frameAddress(9) + 4, memory.frameAddress(10) + 4];
    expect(filled()).toEqual([first, first, second, -1]);
    mmu.setEntry(mmu.kernelOnly, kernelPage + 1, makePte(10, PTE_PRESENT));
    expect(filled()).toEqual([first, first, -1, -1]);
    mmu.forbidWrites(9);
    expect(filled()).toEqual([first, -1, -1, -1]);
    mmu.setEntry(mmu.kernelOnly, kernelPage, 0);
    expect(filled()).toEqual([-1, -1, -1, -1]);
  });

  it('fills the table for the kernel’s own accesses, not for addresses below it', () => {
    const { memory, mmu, space } = setUp();
    mmu.setEntry(space, 5, makePte(8, RW));
    mmu.setEntry(mmu.kernelOnly, KERNEL_BASE >>> PAGE_SHIFT, makePte(9, PTE_PRESENT));
    expect([mmu.fillKernel(0x5000, 'read'), mmu.fillKernel(KERNEL_BASE, 'write')]).toEqual([-1, -1]);
    expect(mmu.translatedKernel(KERNEL_BASE, 'read')).toBe(-1);
    expect(mmu.fillKernel(KERNEL_BASE, 'read')).toBe(memory.frameAddress(9));
    expect(mmu.translatedKernel(KERNEL_BASE, 'read')).toBe(memory.frameAddress(9));
  });
});
