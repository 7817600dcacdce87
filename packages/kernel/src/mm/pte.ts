/**
 * The kernel's use of page-table entries.
 *
 *     present                   frame | PRESENT and permissions
 *     present, PROT_NONE        frame | PTE_PROTNONE, without PRESENT: no privilege level gets through
 *     paged out                 swap slot | PTE_SWAP, without PRESENT
 *     never touched             0
 */
import { PTE_ACCESSED, PTE_EXEC, PTE_PRESENT, PTE_SOFT1, PTE_SOFT2, PTE_SOFT3, PTE_USER, PTE_WRITE } from '@kml/core';

/** Without PTE_PRESENT: the frame field is a swap slot. */
export const PTE_SWAP = PTE_SOFT1;
/**
 * Executable page seen since the page-out scan last came by. Executing translated code sets no
 * accessed bit at a fixed instruction, so the scan does not look at that bit for code.
 */
export const PTE_YOUNG = PTE_SOFT2;
/** The frame is in place but PROT_NONE forbids every access, at kernel privilege too. */
export const PTE_PROTNONE = PTE_SOFT3;

export const PROT_READ = 1;
export const PROT_WRITE = 2;
export const PROT_EXEC = 4;

/** Whether the entry's frame field names a page frame. */
export function holdsFrame(entry: number): boolean {
  return (entry & (PTE_PRESENT | PTE_PROTNONE)) !== 0;
}

/** Whether the entry's frame field names a swap slot. */
export function isSwapEntry(entry: number): boolean {
  return (entry & (PTE_PRESENT | PTE_PROTNONE | PTE_SWAP)) === PTE_SWAP;
}

/** Whether the page was used since its mark was last cleared. */
export function wasUsed(entry: number): boolean {
  return (entry & (entry & PTE_EXEC ? PTE_YOUNG : PTE_ACCESSED)) !== 0;
}

/** Flags of a page under protection `prot`, writable only if `write` says that it may be written as it is. */
export function pteFlags(prot: number, write: boolean): number {
  if ((prot & 7) === 0) return PTE_PROTNONE | PTE_USER;
  let flags = PTE_PRESENT | PTE_USER;
  if (write && prot & PROT_WRITE) flags |= PTE_WRITE;
  if (prot & PROT_EXEC) flags |= PTE_EXEC | PTE_YOUNG;
  return flags;
}
