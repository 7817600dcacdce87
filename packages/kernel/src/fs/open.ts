import {
  EACCES,
  EEXIST,
  EINVAL,
  EISDIR,
  ELOOP,
  ENOENT,
  ENOTDIR,
  ENXIO,
  EOPNOTSUPP,
  EOVERFLOW,
  EPERM,
  EROFS,
  ETXTBSY,
} from '../errno.ts';
import type { Kernel } from '../kernel.ts';
import type { Inode, OpenFile, PathRef, Task } from '../types.ts';
import { reopenStream } from './console.ts';
import { newDentry } from './dentry.ts';
import { openCharacterDevice } from './dev/character-device.ts';
import { newDirectoryCursor } from './directory-file.ts';
import { openFifo } from './fifo.ts';
import { newFile } from './file.ts';
import { placeEvent } from './file-events.ts';
import { initOwner } from './inode.ts';
import { inodeTruncate } from './inode-io.ts';
import { IN_MODIFY, IN_OPEN } from './inotify-events.ts';
import { breakLeases, opensForWriting } from './leases.ts';
import { isDirectory, isRegular, S_IFBLK, S_IFCHR, S_IFDIR, S_IFIFO, S_IFLNK, S_IFMT, S_IFREG } from './mode.ts';
import { crossMounts, isReadOnly, MS_NODEV, MS_NOEXEC } from './mount-table.ts';
import {
  canWrite,
  MAX_NON_LFS,
  O_ACCMODE,
  O_CLOEXEC,
  O_CREAT,
  O_DIRECTORY,
  O_EXCL,
  O_LARGEFILE,
  O_NOATIME,
  O_NOCTTY,
  O_NOFOLLOW,
  O_PATH,
  O_RDONLY,
  O_TMPFILE_BIT,
  O_TRUNC,
} from './open-flags.ts';
import { lookupChild, type PathContext, type ResolveOptions, resolveParent, resolvePath } from './path-walk.ts';
import { MAY_EXEC, MAY_READ, MAY_WRITE, ownerOrCapable, permission } from './permission.ts';
import { openProcFile } from './proc/proc-file.ts';
import { inodeOps } from './superblock-ops.ts';
import { createNode } from './vfs.ts';

/** Flags that only say how open() goes about it, and do not stay with the file. */
const OPENING_FLAGS = O_CREAT | O_EXCL | O_NOCTTY | O_TRUNC | O_CLOEXEC;

/**
 * open(): the open file description (one reference, the caller's), or -errno. A FIFO is returned
 * before its other end is there: whether to wait is the caller's to see (fifo.ts). Linux 6.1
 * fs/namei.c: path_openat, do_open
 */
export function openFile(
  kernel: Kernel,
  task: Task,
  path: string,
  flags: number,
  mode: number,
  options: ResolveOptions = {},
): OpenFile | number {
  if (flags & O_PATH) return openPath(kernel, task, path, flags, options);
  if ((flags & O_TMPFILE_BIT) === O_TMPFILE_BIT) return openTemporary(kernel, task, path, flags, mode, options);
  const opening = openFlagsValid(flags);
  if (opening) return opening;
  const found = flags & O_CREAT ? createOrFind(kernel, task, path, flags, mode, options) : undefined;
  if (typeof found === 'number') return found;
  if (found?.created) return openAt(kernel, task, found.ref, flags & ~O_TRUNC, true);
  const ref = found?.ref ?? resolvePath(kernel, task, path, { ...options, follow: (flags & O_NOFOLLOW) === 0 });
  if (typeof ref === 'number') return ref;
  return openAt(kernel, task, ref, flags, false);
}

function openFlagsValid(flags: number): number {
  if ((flags & (O_CREAT | O_DIRECTORY)) === (O_CREAT | O_DIRECTORY)) return -EINVAL;
  return 0;
}

function openPath(
  kernel: Kernel,
  task: PathContext,
  path: string,
  flags: number,
  options: ResolveOptions,
): OpenFile | number {
  const ref = resolvePath(kernel, task, path, { ...options, follow: (flags & O_NOFOLLOW) === 0 });
  if (typeof ref === 'number') return ref;
  if (flags & O_DIRECTORY && !isDirectory(ref.dentry.inode!.mode)) return -ENOTDIR;
  return newFile('path', ref, flags & (O_PATH | O_DIRECTORY | O_NOFOLLOW), undefined);
}

/** O_CREAT: what is there, or a new regular file. Dangling links are followed to where the file is to be. */
function createOrFind(
  kernel: Kernel,
  task: PathContext,
  path: string,
  flags: number,
  mode: number,
  options: ResolveOptions,
): { ref: PathRef; created: boolean } | number {
  let at = resolveParent(kernel, task, path, options);
  for (;;) {
    if (typeof at === 'number') return at;
    if (at.name === '' || at.name === '.' || at.name === '..') return flags & O_EXCL ? -EEXIST : -EISDIR;
    const dir = at.parent.dentry;
    const child = lookupChild(kernel, dir, at.name);
    if (child === -ENOENT) {
      if (at.trailing) return -EISDIR;
      const bits = S_IFREG | (mode & 0o7777 & ~task.fs.umask);
      const made = createNode(kernel, task, at, { mode: bits, rdev: 0, target: '' });
      return typeof made === 'number' ? made : { ref: { mount: at.parent.mount, dentry: made }, created: true };
    }
    if (typeof child === 'number') return child;
    if (flags & O_EXCL) return -EEXIST;
    const inode = child.inode!;
    if ((inode.mode & S_IFMT) !== S_IFLNK) {
      if (at.trailing) return isDirectory(inode.mode) ? -EISDIR : -ENOTDIR;
      return { ref: crossMounts(kernel, { mount: at.parent.mount, dentry: child }), created: false };
    }
    if (flags & O_NOFOLLOW) return -ELOOP;
    const ops = inodeOps(inode);
    const jump = ops.followLink?.(kernel, task, inode);
    if (typeof jump === 'number') return jump;
    if (jump !== undefined) return { ref: jump, created: false };
    const target = ops.readlink(kernel, task, inode);
    if (typeof target === 'number') return target;
    if (at.links >= 40) return -ELOOP;
    at = resolveParent(kernel, task, target, { ...options, at: at.parent }, at.links + 1);
  }
}

/** O_TMPFILE: a file without a name in a directory's file system. */
function openTemporary(
  kernel: Kernel,
  task: PathContext,
  path: string,
  flags: number,
  mode: number,
  options: ResolveOptions,
): OpenFile | number {
  if (!canWrite(flags)) return -EINVAL;
  const dir = resolvePath(kernel, task, path, options);
  if (typeof dir === 'number') return dir;
  const parent = dir.dentry.inode!;
  if (!isDirectory(parent.mode)) return -ENOTDIR;
  if (isReadOnly(dir.mount)) return -EROFS;
  const denied = permission(task.cred, parent, MAY_WRITE | MAY_EXEC);
  if (denied) return denied;
  const { temporary } = inodeOps(parent);
  if (temporary === undefined) return -EOPNOTSUPP;
  const inode = temporary(kernel, parent.superblock, S_IFREG | (mode & 0o7777 & ~task.fs.umask));
  initOwner(inode, parent, task);
  inode.nlink = 0;
  inode.linkable = (flags & O_EXCL) === 0;
  const dentry = newDentry(`#${inode.ino}`, dir.dentry, inode);
  return newFile('regular', { mount: dir.mount, dentry }, flags & ~OPENING_FLAGS, undefined);
}

/** What open() checks and does once the place is found. `created`: by this call, so permissions do not matter. */
function openAt(kernel: Kernel, task: Task, ref: PathRef, flags: number, created: boolean): OpenFile | number {
  const refused = mayOpen(task, ref, flags, created);
  if (refused) return refused;
  const inode = ref.dentry.inode!;
  if (canWrite(flags) && isRegular(inode.mode) && isRunning(kernel, inode)) return -ETXTBSY;
  const held = isRegular(inode.mode) && !created ? breakLeases(kernel, task, inode, opensForWriting(flags), flags) : 0;
  if (held) return held;
  if (flags & O_TRUNC && isRegular(inode.mode)) {
    const result = inodeTruncate(kernel, inode, 0);
    if (result < 0 && result !== -EINVAL) return result;
    placeEvent(kernel, ref.dentry, IN_MODIFY);
  }
  const file = openByType(kernel, task, ref, flags);
  if (typeof file !== 'number') placeEvent(kernel, ref.dentry, IN_OPEN);
  return file;
}

/** open() of a place that is known already, by a handle. */
export function openPlace(kernel: Kernel, task: Task, ref: PathRef, flags: number): OpenFile | number {
  if (flags & O_PATH) return newFile('path', ref, flags & (O_PATH | O_DIRECTORY | O_NOFOLLOW), undefined);
  return openAt(kernel, task, ref, flags, false);
}

/** Linux 6.1 fs/namei.c: may_open */
function mayOpen(task: PathContext, ref: PathRef, flags: number, created: boolean): number {
  const inode = ref.dentry.inode!;
  const type = inode.mode & S_IFMT;
  if (flags & O_DIRECTORY && type !== S_IFDIR) return -ENOTDIR;
  if (type === S_IFLNK) return -ELOOP;
  const writes = (flags & O_ACCMODE) !== O_RDONLY || (flags & O_TRUNC) !== 0;
  if (type === S_IFDIR && (writes || flags & O_CREAT)) return -EISDIR;
  if ((type === S_IFCHR || type === S_IFBLK) && ref.mount.flags & MS_NODEV) return -EACCES;
  if (writes && isReadOnly(ref.mount) && (type === S_IFREG || type === S_IFDIR)) return -EROFS;
  if (!created) {
    const mask = ((flags & O_ACCMODE) !== 1 ? MAY_READ : 0) | (writes ? MAY_WRITE : 0);
    const denied = permission(task.cred, inode, mask);
    if (denied) return denied;
  }
  if (flags & O_NOATIME && ownerOrCapable(task.cred, inode)) return -EPERM;
  return 0;
}

/** Kinds of regular files that are no page cache's, by file system. */
const KIND_OF_FILE: Readonly<Record<string, string>> = { mqueue: 'mqueue', sysfs: 'sysfs' };

function openByType(kernel: Kernel, task: Task, ref: PathRef, flags: number): OpenFile | number {
  const kept = flags & ~OPENING_FLAGS;
  const inode = ref.dentry.inode!;
  switch (inode.mode & S_IFMT) {
    case S_IFREG:
      if (inode.size > MAX_NON_LFS && !(flags & O_LARGEFILE)) return -EOVERFLOW;
      if (inode.superblock.kind === 'proc') return openProcFile(kernel, task, ref, kept);
      return newFile(KIND_OF_FILE[inode.superblock.kind] ?? 'regular', ref, kept, undefined);
    case S_IFDIR:
      return newFile('directory', ref, kept, newDirectoryCursor());
    case S_IFCHR:
      return openCharacterDevice(kernel, task, ref, flags, kept);
    case S_IFIFO:
      return reopenStream(ref, kept) ?? openFifo(kernel, ref, kept);
    default:
      return -ENXIO;
  }
}

/**
 * Opens a program for execution: a regular file with execute permission, not on a noexec mount.
 * Linux 6.1 fs/exec.c: do_open_execat
 */
export function openExecutable(
  kernel: Kernel,
  task: PathContext,
  path: string,
  options: ResolveOptions = {},
): OpenFile | number {
  const ref = resolvePath(kernel, task, path, options);
  if (typeof ref === 'number') return ref;
  return openExecutableAt(task, ref);
}

/** The same for a place found already (execveat with AT_EMPTY_PATH). */
export function openExecutableAt(task: PathContext, ref: PathRef): OpenFile | number {
  const inode = ref.dentry.inode!;
  if ((inode.mode & S_IFMT) === S_IFLNK) return -ELOOP;
  if (!isRegular(inode.mode) || ref.mount.flags & MS_NOEXEC) return -EACCES;
  const denied = permission(task.cred, inode, MAY_EXEC);
  if (denied) return denied;
  return newFile('regular', ref, O_RDONLY, undefined);
}

/** Whether the file is a running program: it must not be written. */
export function isRunning(kernel: Kernel, inode: Inode): boolean {
  for (const task of kernel.state.tasks.values()) if (task.mm?.exe?.inode === inode) return true;
  return false;
}

/** Whether a file is open for writing by anyone: a program that is must not be executed. */
export function textBusy(kernel: Kernel, file: OpenFile): number {
  for (const task of kernel.state.tasks.values()) {
    for (const entry of task.files.fds) {
      if (entry?.file.inode === file.inode && canWrite(entry.file.flags)) return -ETXTBSY;
    }
  }
  return 0;
}

/** What mmap needs to know of a file. */
export function mappingOf(file: OpenFile): 'file' | 'zero' | 'none' {
  if (file.kind === 'regular' || file.kind === 'sysv-shm') return 'file';
  if (file.kind === 'character-device' && (file.data as { device: string }).device === 'zero') return 'zero';
  return 'none';
}
