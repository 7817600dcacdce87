import { PAGE_MASK } from '@kml/core';
import type { Kernel } from '../kernel.ts';
import { kernelAddress } from '../mm/kernel-access.ts';
import { accessOk, chargeCopy, copyInto, copyOut, userAddress } from '../mm/user-access.ts';
import type { Task } from '../types.ts';
import { type SigSet, setOfWords, wordOf } from './sig-set.ts';

/** Where a frame's words are. */
const IN_MEMORY = 0;
const IN_BUFFER = 1;
const CANNOT = 2;
type Place = typeof IN_MEMORY | typeof IN_BUFFER | typeof CANNOT;

/**
 * A signal frame as words in guest order, which is where it lies: in the task's own memory if all of it lies in one
 * page, else in a buffer that is kept. One translation, and nothing is copied. `words` and `at` are good until the
 * next page fault or allocation; what is in them means nothing between two calls of the kernel's.
 */
export class FrameImage {
  words: Int32Array;
  /** Index of the frame's first word. */
  at = 0;
  private readonly own: Int32Array;
  private readonly ownBytes: Uint8Array;

  /** @param most bytes of the largest frame, whole words */
  constructor(most: number) {
    this.own = this.words = new Int32Array(most >> 2);
    this.ownBytes = new Uint8Array(this.own.buffer);
  }

  /** The frame at a user address, to be read. False if it cannot be. `charged`: bytes whose copy it is charged for. */
  open(kernel: Kernel, task: Task, address: number, bytes: number, charged = bytes): boolean {
    const place = this.choose(kernel, task, address, bytes, 'read');
    if (place === CANNOT) return false;
    if (place === IN_MEMORY) {
      chargeCopy(kernel, charged);
      return true;
    }
    if (!copyInto(kernel, task, address, this.ownBytes, bytes)) return false;
    if (kernel.memory.bigEndian) swapWords(this.own, bytes >> 2);
    return true;
  }

  /** A frame to be made at a user address; its words are whatever they were. False if it cannot be written there. */
  begin(kernel: Kernel, task: Task, address: number, bytes: number): boolean {
    const place = this.choose(kernel, task, address, bytes, 'write');
    if (place === IN_MEMORY) {
      const at = this.at << 2;
      kernel.memory.noteCodeWrite(kernel.memory.frameOf(at >>> 0), at & PAGE_MASK, bytes);
    }
    return place !== CANNOT;
  }

  /** Ends what begin began: the frame is in the task's memory. False if not all of it can be written. */
  finish(kernel: Kernel, task: Task, address: number, bytes: number, charged = bytes): boolean {
    if (this.words !== this.own) {
      chargeCopy(kernel, charged);
      return true;
    }
    if (kernel.memory.bigEndian) swapWords(this.own, bytes >> 2);
    return copyOut(kernel, task, address, this.ownBytes, bytes);
  }

  /** Empties words of a frame that is being made: bytes from an offset on. */
  clear(offset: number, bytes: number): void {
    const first = this.at + (offset >> 2);
    this.words.fill(0, first, first + (bytes >> 2));
  }

  /** Word at an offset of a frame, as int32. */
  take(offset: number): number {
    return this.words[this.at + (offset >> 2)]!;
  }

  put(offset: number, value: number): void {
    this.words[this.at + (offset >> 2)] = value;
  }

  /** A set of so many bytes at an offset, lowest signals first, in the program's own numbers. */
  takeSigSet(offset: number, bytes: number): SigSet {
    const first = this.at + (offset >> 2);
    const { words } = this;
    if (bytes <= 8) return setOfWords(words[first]!, words[first + 1]);
    return setOfWords(words[first]!, words[first + 1], words[first + 2], words[first + 3]);
  }

  putSigSet(set: SigSet, offset: number, bytes: number): void {
    for (let n = 0; n < bytes >> 2; n++) this.words[this.at + (offset >> 2) + n] = wordOf(set, n);
  }

  /** Guest-order bytes, whole words, at an offset of a frame that is being made. */
  putBytes(kernel: Kernel, offset: number, bytes: Uint8Array): void {
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    const to = this.at + (offset >> 2);
    for (let n = 0; n < bytes.length; n += 4) this.words[to + (n >> 2)] = view.getInt32(n, !kernel.memory.bigEndian);
  }

  private choose(kernel: Kernel, task: Task, address: number, bytes: number, access: 'read' | 'write'): Place {
    const from = address >>> 0;
    this.words = this.own;
    this.at = 0;
    if ((from & 3) !== 0 || (from & PAGE_MASK) + bytes > PAGE_MASK + 1) return IN_BUFFER;
    const place = accessOk(kernel, task, from, bytes) ? userAddress(kernel, task, from, access) : -1;
    if (place < 0) return CANNOT;
    this.words = kernel.memory.i32;
    this.at = place >>> 2;
    return IN_MEMORY;
  }
}

function swapWords(words: Int32Array, count: number): void {
  for (let n = 0; n < count; n++) {
    const word = words[n]!;
    words[n] = (word << 24) | ((word & 0xff00) << 8) | ((word >>> 8) & 0xff00) | (word >>> 24);
  }
}

/**
 * Index among the words of memory of a register frame of so many bytes, which lies in one page of a kernel
 * stack. It may be read and written there, for as long as the task has its stack.
 */
export function frameWords(kernel: Kernel, frame: number, bytes: number): number {
  const at = kernelAddress(kernel, frame);
  if ((at & 3) !== 0 || (at & PAGE_MASK) + bytes > PAGE_MASK + 1) throw new RangeError('a register frame across pages');
  kernel.memory.noteCodeWrite(kernel.memory.frameOf(at), at & PAGE_MASK, bytes);
  return at >>> 2;
}
