/** Which memory goes into a core file. Linux 6.1 fs/coredump.c: vma_dump_size */
import { PAGE_SIZE, pteFrame } from '@kml/core';
import type { Kernel } from '../kernel.ts';
import { holdsFrame, isSwapEntry, PROT_READ } from '../mm/pte.ts';
import { readRemote } from '../mm/remote-access.ts';
import { FRAME_ANON, mmState } from '../mm/state.ts';
import type { Mm, Task, Vma } from '../types.ts';

/** Bits of /proc/PID/coredump_filter. Linux 6.1 Documentation/filesystems/proc.rst, 3.4 */
const ANON_PRIVATE = 1 << 0;
const ANON_SHARED = 1 << 1;
const MAPPED_PRIVATE = 1 << 2;
const MAPPED_SHARED = 1 << 3;
const ELF_HEADERS = 1 << 4;

const S_IXUGO = 0o111;

/** A mapping, and how many bytes of it are in the file. */
export interface DumpedRange {
  readonly vma: Vma;
  readonly bytes: number;
}

/** Whether the mapping has pages of the process's own. Linux: anon_vma */
function hasOwnPages(kernel: Kernel, mm: Mm, vma: Vma): boolean {
  const { owner } = mmState(kernel).frames;
  for (let page = vma.start / PAGE_SIZE; page < vma.end / PAGE_SIZE; page++) {
    const entry = mm.space.pages.get(page);
    if (isSwapEntry(entry) || (holdsFrame(entry) && owner[pteFrame(entry)] === FRAME_ANON)) return true;
  }
  return false;
}

/** Whether a mapping begins with an ELF header: then that page tells debuggers which file it is. */
function beginsWithElf(kernel: Kernel, task: Task, vma: Vma): boolean {
  if (vma.file === undefined || vma.offset !== 0 || !(vma.prot & PROT_READ)) return false;
  if (!(vma.file.inode.mode & S_IXUGO)) return false;
  const magic = new Uint8Array(4);
  return readRemote(kernel, task, vma.start, magic) === 4 && String.fromCharCode(...magic) === '\x7fELF';
}

function dumpedBytes(kernel: Kernel, task: Task, mm: Mm, vma: Vma): number {
  const whole = vma.end - vma.start;
  const { coreFilter } = mm;
  if (vma.start === mm.vdso) return whole;
  // What a mapping of the kernel's own shows means nothing later.
  if (vma.dontDump || vma.name === '[vvar]') return 0;
  if (vma.shared) return coreFilter & (vma.file?.inode.nlink === 0 ? ANON_SHARED : MAPPED_SHARED) ? whole : 0;
  if (coreFilter & ANON_PRIVATE && hasOwnPages(kernel, mm, vma)) return whole;
  if (vma.file === undefined) return 0;
  if (coreFilter & MAPPED_PRIVATE) return whole;
  return coreFilter & ELF_HEADERS && beginsWithElf(kernel, task, vma) ? PAGE_SIZE : 0;
}

/** All mappings of a task's memory, in order. */
export function dumpedRanges(kernel: Kernel, task: Task, mm: Mm): DumpedRange[] {
  return mm.vmas.map((vma) => ({ vma, bytes: dumpedBytes(kernel, task, mm, vma) }));
}
