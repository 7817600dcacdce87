import { EAGAIN, EBUSY, EINVAL, ELOOP, ENODEV, ENOTDIR, EPERM } from '../../errno.ts';
import { mqueueTree } from '../../ipc/mqueue/mqueuefs.ts';
import type { Kernel } from '../../kernel.ts';
import { readCString } from '../../mm/user-access.ts';
import { full, partial, type SyscallDef } from '../../syscalls/define.ts';
import { CAP, capable } from '../../task/capabilities.ts';
import type { Dentry, Mount, PathRef, Superblock, Task } from '../../types.ts';
import { quotaOf } from '../data-pages.ts';
import { isWithin } from '../dentry.ts';
import { newDevtmpfs } from '../dev/devtmpfs.ts';
import { fsState } from '../fs-state.ts';
import { endWatches } from '../inotify.ts';
import { isDirectory } from '../mode.ts';
import {
  ATIME_FLAGS,
  attachMount,
  crossMounts,
  detachMount,
  detachTree,
  MOUNT_FLAGS,
  MS_BIND,
  MS_MOVE,
  MS_PRIVATE,
  MS_RDONLY,
  MS_REC,
  MS_RELATIME,
  MS_REMOUNT,
  MS_SHARED,
  MS_SLAVE,
  MS_UNBINDABLE,
  mountTree,
  newMount,
} from '../mount-table.ts';
import { AT_FDCWD, canWrite } from '../open-flags.ts';
import { newProcfs } from '../proc/procfs.ts';
import { newSysfs } from '../sys/sysfs.ts';
import { newTmpfs } from '../tmpfs/tmpfs.ts';
import { parseTmpfsOptions } from '../tmpfs/tmpfs-options.ts';
import { placeAt } from './arguments.ts';

const PROPAGATION = MS_UNBINDABLE | MS_PRIVATE | MS_SLAVE | MS_SHARED;
/** MS_SILENT */
const SILENT = 1 << 15;

export type Tree = { superblock: Superblock; root: Dentry };

/** A fresh file system of a type that can be mounted, or -errno. */
export function makeTree(kernel: Kernel, type: string, options: string): Tree | number {
  switch (type) {
    case 'tmpfs':
    case 'ramfs':
      return makeTmpfs(kernel, type, options);
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

function makeTmpfs(kernel: Kernel, type: string, text: string): Tree | number {
  const options = parseTmpfsOptions(kernel, text);
  if (typeof options === 'number') return options;
  const tree = newTmpfs(kernel, type, options.mode, options.size);
  const root = tree.root.inode!;
  root.uid = options.uid ?? 0;
  root.gid = options.gid ?? 0;
  if (options.nodes !== undefined) quotaOf(tree.superblock).nodeLimit = options.nodes;
  return tree;
}

/** Linux 6.1 fs/namespace.c: path_mount */
function mount(
  kernel: Kernel,
  task: Task,
  sourceAt: number,
  targetAt: number,
  typeAt: number,
  flags: number,
  data: number,
): number {
  const target = placeAt(kernel, task, AT_FDCWD, targetAt, true);
  if (typeof target === 'number') return target;
  if (!capable(task.cred, CAP.sysAdmin)) return -EPERM;
  const options = data === 0 ? '' : readCString(kernel, task, data);
  if (typeof options === 'number') return options;
  if (flags & MS_REMOUNT) return remount(kernel, target, flags, options);
  if (flags & (MS_BIND | MS_MOVE)) {
    const source = placeAt(kernel, task, AT_FDCWD, sourceAt, true);
    if (typeof source === 'number') return source;
    return flags & MS_BIND ? bind(kernel, source, target, (flags & MS_REC) !== 0) : moveMount(kernel, source, target);
  }
  if (flags & PROPAGATION) return setPropagation(kernel, target, flags);
  const type = readCString(kernel, task, typeAt);
  const source = sourceAt === 0 ? 'none' : readCString(kernel, task, sourceAt);
  if (typeof type === 'number') return type;
  if (typeof source === 'number') return source;
  const tree = makeTree(kernel, type, options);
  if (typeof tree === 'number') return tree;
  if (!isDirectory(target.dentry.inode!.mode)) return -ENOTDIR;
  if (flags & MS_RDONLY) tree.superblock.readOnly = true;
  attachMount(kernel, newMount(kernel, tree.superblock, tree.root, source, type, flags & MOUNT_FLAGS), target);
  return 0;
}

/** Linux 6.1 fs/namespace.c: do_change_type */
function setPropagation(kernel: Kernel, target: PathRef, flags: number): number {
  const kind = flags & PROPAGATION;
  if (flags & ~(PROPAGATION | MS_REC | SILENT) || (kind & (kind - 1)) !== 0) return -EINVAL;
  if (target.dentry !== target.mount.root) return -EINVAL;
  for (const one of flags & MS_REC ? mountTree(kernel, target.mount) : [target.mount]) {
    one.propagation = kind === MS_PRIVATE ? 0 : kind;
  }
  return 0;
}

/** Flags of a remount; those about access times stay where none is given. */
function remountFlags(mounted: Mount, flags: number): number {
  const atime = flags & (ATIME_FLAGS | MS_RELATIME) ? flags & ATIME_FLAGS : mounted.flags & ATIME_FLAGS;
  return (flags & MOUNT_FLAGS & ~ATIME_FLAGS) | atime;
}

/** Linux 6.1 fs/namespace.c: do_remount, do_reconfigure_mnt */
function remount(kernel: Kernel, target: PathRef, flags: number, text: string): number {
  const { mount: mounted, dentry } = target;
  if (dentry !== mounted.root) return -EINVAL;
  const readOnly = (flags & MS_RDONLY) !== 0;
  const { superblock } = mounted;
  if (flags & MS_BIND) {
    if (readOnly && isWritten(kernel, (other) => other === mounted)) return -EBUSY;
    mounted.flags = remountFlags(mounted, flags);
    return 0;
  }
  if (readOnly && isWritten(kernel, (other) => other.superblock === superblock)) return -EBUSY;
  const failed = superblock.kind === 'tmpfs' ? resizeTmpfs(kernel, superblock, text) : 0;
  if (failed) return failed;
  superblock.readOnly = readOnly;
  mounted.flags = remountFlags(mounted, flags);
  return 0;
}

function isWritten(kernel: Kernel, matches: (mounted: Mount) => boolean): boolean {
  for (const task of kernel.state.tasks.values()) {
    for (const entry of task.files.fds) {
      if (entry !== undefined && canWrite(entry.file.flags) && matches(entry.file.path.mount)) return true;
    }
  }
  return false;
}

/** New limits of a tmpfs: not below what it holds. Linux 6.1 mm/shmem.c: shmem_reconfigure */
function resizeTmpfs(kernel: Kernel, superblock: Superblock, text: string): number {
  const options = parseTmpfsOptions(kernel, text);
  if (typeof options === 'number') return options;
  const quota = quotaOf(superblock);
  if ((options.size ?? quota.used) < quota.used || (options.nodes ?? quota.nodes) < quota.nodes) return -EINVAL;
  quota.limit = options.size ?? quota.limit;
  quota.nodeLimit = options.nodes ?? quota.nodeLimit;
  return 0;
}

/** A copy of a mount whose root is at `dentry`, in no tree yet. */
function copyMount(kernel: Kernel, of: Mount, dentry: Dentry): Mount {
  const copy = newMount(kernel, of.superblock, dentry, of.source, of.type, of.flags);
  if (of.propagation !== undefined) copy.propagation = of.propagation;
  return copy;
}

/** Copies of what is mounted below a place, hung into the copy of its mount. Linux 6.1 fs/namespace.c: copy_tree */
export function copyMountsBelow(kernel: Kernel, source: PathRef, top: Mount): void {
  const copies = new Map<Mount, Mount>([[source.mount, top]]);
  for (const one of mountTree(kernel, source.mount).slice(1)) {
    const parent = copies.get(one.parent!);
    if (parent === undefined || one.propagation === MS_UNBINDABLE) continue;
    if (one.parent === source.mount && !isWithin(one.mountpoint!, source.dentry)) continue;
    const copy = copyMount(kernel, one, one.root);
    attachMount(kernel, copy, { mount: parent, dentry: one.mountpoint! });
    copies.set(one, copy);
  }
}

/** Linux 6.1 fs/namespace.c: do_loopback */
function bind(kernel: Kernel, source: PathRef, target: PathRef, recursive: boolean): number {
  if (source.mount.propagation === MS_UNBINDABLE) return -EINVAL;
  if (isDirectory(source.dentry.inode!.mode) !== isDirectory(target.dentry.inode!.mode)) return -ENOTDIR;
  const copy = copyMount(kernel, source.mount, source.dentry);
  const below = recursive ? mountTree(kernel, source.mount) : [];
  attachMount(kernel, copy, target);
  if (below.length > 1) copyMountsBelow(kernel, source, copy);
  return 0;
}

/** Linux 6.1 fs/namespace.c: do_move_mount */
export function moveMount(kernel: Kernel, source: PathRef, target: PathRef): number {
  const { mount: moved } = source;
  if (source.dentry !== moved.root || moved.parent === undefined) return -EINVAL;
  if (isDirectory(moved.root.inode!.mode) !== isDirectory(target.dentry.inode!.mode)) return -EINVAL;
  if (moved.parent.propagation === MS_SHARED) return -EINVAL;
  for (let at: Mount | undefined = target.mount; at !== undefined; at = at.parent) if (at === moved) return -ELOOP;
  detachMount(kernel, moved);
  attachMount(kernel, moved, target);
  return 0;
}

const MNT_FORCE = 1;
const MNT_DETACH = 2;
const MNT_EXPIRE = 4;
const UMOUNT_NOFOLLOW = 8;

/** Linux 6.1 fs/namespace.c: path_umount, do_umount */
function umount2(kernel: Kernel, task: Task, path: number, flags: number): number {
  if (flags & ~0xf) return -EINVAL;
  const found = placeAt(kernel, task, AT_FDCWD, path, (flags & UMOUNT_NOFOLLOW) === 0);
  if (typeof found === 'number') return found;
  // What is mounted on the working directory counts too.
  const place = crossMounts(kernel, found);
  const { mount: victim } = place;
  if (!capable(task.cred, CAP.sysAdmin)) return -EPERM;
  if (place.dentry !== victim.root || victim.parent === undefined) return -EINVAL;
  if (flags & MNT_EXPIRE) {
    if (flags & (MNT_FORCE | MNT_DETACH) || victim === task.fs.root.mount) return -EINVAL;
    if (isBusy(kernel, victim)) return -EBUSY;
    if (!victim.expiring) {
      victim.expiring = true;
      return -EAGAIN;
    }
  }
  if (flags & MNT_DETACH) {
    const gone = mountTree(kernel, victim);
    detachTree(kernel, victim);
    for (const { superblock } of gone) forgetSuperblock(kernel, superblock);
    return 0;
  }
  if (isBusy(kernel, victim)) return -EBUSY;
  detachMount(kernel, victim);
  forgetSuperblock(kernel, victim.superblock);
  return 0;
}

/** Nobody sees the file system any more: watches on it end. */
function forgetSuperblock(kernel: Kernel, superblock: Superblock): void {
  if (kernel.state.mounts.some((other) => other.superblock === superblock)) return;
  for (const { inode } of [...fsState(kernel).inotifyWatches]) {
    if (inode.superblock === superblock) endWatches(kernel, inode, true);
  }
}

/** Whether something is mounted in it, open in it, running from it, or in it. */
function isBusy(kernel: Kernel, victim: Mount): boolean {
  if (kernel.state.mounts.some((other) => other.parent === victim)) return true;
  for (const task of kernel.state.tasks.values()) {
    if (task.fs.cwd.mount === victim || task.fs.root.mount === victim) return true;
    if (task.files.fds.some((entry) => entry?.file.path.mount === victim)) return true;
    if (task.mm?.vmas.some((vma) => vma.file?.path.mount === victim)) return true;
  }
  return false;
}

/** Another root, and a place for the old one. Linux 6.1 fs/namespace.c: pivot_root */
function pivotRoot(kernel: Kernel, task: Task, newAt: number, oldAt: number): number {
  if (!capable(task.cred, CAP.sysAdmin)) return -EPERM;
  const next = placeAt(kernel, task, AT_FDCWD, newAt, true);
  if (typeof next === 'number') return next;
  const old = placeAt(kernel, task, AT_FDCWD, oldAt, true);
  if (typeof old === 'number') return old;
  if (!isDirectory(next.dentry.inode!.mode) || !isDirectory(old.dentry.inode!.mode)) return -ENOTDIR;
  const { root } = task.fs;
  const before = root.mount;
  if (next.mount === before || old.mount === before) return -EBUSY;
  if (root.dentry !== before.root || next.dentry !== next.mount.root || next.mount.parent === undefined) return -EINVAL;
  if (next.mount.parent.propagation === MS_SHARED || before.parent?.propagation === MS_SHARED) return -EINVAL;
  if (!isBelow(old, next)) return -EINVAL;
  exchangeRoots(kernel, next.mount, before, old);
  for (const other of kernel.state.tasks.values()) {
    if (isSame(other.fs.root, root)) other.fs.root = next;
    if (isSame(other.fs.cwd, root)) other.fs.cwd = next;
  }
  return 0;
}

function isSame(one: PathRef, other: PathRef): boolean {
  return one.mount === other.mount && one.dentry === other.dentry;
}

/** Whether a place is another one or below it. Linux 6.1 fs/namespace.c: is_path_reachable */
function isBelow(place: PathRef, top: PathRef): boolean {
  let { mount: at, dentry } = place;
  while (at !== top.mount && at.parent !== undefined) {
    dentry = at.mountpoint!;
    at = at.parent;
  }
  return at === top.mount && isWithin(dentry, top.dentry);
}

/** `next` comes to where `before` was, and `before` to `place`. */
function exchangeRoots(kernel: Kernel, next: Mount, before: Mount, place: PathRef): void {
  const { parent, mountpoint } = before;
  detachMount(kernel, next);
  detachMount(kernel, before);
  if (parent === undefined) {
    kernel.state.mounts.unshift(next);
    kernel.state.rootMount = next;
  } else attachMount(kernel, next, { mount: parent, dentry: mountpoint! });
  attachMount(kernel, before, place);
}

/** mount(2), umount(2), pivot_root(2). */
export const MOUNT_SYSCALLS: SyscallDef[] = [
  partial(
    'mount',
    ['path', 'path', 'ptr', 'ulong', 'ptr'],
    'tmpfs, ramfs, proc, sysfs, devpts, devtmpfs and mqueue; mounts are not propagated',
    mount,
  ),
  full('umount', ['path'], (kernel, task, path) => umount2(kernel, task, path!, 0)),
  full('umount2', ['path', 'flags'], umount2),
  full('pivot_root', ['path', 'path'], pivotRoot),
];
