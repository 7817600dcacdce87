import type { Cpu } from '../cpu/cpu.ts';
import type { AlignmentVectors } from '../isa-backend.ts';
import type { GuestMemory } from '../memory/guest-memory.ts';
import { PAGE_MASK, PAGE_SIZE } from '../memory/memory-map.ts';
import type { Mmu } from '../memory/mmu.ts';

/**
 * Guest memory accesses that the translation table does not answer: not yet translated, code page
 * being written, across a page, unaligned in word-swapped memory. A fault is thrown before anything
 * is written; across a page the lower page faults first, and the fault of the upper page is at its
 * first byte.
 *
 * A value is 1 to 4 words at a place of the memory, lowest first. Big-endian guests hold it as one
 * number: its highest word lies at the lowest address.
 */
export class SlowAccess {
  /** Set when a store hit bytes that code was lifted from: the running block leaves after the instruction. */
  codeWritten = false;
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

  /** Zero-extended value of 1, 2 or 4 bytes, as int32. `access` is 'write' for the load of a read-modify-write. */
  load(address: number, length: number, access: 'read' | 'write', supervisor: boolean): number {
    this.words[0] = 0;
    this.fetch(address, length, access, supervisor);
    return this.words[0]!;
  }

  /** Value of 8 or 16 bytes to the words at `place`. */
  loadWords(address: number, length: number, access: 'read' | 'write', supervisor: boolean, place: number): void {
    this.fetch(address, length, access, supervisor);
    for (let word = 0; word < length >> 2; word++) this.memory.i32[place + word] = this.words[word]!;
  }

  /** Stores the low 1, 2 or 4 bytes of `value`. */
  store(address: number, length: number, value: number, supervisor: boolean): void {
    this.words[0] = value;
    this.put(address, length, supervisor);
  }

  /** Stores 8 or 16 bytes from the words at `place`. */
  storeWords(address: number, length: number, supervisor: boolean, place: number): void {
    for (let word = 0; word < length >> 2; word++) this.words[word] = this.memory.i32[place + word]!;
    this.put(address, length, supervisor);
  }

  /** Faults as a write of `length` bytes (at most a page) would. */
  probeWrite(address: number, length: number, supervisor: boolean): void {
    this.count++;
    this.mmu.translate(address, 'write', supervisor);
    if ((address & PAGE_MASK) + length > PAGE_SIZE) {
      this.mmu.translate((address + length - 1) & ~PAGE_MASK, 'write', supervisor);
    }
  }

  /** Guest bytes to `bytes`, in the order of a little-endian number. */
  private fetch(address: number, length: number, access: 'read' | 'write', supervisor: boolean): void {
    this.count++;
    const { memory, bytes, alignment } = this;
    if (alignment !== undefined && address & (length - 1)) this.cpu.fault(alignment[access], address);
    const at = this.mmu.translate(address, access, supervisor);
    const first = Math.min(length, PAGE_SIZE - (address & PAGE_MASK));
    const upper = first < length ? this.mmu.translate((address + first) | 0, access, supervisor) - first : at;
    for (let i = 0; i < length; i++) {
      const byte = memory.readByte((i < first ? at : upper) + i);
      bytes[this.bigEndian ? length - 1 - i : i] = byte;
    }
  }

  private put(address: number, length: number, supervisor: boolean): void {
    this.count++;
    const { memory, bytes, alignment } = this;
    if (alignment !== undefined && address & (length - 1)) this.cpu.fault(alignment.write, address);
    const at = this.mmu.translate(address, 'write', supervisor);
    const first = Math.min(length, PAGE_SIZE - (address & PAGE_MASK));
    const upper = first < length ? this.mmu.translate((address + first) | 0, 'write', supervisor) - first : at;
    memory.noteCodeWrite(memory.frameOf(at), address & PAGE_MASK, first);
    if (first < length) memory.noteCodeWrite(memory.frameOf(upper + first), 0, length - first);
    const swap = this.bigEndian ? 3 : 0;
    for (let i = 0; i < length; i++) {
      const byte = bytes[this.bigEndian ? length - 1 - i : i]!;
      memory.u8[xor((i < first ? at : upper) + i, swap)] = byte;
    }
  }
}

/** Byte address with its low bits flipped; addresses may exceed 31 bits. */
function xor(address: number, bits: number): number {
  return (address ^ bits) >>> 0;
}
