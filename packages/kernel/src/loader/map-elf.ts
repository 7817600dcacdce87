/** Mapping an ELF file's segments. Linux 6.1 fs/binfmt_elf.c: elf_map, set_brk, padzero, load_elf_interp */
import { PAGE_SIZE } from '@kml/core';
import { EFAULT, EINVAL, ENOMEM } from '../errno.ts';
import { retainFile } from '../fs/file.ts';
import type { Kernel } from '../kernel.ts';
import { imageKey, mayCommit } from '../mm/mmap.ts';
import { unmapRange } from '../mm/munmap.ts';
import { findFilePlace, MMAP_MIN_ADDRESS } from '../mm/placement.ts';
import { PROT_EXEC, PROT_READ, PROT_WRITE } from '../mm/pte.ts';
import { insertVma, isFree, newVma, pageAlign } from '../mm/vma.ts';
import type { Mm, OpenFile } from '../types.ts';
import type { ElfImage, ElfSegment } from './elf.ts';
import { clearInMm } from './write-mm.ts';

const pageStart = (address: number): number => address - (address % PAGE_SIZE);

/** Address range of all segments, without the bias. */
export function extent(image: ElfImage): { start: number; end: number } {
  let start = Number.POSITIVE_INFINITY;
  let end = 0;
  for (const segment of image.segments) {
    start = Math.min(start, pageStart(segment.address));
    end = Math.max(end, pageAlign(segment.address + segment.memorySize));
  }
  return { start, end };
}

/**
 * The load bias of an image: 0 where its addresses are fixed; else at `base`, or in the mapping area
 * where `base` is 0. A number below 0 is -errno.
 */
export function loadBias(kernel: Kernel, mm: Mm, file: OpenFile, image: ElfImage, base: number): number {
  if (!image.relocatable) return 0;
  const { start, end } = extent(image);
  if (end - start <= 0 || end - start > kernel.abi.taskSize) return -EINVAL;
  let align = PAGE_SIZE;
  for (const segment of image.segments) {
    const power = segment.align > 0 && (segment.align & (segment.align - 1)) === 0;
    if (power && segment.align > align) align = segment.align;
  }
  if (base !== 0) return Math.max(0, base - (base % align) - (start - (start % align)));
  const place = findFilePlace(kernel, mm, file.inode, end - start + align - PAGE_SIZE);
  if (place < 0) return -ENOMEM;
  return Math.ceil(place / align) * align - start;
}

/** Maps all segments at their addresses plus `bias`: 0, or -errno with some of them mapped. */
export function mapSegments(kernel: Kernel, mm: Mm, file: OpenFile, image: ElfImage, bias: number): number {
  for (const segment of image.segments) {
    const failed = mapSegment(kernel, mm, file, segment, bias);
    if (failed !== 0) return failed;
  }
  return 0;
}

function mapSegment(kernel: Kernel, mm: Mm, file: OpenFile, segment: ElfSegment, bias: number): number {
  const address = segment.address + bias;
  const start = pageStart(address);
  const fileEnd = segment.fileSize === 0 ? start : pageAlign(address + segment.fileSize);
  const end = pageAlign(address + segment.memorySize);
  if (segment.memorySize === 0) return 0;
  if (start < MMAP_MIN_ADDRESS || end > kernel.abi.taskSize) return -EINVAL;
  if (!mayCommit(kernel, end - start)) return -ENOMEM;
  kernel.engine.addCycles(kernel.work.execSegment);
  // A later segment lies over an earlier one, as MAP_FIXED has it.
  if (!isFree(mm, start, end)) unmapRange(kernel, mm, start, end);
  let prot = segment.prot;
  if (prot & PROT_READ && mm.readImpliesExec) prot |= PROT_EXEC;
  if (fileEnd > start) {
    const vma = newVma(start, fileEnd, prot);
    vma.file = retainFile(file);
    vma.offset = segment.offset - (address - start);
    vma.image = imageKey(file.inode, start, vma.offset);
    insertVma(kernel, mm, vma);
  }
  const tail = address + segment.fileSize;
  if (segment.fileSize > 0 && segment.memorySize > segment.fileSize && tail < fileEnd) {
    // What lies behind the segment in the file must not show in its bss. A page beyond the file's end cannot be cleared.
    if (!clearInMm(kernel, mm, tail, fileEnd - tail) && prot & PROT_WRITE) return -EFAULT;
  }
  if (end > fileEnd) insertVma(kernel, mm, newVma(fileEnd, end, prot));
  return 0;
}
