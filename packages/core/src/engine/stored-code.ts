/**
 * Lifted blocks kept between runs. What is stored is the form that the interpreter runs (block-record.ts),
 * with the constants it refers to, so that a later run neither decodes nor lifts: the blocks run where they
 * are read to, in pieces, as they are first wanted. A stored block is used only where the very bytes it was
 * made from lie at its address; so the store may be old, or of another program, and does no harm. Whoever
 * keeps it must keep it apart by ISA, CPU model and version of this code.
 *
 * A store is a head, the constants, buckets by address and an index of blocks, all words; then the blocks,
 * each a head of its own, the bytes of guest code, and its record.
 */
import { RECORD, RECORD_VALID, Records } from '../interp/block-record.ts';
import type { GuestMemory } from '../memory/guest-memory.ts';
import { PAGE_MASK, PAGE_SIZE } from '../memory/memory-map.ts';
import { piecesOf, type StoredBytes, type StorePieces, sectionOf } from './stored-bytes.ts';

const MAGIC = 0x4b4d_4c43;
const FORMAT = 2;

/** Words of the store's head. */
const HEAD = { magic: 0, format: 1, constants: 2, buckets: 3, blocks: 4, blockBytes: 5, size: 6 } as const;
/** Words of a block's entry in the index: where it lies, and the entry (its number, plus 1) that is next in the bucket. */
const ENTRY = { pc: 0, mode: 1, place: 2, chain: 3, size: 4 } as const;
/** Words of a stored block's head; what the whole takes is a multiple of 8 bytes, and so is the head with the code. */
const BLOCK = { bytes: 0, codeBytes: 1, codeStart: 2, recordBytes: 3, size: 4 } as const;
/** Blocks are read in pieces of so many bytes. */
const PIECE_SHIFT = 16;
const PIECE_BYTES = 1 << PIECE_SHIFT;

/** Of a stored block, in a run: nobody has it, it was taken before anyone wanted it, it was wanted. */
const FREE = 0;
const AHEAD = 1;
const WANTED = 2;

type FrameBehind = (pc: number, mode: number) => number;

/** A stored block whose code is here. */
export interface FoundBlock {
  /** Its number among the store's blocks. */
  readonly number: number;
  /** The caller's to run, but `used`: then it is another's already, and the caller is to make a copy. */
  readonly record: number;
  readonly used: boolean;
  /** Frame of its second page; -1 if it lies in one. */
  readonly secondFrame: number;
}

/** A store that is being read. */
export class StoredCode {
  /** The 32-bit constants that the blocks refer to by place, in order of place. */
  readonly constants: Int32Array;
  readonly blockCount: number;
  /** Bytes of all blocks. */
  readonly blockBytes: number;
  private readonly source: StoredBytes;
  private readonly memory: GuestMemory;
  private readonly firstByte: number;
  private readonly buckets: Int32Array;
  private readonly index: Int32Array;
  /** By entry: the block has been given away where it was read to, as asked for or ahead. */
  private readonly used: Uint8Array;
  /** These entries' numbers, in the order in which they were first wanted. */
  private readonly usedInOrder: number[] = [];
  /** By piece: it was read. */
  private readonly here: Uint8Array;
  /** Byte address in the memory that the blocks are read to. */
  private origin = 0;
  private failed = false;
  /** What was found last: a short run finds thousands, most of what it calls functions for. */
  private readonly found: { -readonly [K in keyof FoundBlock]: FoundBlock[K] } = {
    number: 0,
    record: 0,
    used: false,
    secondFrame: -1,
  };

  private constructor(source: StoredBytes, memory: GuestMemory, head: Int32Array, rest: Int32Array) {
    this.source = source;
    this.memory = memory;
    const [constants, buckets] = [head[HEAD.constants]!, head[HEAD.buckets]!];
    this.blockCount = head[HEAD.blocks]!;
    this.blockBytes = head[HEAD.blockBytes]!;
    this.constants = rest.subarray(0, constants);
    this.buckets = rest.subarray(constants, constants + buckets);
    this.index = rest.subarray(constants + buckets);
    this.firstByte = 4 * (head.length + rest.length);
    this.used = new Uint8Array(this.blockCount);
    this.here = new Uint8Array((this.blockBytes >> PIECE_SHIFT) + 1);
  }

  /** The store of these bytes; undefined if they are none. */
  static open(source: StoredBytes, memory: GuestMemory): StoredCode | undefined {
    const head = new Int32Array(HEAD.size);
    if (source.size < 4 * HEAD.size || !source.read(bytesOf(head), 0)) return undefined;
    if (head[HEAD.magic] !== MAGIC || head[HEAD.format] !== FORMAT) return undefined;
    const words = head[HEAD.constants]! + head[HEAD.buckets]! + ENTRY.size * head[HEAD.blocks]!;
    if (source.size !== 4 * (HEAD.size + words) + head[HEAD.blockBytes]!) return undefined;
    const rest = new Int32Array(words);
    if (!source.read(bytesOf(rest), 4 * HEAD.size)) return undefined;
    return new StoredCode(source, memory, head, rest);
  }

  /** Where the blocks are to be read to: `blockBytes` bytes of the memory. */
  readTo(origin: number): void {
    this.origin = origin;
  }

  /**
   * The block for (pc, mode), if the bytes it was made from are what the frame has there. The answer holds until the next call.
   * @param frameBehind gives the frame of the page behind it, if that may be executed; else -1
   */
  find(pc: number, mode: number, frame: number, frameBehind: FrameBehind): FoundBlock | undefined {
    const { index } = this;
    let entered = this.buckets[hash(pc) & (this.buckets.length - 1)]!;
    while (entered !== 0) {
      const number = entered - 1;
      if (this.pcOf(number) === pc && this.modeOf(number) === mode) {
        const place = this.placeAt(number);
        if (!this.load(place)) return undefined;
        const found = this.give(number, place, frame, frameBehind);
        if (found !== undefined) {
          this.used[number] = WANTED;
          return found;
        }
      }
      entered = index[ENTRY.size * number + ENTRY.chain]!;
    }
    return undefined;
  }

  /** The block `number`, which nobody has yet, before it is wanted, as find; undefined if it cannot be read. */
  takeAhead(number: number, frame: number, frameBehind: FrameBehind): FoundBlock | undefined {
    const place = this.placeAt(number);
    return this.load(place) ? this.give(number, place, frame, frameBehind) : undefined;
  }

  /** The first of the blocks from `number` on that nobody has yet; `end` if there is none before. */
  nextFree(number: number, end: number): number {
    const { used } = this;
    let next = number;
    while (next < end && used[next] !== FREE) next++;
    return next;
  }

  pcOf(number: number): number {
    return this.index[ENTRY.size * number + ENTRY.pc]!;
  }

  modeOf(number: number): number {
    return this.index[ENTRY.size * number + ENTRY.mode]!;
  }

  /** The block, which has been read to its place, if it is made from what is in these frames. */
  private give(number: number, place: number, frame: number, frameBehind: FrameBehind): FoundBlock | undefined {
    const { i32 } = this.memory;
    const at = this.origin + place;
    const head = at >> 2;
    const length = i32[head + BLOCK.codeBytes]!;
    const start = i32[head + BLOCK.codeStart]!;
    const code = at + 4 * BLOCK.size;
    const here = Math.min(length, PAGE_SIZE - start);
    const { found } = this;
    found.secondFrame = -1;
    if (here < length) {
      const second = frameBehind(this.pcOf(number), this.modeOf(number));
      if (second < 0 || !this.isCode(code + here, second, 0, length - here)) return undefined;
      found.secondFrame = second;
    }
    if (!this.isCode(code, frame, start, here)) return undefined;
    found.number = number;
    found.record = this.recordAt(at);
    found.used = this.used[number] !== FREE;
    if (!found.used) {
      this.usedInOrder.push(number);
      this.used[number] = AHEAD;
    }
    return found;
  }

  /** Has the blocks that this run used stored again, in the order in which it did. */
  storeUsed(writer: CodeWriter): void {
    const numbers = this.usedInOrder.filter((number) => this.wasRun(number));
    for (const number of numbers) this.enter(number, writer);
    writer.add(this.usedPieces(numbers));
  }

  /** What was taken ahead need not have been wanted. */
  private wasRun(number: number): boolean {
    if (this.used[number] !== AHEAD) return this.used[number] === WANTED;
    return this.memory.i32[(this.recordAt(this.origin + this.placeAt(number)) + RECORD.runs) >> 2] !== 0;
  }

  /** Those that nobody used, in the order in which they are stored, as long as there is room. */
  storeUnused(writer: CodeWriter, mostBytes: number): void {
    let [from, end] = [0, 0];
    for (let number = 0; number < this.blockCount; number++) {
      if (this.wasRun(number)) continue;
      const { place, bytes } = this.placeOf(number);
      if (writer.bytes + bytes > mostBytes) break;
      this.enter(number, writer);
      // Neighbours are read together.
      if (place !== end) {
        writer.add(this.stretch(from, end));
        from = place;
      }
      end = place + bytes;
    }
    writer.add(this.stretch(from, end));
  }

  private *usedPieces(numbers: readonly number[]): StorePieces {
    const { u8 } = this.memory;
    for (const number of numbers) {
      const { place, bytes } = this.placeOf(number);
      yield cleaned(u8.slice(this.origin + place, this.origin + place + bytes));
    }
  }

  private stretch(from: number, end: number): StorePieces {
    return end > from ? piecesOf(sectionOf(this.source, this.firstByte + from, end - from)) : [];
  }

  private enter(number: number, writer: CodeWriter): void {
    const at = ENTRY.size * number;
    writer.enter(this.index[at + ENTRY.pc]!, this.index[at + ENTRY.mode]!, this.placeOf(number).bytes);
  }

  private placeOf(number: number) {
    const place = this.placeAt(number);
    const end = number + 1 < this.blockCount ? this.placeAt(number + 1) : this.blockBytes;
    return { place, bytes: end - place };
  }

  private placeAt(number: number): number {
    return this.index[ENTRY.size * number + ENTRY.place]!;
  }

  private recordAt(at: number): number {
    const { i32 } = this.memory;
    return at + i32[(at >> 2) + BLOCK.bytes]! - i32[(at >> 2) + BLOCK.recordBytes]!;
  }

  /** Has the block at a place read; false if it cannot be. */
  private load(place: number): boolean {
    const { here } = this;
    const first = place >> PIECE_SHIFT;
    const last = (place + 4 * BLOCK.size - 1) >> PIECE_SHIFT;
    if (here[first] === 0 && !this.loadPiece(first)) return false;
    if (here[last] === 0 && !this.loadPiece(last)) return false;
    const end = (place + this.memory.i32[((this.origin + place) >> 2) + BLOCK.bytes]! - 1) >> PIECE_SHIFT;
    for (let piece = last + 1; piece <= end; piece++) if (here[piece] === 0 && !this.loadPiece(piece)) return false;
    return true;
  }

  /** Reads a piece that is not here. */
  private loadPiece(piece: number): boolean {
    if (this.failed) return false;
    const from = piece << PIECE_SHIFT;
    const to = Math.min(from + PIECE_BYTES, this.blockBytes);
    if (!this.source.read(this.memory.u8.subarray(this.origin + from, this.origin + to), this.firstByte + from)) {
      this.failed = true;
      return false;
    }
    this.here[piece] = 1;
    return true;
  }

  /** Whether the frame has the same bytes at `offset` as there are at `code`. */
  private isCode(code: number, frame: number, offset: number, length: number): boolean {
    const { u8, view, bigEndian } = this.memory;
    const first = this.memory.frameAddress(frame) + offset;
    const flip = bigEndian ? 3 : 0;
    let byte = 0;
    // A big-endian memory has words of the host's order; code that begins within one is compared by bytes.
    if (!bigEndian || (first & 3) === 0) {
      for (; byte + 4 <= length; byte += 4) {
        if (view.getInt32(first + byte, true) !== view.getInt32(code + byte, !bigEndian)) return false;
      }
    }
    for (; byte < length; byte++) {
      if (u8[((first + byte) ^ flip) >>> 0] !== u8[code + byte]) return false;
    }
    return true;
  }
}

/** Words that the writer notes of a block: its address, mode and bytes. */
const NOTE = { pc: 0, mode: 1, bytes: 2, size: 3 } as const;

/** Makes a store: blocks are entered and their bytes added in the same order. A large store has seventy thousand. */
export class CodeWriter {
  /** Of all blocks. */
  bytes = 0;
  private notes = new Int32Array(NOTE.size << 12);
  private blocks = 0;
  private readonly pieces: StorePieces[] = [];

  enter(pc: number, mode: number, bytes: number): void {
    const at = NOTE.size * this.blocks++;
    if (at === this.notes.length) {
      const larger = new Int32Array(2 * at);
      larger.set(this.notes);
      this.notes = larger;
    }
    this.notes[at + NOTE.pc] = pc;
    this.notes[at + NOTE.mode] = mode;
    this.notes[at + NOTE.bytes] = bytes;
    this.bytes += bytes;
  }

  add(pieces: StorePieces): void {
    this.pieces.push(pieces);
  }

  /** The store; the blocks refer to these constants. */
  *finish(constants: Int32Array): StorePieces {
    yield bytesOf(this.head(constants));
    for (const pieces of this.pieces) yield* pieces;
  }

  private head(constants: Int32Array): Int32Array {
    const { notes, blocks } = this;
    let buckets = 64;
    while (buckets < blocks) buckets *= 2;
    const firstBucket = HEAD.size + constants.length;
    const head = new Int32Array(firstBucket + buckets + ENTRY.size * blocks);
    head.set([MAGIC, FORMAT, constants.length, buckets, blocks, this.bytes]);
    head.set(constants, HEAD.size);
    let place = 0;
    for (let number = 0; number < blocks; number++) {
      const note = NOTE.size * number;
      const entry = firstBucket + buckets + ENTRY.size * number;
      const bucket = firstBucket + (hash(notes[note + NOTE.pc]!) & (buckets - 1));
      head[entry + ENTRY.pc] = notes[note + NOTE.pc]!;
      head[entry + ENTRY.mode] = notes[note + NOTE.mode]!;
      head[entry + ENTRY.place] = place;
      head[entry + ENTRY.chain] = head[bucket]!;
      head[bucket] = number + 1;
      place += notes[note + NOTE.bytes]!;
    }
    return head;
  }
}

/**
 * Has the blocks with these records stored, but each of two of the same code at the same place once.
 * @param align alignment of instructions: the bits of pc below it are no address
 */
export function storeBlocks(
  writer: CodeWriter,
  blocks: readonly number[],
  records: Records,
  memory: GuestMemory,
  align: number,
): void {
  const seen = new Set<number>();
  const pieces: Uint8Array[] = [];
  for (const block of blocks) {
    const [pc, mode] = [records.get(block, RECORD.pc), records.get(block, RECORD.mode)];
    const stored = storedBlock(block, records, memory, align);
    const key = keyOf(pc, mode, stored);
    if (seen.has(key)) continue;
    seen.add(key);
    writer.enter(pc, mode, stored.length);
    pieces.push(stored);
  }
  writer.add(pieces);
}

function storedBlock(block: number, records: Records, memory: GuestMemory, align: number): Uint8Array {
  const first = records.get(block, RECORD.pc) & -align;
  const length = ((records.get(block, RECORD.endPc) & -align) - first) | 0;
  const recordBytes = records.endOf(block) - block;
  const codeSpace = (length + 7) & -8;
  const bytes = 4 * BLOCK.size + codeSpace + recordBytes;
  const stored = new Uint8Array(bytes);
  const words = new Int32Array(stored.buffer);
  words[BLOCK.bytes] = bytes;
  words[BLOCK.codeBytes] = length;
  words[BLOCK.codeStart] = first & PAGE_MASK;
  words[BLOCK.recordBytes] = recordBytes;
  const start = first & PAGE_MASK;
  const here = Math.min(length, PAGE_SIZE - start);
  memory.readFrame(records.get(block, RECORD.frame), start, stored.subarray(16, 16 + here));
  if (here < length) {
    memory.readFrame(records.get(block, RECORD.secondFrame), 0, stored.subarray(16 + here, 16 + length));
  }
  stored.set(memory.u8.subarray(block, block + recordBytes), 4 * BLOCK.size + codeSpace);
  return cleaned(stored);
}

/** A stored block without what is of the machine it ran on. */
function cleaned(stored: Uint8Array): Uint8Array {
  const words = new Int32Array(stored.buffer);
  const record = stored.length - words[BLOCK.recordBytes]!;
  const copy = new Records(words, new Uint16Array(stored.buffer));
  copy.set(record, RECORD.flags, copy.get(record, RECORD.flags) & ~RECORD_VALID);
  for (const field of [RECORD.frame, RECORD.targetLink, RECORD.nextLink, RECORD.runs, RECORD.due, RECORD.sibling]) {
    copy.set(record, field, 0);
  }
  return stored;
}

/** The same for two of the same code at the same place; for others but once in 2^53 another. */
function keyOf(pc: number, mode: number, stored: Uint8Array): number {
  const words = new Int32Array(stored.buffer);
  const codeWords = (words[BLOCK.codeBytes]! + 3) >> 2;
  let [low, high] = [pc | 0, mode | 0];
  for (let at = BLOCK.codeBytes; at < BLOCK.size + codeWords; at++) {
    low = Math.imul(low ^ words[at]!, 0x9e37_79b1);
    low ^= low >>> 15;
    high = Math.imul(high + words[at]!, 0x85eb_ca77) ^ (high >>> 13);
  }
  return (low >>> 0) * 2 ** 21 + (high >>> 11);
}

function bytesOf(words: Int32Array): Uint8Array {
  return new Uint8Array(words.buffer, words.byteOffset, words.byteLength);
}

function hash(pc: number): number {
  return Math.imul(pc, 0x9e37_79b1) >>> 8;
}
