/** The kernel's own mappings: its image of text and data. */
import {
  makePte,
  PAGE_MASK,
  PAGE_SHIFT,
  PAGE_SIZE,
  PTE_EXEC,
  PTE_PRESENT,
  PTE_USER,
  PTE_WRITE,
  pteFrame,
} from '@kml/core';
import { InternalError } from '../internal-error.ts';
import type { Kernel } from '../kernel.ts';
import { allocKernelFrame, holdFrame } from './frames.ts';

/**
 * Maps one more zeroed kernel page at `page` (a virtual page number), supervisor only; a page that is
 * mapped already keeps its frame. Returns the frame. Throws InternalError without memory.
 */
export function mapKernelPage(kernel: Kernel, page: number, writable: boolean, executable: boolean): number {
  const space = kernel.mmu.kernelOnly;
  const old = space.pages.get(page);
  const frame = old & PTE_PRESENT ? pteFrame(old) : allocKernelFrame(kernel);
  if (frame < 0) throw new InternalError('kernel-memory', 'guest memory is too small for the kernel');
  const flags = PTE_PRESENT | (writable ? PTE_WRITE : 0) | (executable ? PTE_EXEC : 0);
  kernel.mmu.setEntry(space, page, makePte(frame, (old & (PTE_WRITE | PTE_EXEC)) | flags));
  return frame;
}

/** Maps a kernel page's frame at another page as well, as data. */
function mapAgain(kernel: Kernel, frame: number, page: number): void {
  holdFrame(kernel, frame);
  kernel.mmu.setEntry(kernel.mmu.kernelOnly, page, makePte(frame, PTE_PRESENT | PTE_WRITE));
}

/** Lets user code at a kernel page, as it is. */
function openPage(kernel: Kernel, page: number): void {
  const space = kernel.mmu.kernelOnly;
  kernel.mmu.setEntry(space, page, space.pages.get(page) | PTE_USER);
}

/**
 * Maps the kernel image (kernel.image) at its addresses: text read-only and executable, data writable,
 * nothing accessible to user mode but segments with a userName. Segments may share a page; it then has
 * the rights of both.
 */
export function mapKernelImage(kernel: Kernel): void {
  for (const segment of kernel.image.segments) {
    const end = segment.address + segment.bytes.length;
    for (let at = segment.address; at < end; ) {
      const piece = Math.min(end - at, PAGE_SIZE - (at & PAGE_MASK));
      const frame = mapKernelPage(kernel, at >>> PAGE_SHIFT, segment.writable, segment.executable);
      const from = at - segment.address;
      kernel.memory.writeFrame(frame, at & PAGE_MASK, segment.bytes.subarray(from, from + piece));
      if (segment.userName !== undefined) openPage(kernel, at >>> PAGE_SHIFT);
      if (segment.writableAt !== undefined) mapAgain(kernel, frame, segment.writableAt >>> PAGE_SHIFT);
      at += piece;
    }
  }
}
