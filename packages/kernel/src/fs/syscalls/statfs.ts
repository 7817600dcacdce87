import { GENERIC_STATFS, type StatfsLayout } from '../../abi/layouts.ts';
import { StructWriter } from '../../abi/struct.ts';
import { EBADF, EFAULT, EINVAL } from '../../errno.ts';
import type { Kernel } from '../../kernel.ts';
import { copyOut } from '../../mm/user-access.ts';
import { full, type SyscallDef } from '../../syscalls/define.ts';
import type { Mount, Task } from '../../types.ts';
import { getFile } from '../file-table.ts';
import { isReadOnly, MOUNT_FLAGS, MS_NOATIME, MS_RDONLY, MS_STRICTATIME } from '../mount-table.ts';
import { AT_FDCWD } from '../open-flags.ts';
import { superblockOps } from '../superblock-ops.ts';
import { placeAt } from './arguments.ts';

/** ST_VALID, and the mount's flags in the positions of statfs. */
function statfsFlags(mount: Mount): number {
  const relative = mount.flags & (MS_NOATIME | MS_STRICTATIME) ? 0 : 0x1000;
  return 0x20 | (isReadOnly(mount) ? 1 : 0) | (mount.flags & MOUNT_FLAGS & ~(MS_RDONLY | MS_STRICTATIME)) | relative;
}

/** Fields whose width is the structure's; the rest are 32-bit words. */
const COUNTS: ReadonlySet<string> = new Set(['blocks', 'bfree', 'bavail', 'files', 'ffree']);

function statfsLayout(kernel: Kernel): StatfsLayout {
  return kernel.abi.layouts?.statfs ?? GENERIC_STATFS;
}

/** struct statfs and struct statfs64: the same fields, counts of 32 or 64 bits. */
function encodeStatfs(kernel: Kernel, mount: Mount, wide: boolean): Uint8Array {
  const { fields, bytes, wideBytes } = statfsLayout(kernel);
  const { type, bsize, blocks, bfree, files, ffree } = superblockOps(mount.superblock).statfs(kernel, mount.superblock);
  const general = { namelen: 255, frsize: bsize, flags: statfsFlags(mount), fsid: mount.superblock.dev, pad: 0 };
  const values = { type, bsize, blocks, bfree, bavail: bfree, files, ffree, ...general };
  const out = new StructWriter(kernel, wide ? wideBytes : bytes);
  for (const field of fields) {
    if (field === 'pad' && !wide) continue;
    if (wide && COUNTS.has(field)) out.u64(values[field]);
    else out.u32(values[field]);
    if (field === 'fsid') out.u32(0);
  }
  return out.bytes;
}

function putStatfs(kernel: Kernel, task: Task, mount: Mount, address: number, wide: boolean): number {
  return copyOut(kernel, task, address, encodeStatfs(kernel, mount, wide)) ? 0 : -EFAULT;
}

function statfs(kernel: Kernel, task: Task, path: number, address: number): number {
  const place = placeAt(kernel, task, AT_FDCWD, path, true);
  return typeof place === 'number' ? place : putStatfs(kernel, task, place.mount, address, false);
}

/** sizeof(struct statfs64); with and without padding at the end. */
function sizeRefused(kernel: Kernel, size: number): boolean {
  const { wideBytes } = statfsLayout(kernel);
  return size !== wideBytes && size !== wideBytes + 4;
}

function statfs64(kernel: Kernel, task: Task, path: number, size: number, address: number): number {
  const place = placeAt(kernel, task, AT_FDCWD, path, true);
  if (typeof place === 'number') return place;
  return sizeRefused(kernel, size) ? -EINVAL : putStatfs(kernel, task, place.mount, address, true);
}

function fstatfs(kernel: Kernel, task: Task, fd: number, address: number): number {
  const file = getFile(task, fd);
  return file === undefined ? -EBADF : putStatfs(kernel, task, file.path.mount, address, false);
}

function fstatfs64(kernel: Kernel, task: Task, fd: number, size: number, address: number): number {
  const file = getFile(task, fd);
  if (file === undefined) return -EBADF;
  return sizeRefused(kernel, size) ? -EINVAL : putStatfs(kernel, task, file.path.mount, address, true);
}

/** struct ustat: free blocks, free inodes, two names. Linux 6.1 fs/statfs.c: ustat */
function ustat(kernel: Kernel, task: Task, device: number, address: number): number {
  const mounted = kernel.state.mounts.find((candidate) => candidate.superblock.dev === device);
  if (mounted === undefined) return -EINVAL;
  const stat = superblockOps(mounted.superblock).statfs(kernel, mounted.superblock);
  const out = new StructWriter(kernel, 20).u32(stat.bfree).u32(stat.ffree);
  return copyOut(kernel, task, address, out.bytes) ? 0 : -EFAULT;
}

/** statfs(2), ustat(2). */
export const STATFS_SYSCALLS: SyscallDef[] = [
  full('statfs', ['path', 'ptr'], statfs),
  full('statfs64', ['path', 'size', 'ptr'], statfs64),
  full('fstatfs', ['fd', 'ptr'], fstatfs),
  full('fstatfs64', ['fd', 'size', 'ptr'], fstatfs64),
  full('ustat', ['uint', 'ptr'], ustat),
];
