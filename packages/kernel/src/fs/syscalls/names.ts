import { latin1Bytes } from '../../abi/struct.ts';
import { EFAULT, EINVAL, ENOENT, EPERM } from '../../errno.ts';
import type { Kernel } from '../../kernel.ts';
import { copyOut, readCString } from '../../mm/user-access.ts';
import { full, type SyscallDef } from '../../syscalls/define.ts';
import { CAP, capable } from '../../task/capabilities.ts';
import type { Task } from '../../types.ts';
import { touchAccessed } from '../inode.ts';
import { isSymlink, S_IFBLK, S_IFCHR, S_IFDIR, S_IFIFO, S_IFMT, S_IFREG, S_IFSOCK } from '../mode.ts';
import { AT_EMPTY_PATH, AT_FDCWD, AT_REMOVEDIR, AT_SYMLINK_FOLLOW } from '../open-flags.ts';
import { inodeOps } from '../superblock-ops.ts';
import {
  createNode,
  makeDirectory,
  makeLink,
  makeSymlink,
  RENAME_EXCHANGE,
  RENAME_NOREPLACE,
  RENAME_WHITEOUT,
  removeDirectory,
  removeFile,
  renameEntry,
} from '../vfs.ts';
import { parentAt, placeAt } from './arguments.ts';

function mkdirat(kernel: Kernel, task: Task, dirfd: number, path: number, mode: number): number {
  const at = parentAt(kernel, task, dirfd, path);
  return typeof at === 'number' ? at : makeDirectory(kernel, task, at, mode);
}

function rmdir(kernel: Kernel, task: Task, dirfd: number, path: number): number {
  const at = parentAt(kernel, task, dirfd, path);
  return typeof at === 'number' ? at : removeDirectory(kernel, task, at);
}

function unlinkat(kernel: Kernel, task: Task, dirfd: number, path: number, flags: number): number {
  if (flags & ~AT_REMOVEDIR) return -EINVAL;
  if (flags & AT_REMOVEDIR) return rmdir(kernel, task, dirfd, path);
  const at = parentAt(kernel, task, dirfd, path);
  return typeof at === 'number' ? at : removeFile(kernel, task, at);
}

/** Linux 6.1 fs/namei.c: do_renameat2 */
function renameat2(
  kernel: Kernel,
  task: Task,
  fromFd: number,
  fromPath: number,
  toFd: number,
  toPath: number,
  flags: number,
): number {
  if (flags & ~(RENAME_NOREPLACE | RENAME_EXCHANGE | RENAME_WHITEOUT)) return -EINVAL;
  if (flags & RENAME_EXCHANGE && flags & (RENAME_NOREPLACE | RENAME_WHITEOUT)) return -EINVAL;
  const from = parentAt(kernel, task, fromFd, fromPath);
  if (typeof from === 'number') return from;
  const to = parentAt(kernel, task, toFd, toPath);
  return typeof to === 'number' ? to : renameEntry(kernel, task, from, to, flags);
}

/** Linux 6.1 fs/namei.c: do_linkat */
function linkat(
  kernel: Kernel,
  task: Task,
  fromFd: number,
  fromPath: number,
  toFd: number,
  toPath: number,
  flags: number,
): number {
  if (flags & ~(AT_SYMLINK_FOLLOW | AT_EMPTY_PATH)) return -EINVAL;
  if (flags & AT_EMPTY_PATH && !capable(task.cred, CAP.dacReadSearch)) return -ENOENT;
  const existing = placeAt(kernel, task, fromFd, fromPath, (flags & AT_SYMLINK_FOLLOW) !== 0, flags);
  if (typeof existing === 'number') return existing;
  const to = parentAt(kernel, task, toFd, toPath);
  return typeof to === 'number' ? to : makeLink(kernel, task, existing, to);
}

function symlinkat(kernel: Kernel, task: Task, target: number, dirfd: number, path: number): number {
  const text = readCString(kernel, task, target);
  if (typeof text === 'number') return text;
  const at = parentAt(kernel, task, dirfd, path);
  return typeof at === 'number' ? at : makeSymlink(kernel, task, at, text);
}

/** Linux 6.1 fs/stat.c: do_readlinkat. An empty path means the descriptor's own link. */
function readlinkat(kernel: Kernel, task: Task, dirfd: number, path: number, address: number, size: number): number {
  if ((size | 0) <= 0) return -EINVAL;
  const place = placeAt(kernel, task, dirfd, path, false, dirfd === AT_FDCWD ? 0 : AT_EMPTY_PATH);
  if (typeof place === 'number') return place;
  const inode = place.dentry.inode!;
  if (!isSymlink(inode.mode)) return -EINVAL;
  const text = inodeOps(inode).readlink(kernel, task, inode);
  if (typeof text === 'number') return text;
  touchAccessed(kernel, inode);
  const bytes = latin1Bytes(text.slice(0, size));
  return copyOut(kernel, task, address, bytes) ? bytes.length : -EFAULT;
}

/** Linux 6.1 fs/namei.c: do_mknodat */
function mknodat(kernel: Kernel, task: Task, dirfd: number, path: number, mode: number, device: number): number {
  const type = mode & S_IFMT || S_IFREG;
  if (type === S_IFDIR) return -EPERM;
  if (![S_IFREG, S_IFCHR, S_IFBLK, S_IFIFO, S_IFSOCK].includes(type)) return -EINVAL;
  const at = parentAt(kernel, task, dirfd, path);
  if (typeof at === 'number') return at;
  const bits = type | (mode & 0o7777 & ~task.fs.umask);
  const rdev = type === S_IFCHR || type === S_IFBLK ? device : 0;
  const made = createNode(kernel, task, at, { mode: bits, rdev, target: '' });
  return typeof made === 'number' ? made : 0;
}

/** mkdir(2), unlink(2), rename(2), link(2), symlink(2), readlink(2), mknod(2). */
export const NAME_SYSCALLS: SyscallDef[] = [
  full('mkdir', ['path', 'mode'], (kernel, task, path, mode) => mkdirat(kernel, task, AT_FDCWD, path!, mode!)),
  full('mkdirat', ['fd', 'path', 'mode'], mkdirat),
  full('rmdir', ['path'], (kernel, task, path) => rmdir(kernel, task, AT_FDCWD, path!)),
  full('unlink', ['path'], (kernel, task, path) => unlinkat(kernel, task, AT_FDCWD, path!, 0)),
  full('unlinkat', ['fd', 'path', 'flags'], unlinkat),
  full('rename', ['path', 'path'], (kernel, task, from, to) =>
    renameat2(kernel, task, AT_FDCWD, from!, AT_FDCWD, to!, 0),
  ),
  full('renameat', ['fd', 'path', 'fd', 'path'], (kernel, task, fromFd, from, toFd, to) =>
    renameat2(kernel, task, fromFd!, from!, toFd!, to!, 0),
  ),
  full('renameat2', ['fd', 'path', 'fd', 'path', 'flags'], renameat2),
  full('link', ['path', 'path'], (kernel, task, from, to) => linkat(kernel, task, AT_FDCWD, from!, AT_FDCWD, to!, 0)),
  full('linkat', ['fd', 'path', 'fd', 'path', 'flags'], linkat),
  full('symlink', ['path', 'path'], (kernel, task, target, path) => symlinkat(kernel, task, target!, AT_FDCWD, path!)),
  full('symlinkat', ['path', 'fd', 'path'], symlinkat),
  full('readlink', ['path', 'outbuf', 'size'], (kernel, task, path, address, size) =>
    readlinkat(kernel, task, AT_FDCWD, path!, address!, size!),
  ),
  full('readlinkat', ['fd', 'path', 'outbuf', 'size'], readlinkat),
  full('mknod', ['path', 'mode', 'uint'], (kernel, task, path, mode, device) =>
    mknodat(kernel, task, AT_FDCWD, path!, mode!, device!),
  ),
  full('mknodat', ['fd', 'path', 'mode', 'uint'], mknodat),
];
