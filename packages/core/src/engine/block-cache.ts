import type { Cpu } from '../cpu/cpu.ts';
import type { FlatBlock } from '../interp/flat-block.ts';
import { Flattener } from '../interp/flatten.ts';
import type { IrBlock } from '../ir/block.ts';
import { verify } from '../ir/verify.ts';
import type { AddressSpace } from '../memory/address-space.ts';
import { CODE_BASE, PAGE_MASK, PAGE_SHIFT, PAGE_SIZE } from '../memory/memory-map.ts';
import type { EngineCounters, EngineOptions } from './engine-types.ts';
import { liftBlock, SpaceCodeReader } from './lift-block.ts';
import { encodeStore, recordKey, recordOf, StoredCode } from './stored-code.ts';
import type { LiftedBlock } from './translator-port.ts';

/** Direct-mapped look-up of one address space. */
const LOOKUP_BITS = 13;
const LOOKUP_SIZE = 1 << LOOKUP_BITS;
/** Blocks kept; beyond, all are forgotten. They take about 1 KiB each. */
const MAX_BLOCKS = 1 << 17;
/** Overwritten this often, a frame stays without writable translations. */
const REWRITE_LIMIT = 8;

/** A larger store than this is not read. */
const MOST_STORED = 32 << 20;
/** With fewer new blocks than this a store is not worth writing. */
const MIN_FRESH = 32;

interface SpaceLookup {
  readonly blocks: (FlatBlock | undefined)[];
  empty: boolean;
}

/**
 * Lifted blocks. They belong to page frames (frame and offset, guest address, mode), so address spaces
 * that map the same frame at the same address share them; each address space has a small look-up of
 * its own, forgotten when one of its executable mappings changes.
 */
export class BlockCache {
  /** Address whose fetch failed, when find answered undefined. */
  fetchAddress = 0;
  private readonly options: EngineOptions;
  private readonly cpu: Cpu;
  private readonly counters: EngineCounters;
  private readonly flattener: Flattener;
  private readonly reader: SpaceCodeReader;
  private readonly lookups = new Map<AddressSpace, SpaceLookup>();
  private current: SpaceLookup;
  /** Blocks by physical address of their first byte. */
  private readonly byPlace = new Map<number, FlatBlock[]>();
  /** Blocks with bytes in a frame. */
  private readonly byFrame = new Map<number, Set<FlatBlock>>();
  private readonly rewrites = new Map<number, number>();
  private size = 0;
  private stored: StoredCode | undefined;
  /** Blocks lifted here that the store does not have. */
  private fresh = 0;
  private wasFlushed = false;

  constructor(options: EngineOptions, counters: EngineCounters) {
    this.options = options;
    this.cpu = options.cpu;
    this.counters = counters;
    this.flattener = new Flattener(options.cpu.i32);
    this.reader = new SpaceCodeReader(options.cpu.mmu);
    this.current = this.lookupOf(options.cpu.mmu.current);
  }

  /** As find, with the IR. */
  lifted(pc: number, mode: number): LiftedBlock | undefined {
    const block = this.find(pc, mode);
    if (block === undefined) return undefined;
    const { frame, secondFrame } = block;
    const relift = () => this.relift(block);
    let ir: IrBlock | undefined;
    return {
      frame,
      secondFrame,
      get ir() {
        ir ??= relift();
        return ir;
      },
    };
  }

  /** To be called when the current address space has changed. */
  activate(space: AddressSpace): void {
    this.current = this.lookupOf(space);
  }

  /** The block at (pc, mode) of the current address space, lifted if need be; undefined if its first instruction cannot be fetched (fetchAddress). */
  find(pc: number, mode: number): FlatBlock | undefined {
    const slot = lookupSlot(pc);
    const block = this.current.blocks[slot];
    if (block !== undefined && block.pc === pc && block.mode === mode && block.valid) return block;
    return this.miss(pc, mode, slot);
  }

  /** Times the block at (pc, mode) of the current address space was run; 0 if it is not here. */
  runsOf(pc: number, mode: number): number {
    const block = this.current.blocks[lookupSlot(pc)];
    if (block !== undefined && block.pc === pc && block.mode === mode && block.valid) return block.runs;
    const supervisor = this.options.isa.isSupervisor(mode);
    const frame = this.executableFrame(pc, supervisor);
    return frame < 0 ? 0 : (this.shared(pc, mode, frame, supervisor)?.runs ?? 0);
  }

  /** Forgets the look-up of a space (all of them for a page that all share). */
  mappingChanged(space: AddressSpace, page: number): void {
    if (page >= this.cpu.mmu.kernelPage) for (const lookup of this.lookups.values()) clear(lookup);
    else {
      const lookup = this.lookups.get(space);
      if (lookup) clear(lookup);
    }
  }

  spaceDestroyed(space: AddressSpace): void {
    this.lookups.delete(space);
  }

  /** Invalidates the blocks made from these bytes. */
  codeWritten(frame: number, offset: number, length: number): void {
    this.counters.invalidations++;
    const blocks = this.byFrame.get(frame);
    const { memory } = this.cpu;
    if (blocks) for (const block of [...blocks]) if (overlaps(block, frame, offset, length)) this.forget(block);
    // Translations may have been made from blocks that are no longer here: their bytes stay marked.
    if (!this.wasFlushed || length === PAGE_SIZE) memory.clearCode(frame);
    for (const block of this.byFrame.get(frame) ?? []) this.mark(block, frame);
    const count = (this.rewrites.get(frame) ?? 0) + 1;
    if (length === PAGE_SIZE) this.rewrites.delete(frame);
    else {
      this.rewrites.set(frame, count);
      if (count >= REWRITE_LIMIT) memory.keepUnwritable(frame);
    }
  }

  /** Forgets every block. What is marked as code stays marked. */
  flush(): void {
    for (const blocks of this.byFrame.values()) for (const block of blocks) block.valid = false;
    this.byFrame.clear();
    this.byPlace.clear();
    for (const lookup of this.lookups.values()) clear(lookup);
    this.flattener.clear();
    this.stored = undefined;
    this.size = 0;
    this.wasFlushed = true;
  }

  /** True when so many blocks are kept that it is time to flush. */
  get full(): boolean {
    return this.size >= (this.options.maxBlocks ?? MAX_BLOCKS);
  }

  private lookupOf(space: AddressSpace): SpaceLookup {
    let lookup = this.lookups.get(space);
    if (!lookup) {
      lookup = { blocks: new Array(LOOKUP_SIZE).fill(undefined), empty: true };
      this.lookups.set(space, lookup);
    }
    return lookup;
  }

  private miss(pc: number, mode: number, slot: number): FlatBlock | undefined {
    const supervisor = this.options.isa.isSupervisor(mode);
    const frame = this.executableFrame(pc, supervisor);
    if (frame < 0) {
      this.fetchAddress = pc;
      return undefined;
    }
    const block = this.shared(pc, mode, frame, supervisor) ?? this.lift(pc, mode, frame, supervisor);
    if (block) {
      this.current.blocks[slot] = block;
      this.current.empty = false;
    }
    return block;
  }

  /** A valid block of that frame whose second page, if any, is the one mapped here. */
  private shared(pc: number, mode: number, frame: number, supervisor: boolean): FlatBlock | undefined {
    const candidates = this.byPlace.get(frame * PAGE_SIZE + (pc & PAGE_MASK));
    if (!candidates) return undefined;
    for (const block of candidates) {
      if (block.pc !== pc || block.mode !== mode) continue;
      if (block.secondFrame < 0) return block;
      if (block.secondFrame === this.executableFrame(block.endPc & ~PAGE_MASK, supervisor)) return block;
    }
    return undefined;
  }

  /**
   * Uses blocks of an earlier run, where their bytes are here. Before any block was lifted.
   * @param read reads a store into these bytes; answers how many it has, 0 if there is none
   * @returns false if there is none
   */
  adopt(read: (into: Uint8Array) => number): boolean {
    const { u8, i32 } = this.cpu;
    const first = this.flattener.end;
    if (first !== CODE_BASE >> 2) return false;
    const bytes = read(u8.subarray(CODE_BASE, CODE_BASE + MOST_STORED));
    const stored = StoredCode.open(i32.subarray(first, first + (bytes >> 2)), first);
    if (stored === undefined || !this.flattener.begin(bytes >> 2, stored.constants)) return false;
    this.stored = stored;
    return true;
  }

  /**
   * The blocks of this run and of the store it began with, to be stored; undefined if there is little
   * new. Beyond `mostBytes`, only those of this run.
   */
  store(mostBytes: number): Uint8Array | undefined {
    if (this.fresh < MIN_FRESH || this.fresh * 50 < (this.stored?.blockCount ?? 0)) return undefined;
    const records = new Map<string, Int32Array>();
    let words = 0;
    const put = (record: Int32Array): void => {
      const key = recordKey(record);
      if (!records.has(key)) words += record.length;
      records.set(key, record);
    };
    for (const [frame, blocks] of this.byFrame) {
      if (this.rewrites.has(frame)) continue;
      for (const block of blocks) {
        if (block.frame === frame && block.secondFrame < 0)
          put(recordOf(block, this.cpu.memory, this.options.isa.instructionAlign));
      }
    }
    if (this.stored) {
      for (const place of this.stored.places()) {
        if (words * 4 > mostBytes) break;
        put(this.stored.record(place));
      }
    }
    return encodeStore(this.flattener.constants, [...records.values()]);
  }

  private lift(pc: number, mode: number, frame: number, supervisor: boolean): FlatBlock | undefined {
    // Nothing of this cache is being interpreted where a block is looked for.
    if (!this.flattener.hasRoom) this.flush();
    const { stored } = this;
    const place = stored?.find(pc, mode, frame, this.cpu.memory) ?? 0;
    if (stored !== undefined && place !== 0) {
      const kept = stored.block(place, supervisor, frame);
      this.remember(kept);
      return kept;
    }
    this.reader.begin(supervisor);
    const outcome = liftBlock(this.options.isa, this.reader, this.options, pc, mode);
    if (!outcome.ir) {
      this.fetchAddress = outcome.address;
      return undefined;
    }
    if (this.options.verify) verify(outcome.ir, this.options.isa.layout);
    const lastByte = ((outcome.ir.endPc & -this.options.isa.instructionAlign) - 1) | 0;
    const straddles = lastByte >>> PAGE_SHIFT !== pc >>> PAGE_SHIFT;
    const secondFrame = straddles ? this.executableFrame(lastByte, supervisor) : -1;
    const block = this.flattener.flatten(outcome.ir, supervisor, frame, secondFrame);
    this.counters.blocksLifted++;
    if (secondFrame < 0) this.fresh++;
    this.remember(block);
    return block;
  }

  /**
   * The IR of a valid block of the current address space. As many instructions as then: a block that
   * ended where the next page was not there yet must not grow now that it is.
   */
  private relift(block: FlatBlock): IrBlock {
    this.reader.begin(block.supervisor);
    const { ir } = liftBlock(this.options.isa, this.reader, this.options, block.pc, block.mode, block.count);
    if (ir === undefined || ir.endPc !== block.endPc) throw new TypeError('a block lifts otherwise than before');
    return ir;
  }

  private executableFrame(address: number, supervisor: boolean): number {
    const { mmu, memory } = this.cpu;
    const at = mmu.probe(mmu.current, address, 'execute', supervisor);
    return at < 0 ? -1 : memory.frameOf(at);
  }

  private remember(block: FlatBlock): void {
    const place = block.frame * PAGE_SIZE + (block.pc & PAGE_MASK);
    const blocks = this.byPlace.get(place);
    if (blocks) blocks.push(block);
    else this.byPlace.set(place, [block]);
    this.addToFrame(block, block.frame);
    if (block.secondFrame >= 0) this.addToFrame(block, block.secondFrame);
    this.size++;
  }

  private addToFrame(block: FlatBlock, frame: number): void {
    const blocks = this.byFrame.get(frame);
    if (blocks) blocks.add(block);
    else this.byFrame.set(frame, new Set([block]));
    if (this.mark(block, frame)) this.cpu.mmu.forbidWrites(frame);
  }

  private mark(block: FlatBlock, frame: number): boolean {
    const { memory } = this.cpu;
    let first = false;
    if (frame === block.frame) {
      const start = block.pc & PAGE_MASK;
      const length = (block.endPc - block.pc) | 0;
      first = memory.markCode(frame, start, Math.min(length, PAGE_SIZE - start));
    }
    if (frame === block.secondFrame) first = memory.markCode(frame, 0, block.endPc & PAGE_MASK) || first;
    return first;
  }

  private forget(block: FlatBlock): void {
    block.valid = false;
    this.size--;
    const place = block.frame * PAGE_SIZE + (block.pc & PAGE_MASK);
    const blocks = this.byPlace.get(place)!.filter((other) => other !== block);
    if (blocks.length > 0) this.byPlace.set(place, blocks);
    else this.byPlace.delete(place);
    for (const frame of [block.frame, block.secondFrame]) {
      const inFrame = this.byFrame.get(frame);
      if (inFrame?.delete(block) && inFrame.size === 0) this.byFrame.delete(frame);
    }
  }
}

/** Blocks of a program lie close together: multiplying by the golden ratio spreads them. */
function lookupSlot(pc: number): number {
  return Math.imul(pc, 0x9e37_79b1) >>> (32 - LOOKUP_BITS);
}

function clear(lookup: SpaceLookup): void {
  if (lookup.empty) return;
  lookup.blocks.fill(undefined);
  lookup.empty = true;
}

function overlaps(block: FlatBlock, frame: number, offset: number, length: number): boolean {
  const start = block.pc & PAGE_MASK;
  const bytes = (block.endPc - block.pc) | 0;
  const end = offset + length;
  if (frame === block.frame && offset < start + bytes && end > start) return true;
  return frame === block.secondFrame && offset < (block.endPc & PAGE_MASK);
}
