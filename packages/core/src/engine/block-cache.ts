import type { Cpu } from '../cpu/cpu.ts';
import { RECORD, RECORD_KERNEL, RECORD_VALID, Records } from '../interp/block-record.ts';
import { Flattener } from '../interp/flatten.ts';
import type { IrBlock } from '../ir/block.ts';
import { verify } from '../ir/verify.ts';
import type { AddressSpace } from '../memory/address-space.ts';
import {
  BLOCK_TABLE_BASE,
  BLOCK_TABLE_ENTRIES,
  blockTableIndex,
  PAGE_MASK,
  PAGE_SHIFT,
  PAGE_SIZE,
} from '../memory/memory-map.ts';
import { type EngineCounters, type EngineOptions, inKernelText } from './engine-types.ts';
import { FetchTables } from './fetch-tables.ts';
import { liftBlock, SpaceCodeReader } from './lift-block.ts';
import { ALL_OPTIMISATIONS } from './optimisations.ts';
import { ReadAhead } from './read-ahead.ts';
import type { StoredBytes, StorePieces } from './stored-bytes.ts';
import { CodeWriter, StoredCode, storeBlocks } from './stored-code.ts';
import type { LiftedBlock } from './translator-port.ts';

/** Blocks kept; beyond, all are forgotten. They take about 1 KiB each. */
const MAX_BLOCKS = 1 << 17;
/** Overwritten this often, a frame stays without writable translations. */
const REWRITE_LIMIT = 8;

/** A larger store than this is not read. */
const MOST_STORED = 32 << 20;
/**
 * With fewer new blocks than this, and than this part of the store, it is not worth writing: that takes as long as to
 * lift a thirtieth of it, and some blocks are always new, for they begin where an interrupt came.
 */
const MIN_FRESH = 32;
const LEAST_FRESH = 1 / 200;
const TABLE = BLOCK_TABLE_BASE >> 2;
/** Words of a record's head. */
const [PC, FRAME, FLAGS, DUE, END_PC, SECOND_FRAME, SIBLING] = [
  RECORD.pc >> 2,
  RECORD.frame >> 2,
  RECORD.flags >> 2,
  RECORD.due >> 2,
  RECORD.endPc >> 2,
  RECORD.secondFrame >> 2,
  RECORD.sibling >> 2,
] as const;
const PLACES = 1 << 16;

/**
 * Lifted blocks, known by the addresses of their records. They belong to page frames (frame and offset,
 * guest address, mode), so address spaces that map the same frame at the same address share them. The
 * block table has them by guest address, the fetch tables say which frames an address space executes:
 * the interpreter's loop looks in both by itself, and comes here with what it does not find.
 */
export class BlockCache {
  /** Address whose fetch failed, when find answered undefined. */
  fetchAddress = 0;
  /** After how many runs of a block the engine is to be asked for its translation; -1: never. */
  firstRequest = -1;
  private readonly options: EngineOptions;
  private readonly cpu: Cpu;
  private readonly counters: EngineCounters;
  private readonly flattener: Flattener;
  private readonly records: Records;
  private readonly reader: SpaceCodeReader;
  private readonly fetch: FetchTables;
  /** Blocks by a hash of the physical address of their first byte: the first, and the others by RECORD.sibling. */
  private readonly byPlace = new Int32Array(PLACES);
  /** Blocks with bytes in a frame. */
  private readonly byFrame = new Map<number, number[]>();
  /** Frames with code that blocks here need not have been lifted from. */
  private readonly claimed = new Set<number>();
  private readonly rewrites = new Map<number, number>();
  private size = 0;
  private stored: StoredCode | undefined;
  private readonly ahead = new ReadAhead();
  private readonly readsAhead: boolean;
  /** Blocks lifted here that the store does not have, as they came. */
  private fresh: number[] = [];
  private wasFlushed = false;
  /** The frame of the page behind that of `pc`, as frameOf. */
  private readonly frameBehind = (pc: number, mode: number) => this.frameOf((pc | PAGE_MASK) + 1, mode);
  private readonly onFlush: () => void;

  /**
   * @param onFlush called when all blocks are forgotten, and their records with them
   */
  constructor(options: EngineOptions, counters: EngineCounters, onFlush: () => void) {
    const { cpu } = options;
    this.options = options;
    this.cpu = cpu;
    this.counters = counters;
    this.onFlush = onFlush;
    this.records = new Records(cpu.i32, cpu.memory.u16);
    this.flattener = new Flattener(cpu.memory, (options.optimisations ?? ALL_OPTIMISATIONS).slotOperands);
    this.readsAhead = (options.optimisations ?? ALL_OPTIMISATIONS).readAhead;
    this.reader = new SpaceCodeReader(cpu.mmu);
    this.fetch = new FetchTables(cpu.mmu);
    this.activate(cpu.mmu.current);
  }

  /** As find, with the IR. */
  lifted(pc: number, mode: number): LiftedBlock | undefined {
    const block = this.find(pc, mode);
    if (block === 0) return undefined;
    const { records } = this;
    const frame = records.get(block, RECORD.frame);
    const secondFrame = records.get(block, RECORD.secondFrame);
    const count = records.get(block, RECORD.count);
    const endPc = records.get(block, RECORD.endPc);
    const supervisor = records.isSupervisor(block);
    const relift = () => this.relift(pc, mode, supervisor, count, endPc);
    let ir: IrBlock | undefined;
    return {
      pc,
      endPc,
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
    this.fetch.activate(space);
  }

  /** The block at (pc, mode) of the current address space, lifted if need be; 0 if its first instruction cannot be fetched (fetchAddress). */
  find(pc: number, mode: number): number {
    const supervisor = this.options.isa.isSupervisor(mode);
    const frame = this.fetch.frameOf(pc, supervisor);
    if (frame < 0) {
      this.fetchAddress = pc;
      return 0;
    }
    const { records } = this;
    const entry = TABLE + blockTableIndex(pc);
    const known = records.i32[entry]!;
    if (known !== 0 && this.isAt(known, pc, mode, frame, supervisor)) return known;
    const block = this.shared(pc, mode, frame, supervisor) || this.lift(pc, mode, frame, supervisor);
    if (block !== 0) records.i32[entry] = block;
    return block;
  }

  /** Times the block at (pc, mode) of the current address space was run; 0 if it is not here. */
  runsOf(pc: number, mode: number): number {
    const supervisor = this.options.isa.isSupervisor(mode);
    const frame = this.fetch.frameOf(pc, supervisor);
    if (frame < 0) return 0;
    const block = this.shared(pc, mode, frame, supervisor);
    return block === 0 ? 0 : this.records.get(block, RECORD.runs);
  }

  /** The frame of an address of the current space, if it may be executed under `mode`; else -1. */
  frameOf(pc: number, mode: number): number {
    return this.fetch.frameOf(pc, this.options.isa.isSupervisor(mode));
  }

  /** These bytes of the frame are code, though no block here was lifted from them. */
  claim(frame: number, offset: number, length: number): void {
    this.claimed.add(frame);
    if (this.cpu.memory.markCode(frame, offset, length)) this.cpu.mmu.forbidWrites(frame);
  }

  /** An executable page is mapped otherwise. */
  mappingChanged(space: AddressSpace, page: number): void {
    this.fetch.mappingChanged(space, page);
  }

  spaceDestroyed(space: AddressSpace): void {
    this.fetch.spaceDestroyed(space);
  }

  /** Invalidates the blocks made from these bytes. */
  codeWritten(frame: number, offset: number, length: number): void {
    this.counters.invalidations++;
    const { memory } = this.cpu;
    const blocks = this.byFrame.get(frame);
    if (blocks) {
      for (const block of [...blocks]) if (overlaps(this.records, block, frame, offset, length)) this.forget(block);
    }
    // Translations may have been made from blocks that are not here, or no longer: their bytes stay marked.
    if (length === PAGE_SIZE) this.claimed.delete(frame);
    if ((!this.wasFlushed && !this.claimed.has(frame)) || length === PAGE_SIZE) memory.clearCode(frame);
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
    this.byFrame.clear();
    this.byPlace.fill(0);
    this.fresh = [];
    this.records.i32.fill(0, TABLE, TABLE + BLOCK_TABLE_ENTRIES);
    this.fetch.clear();
    this.flattener.clear();
    this.stored = undefined;
    this.size = 0;
    this.wasFlushed = true;
    this.onFlush();
  }

  /** True when so many blocks are kept that it is time to flush. */
  get full(): boolean {
    return this.size >= (this.options.maxBlocks ?? MAX_BLOCKS);
  }

  /** Whether the record is that block, of that frame, and its second page, if any, the one mapped here. */
  private isAt(block: number, pc: number, mode: number, frame: number, supervisor: boolean): boolean {
    const m = this.records.i32;
    if (m[(block + RECORD.pc) >> 2] !== pc || m[(block + RECORD.mode) >> 2] !== mode) return false;
    if (m[(block + RECORD.frame) >> 2] !== frame || (m[(block + RECORD.flags) >> 2]! & RECORD_VALID) === 0)
      return false;
    const second = m[(block + RECORD.secondFrame) >> 2]!;
    return second < 0 || second === this.fetch.frameOf(m[(block + RECORD.endPc) >> 2]! & ~PAGE_MASK, supervisor);
  }

  /** A valid block of that frame; 0 if there is none. */
  private shared(pc: number, mode: number, frame: number, supervisor: boolean): number {
    let block = this.byPlace[placeOf(frame, pc)]!;
    while (block !== 0 && !this.isAt(block, pc, mode, frame, supervisor)) {
      block = this.records.get(block, RECORD.sibling);
    }
    return block;
  }

  /**
   * Uses blocks of an earlier run, where their bytes are here. Before any block was lifted.
   * @returns false if it is no such store
   */
  adopt(source: StoredBytes): boolean {
    const stored = StoredCode.open(source, this.cpu.memory);
    if (stored === undefined || stored.blockBytes > MOST_STORED) return false;
    const first = this.flattener.end;
    if (!this.flattener.begin(stored.blockBytes, stored.constants)) return false;
    stored.readTo(first);
    this.stored = stored;
    return true;
  }

  /**
   * The blocks of this run and of the store it began with, to be stored, those of this run first: they will be wanted
   * together. Undefined if there is little new. Beyond `mostBytes` those go that no run used for longest.
   */
  store(mostBytes: number): StorePieces | undefined {
    const { fresh, stored } = this;
    if (fresh.length < MIN_FRESH || fresh.length < LEAST_FRESH * (stored?.blockCount ?? 0)) return undefined;
    const { records } = this;
    const isWritten = (frame: number): boolean => this.rewrites.has(frame);
    const lasting = fresh.filter(
      (block) =>
        records.isValid(block) &&
        !isWritten(records.get(block, RECORD.frame)) &&
        !isWritten(records.get(block, RECORD.secondFrame)),
    );
    const writer = new CodeWriter();
    stored?.storeUsed(writer);
    storeBlocks(writer, lasting, records, this.cpu.memory, this.options.isa.instructionAlign);
    stored?.storeUnused(writer, mostBytes);
    return writer.finish(this.flattener.constants);
  }

  private lift(pc: number, mode: number, frame: number, supervisor: boolean): number {
    // Nothing of this cache is being interpreted where a block is looked for.
    if (!this.flattener.hasRoom) this.flush();
    const kept = this.stored?.find(pc, mode, frame, this.frameBehind);
    if (kept !== undefined) {
      const { number, used } = kept;
      const block = this.take(used ? this.copy(kept.record) : kept.record, frame, kept.secondFrame);
      if (this.readsAhead && !used) this.readAhead(number);
      return block;
    }
    this.reader.begin(supervisor);
    const outcome = liftBlock(this.options.isa, this.reader, this.options, pc, mode);
    if (!outcome.ir) {
      this.fetchAddress = outcome.address;
      return 0;
    }
    if (this.options.verify) verify(outcome.ir, this.options.isa.layout);
    const lastByte = ((outcome.ir.endPc & -this.options.isa.instructionAlign) - 1) | 0;
    const straddles = lastByte >>> PAGE_SHIFT !== pc >>> PAGE_SHIFT;
    const secondFrame = straddles ? this.fetch.frameOf(lastByte, supervisor) : -1;
    const block = this.flattener.flatten(outcome.ir, supervisor, frame, secondFrame);
    if (inKernelText(this.options, pc)) this.addFlag(block, RECORD_KERNEL);
    this.counters.blocksLifted++;
    this.fresh.push(block);
    return this.take(block, frame, secondFrame);
  }

  /** Enters blocks that an earlier run wanted after the store's block `number`, so that they need not be looked for one by one. */
  private readAhead(number: number): void {
    const stored = this.stored!;
    const { i32 } = this.records;
    const end = Math.min(number + 1 + this.ahead.missed(number), stored.blockCount);
    let [known, supervisor] = [-1, false];
    for (let next = stored.nextFree(number + 1, end); next < end; next = stored.nextFree(next + 1, end)) {
      const pc = stored.pcOf(next);
      const mode = stored.modeOf(next);
      if (mode !== known) {
        known = mode;
        supervisor = this.options.isa.isSupervisor(mode);
      }
      // Where its page is mapped and has its code.
      const frame = this.fetch.frameOf(pc, supervisor);
      if (frame < 0 || this.shared(pc, mode, frame, supervisor) !== 0) continue;
      const kept = stored.takeAhead(next, frame, this.frameBehind);
      if (kept === undefined) continue;
      const block = this.take(kept.record, frame, kept.secondFrame);
      const entry = TABLE + blockTableIndex(pc);
      if (i32[entry] === 0) i32[entry] = block;
    }
  }

  /** A copy of a record, for another frame. */
  private copy(block: number): number {
    const { records } = this;
    const end = records.endOf(block);
    const copy = this.flattener.take(end - block);
    this.cpu.u8.copyWithin(copy, block, end);
    for (const field of [RECORD.targetLink, RECORD.nextLink, RECORD.runs]) records.set(copy, field, 0);
    return copy;
  }

  /** Enters the block of that frame, and of that one if it straddles; else -1. */
  private take(block: number, frame: number, secondFrame: number): number {
    const m = this.records.i32;
    const at = block >> 2;
    const pc = m[at + PC]!;
    const place = placeOf(frame, pc);
    m[at + FRAME] = frame;
    m[at + SECOND_FRAME] = secondFrame;
    m[at + DUE] = this.firstRequest;
    m[at + FLAGS]! |= RECORD_VALID;
    m[at + SIBLING] = this.byPlace[place]!;
    this.byPlace[place] = block;
    this.size++;
    const endPc = m[at + END_PC]!;
    const start = pc & PAGE_MASK;
    this.addToFrame(block, frame, start, Math.min((endPc - pc) | 0, PAGE_SIZE - start));
    if (secondFrame >= 0) this.addToFrame(block, secondFrame, 0, endPc & PAGE_MASK);
    return block;
  }

  /** The frame has bytes of the block. */
  private addToFrame(block: number, frame: number, offset: number, length: number): void {
    const blocks = this.byFrame.get(frame);
    if (blocks === undefined) this.byFrame.set(frame, [block]);
    else if (blocks[blocks.length - 1] !== block) blocks.push(block);
    if (this.cpu.memory.markCode(frame, offset, length)) this.cpu.mmu.forbidWrites(frame);
  }

  private addFlag(block: number, flag: number): void {
    this.records.set(block, RECORD.flags, this.records.get(block, RECORD.flags) | flag);
  }

  /**
   * The IR of a valid block of the current address space. As many instructions as then: a block that
   * ended where the next page was not there yet must not grow now that it is.
   */
  private relift(pc: number, mode: number, supervisor: boolean, count: number, endPc: number): IrBlock {
    this.reader.begin(supervisor);
    const { ir } = liftBlock(this.options.isa, this.reader, this.options, pc, mode, count);
    if (ir === undefined || ir.endPc !== endPc) throw new TypeError('a block lifts otherwise than before');
    return ir;
  }

  private mark(block: number, frame: number): boolean {
    const { records } = this;
    const { memory } = this.cpu;
    const pc = records.get(block, RECORD.pc);
    const endPc = records.get(block, RECORD.endPc);
    let first = false;
    if (frame === records.get(block, RECORD.frame)) {
      const start = pc & PAGE_MASK;
      first = memory.markCode(frame, start, Math.min((endPc - pc) | 0, PAGE_SIZE - start));
    }
    if (frame === records.get(block, RECORD.secondFrame)) first = memory.markCode(frame, 0, endPc & PAGE_MASK) || first;
    return first;
  }

  private forget(block: number): void {
    const { records } = this;
    if (!records.isValid(block)) return;
    records.set(block, RECORD.flags, records.get(block, RECORD.flags) & ~RECORD_VALID);
    this.size--;
    this.unchain(block);
    for (const field of [RECORD.frame, RECORD.secondFrame]) {
      const frame = records.get(block, field);
      const inFrame = this.byFrame.get(frame);
      const at = inFrame?.indexOf(block) ?? -1;
      if (at < 0) continue;
      inFrame!.splice(at, 1);
      if (inFrame!.length === 0) this.byFrame.delete(frame);
    }
  }

  private unchain(block: number): void {
    const { records } = this;
    const place = placeOf(records.get(block, RECORD.frame), records.get(block, RECORD.pc));
    const next = records.get(block, RECORD.sibling);
    let before = this.byPlace[place]!;
    if (before !== block) {
      while (records.get(before, RECORD.sibling) !== block) before = records.get(before, RECORD.sibling);
      records.set(before, RECORD.sibling, next);
    } else this.byPlace[place] = next;
  }
}

/** Where byPlace has the blocks of that frame that begin at that address. */
function placeOf(frame: number, pc: number): number {
  return ((frame << PAGE_SHIFT) ^ (frame >>> 4) ^ (pc & PAGE_MASK)) & (PLACES - 1);
}

function overlaps(records: Records, block: number, frame: number, offset: number, length: number): boolean {
  const pc = records.get(block, RECORD.pc);
  const endPc = records.get(block, RECORD.endPc);
  const start = pc & PAGE_MASK;
  const end = offset + length;
  if (frame === records.get(block, RECORD.frame) && offset < start + ((endPc - pc) | 0) && end > start) return true;
  return frame === records.get(block, RECORD.secondFrame) && offset < (endPc & PAGE_MASK);
}
