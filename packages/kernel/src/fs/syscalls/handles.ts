import { StructReader, StructWriter } from '../../abi/struct.ts';
import { EBADF, EFAULT, EINVAL, EOPNOTSUPP, EOVERFLOW, EPERM, ESTALE } from '../../errno.ts';
import type { Kernel } from '../../kernel.ts';
import { copyIn, copyOut } from '../../mm/user-access.ts';
import { full, type SyscallDef } from '../../syscalls/define.ts';
import { CAP, capable } from '../../task/capabilities.ts';
import type { Dentry, Mount, PathRef, Task } from '../../types.ts';
import { getFile, installFd } from '../file-table.ts';
import { openPlace } from '../open.ts';
import { AT_EMPTY_PATH, AT_FDCWD, AT_SYMLINK_FOLLOW, O_CLOEXEC } from '../open-flags.ts';
import { placeAt } from './arguments.ts';

/** struct file_handle: how many bytes, their type, the bytes. Here: the inode's number and its generation (the same). */
const HEAD_BYTES = 8;
const HANDLE_BYTES = 8;
const MAX_HANDLE_BYTES = 128;
/** Linux 6.1 include/linux/exportfs.h */
const FILEID_INO32_GEN = 1;
/** File systems whose inodes can be found by number. */
const EXPORTED: readonly string[] = ['tmpfs', 'hostfs'];

/** Linux 6.1 fs/fhandle.c: do_sys_name_to_handle */
function nameToHandleAt(
  kernel: Kernel,
  task: Task,
  dirfd: number,
  path: number,
  handle: number,
  mountAt: number,
  flags: number,
): number {
  if (flags & ~(AT_SYMLINK_FOLLOW | AT_EMPTY_PATH)) return -EINVAL;
  const place = placeAt(kernel, task, dirfd, path, (flags & AT_SYMLINK_FOLLOW) !== 0, flags);
  if (typeof place === 'number') return place;
  if (!EXPORTED.includes(place.mount.superblock.kind)) return -EOPNOTSUPP;
  const head = copyIn(kernel, task, handle, HEAD_BYTES);
  if (head === undefined) return -EFAULT;
  const room = new StructReader(kernel, head).u32(0);
  if (room > MAX_HANDLE_BYTES) return -EINVAL;
  const fits = room >= HANDLE_BYTES;
  const { ino } = place.dentry.inode!;
  const out = new StructWriter(kernel, fits ? HEAD_BYTES + HANDLE_BYTES : HEAD_BYTES);
  out.u32(HANDLE_BYTES).u32(fits ? FILEID_INO32_GEN : 0xff);
  if (fits) out.u32(ino).u32(ino);
  const mount = new StructWriter(kernel, 4).u32(place.mount.id).bytes;
  if (!copyOut(kernel, task, mountAt, mount) || !copyOut(kernel, task, handle, out.bytes)) return -EFAULT;
  return fits ? 0 : -EOVERFLOW;
}

/** The name that leads to an inode, in the part of the tree that is known. */
function findByNumber(dir: Dentry, ino: number): Dentry | undefined {
  const pending = [dir];
  for (let at = pending.pop(); at !== undefined; at = pending.pop()) {
    if (at.inode?.ino === ino) return at;
    pending.push(...at.children.values());
  }
  return undefined;
}

function fileSystemRoot(mount: Mount): Dentry {
  let root = mount.root;
  while (root.parent !== undefined) root = root.parent;
  return root;
}

/** Linux 6.1 fs/fhandle.c: do_handle_open */
function openByHandleAt(kernel: Kernel, task: Task, mountFd: number, handle: number, flags: number): number {
  if (!capable(task.cred, CAP.dacReadSearch)) return -EPERM;
  const file = getFile(task, mountFd);
  if (file === undefined && mountFd !== AT_FDCWD) return -EBADF;
  const { mount } = file?.path ?? task.fs.cwd;
  const head = copyIn(kernel, task, handle, HEAD_BYTES);
  if (head === undefined) return -EFAULT;
  const reader = new StructReader(kernel, head);
  const length = reader.u32(0);
  if (length > MAX_HANDLE_BYTES || length === 0) return -EINVAL;
  if (reader.u32(4) !== FILEID_INO32_GEN || length < HANDLE_BYTES) return -ESTALE;
  const bytes = copyIn(kernel, task, handle + HEAD_BYTES, HANDLE_BYTES);
  if (bytes === undefined) return -EFAULT;
  if (!EXPORTED.includes(mount.superblock.kind)) return -ESTALE;
  const dentry = findByNumber(fileSystemRoot(mount), new StructReader(kernel, bytes).u32(0));
  if (dentry === undefined) return -ESTALE;
  const place: PathRef = { mount, dentry };
  const opened = openPlace(kernel, task, place, flags);
  return typeof opened === 'number' ? opened : installFd(kernel, task, opened, (flags & O_CLOEXEC) !== 0);
}

/** name_to_handle_at(2), open_by_handle_at(2). */
export const HANDLE_SYSCALLS: SyscallDef[] = [
  full('name_to_handle_at', ['fd', 'path', 'ptr', 'ptr', 'flags'], nameToHandleAt),
  full('open_by_handle_at', ['fd', 'ptr', 'oflags'], openByHandleAt),
];
