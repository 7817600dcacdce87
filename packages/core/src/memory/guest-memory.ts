import { LOOKUP_BYTES, PAGE_MASK, PAGE_SHIFT, PAGE_SIZE, SET_BYTES, SETS_BASE, setCountFor } from './memory-map.ts';

/** Told when bytes that code was lifted from are overwritten. */
export type CodeWriteListener = (frame: number, offset: number, length: number) => void;

/** Up to so many bytes a loop is faster than a view and a bulk copy. */
const SMALL_COPY = 64;

/** Granule in which writes to code are tracked. */
export const CODE_GRANULE_SHIFT = 6;

/**
 * Guest physical memory: the one WebAssembly.Memory, created at full size, and the bulk operations
 * on page frames. Nothing but these, and guest stores, writes a frame.
 *
 * Big-endian guests keep memory as 32-bit words in host order: a byte is at address^3, an aligned
 * half-word at address^2, a word in place.
 */
export class GuestMemory {
  readonly memory: WebAssembly.Memory;
  readonly bigEndian: boolean;
  readonly frameCount: number;
  readonly setCount: number;
  /** Byte address of the look-up caches and of frame 0. */
  readonly lookupBase: number;
  readonly frameBase: number;
  readonly u8: Uint8Array;
  readonly u16: Uint16Array;
  readonly i32: Int32Array;
  readonly f64: Float64Array;
  readonly view: DataView;
  /** Two words a frame: which of its 64 granules code was lifted from. */
  private readonly codeGranules: Uint32Array;
  /** Frames a writable translation was ever handed out for, since allocation. */
  readonly everWritable: Uint8Array;
  /** Frames whose code is overwritten again and again: they stay without writable translations, so that each write need not take those back from all address spaces. */
  private readonly rewritten: Uint8Array;
  codeWriteListener: CodeWriteListener = () => {};

  /**
   * @param frameCount page frames of 4 KiB. Throws RangeError where the host cannot give that much.
   * @param setCount translation-table sets.
   */
  constructor(frameCount: number, byteOrder: 'little' | 'big', setCount = setCountFor(frameCount)) {
    this.frameCount = frameCount;
    this.bigEndian = byteOrder === 'big';
    this.setCount = setCount;
    this.lookupBase = SETS_BASE + this.setCount * SET_BYTES;
    this.frameBase = (this.lookupBase + this.setCount * LOOKUP_BYTES + PAGE_MASK) & ~PAGE_MASK;
    const bytes = this.frameBase + frameCount * PAGE_SIZE;
    const pages = Math.ceil(bytes / 65536);
    if (pages > 65535) throw new RangeError(`${frameCount} page frames do not fit one WebAssembly memory`);
    this.memory = new WebAssembly.Memory({ initial: pages, maximum: pages });
    const buffer = this.memory.buffer;
    this.u8 = new Uint8Array(buffer);
    this.u16 = new Uint16Array(buffer);
    this.i32 = new Int32Array(buffer);
    this.f64 = new Float64Array(buffer);
    this.view = new DataView(buffer);
    this.codeGranules = new Uint32Array(frameCount * 2);
    this.rewritten = new Uint8Array(frameCount);
    this.everWritable = new Uint8Array(frameCount);
  }

  /** Byte address of a frame in the WebAssembly memory. */
  frameAddress(frame: number): number {
    return this.frameBase + frame * PAGE_SIZE;
  }

  /** Frame of a byte address. */
  frameOf(address: number): number {
    return (address - this.frameBase) >>> PAGE_SHIFT;
  }

  zeroFrame(frame: number): void {
    this.noteCodeWrite(frame, 0, PAGE_SIZE);
    this.rewritten[frame] = 0;
    const at = this.frameAddress(frame);
    this.u8.fill(0, at, at + PAGE_SIZE);
  }

  copyFrame(to: number, from: number): void {
    this.noteCodeWrite(to, 0, PAGE_SIZE);
    this.rewritten[to] = 0;
    const source = this.frameAddress(from);
    this.u8.copyWithin(this.frameAddress(to), source, source + PAGE_SIZE);
  }

  /** Writes guest-order bytes at an offset of a frame; they must fit the frame. */
  writeFrame(frame: number, offset: number, bytes: Uint8Array): void {
    this.writeBytes(this.frameAddress(frame) + offset, bytes, bytes.length);
  }

  /** Copies guest-order bytes out of a frame into `into`. */
  readFrame(frame: number, offset: number, into: Uint8Array): void {
    this.readBytes(this.frameAddress(frame) + offset, into, into.length);
  }

  /** Writes guest-order bytes, the first `count` of them, at a byte address; they must fit its frame. */
  writeBytes(at: number, bytes: Uint8Array, count: number): void {
    const frame = this.frameOf(at);
    this.noteCodeWrite(frame, at & PAGE_MASK, count);
    if (count === PAGE_SIZE) this.rewritten[frame] = 0;
    if (!this.bigEndian) {
      if (count > SMALL_COPY) this.u8.set(count === bytes.length ? bytes : bytes.subarray(0, count), at);
      else for (let i = 0; i < count; i++) this.u8[at + i] = bytes[i]!;
    } else if (((at | count) & 3) === 0) this.putWords(at, bytes, count);
    else for (let i = 0; i < count; i++) this.u8[((at + i) ^ 3) >>> 0] = bytes[i]!;
  }

  /** Copies `count` guest-order bytes from a byte address on, out of its frame, into `into`. */
  readBytes(at: number, into: Uint8Array, count: number): void {
    if (!this.bigEndian && count > SMALL_COPY) into.set(this.u8.subarray(at, at + count));
    else if (!this.bigEndian) for (let i = 0; i < count; i++) into[i] = this.u8[at + i]!;
    else if (((at | count) & 3) === 0) this.getWords(at, into, count);
    else for (let i = 0; i < count; i++) into[i] = this.u8[((at + i) ^ 3) >>> 0]!;
  }

  /** Big-endian bytes to words. */
  private putWords(at: number, bytes: Uint8Array, count: number): void {
    const { i32 } = this;
    for (let i = 0, to = at >>> 2; i < count; i += 4) {
      i32[to++] = (bytes[i]! << 24) | (bytes[i + 1]! << 16) | (bytes[i + 2]! << 8) | bytes[i + 3]!;
    }
  }

  /** Words to big-endian bytes. */
  private getWords(at: number, into: Uint8Array, count: number): void {
    const { i32 } = this;
    for (let i = 0, from = at >>> 2; i < count; i += 4) {
      const word = i32[from++]!;
      into[i] = word >>> 24;
      into[i + 1] = word >>> 16;
      into[i + 2] = word >>> 8;
      into[i + 3] = word;
    }
  }

  /** Guest-order byte at a byte address of a frame. */
  readByte(address: number): number {
    return this.u8[this.bigEndian ? (address ^ 3) >>> 0 : address]!;
  }

  /** Records that code was lifted from these bytes of the frame. Returns true if it is the frame's first. */
  markCode(frame: number, offset: number, length: number): boolean {
    const index = frame * 2;
    const first = (this.codeGranules[index]! | this.codeGranules[index + 1]!) === 0;
    const last = (offset + length - 1) >> CODE_GRANULE_SHIFT;
    for (let granule = offset >> CODE_GRANULE_SHIFT; granule <= last; granule++) {
      this.codeGranules[index + (granule >> 5)]! |= 1 << (granule & 31);
    }
    return first;
  }

  /** Forgets what was lifted from the frame. */
  clearCode(frame: number): void {
    this.codeGranules[frame * 2] = 0;
    this.codeGranules[frame * 2 + 1] = 0;
  }

  /** Keeps the frame without writable translations until its whole content is replaced. */
  keepUnwritable(frame: number): void {
    this.rewritten[frame] = 1;
  }

  /** Whether any code was lifted from the frame: then no writable translation is handed out for it. */
  hasCode(frame: number): boolean {
    return (this.codeGranules[frame * 2]! | this.codeGranules[frame * 2 + 1]! | this.rewritten[frame]!) !== 0;
  }

  /** To be called for every write that does not go through a translation table: tells the listener if it hits code. */
  noteCodeWrite(frame: number, offset: number, length: number): void {
    const low = this.codeGranules[frame * 2]!;
    const high = this.codeGranules[frame * 2 + 1]!;
    if ((low | high) === 0 || length === 0) return;
    const last = (offset + length - 1) >> CODE_GRANULE_SHIFT;
    for (let granule = offset >> CODE_GRANULE_SHIFT; granule <= last; granule++) {
      if (((granule < 32 ? low : high) >>> (granule & 31)) & 1) {
        this.codeWriteListener(frame, offset, length);
        return;
      }
    }
  }
}
