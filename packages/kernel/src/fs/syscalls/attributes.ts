import { StructReader } from '../../abi/struct.ts';
import { EACCES, EBADF, EFAULT, EINVAL, EPERM, EROFS } from '../../errno.ts';
import type { Kernel } from '../../kernel.ts';
import { copyIn } from '../../mm/user-access.ts';
import { full, type SyscallDef } from '../../syscalls/define.ts';
import { CAP, capable, capsForAccess } from '../../task/capabilities.ts';
import { realtimeNs } from '../../time/clock.ts';
import type { Credentials, PathRef, Task } from '../../types.ts';
import { placeEvent } from '../file-events.ts';
import { getDataFile, getFile } from '../file-table.ts';
import { touchChanged } from '../inode.ts';
import { IN_ACCESS, IN_ATTRIB, IN_MODIFY } from '../inotify-events.ts';
import { isDirectory, S_ISGID, S_ISUID } from '../mode.ts';
import { isReadOnly } from '../mount-table.ts';
import { AT_EACCESS, AT_EMPTY_PATH, AT_FDCWD, AT_SYMLINK_NOFOLLOW } from '../open-flags.ts';
import { inGroup, MAY_EXEC, MAY_READ, MAY_WRITE, ownerOrCapable, permission } from '../permission.ts';
import { inodeOps } from '../superblock-ops.ts';
import { placeAt } from './arguments.ts';

/** Writes changed attributes through; on failure `undo` puts them back. */
function commit(kernel: Kernel, place: PathRef, event: number, undo: () => void): number {
  const inode = place.dentry.inode!;
  touchChanged(kernel, inode);
  const result = inodeOps(inode).attributesChanged?.(kernel, inode) ?? -EPERM;
  if (result < 0) undo();
  else placeEvent(kernel, place.dentry, event);
  return result;
}

/** Linux 6.1 fs/attr.c: setattr_prepare, setattr_copy */
function changeMode(kernel: Kernel, task: Task, place: PathRef, mode: number): number {
  const inode = place.dentry.inode!;
  if (isReadOnly(place.mount)) return -EROFS;
  const refused = ownerOrCapable(task.cred, inode);
  if (refused) return refused;
  const before = inode.mode;
  let bits = mode & 0o7777;
  if (!capable(task.cred, CAP.fsetid) && !inGroup(task.cred, inode.gid)) bits &= ~S_ISGID;
  inode.mode = (before & ~0o7777) | bits;
  return commit(kernel, place, IN_ATTRIB, () => {
    inode.mode = before;
  });
}

/** Owner and group; -1 leaves one as it is. Linux 6.1 fs/open.c: chown_common */
function changeOwner(kernel: Kernel, task: Task, place: PathRef, uid: number, gid: number): number {
  const inode = place.dentry.inode!;
  if (isReadOnly(place.mount)) return -EROFS;
  const { cred } = task;
  const newUid = uid === -1 ? inode.uid : uid;
  const newGid = gid === -1 ? inode.gid : gid;
  if (!capable(cred, CAP.chown)) {
    if (cred.fsuid !== inode.uid || newUid !== inode.uid) return -EPERM;
    if (newGid !== inode.gid && !inGroup(cred, newGid)) return -EPERM;
  }
  const before = { uid: inode.uid, gid: inode.gid, mode: inode.mode };
  inode.uid = newUid;
  inode.gid = newGid;
  if (!isDirectory(inode.mode)) {
    inode.mode &= ~S_ISUID;
    if (inode.mode & 0o010) inode.mode &= ~S_ISGID;
  }
  return commit(kernel, place, IN_ATTRIB, () => Object.assign(inode, before));
}

function chmodAt(kernel: Kernel, task: Task, dirfd: number, path: number, mode: number): number {
  const place = placeAt(kernel, task, dirfd, path, true);
  return typeof place === 'number' ? place : changeMode(kernel, task, place, mode);
}

function fchmod(kernel: Kernel, task: Task, fd: number, mode: number): number {
  const file = getDataFile(task, fd);
  return file === undefined ? -EBADF : changeMode(kernel, task, file.path, mode);
}

/** Old calls take 16-bit identifiers: 0xffff is -1. */
function wide(id: number): number {
  return (id & 0xffff) === 0xffff ? -1 : id & 0xffff;
}

function whole(id: number): number {
  return id >>> 0 === 0xffff_ffff ? -1 : id >>> 0;
}

type Convert = (id: number) => number;

function chown(convert: Convert, follow: boolean) {
  return (kernel: Kernel, task: Task, path: number, uid: number, gid: number): number => {
    const place = placeAt(kernel, task, AT_FDCWD, path, follow);
    return typeof place === 'number' ? place : changeOwner(kernel, task, place, convert(uid), convert(gid));
  };
}

function fchown(convert: Convert) {
  return (kernel: Kernel, task: Task, fd: number, uid: number, gid: number): number => {
    const file = getDataFile(task, fd);
    return file === undefined ? -EBADF : changeOwner(kernel, task, file.path, convert(uid), convert(gid));
  };
}

function fchownat(
  kernel: Kernel,
  task: Task,
  dirfd: number,
  path: number,
  uid: number,
  gid: number,
  flags: number,
): number {
  if (flags & ~(AT_SYMLINK_NOFOLLOW | AT_EMPTY_PATH)) return -EINVAL;
  const place = placeAt(kernel, task, dirfd, path, (flags & AT_SYMLINK_NOFOLLOW) === 0, flags);
  return typeof place === 'number' ? place : changeOwner(kernel, task, place, whole(uid), whole(gid));
}

/** access(): with the real identity unless AT_EACCESS. Linux 6.1 fs/open.c: do_faccessat */
function faccessat2(kernel: Kernel, task: Task, dirfd: number, path: number, mode: number, flags: number): number {
  if (mode & ~7 || flags & ~(AT_EACCESS | AT_SYMLINK_NOFOLLOW | AT_EMPTY_PATH)) return -EINVAL;
  const { cred } = task;
  const as: Credentials =
    flags & AT_EACCESS ? cred : { ...cred, fsuid: cred.uid, fsgid: cred.gid, caps: capsForAccess(cred) };
  const looker = { ...task, cred: as };
  const place = placeAt(kernel, looker, dirfd, path, (flags & AT_SYMLINK_NOFOLLOW) === 0, flags);
  if (typeof place === 'number') return place;
  if (mode === 0) return 0;
  const mask = (mode & 4 ? MAY_READ : 0) | (mode & 2 ? MAY_WRITE : 0) | (mode & 1 ? MAY_EXEC : 0);
  const inode = place.dentry.inode!;
  const denied = permission(as, inode, mask);
  if (denied) return denied;
  return mode & 2 && isReadOnly(place.mount) ? -EROFS : 0;
}

function umask(_kernel: Kernel, task: Task, mask: number): number {
  const before = task.fs.umask;
  task.fs.umask = mask & 0o777;
  return before;
}

const UTIME_NOW = 0x3fff_ffff;
const UTIME_OMIT = 0x3fff_fffe;
const SECOND = 1_000_000_000n;

/** Times to set; undefined: leave it. `explicit`: not both "now", so the caller must be the owner. */
interface NewTimes {
  atime: bigint | undefined;
  mtime: bigint | undefined;
  explicit: boolean;
}

/** Linux 6.1 fs/utimes.c: vfs_utimes */
function setTimes(kernel: Kernel, task: Task, place: PathRef, times: NewTimes): number {
  const inode = place.dentry.inode!;
  if (isReadOnly(place.mount)) return -EROFS;
  if (ownerOrCapable(task.cred, inode)) {
    if (times.explicit) return -EPERM;
    if (permission(task.cred, inode, MAY_WRITE)) return -EACCES;
  }
  const before = { atime: inode.atime, mtime: inode.mtime };
  if (times.atime !== undefined) inode.atime = times.atime;
  if (times.mtime !== undefined) inode.mtime = times.mtime;
  return commit(kernel, place, timesEvent(times), () => Object.assign(inode, before));
}

/** One time alone looks like what usually changes it. Linux 6.1 include/linux/fsnotify.h: fsnotify_change */
function timesEvent({ atime, mtime }: NewTimes): number {
  if (atime !== undefined && mtime !== undefined) return IN_ATTRIB;
  return atime !== undefined ? IN_ACCESS : IN_MODIFY;
}

function nowTimes(kernel: Kernel): NewTimes {
  const now = realtimeNs(kernel);
  return { atime: now, mtime: now, explicit: false };
}

/** Two timespecs at an address. */
function readTimespecs(kernel: Kernel, task: Task, address: number, wide64: boolean): NewTimes | number {
  if (address === 0) return nowTimes(kernel);
  const size = wide64 ? 16 : 8;
  const bytes = copyIn(kernel, task, address, 2 * size);
  if (bytes === undefined) return -EFAULT;
  const reader = new StructReader(kernel, bytes);
  const low = wide64 && kernel.abi.isa.byteOrder === 'big' ? 12 : wide64 ? 8 : 4;
  const now = realtimeNs(kernel);
  const one = (offset: number): bigint | undefined | number => {
    const ns = reader.i32(offset + low);
    if (ns === UTIME_OMIT) return undefined;
    if (ns === UTIME_NOW) return now;
    if (ns < 0 || ns > 999_999_999) return -EINVAL;
    return (wide64 ? reader.i64(offset) : BigInt(reader.i32(offset))) * SECOND + BigInt(ns);
  };
  const atime = one(0);
  const mtime = one(size);
  if (typeof atime === 'number') return atime;
  if (typeof mtime === 'number') return mtime;
  return { atime, mtime, explicit: !(atime === now && mtime === now) };
}

/** Two timevals at an address. */
function readTimevals(kernel: Kernel, task: Task, address: number): NewTimes | number {
  if (address === 0) return nowTimes(kernel);
  const bytes = copyIn(kernel, task, address, 16);
  if (bytes === undefined) return -EFAULT;
  const reader = new StructReader(kernel, bytes);
  const micros = [reader.i32(4), reader.i32(12)];
  if (micros.some((value) => value < 0 || value > 999_999)) return -EINVAL;
  const time = (at: number): bigint => BigInt(reader.i32(at)) * SECOND + BigInt(reader.i32(at + 4)) * 1000n;
  return { atime: time(0), mtime: time(8), explicit: true };
}

/** A struct utimbuf: two seconds. */
function readUtimbuf(kernel: Kernel, task: Task, address: number): NewTimes | number {
  if (address === 0) return nowTimes(kernel);
  const bytes = copyIn(kernel, task, address, 8);
  if (bytes === undefined) return -EFAULT;
  const reader = new StructReader(kernel, bytes);
  return { atime: BigInt(reader.i32(0)) * SECOND, mtime: BigInt(reader.i32(4)) * SECOND, explicit: true };
}

function timesAt(kernel: Kernel, task: Task, dirfd: number, path: number, times: NewTimes | number, flags = 0): number {
  if (typeof times === 'number') return times;
  const place = placeAt(kernel, task, dirfd, path, (flags & AT_SYMLINK_NOFOLLOW) === 0, flags);
  return typeof place === 'number' ? place : setTimes(kernel, task, place, times);
}

function utimensat(wide64: boolean) {
  return (kernel: Kernel, task: Task, dirfd: number, path: number, address: number, flags: number): number => {
    const times = readTimespecs(kernel, task, address, wide64);
    if (typeof times === 'number') return times;
    // Nothing to do: not even the path is looked at.
    if (times.atime === undefined && times.mtime === undefined) return 0;
    if (flags & ~(AT_SYMLINK_NOFOLLOW | AT_EMPTY_PATH)) return -EINVAL;
    if (path !== 0) return timesAt(kernel, task, dirfd, path, times, flags);
    const file = getFile(task, dirfd);
    return file === undefined ? -EBADF : setTimes(kernel, task, file.path, times);
  };
}

/** chmod(2), chown(2), access(2), umask(2), utime(2). */
export const ATTRIBUTE_SYSCALLS: SyscallDef[] = [
  full('chmod', ['path', 'mode'], (kernel, task, path, mode) => chmodAt(kernel, task, AT_FDCWD, path!, mode!)),
  full('fchmod', ['fd', 'mode'], fchmod),
  full('fchmodat', ['fd', 'path', 'mode'], chmodAt),
  full('chown', ['path', 'uint', 'uint'], chown(wide, true)),
  full('lchown', ['path', 'uint', 'uint'], chown(wide, false)),
  full('fchown', ['fd', 'uint', 'uint'], fchown(wide)),
  full('chown32', ['path', 'uint', 'uint'], chown(whole, true)),
  full('lchown32', ['path', 'uint', 'uint'], chown(whole, false)),
  full('fchown32', ['fd', 'uint', 'uint'], fchown(whole)),
  full('fchownat', ['fd', 'path', 'uint', 'uint', 'flags'], fchownat),
  full('access', ['path', 'mode'], (kernel, task, path, mode) => faccessat2(kernel, task, AT_FDCWD, path!, mode!, 0)),
  full('faccessat', ['fd', 'path', 'mode'], (kernel, task, dirfd, path, mode) =>
    faccessat2(kernel, task, dirfd!, path!, mode!, 0),
  ),
  full('faccessat2', ['fd', 'path', 'mode', 'flags'], faccessat2),
  full('umask', ['mode'], umask),
  full('utime', ['path', 'ptr'], (kernel, task, path, times) =>
    timesAt(kernel, task, AT_FDCWD, path!, readUtimbuf(kernel, task, times!)),
  ),
  full('utimes', ['path', 'ptr'], (kernel, task, path, times) =>
    timesAt(kernel, task, AT_FDCWD, path!, readTimevals(kernel, task, times!)),
  ),
  full('futimesat', ['fd', 'path', 'ptr'], (kernel, task, dirfd, path, times) =>
    timesAt(kernel, task, dirfd!, path!, readTimevals(kernel, task, times!)),
  ),
  full('utimensat', ['fd', 'path', 'ptr', 'flags'], utimensat(false)),
  full('utimensat_time64', ['fd', 'path', 'ptr', 'flags'], utimensat(true)),
];
