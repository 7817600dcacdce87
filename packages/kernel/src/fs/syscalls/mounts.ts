import { GENERIC_STATFS, type StatfsLayout } from '../../abi/layouts.ts';
import { StructWriter } from '../../abi/struct.ts';
import { EBADF, EBUSY, EFAULT, EINVAL, ENODEV, ENOTDIR, EPERM } from '../../errno.ts';
import { mqueueTree } from '../../ipc/mqueue/mqueuefs.ts';
import type { Kernel } from '../../kernel.ts';
import { copyOut, readCString } from '../../mm/user-access.ts';
import { full, partial, type SyscallDef, stub } from '../../syscalls/define.ts';
import { CAP, capable } from '../../task/capabilities.ts';
import type { Dentry, Mount, PathRef, Superblock, Task } from '../../types.ts';
import { newDevtmpfs } from '../dev/devtmpfs.ts';
import { getFile } from '../file-table.ts';
import { isDirectory } from '../mode.ts';
import {
  attachMount,
  detachMount,
  isReadOnly,
  MS_BIND,
  MS_MOVE,
  MS_NODEV,
  MS_NOEXEC,
  MS_NOSUID,
  MS_RDONLY,
  MS_REMOUNT,
  newMount,
} from '../mount-table.ts';
import { AT_FDCWD } from '../open-flags.ts';
import { newProcfs } from '../proc/procfs.ts';
import { superblockOps } from '../superblock-ops.ts';
import { newSysfs } from '../sysfs/sysfs.ts';
import { newTmpfs } from '../tmpfs/tmpfs.ts';
import { placeAt } from './arguments.ts';

const KEPT_FLAGS = MS_RDONLY | MS_NOSUID | MS_NODEV | MS_NOEXEC;
/** MS_UNBINDABLE, MS_PRIVATE, MS_SLAVE, MS_SHARED: there is one mount name space, so they change nothing. */
const PROPAGATION = 0x1e0000;

type Tree = { superblock: Superblock; root: Dentry };

/** A fresh file system of a type that can be mounted, or -errno. */
function makeTree(kernel: Kernel, type: string, options: string): Tree | number {
  switch (type) {
    case 'tmpfs':
    case 'ramfs':
      return newTmpfs(kernel, type, optionMode(options), optionSize(kernel, options));
    case 'proc':
      return newProcfs(kernel);
    case 'sysfs':
      return newSysfs(kernel);
    case 'devpts': {
      // One instance: the terminals are the machine's.
      const there = kernel.state.mounts.find((mount) => mount.superblock.kind === 'devpts');
      return there ?? newTmpfs(kernel, 'devpts', 0o755);
    }
    case 'mqueue':
      return mqueueTree(kernel);
    case 'devtmpfs':
      return newDevtmpfs(kernel);
    default:
      return -ENODEV;
  }
}

function optionMode(options: string): number {
  const found = /(?:^|,)mode=([0-7]{1,4})/.exec(options);
  return found === null ? 0o1777 : Number.parseInt(found[1]!, 8);
}

/** size= of a tmpfs in bytes; undefined for the default. */
function optionSize(kernel: Kernel, options: string): number | undefined {
  const found = /(?:^|,)size=([0-9]+)([kmg%]?)/i.exec(options);
  if (found === null) return undefined;
  const value = Number(found[1]);
  const all = kernel.memory.frameCount * 4096;
  if (found[2] === '%') return Math.min(all, Math.floor((all * value) / 100));
  const shift = { '': 0, k: 10, m: 20, g: 30 }[found[2]!.toLowerCase()] ?? 0;
  return Math.min(all, value * 2 ** shift);
}

/** Linux 6.1 fs/namespace.c: do_mount */
function mount(
  kernel: Kernel,
  task: Task,
  sourceAt: number,
  targetAt: number,
  typeAt: number,
  flags: number,
  data: number,
): number {
  if (!capable(task.cred, CAP.sysAdmin)) return -EPERM;
  const target = placeAt(kernel, task, AT_FDCWD, targetAt, true);
  if (typeof target === 'number') return target;
  if (flags & PROPAGATION) return 0;
  if (flags & MS_REMOUNT) return remount(target, flags);
  if (flags & (MS_BIND | MS_MOVE)) {
    const source = placeAt(kernel, task, AT_FDCWD, sourceAt, true);
    if (typeof source === 'number') return source;
    return flags & MS_BIND ? bind(kernel, source, target) : move(kernel, source, target);
  }
  const type = readCString(kernel, task, typeAt);
  const source = sourceAt === 0 ? 'none' : readCString(kernel, task, sourceAt);
  const options = data === 0 ? '' : readCString(kernel, task, data);
  if (typeof type === 'number') return type;
  if (typeof source === 'number') return source;
  if (typeof options === 'number') return options;
  if (!isDirectory(target.dentry.inode!.mode)) return -ENOTDIR;
  const tree = makeTree(kernel, type, options);
  if (typeof tree === 'number') return tree;
  attachMount(kernel, newMount(kernel, tree.superblock, tree.root, source, type, flags & KEPT_FLAGS), target);
  return 0;
}

function remount(target: PathRef, flags: number): number {
  if (target.dentry !== target.mount.root) return -EINVAL;
  target.mount.flags = (target.mount.flags & ~KEPT_FLAGS) | (flags & KEPT_FLAGS);
  return 0;
}

function bind(kernel: Kernel, source: PathRef, target: PathRef): number {
  if (isDirectory(source.dentry.inode!.mode) !== isDirectory(target.dentry.inode!.mode)) return -ENOTDIR;
  const { superblock, type, flags } = source.mount;
  attachMount(kernel, newMount(kernel, superblock, source.dentry, source.mount.source, type, flags), target);
  return 0;
}

function move(kernel: Kernel, source: PathRef, target: PathRef): number {
  if (source.dentry !== source.mount.root || source.mount.parent === undefined) return -EINVAL;
  for (let at: Mount | undefined = target.mount; at !== undefined; at = at.parent) {
    if (at === source.mount) return -EINVAL;
  }
  detachMount(kernel, source.mount);
  attachMount(kernel, source.mount, target);
  return 0;
}

const MNT_DETACH = 2;
const UMOUNT_NOFOLLOW = 8;

/** Linux 6.1 fs/namespace.c: do_umount */
function umount2(kernel: Kernel, task: Task, path: number, flags: number): number {
  if (flags & ~0xf) return -EINVAL;
  if (!capable(task.cred, CAP.sysAdmin)) return -EPERM;
  const place = placeAt(kernel, task, AT_FDCWD, path, (flags & UMOUNT_NOFOLLOW) === 0);
  if (typeof place === 'number') return place;
  const { mount: victim } = place;
  if (place.dentry !== victim.root || victim.parent === undefined) return -EINVAL;
  if (!(flags & MNT_DETACH) && isBusy(kernel, victim)) return -EBUSY;
  detachMount(kernel, victim);
  return 0;
}

/** Whether something is mounted in it, open in it, running from it, or in it. */
function isBusy(kernel: Kernel, victim: Mount): boolean {
  if (kernel.state.mounts.some((mount) => mount.parent === victim)) return true;
  for (const task of kernel.state.tasks.values()) {
    if (task.fs.cwd.mount === victim || task.fs.root.mount === victim) return true;
    if (task.files.fds.some((entry) => entry?.file.path.mount === victim)) return true;
    if (task.mm?.vmas.some((vma) => vma.file?.path.mount === victim)) return true;
  }
  return false;
}

/** ST_VALID, and the mount's flags in the positions of statfs. */
function statfsFlags(mount: Mount): number {
  return 0x20 | (isReadOnly(mount) ? 1 : 0) | (mount.flags & (MS_NOSUID | MS_NODEV | MS_NOEXEC)) | 0x1000;
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

/** mount(2), umount(2), statfs(2). */
export const MOUNT_SYSCALLS: SyscallDef[] = [
  partial(
    'mount',
    ['path', 'path', 'ptr', 'ulong', 'ptr'],
    'tmpfs, ramfs, proc, sysfs, devpts, devtmpfs, mqueue, bind, move and remount; no propagation, no recursive bind',
    mount,
  ),
  full('umount', ['path'], (kernel, task, path) => umount2(kernel, task, path!, 0)),
  full('umount2', ['path', 'flags'], umount2),
  stub('pivot_root', ['path', 'path'], -EPERM, 'one mount name space, whose root stays'),
  full('statfs', ['path', 'ptr'], statfs),
  full('statfs64', ['path', 'size', 'ptr'], statfs64),
  full('fstatfs', ['fd', 'ptr'], fstatfs),
  full('fstatfs64', ['fd', 'size', 'ptr'], fstatfs64),
  full('ustat', ['uint', 'ptr'], ustat),
];
