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
import type { Dentry, Inode, PathRef } from '../types.ts';
import { addChild, detach, isWithin, moveDentry } from './dentry.ts';
import { forgetIfUnused } from './file.ts';
import { entryEvent, renameCookie } from './file-events.ts';
import { touchChanged, touchModified } from './inode.ts';
import { endWatches, watchEvent } from './inotify.ts';
import {
  IN_ATTRIB,
  IN_CREATE,
  IN_DELETE,
  IN_ISDIR,
  IN_MOVE_SELF,
  IN_MOVED_FROM,
  IN_MOVED_TO,
} from './inotify-events.ts';
import { isDevice, isDirectory, S_IFCHR, S_IFDIR, S_IFLNK, S_ISGID } from './mode.ts';
import { isReadOnly } from './mount-table.ts';
import { lookupChild, type ParentPath, type PathContext } from './path-walk.ts';
import { inGroup, MAY_EXEC, MAY_WRITE, permission, stickyForbids } from './permission.ts';
import { inodeOps, type NewNode } from './superblock-ops.ts';

/** Linux 6.1 include/uapi/linux/fs.h */
export const RENAME_NOREPLACE = 1;
export const RENAME_EXCHANGE = 2;
export const RENAME_WHITEOUT = 4;

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
  return addNode(kernel, context, dir, at.name, node);
}

/** The same where all has been checked. */
function addNode(kernel: Kernel, context: PathContext, dir: Dentry, name: string, node: NewNode): Dentry | number {
  const { create } = inodeOps(dir.inode!);
  // Where nothing can be made, the look-up of a new name fails already (/proc).
  if (create === undefined) return -ENOENT;
  const inode = create(kernel, context, dir, name, { ...node, mode: strippedMode(context, dir.inode!, node.mode) });
  if (typeof inode === 'number') return inode;
  touchModified(kernel, dir.inode!);
  const made = addChild(dir, name, inode);
  entryEvent(kernel, dir.inode!, IN_CREATE | (isDirectory(node.mode) ? IN_ISDIR : 0), name);
  return made;
}

/** A program that takes its group from the directory is set-group-id only if its maker is in that group. Linux 6.1 fs/inode.c: mode_strip_sgid */
export function strippedMode(context: PathContext, dir: Inode, mode: number): number {
  if (isDirectory(mode) || (mode & (S_ISGID | 0o010)) !== (S_ISGID | 0o010) || !(dir.mode & S_ISGID)) return mode;
  return capable(context.cred, CAP.fsetid) || inGroup(context.cred, dir.gid) ? mode : mode & ~S_ISGID;
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
  if (inodeOps(dir.inode!).create === undefined) return -ENOENT;
  if (isReadOnly(at.parent.mount)) return -EROFS;
  if (existing.mount !== at.parent.mount) return -EXDEV;
  const denied = mayModify(context, at.parent);
  if (denied) return denied;
  if (isDirectory(inode.mode)) return -EPERM;
  if (inode.nlink === 0 && !inode.linkable) return -ENOENT;
  if (inode.nlink >= MAX_NLINK) return -EMLINK;
  const result = inodeOps(inode).link?.(kernel, existing.dentry, dir, at.name) ?? -EPERM;
  if (result < 0) return result;
  delete inode.linkable;
  addChild(dir, at.name, inode);
  touchChanged(kernel, inode);
  touchModified(kernel, dir.inode!);
  watchEvent(kernel, inode, IN_ATTRIB, '');
  entryEvent(kernel, dir.inode!, IN_CREATE, at.name);
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
  if (!directory) watchEvent(kernel, inode, IN_ATTRIB, '');
  if (inode.nlink <= 0 && inode.users === 0) endWatches(kernel, inode);
  entryEvent(kernel, victim.parent!.inode!, IN_DELETE | (directory ? IN_ISDIR : 0), victim.name);
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
  const result = doRename(kernel, entry, to, target, (flags & RENAME_EXCHANGE) !== 0);
  return result === 0 && flags & RENAME_WHITEOUT ? makeWhiteout(kernel, context, from) : result;
}

/** What an overlay leaves where a name was: the device 0:0. Linux 6.1 mm/shmem.c: shmem_whiteout */
function makeWhiteout(kernel: Kernel, context: PathContext, at: ParentPath): number {
  const made = addNode(kernel, context, at.parent.dentry, at.name, { mode: S_IFCHR, rdev: 0, target: '' });
  return typeof made === 'number' ? made : 0;
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
  touchChanged(kernel, entry.inode!);
  touchModified(kernel, oldDir.inode!);
  touchModified(kernel, newDir.inode!);
  moveEvents(kernel, entry, oldDir, oldName);
  if (target === undefined) return 0;
  if (exchange) moveEvents(kernel, target, newDir, to.name);
  else {
    watchEvent(kernel, target.inode!, IN_ATTRIB | (isDirectory(target.inode!.mode) ? IN_ISDIR : 0), '');
    forgetIfUnused(kernel, target.inode!);
  }
  return 0;
}

/** Linux 6.1 include/linux/fsnotify.h: fsnotify_move */
function moveEvents(kernel: Kernel, moved: Dentry, oldDir: Dentry, oldName: string): void {
  const cookie = renameCookie(kernel);
  const dirFlag = isDirectory(moved.inode!.mode) ? IN_ISDIR : 0;
  entryEvent(kernel, oldDir.inode!, IN_MOVED_FROM | dirFlag, oldName, cookie);
  entryEvent(kernel, moved.parent!.inode!, IN_MOVED_TO | dirFlag, moved.name, cookie);
  watchEvent(kernel, moved.inode!, IN_MOVE_SELF, '');
}
