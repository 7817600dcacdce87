import {
  EACCES,
  EBUSY,
  EEXIST,
  EINVAL,
  EISDIR,
  EMLINK,
  ENOENT,
  ENOTDIR,
  ENOTEMPTY,
  EPERM,
  EROFS,
  EXDEV,
} from '../errno.ts';
import type { Kernel } from '../kernel.ts';
import { CAP, capable } from '../task/capabilities.ts';
import type { Dentry, PathRef } from '../types.ts';
import { addChild, detach, isWithin, moveDentry } from './dentry.ts';
import { forgetIfUnused } from './file.ts';
import { touchChanged, touchModified } from './inode.ts';
import { watchEvent } from './inotify.ts';
import { IN_CREATE, IN_DELETE, IN_DELETE_SELF, IN_ISDIR, IN_MOVED_FROM, IN_MOVED_TO } from './inotify-events.ts';
import { isDevice, isDirectory, S_IFDIR, S_IFLNK } from './mode.ts';
import { isReadOnly } from './mount-table.ts';
import { lookupChild, type ParentPath, type PathContext } from './path-walk.ts';
import { MAY_EXEC, MAY_WRITE, permission, stickyForbids } from './permission.ts';
import { inodeOps, type NewNode } from './superblock-ops.ts';

/** Linux 6.1 include/uapi/linux/fs.h */
export const RENAME_NOREPLACE = 1;
export const RENAME_EXCHANGE = 2;

const MAX_NLINK = 65000;

/** Whether names may be made and removed in a directory: 0 or -errno. */
function mayModify(context: PathContext, dir: PathRef): number {
  if (isReadOnly(dir.mount)) return -EROFS;
  return permission(context.cred, dir.dentry.inode!, MAY_WRITE | MAY_EXEC);
}

/** An existing entry of a directory, for calls that work on the entry itself. */
function entryOf(kernel: Kernel, at: ParentPath): Dentry | number {
  return lookupChild(kernel, at.parent.dentry, at.name);
}

function isDotOrRoot(name: string): boolean {
  return name === '' || name === '.' || name === '..';
}

/** Makes a node and its name: the dentry, or -errno. Linux 6.1 fs/namei.c: vfs_create, vfs_mkdir, vfs_mknod, vfs_symlink */
export function createNode(kernel: Kernel, context: PathContext, at: ParentPath, node: NewNode): Dentry | number {
  const directory = isDirectory(node.mode);
  if (isDotOrRoot(at.name)) return -EEXIST;
  const existing = entryOf(kernel, at);
  if (typeof existing !== 'number') return -EEXIST;
  if (existing !== -ENOENT) return existing;
  if (at.trailing && !directory) return -ENOENT;
  const dir = at.parent.dentry;
  if (dir.inode!.nlink === 0) return -ENOENT;
  const denied = mayModify(context, at.parent);
  if (denied) return denied;
  if (isDevice(node.mode) && !capable(context.cred, CAP.mknod)) return -EPERM;
  if (directory && dir.inode!.nlink >= MAX_NLINK) return -EMLINK;
  const { create } = inodeOps(dir.inode!);
  if (create === undefined) return -EPERM;
  const inode = create(kernel, context, dir, at.name, node);
  if (typeof inode === 'number') return inode;
  touchModified(kernel, dir.inode!);
  watchEvent(kernel, dir.inode!, IN_CREATE | (directory ? IN_ISDIR : 0), at.name);
  return addChild(dir, at.name, inode);
}

/** mkdir(): 0 or -errno. */
export function makeDirectory(kernel: Kernel, context: PathContext, at: ParentPath, mode: number): number {
  const bits = mode & 0o1777 & ~context.fs.umask;
  const made = createNode(kernel, context, at, { mode: S_IFDIR | bits, rdev: 0, target: '' });
  return typeof made === 'number' ? made : 0;
}

/** symlink(): 0 or -errno. */
export function makeSymlink(kernel: Kernel, context: PathContext, at: ParentPath, target: string): number {
  if (target === '') return -ENOENT;
  const made = createNode(kernel, context, at, { mode: S_IFLNK | 0o777, rdev: 0, target });
  return typeof made === 'number' ? made : 0;
}

/** link(): another name for an inode. 0 or -errno. Linux 6.1 fs/namei.c: vfs_link */
export function makeLink(kernel: Kernel, context: PathContext, existing: PathRef, at: ParentPath): number {
  if (isDotOrRoot(at.name)) return -EEXIST;
  const there = entryOf(kernel, at);
  if (typeof there !== 'number') return -EEXIST;
  if (there !== -ENOENT) return there;
  if (at.trailing) return -ENOENT;
  const inode = existing.dentry.inode!;
  const dir = at.parent.dentry;
  if (existing.mount !== at.parent.mount) return -EXDEV;
  const denied = mayModify(context, at.parent);
  if (denied) return denied;
  if (isDirectory(inode.mode)) return -EPERM;
  // A nameless file (O_TMPFILE, memfd) may get its first name; a file whose names are all gone may not.
  if (inode.nlink === 0 && existing.dentry.parent !== undefined) return -ENOENT;
  if (inode.nlink >= MAX_NLINK) return -EMLINK;
  const result = inodeOps(inode).link?.(kernel, existing.dentry, dir, at.name) ?? -EPERM;
  if (result < 0) return result;
  addChild(dir, at.name, inode);
  touchChanged(kernel, inode);
  touchModified(kernel, dir.inode!);
  watchEvent(kernel, dir.inode!, IN_CREATE, at.name);
  return 0;
}

/** Linux 6.1 fs/namei.c: may_delete */
function mayDelete(context: PathContext, dir: PathRef, victim: Dentry): number {
  const denied = mayModify(context, dir);
  if (denied) return denied;
  return stickyForbids(context.cred, dir.dentry.inode!, victim.inode!) ? -EPERM : 0;
}

/** unlink(): 0 or -errno. */
export function removeFile(kernel: Kernel, context: PathContext, at: ParentPath): number {
  if (isDotOrRoot(at.name)) return -EISDIR;
  const victim = entryOf(kernel, at);
  if (typeof victim === 'number') return victim;
  const directory = isDirectory(victim.inode!.mode);
  if (at.trailing) return directory ? -EISDIR : -ENOTDIR;
  const denied = mayDelete(context, at.parent, victim);
  if (denied) return denied;
  if (directory) return -EISDIR;
  if (victim.mounted !== undefined) return -EBUSY;
  return removeEntry(kernel, victim);
}

/** rmdir(): 0 or -errno. */
export function removeDirectory(kernel: Kernel, context: PathContext, at: ParentPath): number {
  if (at.name === '') return -EBUSY;
  if (at.name === '.') return -EINVAL;
  if (at.name === '..') return -ENOTEMPTY;
  const victim = entryOf(kernel, at);
  if (typeof victim === 'number') return victim;
  const denied = mayDelete(context, at.parent, victim);
  if (denied) return denied;
  if (!isDirectory(victim.inode!.mode)) return -ENOTDIR;
  if (victim.mounted !== undefined || victim === context.fs.root.dentry) return -EBUSY;
  const entries = inodeOps(victim.inode!).readdir(kernel, victim);
  if (typeof entries === 'number') return entries;
  if (entries.length > 0) return -ENOTEMPTY;
  return removeEntry(kernel, victim);
}

function removeEntry(kernel: Kernel, victim: Dentry): number {
  const inode = victim.inode!;
  const { unlink } = inodeOps(inode);
  if (unlink === undefined) return -EPERM;
  const result = unlink(kernel, victim);
  if (result < 0) return result;
  detach(victim);
  touchChanged(kernel, inode);
  touchModified(kernel, victim.parent!.inode!);
  const directory = isDirectory(inode.mode);
  watchEvent(kernel, victim.parent!.inode!, IN_DELETE | (directory ? IN_ISDIR : 0), victim.name);
  if (inode.nlink <= 0) watchEvent(kernel, inode, IN_DELETE_SELF, '');
  forgetIfUnused(kernel, inode);
  return 0;
}

/** rename(): 0 or -errno. Linux 6.1 fs/namei.c: do_renameat2, vfs_rename */
export function renameEntry(
  kernel: Kernel,
  context: PathContext,
  from: ParentPath,
  to: ParentPath,
  flags: number,
): number {
  if (from.parent.mount !== to.parent.mount) return -EXDEV;
  if (isDotOrRoot(from.name) || isDotOrRoot(to.name)) return flags & RENAME_NOREPLACE ? -EEXIST : -EBUSY;
  const entry = entryOf(kernel, from);
  if (typeof entry === 'number') return entry;
  const found = entryOf(kernel, to);
  if (typeof found === 'number' && found !== -ENOENT) return found;
  const target = typeof found === 'number' ? undefined : found;
  const refused = renameRefused(kernel, context, from, to, entry, target, flags);
  if (refused < 0) return refused;
  if (target !== undefined && target.inode === entry.inode) return 0;
  return doRename(kernel, entry, to, target, (flags & RENAME_EXCHANGE) !== 0);
}

function renameRefused(
  kernel: Kernel,
  context: PathContext,
  from: ParentPath,
  to: ParentPath,
  entry: Dentry,
  target: Dentry | undefined,
  flags: number,
): number {
  const exchange = (flags & RENAME_EXCHANGE) !== 0;
  if (target !== undefined && flags & RENAME_NOREPLACE) return -EEXIST;
  if (target === undefined && exchange) return -ENOENT;
  const directory = isDirectory(entry.inode!.mode);
  if (!directory && (from.trailing || (to.trailing && !exchange))) return -ENOTDIR;
  if (isWithin(to.parent.dentry, entry)) return -EINVAL;
  if (target !== undefined && isWithin(from.parent.dentry, target)) return exchange ? -EINVAL : -ENOTEMPTY;
  const denied = mayDelete(context, from.parent, entry);
  if (denied) return denied;
  if (to.parent.dentry.inode!.nlink === 0) return -ENOENT;
  const deniedThere = target ? mayDelete(context, to.parent, target) : mayModify(context, to.parent);
  if (deniedThere) return deniedThere;
  if (directory && entry.parent !== to.parent.dentry && permission(context.cred, entry.inode!, MAY_WRITE)) {
    return -EACCES;
  }
  if (entry.mounted !== undefined || target?.mounted !== undefined) return -EBUSY;
  if (target === undefined || exchange || target.inode === entry.inode) return 0;
  const targetDirectory = isDirectory(target.inode!.mode);
  if (directory && !targetDirectory) return -ENOTDIR;
  if (!directory && targetDirectory) return -EISDIR;
  if (!targetDirectory) return 0;
  const entries = inodeOps(target.inode!).readdir(kernel, target);
  if (typeof entries === 'number') return entries;
  return entries.length > 0 ? -ENOTEMPTY : 0;
}

function doRename(
  kernel: Kernel,
  entry: Dentry,
  to: ParentPath,
  target: Dentry | undefined,
  exchange: boolean,
): number {
  const oldDir = entry.parent!;
  const oldName = entry.name;
  const newDir = to.parent.dentry;
  const { rename } = inodeOps(entry.inode!);
  if (rename === undefined) return -EPERM;
  const result = rename(kernel, entry, newDir, to.name, target, exchange);
  if (result < 0) return result;
  if (target !== undefined) detach(target);
  moveDentry(entry, newDir, to.name);
  if (exchange && target !== undefined) moveDentry(target, oldDir, oldName);
  else if (target !== undefined) forgetIfUnused(kernel, target.inode!);
  touchChanged(kernel, entry.inode!);
  touchModified(kernel, oldDir.inode!);
  touchModified(kernel, newDir.inode!);
  const dirFlag = isDirectory(entry.inode!.mode) ? IN_ISDIR : 0;
  watchEvent(kernel, oldDir.inode!, IN_MOVED_FROM | dirFlag, oldName);
  watchEvent(kernel, newDir.inode!, IN_MOVED_TO | dirFlag, to.name);
  return 0;
}
