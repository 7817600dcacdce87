/** Texts of /proc about memory. Linux 6.1 fs/proc/task_mmu.c, fs/proc/meminfo.c */
import { PAGE_SIZE } from '@kml/core';
import { pathString } from '../fs/path-string.ts';
import type { Kernel } from '../kernel.ts';
import type { Mm, Vma } from '../types.ts';
import { freeFrames } from './frames.ts';
import { PROT_EXEC, PROT_READ, PROT_WRITE } from './pte.ts';
import { isSharedMemory } from './shared-memory.ts';
import { FRAME_ANON, FRAME_KERNEL, mmState } from './state.ts';
import { pageAlign } from './vma.ts';

function hex(value: number, digits: number): string {
  return value.toString(16).padStart(digits, '0');
}

/** Device number as maps shows it. */
function device(dev: number): string {
  const major = (dev >>> 8) & 0xfff;
  const minor = (dev & 0xff) | ((dev >>> 12) & 0xfff00);
  return `${hex(major, 2)}:${hex(minor, 2)}`;
}

function rights(vma: Vma): string {
  const r = vma.prot & PROT_READ ? 'r' : '-';
  const w = vma.prot & PROT_WRITE ? 'w' : '-';
  const x = vma.prot & PROT_EXEC ? 'x' : '-';
  return `${r}${w}${x}${vma.shared ? 's' : 'p'}`;
}

function nameOf(kernel: Kernel, vma: Vma): string {
  if (vma.name !== '' || vma.file === undefined) return vma.name;
  return pathString(kernel, vma.file.path).replaceAll('\n', '\\012');
}

/** 25 + 6 * sizeof(void *) - 1, then a blank. */
const NAME_COLUMN = 48;

/** Text of /proc/PID/maps. */
export function mapsText(kernel: Kernel, mm: Mm): string {
  let text = '';
  for (const vma of mm.vmas) {
    const inode = vma.name === '' ? vma.file?.inode : undefined;
    const where = `${hex(vma.start, 8)}-${hex(vma.end, 8)} ${rights(vma)} ${hex(inode ? vma.offset : 0, 8)}`;
    const line = `${where} ${device(inode?.superblock.dev ?? 0)} ${inode?.ino ?? 0}`;
    const name = nameOf(kernel, vma);
    text += name === '' ? `${line} \n` : `${`${line} `.padEnd(NAME_COLUMN)} ${name}\n`;
  }
  for (const { address, bytes, executable, userName } of kernel.image.segments) {
    if (userName === undefined) continue;
    const where = `${hex(address, 8)}-${hex(pageAlign(address + bytes.length), 8)} r-${executable ? 'x' : '-'}p`;
    text += `${`${where} 00000000 00:00 0 `.padEnd(NAME_COLUMN)} ${userName}\n`;
  }
  return text;
}

/** What /proc/PID/status, stat and statm say of memory, in bytes. */
export interface MmUsage {
  /** All VMAs, and the most there ever was in memory. */
  size: number;
  peakRss: number;
  rss: number;
  rssAnonymous: number;
  rssFile: number;
  rssShared: number;
  swap: number;
  locked: number;
  data: number;
  stack: number;
  text: number;
}

/** Memory use of an address space. Walks its page table. */
export function mmUsage(kernel: Kernel, mm: Mm): MmUsage {
  const { frames } = mmState(kernel);
  const usage: MmUsage = {
    size: mm.mappedBytes,
    peakRss: mm.peakRss * PAGE_SIZE,
    rss: mm.rss * PAGE_SIZE,
    rssAnonymous: 0,
    rssFile: 0,
    rssShared: 0,
    swap: mm.swapped * PAGE_SIZE,
    locked: mm.lockedBytes,
    data: 0,
    stack: 0,
    text: 0,
  };
  for (const vma of mm.vmas) {
    const bytes = vma.end - vma.start;
    if (vma.growsDown) usage.stack += bytes;
    else if (vma.prot & PROT_EXEC) usage.text += bytes;
    else if (vma.prot & PROT_WRITE && !vma.shared) usage.data += bytes;
  }
  mm.space.pages.forEach(0, kernel.abi.taskSize / PAGE_SIZE, (_page, entry) => {
    const frame = entry >>> 12;
    if ((entry & 1) === 0) return;
    if (frames.owner[frame] === FRAME_ANON) usage.rssAnonymous += PAGE_SIZE;
    else if (frames.inode[frame] !== undefined && isSharedMemory(frames.inode[frame])) usage.rssShared += PAGE_SIZE;
    else usage.rssFile += PAGE_SIZE;
  });
  return usage;
}

/** Numbers of /proc/meminfo and sysinfo(2), in bytes. */
export interface MemoryInfo {
  total: number;
  free: number;
  available: number;
  cached: number;
  anonymous: number;
  shared: number;
  kernel: number;
  swapTotal: number;
  swapFree: number;
}

/** State of guest memory. Walks all frames. */
export function memoryInfo(kernel: Kernel): MemoryInfo {
  const { frames, swap } = mmState(kernel);
  let anonymous = 0;
  let kernelFrames = 0;
  let shared = 0;
  for (let frame = 0; frame < frames.fresh; frame++) {
    if (frames.owner[frame] === FRAME_ANON) anonymous++;
    else if (frames.owner[frame] === FRAME_KERNEL) kernelFrames++;
    else if (frames.inode[frame] !== undefined && isSharedMemory(frames.inode[frame]!)) shared++;
  }
  const free = freeFrames(kernel);
  return {
    total: kernel.memory.frameCount * PAGE_SIZE,
    free: free * PAGE_SIZE,
    available: (free + frames.cached - shared) * PAGE_SIZE,
    cached: frames.cached * PAGE_SIZE,
    anonymous: anonymous * PAGE_SIZE,
    shared: shared * PAGE_SIZE,
    kernel: kernelFrames * PAGE_SIZE,
    swapTotal: swap.limit * PAGE_SIZE,
    swapFree: (swap.limit - swap.used) * PAGE_SIZE,
  };
}
