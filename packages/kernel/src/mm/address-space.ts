/** Birth, sharing and end of address spaces. Linux 6.1 kernel/fork.c: mm_init, mmput */
import type { Kernel } from '../kernel.ts';
import type { Mm } from '../types.ts';
import { mmState } from './state.ts';
import { releaseVmaFile } from './vma.ts';
import { releaseRange } from './zap.ts';

/** An empty address space with one user. */
export function newMm(kernel: Kernel): Mm {
  const mm: Mm = {
    users: 1,
    space: kernel.mmu.createSpace(),
    vmas: [],
    brkStart: 0,
    brk: 0,
    stackStart: 0,
    argStart: 0,
    argEnd: 0,
    envStart: 0,
    envEnd: 0,
    vdso: 0,
    noHugePages: false,
    barriers: 0,
    arch: {},
    rss: 0,
    swapped: 0,
    peakRss: 0,
    mappedBytes: 0,
    lockedBytes: 0,
    lockFuture: false,
    readImpliesExec: false,
    exe: undefined,
    dumpable: 1,
    coreFilter: 0x33,
    auxv: [],
  };
  mmState(kernel).mms.push(mm);
  return mm;
}

/** Drops everything mapped in an address space that nothing is translated by any more. */
function dropMappings(kernel: Kernel, mm: Mm): void {
  const { vmas } = mm;
  for (const vma of vmas) releaseRange(kernel, mm, vma.start, vma.end);
  mm.vmas = [];
  mm.mappedBytes = 0;
  mm.lockedBytes = 0;
  mm.space.pages.recycle();
  for (const vma of vmas) releaseVmaFile(kernel, vma.file);
}

/** Destroys an address space that has no users. Where it is the MMU's current one, the MMU falls back to the kernel's own. */
export function destroyMm(kernel: Kernel, mm: Mm): void {
  kernel.mmu.destroySpace(mm.space);
  dropMappings(kernel, mm);
  releaseVmaFile(kernel, mm.exe);
  mm.exe = undefined;
  const state = mmState(kernel);
  const index = state.mms.indexOf(mm);
  state.mms.splice(index, 1);
  if (index < state.scan.mm) state.scan.mm--;
  else if (index === state.scan.mm) state.scan.page = 0;
}
