/** Writing into an address space that no task runs in yet. */
import { PAGE_SIZE, pteFrame } from '@kml/core';
import type { Kernel } from '../kernel.ts';
import { resolveFault } from '../mm/fault.ts';
import { holdsFrame } from '../mm/pte.ts';
import { findVma } from '../mm/vma.ts';
import type { Mm } from '../types.ts';

/** Writes bytes whatever the protection (private pages get their copy). False without memory, or where nothing is mapped. */
export function writeInMm(kernel: Kernel, mm: Mm, address: number, bytes: Uint8Array): boolean {
  for (let done = 0; done < bytes.length; ) {
    const at = address + done;
    const offset = at % PAGE_SIZE;
    const piece = Math.min(bytes.length - done, PAGE_SIZE - offset);
    const frame = writableFrame(kernel, mm, at);
    if (frame < 0) return false;
    kernel.memory.writeFrame(frame, offset, bytes.subarray(done, done + piece));
    done += piece;
  }
  return true;
}

/** Clears a range within one page or more, in the same way. */
export function clearInMm(kernel: Kernel, mm: Mm, address: number, length: number): boolean {
  return writeInMm(kernel, mm, address, new Uint8Array(length));
}

function writableFrame(kernel: Kernel, mm: Mm, address: number): number {
  const vma = findVma(mm, address);
  if (vma === undefined) return -1;
  const page = Math.floor(address / PAGE_SIZE);
  const outcome = resolveFault(kernel, mm, vma, page, 'write');
  if (outcome === 'memory' || outcome === 'bus') return -1;
  const entry = mm.space.pages.get(page);
  return holdsFrame(entry) ? pteFrame(entry) : -1;
}
