import { type Access, GuestFault } from '../cpu/guest-fault.ts';
import { AddressSpace } from './address-space.ts';
import type { GuestMemory } from './guest-memory.ts';
import { KernelWords } from './kernel-words.ts';
import {
  LOOKUP_ADDRESS,
  LOOKUP_BYTES,
  PAGE_MASK,
  PAGE_SHIFT,
  PAGE_SIZE,
  SET_BYTES,
  SETS_BASE,
  TABLE_BYTES,
  TABLE_SUPERVISOR,
  TABLE_WRITE,
  TABLES_ADDRESS,
} from './memory-map.ts';
import {
  PTE_ACCESSED,
  PTE_DIRTY,
  PTE_EXEC,
  PTE_PRESENT,
  PTE_UNREADABLE,
  PTE_USER,
  PTE_WRITE,
  pteFrame,
} from './page-table.ts';

/** Told when an executable page of an address space is mapped otherwise. */
export type CodeMappingListener = (space: AddressSpace, page: number) => void;

/** What a save file keeps of the MMU: the rest is derived. Plain data and address spaces. */
export interface MmuState {
  spaces: Map<number, AddressSpace>;
  kernelSpace: AddressSpace;
  current: AddressSpace;
  nextId: number;
}

/** 4 KiB pieces of a set: the unit in which filled translations are recorded and cleared. */
const PIECES_PER_SET = SET_BYTES >>> PAGE_SHIFT;

/**
 * Page tables to translation tables. A translation word is `frame address - page address - 1`,
 * which is never 0; an access adds it to the virtual address and uses a static offset of 1.
 *
 * Pages from `kernelPage` up are shared by all address spaces (the kernel's own mappings).
 */
export class Mmu {
  readonly memory: GuestMemory;
  readonly kernelPage: number;
  current: AddressSpace;
  codeMappingListener: CodeMappingListener = () => {};
  /** Told when an address space is gone. */
  spaceDestroyedListener: (space: AddressSpace) => void = () => {};
  /** Told when a table set goes to another address space: its look-up cache is out of date. */
  setTakenListener: (set: number) => void = () => {};
  /** Counters, for --stats. */
  fills = 0;
  recycles = 0;
  private spaces = new Map<number, AddressSpace>();
  private kernelSpace = new AddressSpace(1);
  private readonly setOwner: (AddressSpace | undefined)[];
  private readonly setUse: number[];
  private useClock = 0;
  /** One byte a piece: something was filled in it; and by set, which those are. */
  private readonly filled: Uint8Array;
  private readonly pieces: number[][];
  private readonly kernelWords = new KernelWords();
  private nextId = 2;
  private readonly flight = new GuestFault();

  /** @param kernelBase first virtual address of the kernel. */
  constructor(memory: GuestMemory, kernelBase: number) {
    this.memory = memory;
    this.kernelPage = kernelBase >>> PAGE_SHIFT;
    this.setOwner = new Array(memory.setCount).fill(undefined);
    this.setUse = new Array(memory.setCount).fill(0);
    this.filled = new Uint8Array(memory.setCount * PIECES_PER_SET);
    this.pieces = Array.from({ length: memory.setCount }, () => []);
    this.spaces.set(this.kernelSpace.id, this.kernelSpace);
    this.current = this.kernelSpace;
    this.activate(this.kernelSpace);
  }

  /** The address space that maps nothing but the kernel. */
  get kernelOnly(): AddressSpace {
    return this.kernelSpace;
  }

  createSpace(): AddressSpace {
    const space = new AddressSpace(this.nextId++);
    this.spaces.set(space.id, space);
    return space;
  }

  /** Gives the table set back: nothing is translated by the page table any more, which is as it was. */
  destroySpace(space: AddressSpace): void {
    this.releaseSet(space);
    this.spaces.delete(space.id);
    this.spaceDestroyedListener(space);
    if (this.current === space) this.activate(this.kernelSpace);
  }

  /** The space an address-space register value names, if the kernel issued it. */
  spaceById(id: number): AddressSpace | undefined {
    return this.spaces.get(id);
  }

  /** The address spaces as they are: live objects, not copies. */
  state(): MmuState {
    const { spaces, kernelSpace, current, nextId } = this;
    return { spaces, kernelSpace, current, nextId };
  }

  /** Takes the place of all address spaces, from a state that was saved; nothing derived from the old ones stays. */
  restore(state: MmuState): void {
    for (const owner of this.setOwner) if (owner) this.releaseSet(owner);
    this.kernelWords.clear();
    this.spaces = state.spaces;
    this.kernelSpace = state.kernelSpace;
    this.nextId = state.nextId;
    // Saved address spaces name the table sets that they had then.
    for (const space of state.spaces.values()) space.set = -1;
    this.activate(state.current);
  }

  /** Makes `space` the current one. */
  activate(space: AddressSpace): void {
    this.current = space;
    if (space.set < 0) this.assignSet(space);
    this.setUse[space.set] = ++this.useClock;
    this.memory.i32[TABLES_ADDRESS >> 2] = this.setBase(space.set);
    this.memory.i32[LOOKUP_ADDRESS >> 2] = this.memory.lookupBase + space.set * LOOKUP_BYTES;
  }

  /** Entry of a page, the kernel's shared part included. */
  entry(space: AddressSpace, page: number): number {
    return (page >= this.kernelPage ? this.kernelSpace : space).pages.get(page);
  }

  /** The one way to change a page-table entry: drops every translation derived from the old one. */
  setEntry(space: AddressSpace, page: number, entry: number): void {
    const shared = page >= this.kernelPage;
    const table = shared ? this.kernelSpace.pages : space.pages;
    const old = table.get(page);
    if (old === entry) return;
    table.put(page, entry);
    if (old & PTE_PRESENT) {
      if (!shared) this.dropPage(space, page);
      else this.dropFromAll(page);
    }
    const code = PTE_PRESENT | PTE_EXEC;
    const rights = code | PTE_USER;
    if ((old & code) === code && ((old ^ entry) & rights || pteFrame(old) !== pteFrame(entry))) {
      this.codeMappingListener(space, page);
    }
  }

  /** Takes the right to write from the entry of a program's page: what fork does to each private one. */
  withdrawWrite(space: AddressSpace, page: number): void {
    space.pages.put(page, space.pages.get(page) & ~PTE_WRITE);
    if (space.set >= 0) {
      this.dropWord(space.set, TABLE_WRITE + page * 4);
      this.dropWord(space.set, TABLE_SUPERVISOR + TABLE_WRITE + page * 4);
    }
  }

  /** Translates in the current space, filling the tables. Byte address in the memory; throws GuestFault. */
  translate(address: number, access: Access, supervisor: boolean): number {
    const at = this.probe(this.current, address, access, supervisor);
    if (at >= 0) return at;
    throw this.pageFault(address, access);
  }

  /** The page fault of an access that probe refused, to be thrown. One object serves all faults. */
  pageFault(address: number, access: Access): GuestFault {
    const fault = this.flight;
    fault.access = access;
    fault.address = address | 0;
    fault.implied = false;
    fault.present = (this.entry(this.current, address >>> PAGE_SHIFT) & PTE_PRESENT) !== 0;
    return fault;
  }

  /**
   * Byte address for an access of a program's, where its translation table serves it: then probe would give
   * the same, and mark nothing. -1 where it may have to be filled yet, or the space is not the current one.
   */
  translated(space: AddressSpace, address: number, access: 'read' | 'write'): number {
    if (space !== this.current) return -1;
    const word = this.translationWord(address, access, false);
    return word === 0 ? -1 : (address + word + 1) >>> 0;
  }

  /** Whether the translation table of the current space serves accesses to this page. */
  isFilled(address: number, access: 'read' | 'write', supervisor: boolean): boolean {
    return this.translationWord(address, access, supervisor) !== 0;
  }

  /**
   * Byte address of a kernel address, where the current space's table for the kernel's accesses serves it: one
   * that may be written lies in a frame without code. -1 elsewhere.
   */
  translatedKernel(address: number, access: 'read' | 'write'): number {
    if (address >>> PAGE_SHIFT < this.kernelPage) return -1;
    const word = this.translationWord(address, access, true);
    return word === 0 ? -1 : (address + word + 1) >>> 0;
  }

  /** The same, where its table is filled first if need be. */
  fillKernel(address: number, access: 'read' | 'write'): number {
    return address >>> PAGE_SHIFT < this.kernelPage ? -1 : this.probe(this.current, address, access, true);
  }

  /** The current space's translation word for a page; 0 where there is none. */
  private translationWord(address: number, access: 'read' | 'write', supervisor: boolean): number {
    const { i32 } = this.memory;
    const table = (supervisor ? TABLE_SUPERVISOR : 0) + (access === 'write' ? TABLE_WRITE : 0);
    return i32[(i32[TABLES_ADDRESS >> 2]! + table + (address >>> PAGE_SHIFT) * 4) >>> 2]!;
  }

  /** As translate in any space, but -1 for a fault. Sets accessed and dirty bits. */
  probe(space: AddressSpace, address: number, access: Access, supervisor: boolean): number {
    const page = address >>> PAGE_SHIFT;
    const table = (page >= this.kernelPage ? this.kernelSpace : space).pages;
    const entry = table.get(page);
    let need = PTE_PRESENT;
    if (!supervisor) need |= PTE_USER;
    if (access === 'write') need |= PTE_WRITE;
    else if (access === 'execute') need |= PTE_EXEC;
    if ((entry & need) !== need) return -1;
    if (access === 'read' && entry & PTE_UNREADABLE) return -1;
    const mark = access === 'write' ? PTE_ACCESSED | PTE_DIRTY : PTE_ACCESSED;
    if ((entry & mark) !== mark) table.put(page, entry | mark);
    const frameAddress = this.memory.frameAddress(pteFrame(entry));
    if (access !== 'execute' && space.set >= 0) this.fill(space, page, pteFrame(entry), access, supervisor);
    return frameAddress + (address & PAGE_MASK);
  }

  /** Takes back every writable translation of a frame: code was lifted from it. */
  forbidWrites(frame: number): void {
    if (this.memory.everWritable[frame] === 0) return;
    this.memory.everWritable[frame] = 0;
    this.kernelWords.dropWrites();
    for (let set = 0; set < this.setOwner.length; set++) {
      if (this.setOwner[set]) this.clearSet(set, true);
    }
  }

  private setBase(set: number): number {
    return SETS_BASE + set * SET_BYTES;
  }

  private fill(space: AddressSpace, page: number, frame: number, access: Access, supervisor: boolean): void {
    let table = supervisor ? TABLE_SUPERVISOR : 0;
    if (access === 'write') {
      if (this.memory.hasCode(frame)) return;
      this.memory.everWritable[frame] = 1;
      table += TABLE_WRITE;
    }
    const offset = table + page * 4;
    const word = (this.memory.frameAddress(frame) - (page << PAGE_SHIFT) - 1) | 0;
    this.touchPiece(space.set, offset >>> PAGE_SHIFT);
    this.memory.i32[(this.setBase(space.set) + offset) >> 2] = word;
    if (page >= this.kernelPage) this.kernelWords.put(offset, word);
    this.fills++;
  }

  /** Records that something is filled in a piece of a set. */
  private touchPiece(set: number, piece: number): void {
    if (this.filled[set * PIECES_PER_SET + piece] !== 0) return;
    this.filled[set * PIECES_PER_SET + piece] = 1;
    this.pieces[set]!.push(piece);
  }

  private dropPage(space: AddressSpace, page: number): void {
    if (space.set < 0) return;
    for (let table = 0; table < SET_BYTES; table += TABLE_BYTES) this.dropWord(space.set, table + page * 4);
  }

  private dropFromAll(page: number): void {
    const { setOwner } = this;
    this.kernelWords.drop(page);
    for (let set = 0; set < setOwner.length; set++) {
      const owner = setOwner[set];
      if (owner !== undefined) this.dropPage(owner, page);
    }
  }

  private dropWord(set: number, offset: number): void {
    // Pieces never filled are not touched: that would commit host memory.
    if (this.filled[set * PIECES_PER_SET + (offset >>> PAGE_SHIFT)] === 0) return;
    this.memory.i32[(this.setBase(set) + offset) >> 2] = 0;
  }

  /** Empties the set's tables, or only those for writing. */
  private clearSet(set: number, onlyWrites: boolean): void {
    const pieces = this.pieces[set]!;
    const base = this.setBase(set);
    let kept = 0;
    for (const piece of pieces) {
      const at = piece << PAGE_SHIFT;
      if (onlyWrites && (at & TABLE_WRITE) === 0) {
        pieces[kept++] = piece;
        continue;
      }
      this.memory.u8.fill(0, base + at, base + at + PAGE_SIZE);
      this.filled[set * PIECES_PER_SET + piece] = 0;
    }
    pieces.length = kept;
  }

  private assignSet(space: AddressSpace): void {
    let victim = this.setOwner.indexOf(undefined);
    if (victim < 0) {
      victim = 0;
      for (let set = 1; set < this.setUse.length; set++) if (this.setUse[set]! < this.setUse[victim]!) victim = set;
      this.releaseSet(this.setOwner[victim]!);
      this.recycles++;
    }
    this.setOwner[victim] = space;
    space.set = victim;
    this.fillKernelWords(victim);
    this.setTakenListener(victim);
  }

  /** A set begins with what is known of the kernel's pages: else the first entries to the kernel would find it out, access by access. */
  private fillKernelWords(set: number): void {
    const { numbers, words } = this.kernelWords;
    for (let at = 0; at < numbers.length; at++) {
      const piece = numbers[at]!;
      this.touchPiece(set, piece);
      this.memory.i32.set(words[at]!, (this.setBase(set) + (piece << PAGE_SHIFT)) >> 2);
    }
  }

  private releaseSet(space: AddressSpace): void {
    if (space.set < 0) return;
    this.clearSet(space.set, false);
    this.setOwner[space.set] = undefined;
    space.set = -1;
  }
}
