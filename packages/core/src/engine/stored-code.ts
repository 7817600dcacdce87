/**
 * Lifted blocks kept between runs. What is stored is the form that the interpreter runs, with the
 * constants it refers to, so that a later run neither decodes nor lifts: the store is read to where the
 * interpreter has its code, and its blocks run where they lie. A stored block is used only
 * where the very bytes it was made from lie at its address; so the store may be old, or of another
 * program, and does no harm. Whoever keeps it must keep it apart by ISA, CPU model and version of this code.
 */
import type { FlatBlock } from '../interp/flat-block.ts';
import type { GuestMemory } from '../memory/guest-memory.ts';
import { PAGE_MASK } from '../memory/memory-map.ts';

const MAGIC = 0x4b4d_4c43;
const FORMAT = 1;

/** Words of the file's head, then the constants, the buckets, and the blocks. */
const HEAD = { magic: 0, format: 1, words: 2, constants: 3, buckets: 4, blocks: 5, size: 8 } as const;

/** Words of a stored block; places in its code are relative to where that begins, chains to the store's begin. */
const BLOCK = {
  /** Place of the next block of the bucket, 0 at the end. */
  chain: 0,
  words: 1,
  pc: 2,
  mode: 3,
  endPc: 4,
  count: 5,
  cycles: 6,
  terminal: 7,
  value: 8,
  target: 9,
  next: 10,
  base: 11,
  starts: 12,
  pcs: 13,
  modes: 14,
  cyclesBefore: 15,
  argCount: 16,
  args: 17,
  codeBytes: 20,
  flatWords: 21,
  /** Where in its page the bytes begin. */
  codeStart: 22,
  size: 23,
} as const;

const NO_ARGS: readonly number[] = [];

/** A store as read from where it is kept. */
export class StoredCode {
  private readonly words: Int32Array;
  /** Word index in the memory. */
  private readonly origin: number;
  private readonly firstBucket: number;
  private readonly bucketMask: number;

  private constructor(words: Int32Array, origin: number) {
    this.words = words;
    this.origin = origin;
    this.firstBucket = HEAD.size + words[HEAD.constants]!;
    this.bucketMask = words[HEAD.buckets]! - 1;
  }

  /** The store in these words of the memory, which begin at word `origin`; undefined if they are none. */
  static open(words: Int32Array, origin: number): StoredCode | undefined {
    if (words.length < HEAD.size) return undefined;
    const isWhole = words[HEAD.words] === words.length;
    if (words[HEAD.magic] !== MAGIC || words[HEAD.format] !== FORMAT || !isWhole) return undefined;
    return new StoredCode(words, origin);
  }

  /** The 32-bit constants that the blocks refer to by place, in order of place. */
  get constants(): Int32Array {
    return this.words.subarray(HEAD.size, this.firstBucket);
  }

  get blockCount(): number {
    return this.words[HEAD.blocks]!;
  }

  /** The place of the block for (pc, mode), if the bytes it was made from are what the frame has there; else 0. */
  find(pc: number, mode: number, frame: number, memory: GuestMemory): number {
    const { words } = this;
    let at = words[this.firstBucket + (hash(pc) & this.bucketMask)]!;
    for (; at !== 0; at = words[at + BLOCK.chain]!) {
      if (words[at + BLOCK.pc] === pc && words[at + BLOCK.mode] === mode && this.isMadeFrom(at, frame, memory)) {
        return at;
      }
    }
    return 0;
  }

  /** Places of all blocks. */
  *places(): Iterable<number> {
    const { words } = this;
    let at = this.firstBucket + words[HEAD.buckets]!;
    for (let block = 0; block < words[HEAD.blocks]!; block++) {
      yield at;
      at += words[at + BLOCK.words]!;
    }
  }

  /** The block at a place, as it is stored. */
  record(at: number): Int32Array {
    return this.words.subarray(at, at + this.words[at + BLOCK.words]!);
  }

  private isMadeFrom(at: number, frame: number, memory: GuestMemory): boolean {
    const { words } = this;
    const length = words[at + BLOCK.codeBytes]!;
    const code = at + BLOCK.size;
    const first = memory.frameAddress(frame) + words[at + BLOCK.codeStart]!;
    for (let byte = 0; byte < length; byte++) {
      if (memory.readByte(first + byte) !== ((words[code + (byte >> 2)]! >>> (8 * (byte & 3))) & 0xff)) return false;
    }
    return true;
  }

  /** The block at a place. */
  block(at: number, supervisor: boolean, frame: number): FlatBlock {
    const { words } = this;
    const argCount = words[at + BLOCK.argCount]!;
    const modes = words[at + BLOCK.modes]!;
    const first = this.origin + at + BLOCK.size + ((words[at + BLOCK.codeBytes]! + 3) >> 2);
    return {
      pc: words[at + BLOCK.pc]!,
      mode: words[at + BLOCK.mode]!,
      endPc: words[at + BLOCK.endPc]!,
      count: words[at + BLOCK.count]!,
      cycles: words[at + BLOCK.cycles]!,
      frame,
      secondFrame: -1,
      supervisor,
      first,
      base: first + words[at + BLOCK.base]!,
      starts: first + words[at + BLOCK.starts]!,
      pcs: first + words[at + BLOCK.pcs]!,
      modes: modes < 0 ? -1 : first + modes,
      cyclesBefore: first + words[at + BLOCK.cyclesBefore]!,
      terminal: words[at + BLOCK.terminal]!,
      value: words[at + BLOCK.value]!,
      target: words[at + BLOCK.target]!,
      next: words[at + BLOCK.next]!,
      args: argCount === 0 ? NO_ARGS : [...words.subarray(at + BLOCK.args, at + BLOCK.args + argCount)],
      runs: 0,
      heat: 0,
      tally: undefined,
      valid: true,
    };
  }
}

/**
 * A block in the form it is stored in. Only a block within one page can be stored.
 * @param align alignment of instructions: the bits of pc below it are no address
 */
export function recordOf(block: FlatBlock, memory: GuestMemory, align: number): Int32Array {
  const first = block.pc & -align;
  const length = ((block.endPc & -align) - first) | 0;
  const bytes = new Uint8Array((length + 3) & -4);
  memory.readFrame(block.frame, first & PAGE_MASK, bytes.subarray(0, length));
  const from = block.first;
  const flatWords = block.starts + block.count + 1 - from;
  const record = new Int32Array(BLOCK.size + (bytes.length >> 2) + flatWords);
  const fields: [number, number][] = [
    [BLOCK.words, record.length],
    [BLOCK.pc, block.pc],
    [BLOCK.mode, block.mode],
    [BLOCK.endPc, block.endPc],
    [BLOCK.count, block.count],
    [BLOCK.cycles, block.cycles],
    [BLOCK.terminal, block.terminal],
    [BLOCK.value, block.value],
    [BLOCK.target, block.target],
    [BLOCK.next, block.next],
    [BLOCK.base, block.base - from],
    [BLOCK.starts, block.starts - from],
    [BLOCK.pcs, block.pcs - from],
    [BLOCK.modes, block.modes < 0 ? -1 : block.modes - from],
    [BLOCK.cyclesBefore, block.cyclesBefore - from],
    [BLOCK.argCount, block.args.length],
    [BLOCK.codeBytes, length],
    [BLOCK.codeStart, first & PAGE_MASK],
    [BLOCK.flatWords, flatWords],
  ];
  for (const [word, value] of fields) record[word] = value;
  record.set(block.args, BLOCK.args);
  const code = BLOCK.size;
  for (let byte = 0; byte < bytes.length; byte++) record[code + (byte >> 2)]! |= bytes[byte]! << (8 * (byte & 3));
  record.set(memory.i32.subarray(from, from + flatWords), code + (bytes.length >> 2));
  return record;
}

/** What tells stored blocks apart: the same for two of the same code at the same place. */
export function recordKey(record: Int32Array): string {
  const code = BLOCK.size;
  const words = (record[BLOCK.codeBytes]! + 3) >> 2;
  return `${record[BLOCK.pc]}:${record[BLOCK.mode]}:${record.subarray(code, code + words).join()}`;
}

/** A store of these blocks, which refer to these constants. */
export function encodeStore(constants: Int32Array, records: readonly Int32Array[]): Uint8Array {
  let buckets = 64;
  while (buckets < records.length) buckets *= 2;
  const firstBucket = HEAD.size + constants.length;
  let size = firstBucket + buckets;
  for (const record of records) size += record.length;
  const words = new Int32Array(size);
  words.set([MAGIC, FORMAT, size, constants.length, buckets, records.length]);
  words.set(constants, HEAD.size);
  let at = firstBucket + buckets;
  for (const record of records) {
    words.set(record, at);
    const bucket = firstBucket + (hash(record[BLOCK.pc]!) & (buckets - 1));
    words[at + BLOCK.chain] = words[bucket]!;
    words[bucket] = at;
    at += record.length;
  }
  return new Uint8Array(words.buffer);
}

function hash(pc: number): number {
  return Math.imul(pc, 0x9e37_79b1) >>> 8;
}
