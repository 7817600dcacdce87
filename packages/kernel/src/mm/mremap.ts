/** mremap(2): Linux 6.1 mm/mremap.c */
import { PAGE_SIZE } from '@kml/core';
import { EAGAIN, EFAULT, EINVAL, ENOMEM } from '../errno.ts';
import type { Kernel } from '../kernel.ts';
import { forgetText } from '../rewrite/forget.ts';
import { CAP, capable } from '../task/capabilities.ts';
import { RLIMIT_MEMLOCK } from '../task/rlimit-numbers.ts';
import type { Mm, Task, Vma } from '../types.ts';
import { limitOf } from './limits.ts';
import { imageKey, mayCommit, mayExpand } from './mmap.ts';
import { MREMAP_DONTUNMAP, MREMAP_FIXED, MREMAP_MAYMOVE } from './mmap-flags.ts';
import { unmapRange } from './munmap.ts';
import { findFreeRange, MMAP_MIN_ADDRESS } from './placement.ts';
import { populate } from './populate.ts';
import { PROT_WRITE } from './pte.ts';
import { copyVma, findVma, insertVma, isFree, mergeAround, pageAlign } from './vma.ts';

/** mremap(2): the address of the mapping, or -errno. */
export function mremap(
  kernel: Kernel,
  task: Task,
  address: number,
  oldLength: number,
  newLength: number,
  flags: number,
  newAddress: number,
): number {
  const mm = task.mm!;
  const oldBytes = pageAlign(oldLength);
  const newBytes = pageAlign(newLength);
  if (flags & ~(MREMAP_MAYMOVE | MREMAP_FIXED | MREMAP_DONTUNMAP)) return -EINVAL;
  if (flags & (MREMAP_FIXED | MREMAP_DONTUNMAP) && !(flags & MREMAP_MAYMOVE)) return -EINVAL;
  if (flags & MREMAP_DONTUNMAP && oldBytes !== newBytes) return -EINVAL;
  if (address % PAGE_SIZE !== 0 || newBytes === 0) return -EINVAL;
  const vma = findVma(mm, address);
  if (vma === undefined) return -EFAULT;
  if (oldBytes === 0 && (!vma.shared || !(flags & MREMAP_MAYMOVE))) return -EINVAL;
  if (flags & MREMAP_FIXED) {
    const refused = clearTarget(kernel, mm, address, oldBytes, newAddress, newBytes);
    if (refused !== 0) return refused;
  }
  if (!(flags & (MREMAP_FIXED | MREMAP_DONTUNMAP)) && oldBytes !== 0) {
    if (newBytes <= oldBytes) return shrink(kernel, mm, address, oldBytes, newBytes);
    const grown = growInPlace(kernel, task, mm, vma, address, oldBytes, newBytes);
    if (grown !== undefined) return grown;
    if (!(flags & MREMAP_MAYMOVE)) return -ENOMEM;
  }
  return move(kernel, task, mm, address, oldBytes, newBytes, flags, newAddress);
}

function shrink(kernel: Kernel, mm: Mm, address: number, oldBytes: number, newBytes: number): number {
  if (address + oldBytes > kernel.abi.taskSize) return -EINVAL;
  if (newBytes < oldBytes) unmapRange(kernel, mm, address + newBytes, address + oldBytes);
  return address;
}

/** MREMAP_FIXED: what lies at the target is unmapped, and what the old mapping loses by shrinking. */
function clearTarget(
  kernel: Kernel,
  mm: Mm,
  address: number,
  oldBytes: number,
  target: number,
  newBytes: number,
): number {
  const { taskSize } = kernel.abi;
  if (target % PAGE_SIZE !== 0 || newBytes > taskSize || target > taskSize - newBytes) return -EINVAL;
  if (target < MMAP_MIN_ADDRESS) return -EINVAL;
  if (address + oldBytes > target && target + newBytes > address) return -EINVAL;
  unmapRange(kernel, mm, target, target + newBytes);
  return 0;
}

/** Checks what growth needs: undefined if it may be, or -errno. Linux: vma_to_resize */
function checkGrowth(
  kernel: Kernel,
  task: Task,
  mm: Mm,
  vma: Vma,
  address: number,
  oldBytes: number,
  newBytes: number,
): number | undefined {
  if (address + oldBytes > vma.end) return -EFAULT;
  const growth = Math.max(0, newBytes - oldBytes);
  const data = !vma.shared && (vma.prot & PROT_WRITE) !== 0;
  if (vma.locked && !capable(task.cred, CAP.ipcLock) && mm.lockedBytes + growth > limitOf(task, RLIMIT_MEMLOCK))
    return -EAGAIN;
  if (!mayExpand(task, mm, growth, data)) return -ENOMEM;
  if (data && !mayCommit(kernel, growth)) return -ENOMEM;
  return undefined;
}

/** Grows a mapping whose end is asked for and free beyond: its address, -errno, or undefined if it must move. */
function growInPlace(
  kernel: Kernel,
  task: Task,
  mm: Mm,
  vma: Vma,
  address: number,
  oldBytes: number,
  newBytes: number,
): number | undefined {
  const refused = checkGrowth(kernel, task, mm, vma, address, oldBytes, newBytes);
  if (refused !== undefined) return refused;
  const end = address + newBytes;
  if (vma.end !== address + oldBytes || end > kernel.abi.taskSize || !isFree(mm, vma.end, end)) return undefined;
  const oldEnd = vma.end;
  const growth = end - oldEnd;
  vma.end = end;
  mm.mappedBytes += growth;
  if (vma.locked) {
    mm.lockedBytes += growth;
    populate(kernel, mm, oldEnd, end, false);
  }
  mergeAround(kernel, mm, address, end);
  return address;
}

/** Linux 6.1 mm/mremap.c: move_vma */
function move(
  kernel: Kernel,
  task: Task,
  mm: Mm,
  address: number,
  oldBytes: number,
  newBytes: number,
  flags: number,
  wanted: number,
): number {
  // MREMAP_FIXED may have shortened or split what lies at the old address; it is looked up again.
  const source = findVma(mm, address);
  if (source === undefined) return -EFAULT;
  const refused = checkGrowth(kernel, task, mm, source, address, Math.min(oldBytes, newBytes), newBytes);
  if (refused !== undefined) return refused;
  if (address + oldBytes > source.end) return -EFAULT;
  const target = flags & MREMAP_FIXED ? wanted : findFreeRange(kernel, mm, newBytes, 0);
  if (target < 0) return -ENOMEM;
  const moved = copyVma(source);
  // Branches to stubs go by the distance.
  if (mm.rewrite !== undefined) forgetText(kernel, mm, address, address + oldBytes, true);
  moved.start = target;
  moved.end = target + newBytes;
  moved.offset = source.offset + (source.file ? address - source.start : 0);
  if (source.image !== '') moved.image = imageKey(source.file!.inode, target, moved.offset);
  insertVma(kernel, mm, moved);
  movePages(kernel, mm, address, target, Math.min(oldBytes, newBytes));
  if (oldBytes > 0 && !(flags & MREMAP_DONTUNMAP)) unmapRange(kernel, mm, address, address + oldBytes);
  if (moved.locked) populate(kernel, mm, target, target + newBytes, false);
  return target;
}

/** Moves entries, whatever they hold. */
function movePages(kernel: Kernel, mm: Mm, from: number, to: number, bytes: number): void {
  const shift = (to - from) / PAGE_SIZE;
  for (let page = from / PAGE_SIZE; page < (from + bytes) / PAGE_SIZE; page++) {
    const entry = mm.space.pages.get(page);
    if (entry === 0) continue;
    kernel.mmu.setEntry(mm.space, page, 0);
    kernel.mmu.setEntry(mm.space, page + shift, entry);
  }
}
