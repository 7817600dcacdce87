import type { GuestMemory } from './guest-memory.ts';
import { PAGE_MASK, PAGE_SHIFT, TABLE_SUPERVISOR, TABLE_WRITE, TABLES_ADDRESS } from './memory-map.ts';
import type { Mmu } from './mmu.ts';

/**
 * Virtual memory as host code that acts as the CPU sees it: every access translated and checked,
 * across pages and unaligned, faults thrown before anything is written.
 */
export class VirtualAccess {
  private readonly memory: GuestMemory;
  private readonly mmu: Mmu;

  constructor(memory: GuestMemory, mmu: Mmu) {
    this.memory = memory;
    this.mmu = mmu;
  }

  /** Word of a translation table (see Mmu), 0 where nothing is filled in yet: the way translated code goes. */
  private translation(address: number, table: number): number {
    const { i32 } = this.memory;
    return i32[(i32[TABLES_ADDRESS >> 2]! + table + (address >>> PAGE_SHIFT) * 4) >>> 2]!;
  }

  /**
   * Index among the words of memory of an aligned address, for an access that its translation table serves:
   * it goes up to the page's end. -1 where there is no translation yet (the access may be allowed even so).
   */
  translatedWord(address: number, access: 'read' | 'write', supervisor: boolean): number {
    const word = this.translation(
      address,
      (access === 'write' ? TABLE_WRITE : 0) + (supervisor ? TABLE_SUPERVISOR : 0),
    );
    return word === 0 ? -1 : (address + word + 1) >>> 2;
  }

  /** Byte, zero-extended. Throws GuestFault. */
  read8(address: number, supervisor: boolean): number {
    return this.memory.readByte(this.mmu.translate(address, 'read', supervisor));
  }

  /** Half-word in guest byte order, zero-extended. */
  read16(address: number, supervisor: boolean): number {
    const first = this.read8(address, supervisor);
    const second = this.read8((address + 1) | 0, supervisor);
    return this.memory.bigEndian ? (first << 8) | second : first | (second << 8);
  }

  /** Word in guest byte order, as int32. */
  read32(address: number, supervisor: boolean): number {
    if ((address & 3) === 0) {
      const word = this.translation(address, supervisor ? TABLE_SUPERVISOR : 0);
      if (word !== 0) return this.memory.i32[(address + word + 1) >>> 2]!;
      return this.memory.i32[this.mmu.translate(address, 'read', supervisor) >>> 2]!;
    }
    const first = this.read16(address, supervisor);
    const second = this.read16((address + 2) | 0, supervisor);
    return this.memory.bigEndian ? (first << 16) | second : first | (second << 16);
  }

  /** Throws as a write of `length` bytes (at most a page) would; writes nothing. */
  probeWrite(address: number, length: number, supervisor: boolean): void {
    this.mmu.translate(address, 'write', supervisor);
    if ((address & PAGE_MASK) + length > PAGE_MASK + 1) {
      this.mmu.translate((address + length - 1) & ~PAGE_MASK, 'write', supervisor);
    }
  }

  /** Throws as a read of `length` bytes (at most a page) would. */
  probeRead(address: number, length: number, supervisor: boolean): void {
    this.mmu.translate(address, 'read', supervisor);
    if ((address & PAGE_MASK) + length > PAGE_MASK + 1) {
      this.mmu.translate((address + length - 1) & ~PAGE_MASK, 'read', supervisor);
    }
  }

  write8(address: number, value: number, supervisor: boolean): void {
    const at = this.mmu.translate(address, 'write', supervisor);
    this.memory.noteCodeWrite(this.memory.frameOf(at), at & PAGE_MASK, 1);
    this.memory.u8[this.memory.bigEndian ? (at ^ 3) >>> 0 : at] = value;
  }

  write16(address: number, value: number, supervisor: boolean): void {
    this.probeWrite(address, 2, supervisor);
    const low = this.memory.bigEndian ? value >>> 8 : value;
    const high = this.memory.bigEndian ? value : value >>> 8;
    this.write8(address, low & 0xff, supervisor);
    this.write8((address + 1) | 0, high & 0xff, supervisor);
  }

  write32(address: number, value: number, supervisor: boolean): void {
    if ((address & 3) === 0) {
      const word = this.translation(address, TABLE_WRITE + (supervisor ? TABLE_SUPERVISOR : 0));
      if (word !== 0) {
        // No frame that code was lifted from has a writable translation.
        this.memory.i32[(address + word + 1) >>> 2] = value;
        return;
      }
      const at = this.mmu.translate(address, 'write', supervisor);
      this.memory.noteCodeWrite(this.memory.frameOf(at), at & PAGE_MASK, 4);
      this.memory.i32[at >>> 2] = value;
      return;
    }
    this.probeWrite(address, 4, supervisor);
    for (let i = 0; i < 4; i++) {
      const shift = this.memory.bigEndian ? 24 - 8 * i : 8 * i;
      this.write8((address + i) | 0, (value >>> shift) & 0xff, supervisor);
    }
  }
}
