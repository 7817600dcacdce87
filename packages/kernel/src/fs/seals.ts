/** Seals of memory files: what may never be done to them again. Linux 6.1 mm/memfd.c, mm/shmem.c */
import { PAGE_SIZE } from '@kml/core';
import { EBUSY, EINVAL, EPERM } from '../errno.ts';
import type { Kernel } from '../kernel.ts';
import { mmState } from '../mm/state.ts';
import type { Inode, OpenFile } from '../types.ts';
import { isRegular } from './mode.ts';
import { canWrite } from './open-flags.ts';

export const F_SEAL_SEAL = 1;
const F_SEAL_SHRINK = 2;
const F_SEAL_GROW = 4;
const F_SEAL_WRITE = 8;
const F_SEAL_FUTURE_WRITE = 16;
const ALL_SEALS = 31;

/** Set of a file's seals; a file that never had any can get none. */
function seals(inode: Inode): number {
  return (inode.data as { seals?: number } | undefined)?.seals ?? F_SEAL_SEAL;
}

/** F_GET_SEALS: -EINVAL for a file that cannot be sealed. */
export function getSeals(file: OpenFile): number {
  const { inode } = file;
  return isRegular(inode.mode) && inode.superblock.kind === 'tmpfs' ? seals(inode) : -EINVAL;
}

/** Whether a shared mapping may write the file. */
function isMappedWritable(kernel: Kernel, inode: Inode): boolean {
  return mmState(kernel).mms.some((mm) =>
    mm.vmas.some(({ shared, file }) => shared && file?.inode === inode && canWrite(file.flags)),
  );
}

/** F_ADD_SEALS. */
export function addSeals(kernel: Kernel, file: OpenFile, added: number): number {
  const present = getSeals(file);
  if (!canWrite(file.flags)) return -EPERM;
  if (added & ~ALL_SEALS || present < 0) return -EINVAL;
  if (present & F_SEAL_SEAL) return -EPERM;
  if (added & F_SEAL_WRITE && !(present & F_SEAL_WRITE) && isMappedWritable(kernel, file.inode)) return -EBUSY;
  (file.inode.data as { seals?: number }).seals = present | added;
  return 0;
}

/** Bytes of a write that the seals let through (the pages before the one that would grow the file), or -EPERM. */
export function sealedWrite(inode: Inode, position: number, length: number): number {
  const set = seals(inode);
  if (set <= F_SEAL_SEAL) return length;
  if (set & (F_SEAL_WRITE | F_SEAL_FUTURE_WRITE)) return -EPERM;
  if (!(set & F_SEAL_GROW) || position + length <= inode.size) return length;
  const whole = Math.floor(inode.size / PAGE_SIZE) * PAGE_SIZE - position;
  return whole > 0 ? whole : -EPERM;
}

/** Whether the seals allow another size: 0 or -EPERM. */
export function sealedResize(inode: Inode, size: number): number {
  const set = seals(inode);
  if (size < inode.size && set & F_SEAL_SHRINK) return -EPERM;
  return size > inode.size && set & F_SEAL_GROW ? -EPERM : 0;
}

/** Whether the seals allow bytes to be cleared: 0 or -EPERM. */
export function sealedPunch(inode: Inode): number {
  return seals(inode) & (F_SEAL_WRITE | F_SEAL_FUTURE_WRITE) ? -EPERM : 0;
}

/** Whether a shared mapping may be made: 0 or -EPERM. */
export function sealedMap(file: OpenFile, writes: boolean): number {
  const set = seals(file.inode);
  if (set & F_SEAL_WRITE && canWrite(file.flags)) return -EPERM;
  return writes && set & F_SEAL_FUTURE_WRITE ? -EPERM : 0;
}

/** Whether a shared mapping stays without write permission for good. */
export function sealsMappings(inode: Inode): boolean {
  return (seals(inode) & F_SEAL_FUTURE_WRITE) !== 0;
}
