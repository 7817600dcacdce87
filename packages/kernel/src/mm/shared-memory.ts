/**
 * Shared anonymous memory (MAP_SHARED | MAP_ANONYMOUS): pages of an inode that no directory has,
 * whose backing store is swap. Linux 6.1 mm/shmem.c
 */

import { internalInode } from '../fs/internal-fs.ts';
import type { Kernel } from '../kernel.ts';
import type { Inode, OpenFile } from '../types.ts';
import { evictPages } from './page-cache.ts';
import { mmState } from './state.ts';
import { allocSlot, holdSlot, readSlot, releaseSlot, writeSlot } from './swap.ts';

/** What a shared-memory inode keeps: swap slots of pages that are paged out, by page index. */
interface SharedMemoryData {
  readonly sharedMemory: true;
  readonly slots: Map<number, number>;
}

const S_IFREG_0777 = 0o100777;
const O_RDWR = 2;

/** A new shared memory object of `size` bytes, held once; the name is what /proc/PID/maps shows. */
export function newSharedMemory(
  kernel: Kernel,
  size: number,
  fsName = 'tmpfs',
  name = '/dev/zero (deleted)',
): OpenFile {
  const data: SharedMemoryData = { sharedMemory: true, slots: new Map() };
  const path = internalInode(kernel, fsName, name, S_IFREG_0777, data);
  const inode = path.dentry.inode!;
  inode.size = size;
  inode.users = 1;
  inode.nlink = 0;
  return { kind: 'shared-memory', refs: 1, inode, path, position: 0, flags: O_RDWR, data: undefined };
}

/** Gives back one hold; the last one frees pages and slots. */
export function releaseSharedMemory(kernel: Kernel, file: OpenFile): void {
  if (--file.refs > 0) return;
  const { slots } = file.inode.data as SharedMemoryData;
  evictPages(kernel, file.inode);
  for (const slot of slots.values()) releaseSlot(mmState(kernel), slot);
  slots.clear();
  file.inode.users = 0;
}

/** Whether the inode's backing store is swap. */
export function isSharedMemory(inode: Inode): boolean {
  return inode.superblock.kind === 'internal' && (inode.data as { sharedMemory?: boolean })?.sharedMemory === true;
}

/** Fills a frame with page `index`; the page is dirty afterwards if it came from swap. */
export function readSharedPage(kernel: Kernel, inode: Inode, index: number, frame: number): { dirty: boolean } {
  const { slots } = inode.data as SharedMemoryData;
  const slot = slots.get(index);
  if (slot === undefined) {
    kernel.memory.zeroFrame(frame);
    return { dirty: false };
  }
  readSlot(kernel, slot, frame);
  slots.delete(index);
  releaseSlot(mmState(kernel), slot);
  kernel.state.counters.pagesIn++;
  return { dirty: true };
}

/** Writes page `index` to swap. False if swap is full. */
export function writeSharedPage(kernel: Kernel, inode: Inode, index: number, frame: number): boolean {
  const { slots } = inode.data as SharedMemoryData;
  const state = mmState(kernel);
  const slot = slots.get(index) ?? allocSlot(state);
  if (slot === 0) return false;
  if (!slots.has(index)) {
    holdSlot(state, slot);
    slots.set(index, slot);
  }
  writeSlot(kernel, slot, frame);
  kernel.state.counters.pagesOut++;
  return true;
}

/** Drops the swapped pages from `index` on (the object shrinks, or MADV_REMOVE). */
export function dropSharedSlots(kernel: Kernel, inode: Inode, from: number, to: number): void {
  const { slots } = inode.data as SharedMemoryData;
  for (const [index, slot] of slots) {
    if (index < from || index >= to) continue;
    slots.delete(index);
    releaseSlot(mmState(kernel), slot);
  }
}
