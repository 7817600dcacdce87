/** Program text as rewriting reads and writes it: through the page tables, whatever the protection. */
import { PAGE_SIZE, pteFrame } from '@kml/core';
import type { Kernel } from '../kernel.ts';
import { writeInMm } from '../loader/write-mm.ts';
import { resolveFault } from '../mm/fault.ts';
import { holdsFrame, PROT_EXEC } from '../mm/pte.ts';
import { findVma } from '../mm/vma.ts';
import type { Mm, Vma } from '../types.ts';

/** Bytes of an address space, or undefined where they are not mapped. */
export function readText(kernel: Kernel, mm: Mm, address: number, length: number): Uint8Array | undefined {
  const bytes = new Uint8Array(length);
  for (let done = 0; done < length; ) {
    const at = address + done;
    const vma = findVma(mm, at);
    if (vma === undefined) return undefined;
    const page = Math.floor(at / PAGE_SIZE);
    if (!holdsFrame(mm.space.pages.get(page))) {
      const outcome = resolveFault(kernel, mm, vma, page, 'read');
      if (outcome === 'memory' || outcome === 'bus') return undefined;
    }
    const entry = mm.space.pages.get(page);
    if (!holdsFrame(entry)) return undefined;
    const offset = at % PAGE_SIZE;
    const piece = Math.min(length - done, PAGE_SIZE - offset);
    kernel.memory.readFrame(pteFrame(entry), offset, bytes.subarray(done, done + piece));
    done += piece;
  }
  return bytes;
}

/** Writes text; private pages get their copy, and translations of the old text are dropped. */
export function writeText(kernel: Kernel, mm: Mm, address: number, bytes: Uint8Array): boolean {
  if (!writeInMm(kernel, mm, address, bytes)) return false;
  kernel.cpu.leaveRequested = true;
  return true;
}

/** The mapping that holds [start, end) and may be changed, or why not. */
export function rewritable(mm: Mm, start: number, end: number): Vma | string {
  const vma = findVma(mm, start);
  if (vma === undefined || vma.end < end) return 'not in one mapping';
  if (vma.shared) return 'shared mapping';
  if ((vma.prot & PROT_EXEC) === 0) return 'not executable';
  if (vma.name.startsWith('[kml')) return "the kernel's own";
  return vma;
}

export function sameBytes(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, i) => byte === b[i]);
}
