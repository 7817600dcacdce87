import { PAGE_MASK } from '@kml/core';
import type { Kernel } from '../kernel.ts';
import { kernelAddress } from '../mm/kernel-access.ts';

/**
 * Room for one kind of signal frame, as bytes in guest order, with a view of it. It is kept and used again,
 * for making typed arrays is dear; what is in it means nothing between two calls of the kernel's.
 */
export class FrameImage {
  readonly bytes: Uint8Array;
  readonly view: DataView;

  constructor(length: number) {
    this.bytes = new Uint8Array(length);
    this.view = new DataView(this.bytes.buffer);
  }

  /** All zero, for a frame to be made. */
  cleared(): this {
    this.bytes.fill(0);
    return this;
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
