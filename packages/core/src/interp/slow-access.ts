import type { Cpu } from '../cpu/cpu.ts';
import type { GuestFault } from '../cpu/guest-fault.ts';
import type { AlignmentVectors } from '../isa-backend.ts';
import type { GuestMemory } from '../memory/guest-memory.ts';
import { PAGE_MASK, PAGE_SIZE } from '../memory/memory-map.ts';
import type { Mmu } from '../memory/mmu.ts';

/**
 * Guest memory accesses that the translation table does not answer: not yet translated, code page
 * being written, across a page, unaligned in word-swapped memory. A page fault is noted (`fault`), and
 * answered with false, before anything is written; across a page the lower page faults first, and the fault
 * of the upper page is at its first byte. Faults of alignment are thrown.
 *
 * A value is 1 to 4 words at a place of the memory, lowest first. Big-endian guests hold it as one
 * number: its highest word lies at the lowest address.
 */
export class SlowAccess {
  /** Set when a store hit bytes that code was lifted from: the running block leaves after the instruction. */
  codeWritten = false;
  /** The access is the CPU's own: its page fault says so. */
  implied = false;
  /** The page fault of the last access that answered false. */
  fault: GuestFault | undefined;
  /** Accesses that came here. */
  count = 0;
  private readonly cpu: Cpu;
  private readonly alignment: AlignmentVectors | undefined;
  private readonly mmu: Mmu;
  private readonly memory: GuestMemory;
  private readonly bigEndian: boolean;
  private readonly bytes = new Uint8Array(16);
  private readonly words = new Int32Array(this.bytes.buffer);

  constructor(cpu: Cpu, alignment: AlignmentVectors | undefined) {
    this.cpu = cpu;
    this.alignment = alignment;
    this.mmu = cpu.mmu;
    this.memory = cpu.memory;
    this.bigEndian = cpu.memory.bigEndian;
  }

  /**
   * Value of 1, 2, 4, 8 or 16 bytes, zero-extended, to the words at `place`. `access` is 'write' for the
   * load of a read-modify-write.
   */
  load(address: number, length: number, access: 'read' | 'write', supervisor: boolean, place: number): boolean {
    this.words[0] = 0;
    if (!this.fetch(address, length, access, supervisor)) return false;
    const { i32 } = this.memory;
    i32[place] = this.words[0]!;
    for (let word = 1; word < length >> 2; word++) i32[place + word] = this.words[word]!;
    return true;
  }

  /** Stores the low 1, 2 or 4 bytes of `value`. */
  store(address: number, length: number, value: number, supervisor: boolean): boolean {
    this.words[0] = value;
    return this.put(address, length, supervisor);
  }

  /** Stores 8 or 16 bytes from the words at `place`. */
  storeWords(address: number, length: number, supervisor: boolean, place: number): boolean {
    for (let word = 0; word < length >> 2; word++) this.words[word] = this.memory.i32[place + word]!;
    return this.put(address, length, supervisor);
  }

  /** Faults as a write of `length` bytes (at most a page) would. */
  probeWrite(address: number, length: number, supervisor: boolean): boolean {
    this.count++;
    if (this.translate(address, 'write', supervisor) < 0) return false;
    if ((address & PAGE_MASK) + length <= PAGE_SIZE) return true;
    return this.translate((address + length - 1) & ~PAGE_MASK, 'write', supervisor) >= 0;
  }

  /** Byte address; -1 for a page fault, which is noted. */
  private translate(address: number, access: 'read' | 'write', supervisor: boolean): number {
    const at = this.mmu.probe(this.mmu.current, address, access, supervisor);
    if (at >= 0) return at;
    this.fault = this.mmu.pageFault(address, access);
    this.fault.implied = this.implied;
    return at;
  }

  /** Guest bytes to `bytes`, in the order of a little-endian number. */
  private fetch(address: number, length: number, access: 'read' | 'write', supervisor: boolean): boolean {
    this.count++;
    const { memory, bytes, alignment } = this;
    if (alignment !== undefined && address & (length - 1)) this.cpu.fault(alignment[access], address);
    const at = this.translate(address, access, supervisor);
    if (at < 0) return false;
    const first = Math.min(length, PAGE_SIZE - (address & PAGE_MASK));
    let upper = at;
    if (first < length) {
      upper = this.translate((address + first) | 0, access, supervisor);
      if (upper < 0) return false;
      upper -= first;
    }
    for (let i = 0; i < length; i++) {
      const byte = memory.readByte((i < first ? at : upper) + i);
      bytes[this.bigEndian ? length - 1 - i : i] = byte;
    }
    return true;
  }

  private put(address: number, length: number, supervisor: boolean): boolean {
    this.count++;
    const { memory, bytes, alignment } = this;
    if (alignment !== undefined && address & (length - 1)) this.cpu.fault(alignment.write, address);
    const at = this.translate(address, 'write', supervisor);
    if (at < 0) return false;
    const first = Math.min(length, PAGE_SIZE - (address & PAGE_MASK));
    let upper = at;
    if (first < length) {
      upper = this.translate((address + first) | 0, 'write', supervisor);
      if (upper < 0) return false;
      upper -= first;
    }
    memory.noteCodeWrite(memory.frameOf(at), address & PAGE_MASK, first);
    if (first < length) memory.noteCodeWrite(memory.frameOf(upper + first), 0, length - first);
    const swap = this.bigEndian ? 3 : 0;
    for (let i = 0; i < length; i++) {
      const byte = bytes[this.bigEndian ? length - 1 - i : i]!;
      memory.u8[xor((i < first ? at : upper) + i, swap)] = byte;
    }
    return true;
  }
}

/** Byte address with its low bits flipped; addresses may exceed 31 bits. */
function xor(address: number, bits: number): number {
  return (address ^ bits) >>> 0;
}
