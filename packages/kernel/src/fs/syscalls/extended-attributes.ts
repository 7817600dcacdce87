import { latin1Bytes } from '../../abi/struct.ts';
import { E2BIG, EBADF, EFAULT, EINVAL, ENAMETOOLONG, ERANGE, EROFS } from '../../errno.ts';
import type { Kernel } from '../../kernel.ts';
import { copyIn, copyOut, readCString } from '../../mm/user-access.ts';
import { full, type SyscallDef } from '../../syscalls/define.ts';
import type { PathRef, Task } from '../../types.ts';
import { placeEvent } from '../file-events.ts';
import { getDataFile } from '../file-table.ts';
import { touchChanged } from '../inode.ts';
import { IN_ATTRIB } from '../inotify-events.ts';
import { isReadOnly } from '../mount-table.ts';
import { AT_FDCWD } from '../open-flags.ts';
import { getXattr, listXattrs, removeXattr, setXattr, XATTR_CREATE, XATTR_REPLACE } from '../xattr.ts';
import { placeAt } from './arguments.ts';

/** Linux 6.1 include/uapi/linux/limits.h */
const NAME_LIMIT = 255;
const SIZE_LIMIT = 65_536;

/** What the first argument names: a path or a descriptor. */
type Find = (kernel: Kernel, task: Task, what: number) => PathRef | number;

const followed: Find = (kernel, task, path) => placeAt(kernel, task, AT_FDCWD, path, true);
const unfollowed: Find = (kernel, task, path) => placeAt(kernel, task, AT_FDCWD, path, false);
const descriptor: Find = (_kernel, task, fd) => getDataFile(task, fd)?.path ?? -EBADF;

function nameAt(kernel: Kernel, task: Task, address: number): string | number {
  const name = readCString(kernel, task, address);
  if (name === -ENAMETOOLONG) return -ERANGE;
  return typeof name === 'number' || (name !== '' && name.length <= NAME_LIMIT) ? name : -ERANGE;
}

/** Stores a value or a list where there is room for it: its length, -ERANGE, -EFAULT. */
function put(kernel: Kernel, task: Task, address: number, size: number, bytes: Uint8Array): number {
  if (size === 0) return bytes.length;
  if (bytes.length > size) return -ERANGE;
  return copyOut(kernel, task, address, bytes) ? bytes.length : -EFAULT;
}

/** Linux 6.1 fs/xattr.c: do_getxattr */
function get(find: Find) {
  return (kernel: Kernel, task: Task, what: number, nameAddress: number, address: number, size: number): number => {
    const place = find(kernel, task, what);
    if (typeof place === 'number') return place;
    const name = nameAt(kernel, task, nameAddress);
    if (typeof name === 'number') return name;
    const value = getXattr(task, place.dentry.inode!, name);
    return typeof value === 'number' ? value : put(kernel, task, address, size, value);
  };
}

/** Linux 6.1 fs/xattr.c: setxattr_copy, do_setxattr */
function set(find: Find) {
  return (
    kernel: Kernel,
    task: Task,
    what: number,
    nameAddress: number,
    address: number,
    size: number,
    flags: number,
  ): number => {
    if (flags & ~(XATTR_CREATE | XATTR_REPLACE)) return -EINVAL;
    const name = nameAt(kernel, task, nameAddress);
    if (typeof name === 'number') return name;
    if (size > SIZE_LIMIT) return -E2BIG;
    const value = copyIn(kernel, task, address, size);
    if (value === undefined) return -EFAULT;
    return change(kernel, find(kernel, task, what), (place) => setXattr(task, place.dentry.inode!, name, value, flags));
  };
}

function remove(find: Find) {
  return (kernel: Kernel, task: Task, what: number, nameAddress: number): number => {
    const place = find(kernel, task, what);
    if (typeof place === 'number') return place;
    const name = nameAt(kernel, task, nameAddress);
    if (typeof name === 'number') return name;
    return change(kernel, place, () => removeXattr(task, place.dentry.inode!, name));
  };
}

/** What a change has in common: not on a read-only mount, and those who watch hear of it. */
function change(kernel: Kernel, place: PathRef | number, make: (place: PathRef) => number): number {
  if (typeof place === 'number') return place;
  if (isReadOnly(place.mount)) return -EROFS;
  const result = make(place);
  if (result !== 0) return result;
  touchChanged(kernel, place.dentry.inode!);
  placeEvent(kernel, place.dentry, IN_ATTRIB);
  return 0;
}

function list(find: Find) {
  return (kernel: Kernel, task: Task, what: number, address: number, size: number): number => {
    const place = find(kernel, task, what);
    if (typeof place === 'number') return place;
    const names = listXattrs(task, place.dentry.inode!).map((name) => `${name}\0`);
    return put(kernel, task, address, size, latin1Bytes(names.join('')));
  };
}

/** getxattr(2), setxattr(2), listxattr(2), removexattr(2). */
export const XATTR_SYSCALLS: SyscallDef[] = [
  full('getxattr', ['path', 'ptr', 'ptr', 'size'], get(followed)),
  full('lgetxattr', ['path', 'ptr', 'ptr', 'size'], get(unfollowed)),
  full('fgetxattr', ['fd', 'ptr', 'ptr', 'size'], get(descriptor)),
  full('setxattr', ['path', 'ptr', 'ptr', 'size', 'flags'], set(followed)),
  full('lsetxattr', ['path', 'ptr', 'ptr', 'size', 'flags'], set(unfollowed)),
  full('fsetxattr', ['fd', 'ptr', 'ptr', 'size', 'flags'], set(descriptor)),
  full('listxattr', ['path', 'ptr', 'size'], list(followed)),
  full('llistxattr', ['path', 'ptr', 'size'], list(unfollowed)),
  full('flistxattr', ['fd', 'ptr', 'size'], list(descriptor)),
  full('removexattr', ['path', 'ptr'], remove(followed)),
  full('lremovexattr', ['path', 'ptr'], remove(unfollowed)),
  full('fremovexattr', ['fd', 'ptr'], remove(descriptor)),
];
