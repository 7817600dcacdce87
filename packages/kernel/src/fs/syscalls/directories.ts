import { StructWriter } from '../../abi/struct.ts';
import { EBADF, EFAULT, EINVAL, ENOENT, ENOTDIR, EPERM, ERANGE } from '../../errno.ts';
import type { Kernel } from '../../kernel.ts';
import { copyOut } from '../../mm/user-access.ts';
import { full, type SyscallDef } from '../../syscalls/define.ts';
import { CAP, capable } from '../../task/capabilities.ts';
import type { PathRef, Task } from '../../types.ts';
import { directoryEntries } from '../directory-file.ts';
import { fileEvent } from '../file-events.ts';
import { getDataFile, getFile } from '../file-table.ts';
import { IN_ACCESS } from '../inotify-events.ts';
import { isDirectory } from '../mode.ts';
import { AT_FDCWD } from '../open-flags.ts';
import { pathParts } from '../path-string.ts';
import { MAY_EXEC, permission } from '../permission.ts';
import type { DirectoryEntry } from '../superblock-ops.ts';
import { placeAt, putString } from './arguments.ts';

type EncodeEntry = (kernel: Kernel, entry: DirectoryEntry, next: number) => Uint8Array;

/** struct linux_dirent64. */
const dirent64: EncodeEntry = (kernel, { name, ino, type }, next) => {
  const length = (19 + name.length + 1 + 7) & ~7;
  return new StructWriter(kernel, length).u64(ino).u64(next).u16(length).u8(type).text(name).bytes;
};

/** struct linux_dirent of 32-bit kernels: the type is the last byte. */
const dirent: EncodeEntry = (kernel, { name, ino, type }, next) => {
  const length = (10 + name.length + 2 + 3) & ~3;
  const out = new StructWriter(kernel, length).u32(ino).u32(next).u16(length).text(name);
  return out.at(length - 1).u8(type).bytes;
};

/** Linux 6.1 fs/readdir.c */
function getdents(encode: EncodeEntry) {
  return (kernel: Kernel, task: Task, fd: number, address: number, size: number): number => {
    const file = getDataFile(task, fd);
    if (file === undefined) return -EBADF;
    const entries = directoryEntries(kernel, file);
    if (typeof entries === 'number') return entries;
    let done = 0;
    while (file.position < entries.length) {
      const bytes = encode(kernel, entries[file.position]!, file.position + 1);
      if (done + bytes.length > size) return done > 0 ? done : -EINVAL;
      if (!copyOut(kernel, task, address + done, bytes)) return done > 0 ? done : -EFAULT;
      done += bytes.length;
      file.position++;
    }
    fileEvent(kernel, file, IN_ACCESS);
    return done;
  };
}

/** The old call gives one entry: inode, offset, name length, name. Linux 6.1 fs/readdir.c: old_readdir */
function readdir(kernel: Kernel, task: Task, fd: number, address: number): number {
  const file = getDataFile(task, fd);
  if (file === undefined) return -EBADF;
  const entries = directoryEntries(kernel, file);
  if (typeof entries === 'number') return entries;
  const entry = entries[file.position];
  if (entry === undefined) return 0;
  const { name, ino } = entry;
  const out = new StructWriter(kernel, 11 + name.length).u32(ino).u32(file.position).u16(name.length).text(name);
  if (!copyOut(kernel, task, address, out.bytes)) return -EFAULT;
  file.position++;
  return 1;
}

/** Whether a task may make a place its working directory or root. */
function enterable(task: Task, place: PathRef): number {
  const inode = place.dentry.inode!;
  return isDirectory(inode.mode) ? permission(task.cred, inode, MAY_EXEC) : -ENOTDIR;
}

function chdir(kernel: Kernel, task: Task, path: number): number {
  const place = placeAt(kernel, task, AT_FDCWD, path, true);
  if (typeof place === 'number') return place;
  const refused = enterable(task, place);
  if (refused === 0) task.fs.cwd = place;
  return refused;
}

function fchdir(_kernel: Kernel, task: Task, fd: number): number {
  const file = getFile(task, fd);
  if (file === undefined) return -EBADF;
  const refused = enterable(task, file.path);
  if (refused === 0) task.fs.cwd = file.path;
  return refused;
}

function chroot(kernel: Kernel, task: Task, path: number): number {
  const place = placeAt(kernel, task, AT_FDCWD, path, true);
  if (typeof place === 'number') return place;
  const refused = enterable(task, place);
  if (refused) return refused;
  if (!capable(task.cred, CAP.sysChroot)) return -EPERM;
  task.fs.root = place;
  return 0;
}

/** Linux 6.1 fs/d_path.c: getcwd */
function getcwd(kernel: Kernel, task: Task, address: number, size: number): number {
  const { path, deleted, unreachable } = pathParts(kernel, task.fs.cwd, task.fs.root);
  if (deleted) return -ENOENT;
  const text = unreachable ? `(unreachable)${path}` : path;
  return text.length + 1 > size ? -ERANGE : putString(kernel, task, address, text);
}

/** getdents(2), chdir(2), chroot(2), getcwd(2). */
export const DIRECTORY_SYSCALLS: SyscallDef[] = [
  full('getdents', ['fd', 'outbuf', 'uint'], getdents(dirent)),
  full('getdents64', ['fd', 'outbuf', 'uint'], getdents(dirent64)),
  full('readdir', ['fd', 'ptr', 'uint'], readdir),
  full('chdir', ['path'], chdir),
  full('fchdir', ['fd'], fchdir),
  full('chroot', ['path'], chroot),
  full('getcwd', ['outbuf', 'size'], getcwd),
];
