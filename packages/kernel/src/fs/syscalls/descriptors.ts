import { genericNumber, nativeNumber } from '../../abi/numbers.ts';
import { StructReader, StructWriter } from '../../abi/struct.ts';
import { BLOCKED, EBADF, EFAULT, EINVAL, EOVERFLOW } from '../../errno.ts';
import type { Kernel } from '../../kernel.ts';
import { copyIn, copyOut } from '../../mm/user-access.ts';
import { full, partial, type SyscallDef } from '../../syscalls/define.ts';
import type { OpenFile, Task } from '../../types.ts';
import { retainFile } from '../file.ts';
import { conflictingLock, dropLock, LOCK_END, takeLock } from '../file-locks.ts';
import {
  cloneFileTable,
  closeFd,
  descriptorLimit,
  getDataFile,
  getFile,
  installFd,
  releaseFileTable,
  replaceFd,
} from '../file-table.ts';
import type { FileLock } from '../fs-state.ts';
import { canRead, canWrite, O_CLOEXEC, O_DIRECT, O_NONBLOCK, O_PATH, SETFL_MASK } from '../open-flags.ts';
import { openPipe, pipeOf, setPipeCapacity } from '../pipe.ts';
import { addSeals, getSeals } from '../seals.ts';

function close(kernel: Kernel, task: Task, fd: number): number {
  return closeFd(kernel, task, fd);
}

const CLOSE_RANGE_UNSHARE = 2;
const CLOSE_RANGE_CLOEXEC = 4;

/** Linux 6.1 fs/file.c: __close_range */
function closeRange(kernel: Kernel, task: Task, first: number, last: number, flags: number): number {
  if (flags & ~(CLOSE_RANGE_UNSHARE | CLOSE_RANGE_CLOEXEC) || first > last) return -EINVAL;
  if (flags & CLOSE_RANGE_UNSHARE && task.files.users > 1) {
    const shared = task.files;
    task.files = cloneFileTable(kernel, shared);
    releaseFileTable(kernel, task, shared);
  }
  const { fds } = task.files;
  for (let fd = first; fd <= last && fd < fds.length; fd++) {
    const entry = fds[fd];
    if (entry === undefined) continue;
    if (flags & CLOSE_RANGE_CLOEXEC) entry.closeOnExec = true;
    else closeFd(kernel, task, fd);
  }
  return 0;
}

function dup(kernel: Kernel, task: Task, fd: number): number {
  const file = getFile(task, fd);
  return file === undefined ? -EBADF : installFd(kernel, task, retainFile(file));
}

function dup2(kernel: Kernel, task: Task, from: number, to: number): number {
  if (from === to) return getFile(task, from) === undefined ? -EBADF : to;
  return dupTo(kernel, task, from, to, false);
}

function dup3(kernel: Kernel, task: Task, from: number, to: number, flags: number): number {
  if (flags & ~O_CLOEXEC || from === to) return -EINVAL;
  return dupTo(kernel, task, from, to, (flags & O_CLOEXEC) !== 0);
}

function dupTo(kernel: Kernel, task: Task, from: number, to: number, closeOnExec: boolean): number {
  const file = getFile(task, from);
  if (file === undefined || to < 0 || to >= descriptorLimit(task)) return -EBADF;
  replaceFd(kernel, task, to, retainFile(file), closeOnExec);
  return to;
}

/** Both ends of a new pipe as descriptors, or -errno. Linux 6.1 fs/pipe.c: __do_pipe_flags */
export function pipeDescriptors(kernel: Kernel, task: Task, flags: number): [first: number, second: number] | number {
  if (flags & ~(O_CLOEXEC | O_NONBLOCK | O_DIRECT)) return -EINVAL;
  const [reader, writer] = openPipe(kernel, flags & (O_NONBLOCK | O_DIRECT));
  const closeOnExec = (flags & O_CLOEXEC) !== 0;
  const first = installFd(kernel, task, reader, closeOnExec);
  const second = installFd(kernel, task, writer, closeOnExec);
  if (first >= 0 && second >= 0) return [first, second];
  if (first >= 0) closeFd(kernel, task, first);
  return first < 0 ? first : second;
}

/** pipe() and pipe2(). Linux 6.1 fs/pipe.c: do_pipe2 */
function pipe2(kernel: Kernel, task: Task, address: number, flags: number): number {
  const ends = pipeDescriptors(kernel, task, flags);
  if (typeof ends === 'number') return ends;
  const out = new StructWriter(kernel, 8).u32(ends[0]).u32(ends[1]);
  if (copyOut(kernel, task, address, out.bytes)) return 0;
  for (const fd of ends) closeFd(kernel, task, fd);
  return -EFAULT;
}

/** fcntl commands. Linux 6.1 include/uapi/asm-generic/fcntl.h, include/uapi/linux/fcntl.h */
const F_DUPFD = 0;
const F_GETFD = 1;
const F_SETFD = 2;
const F_GETFL = 3;
const F_SETFL = 4;
export const F_GETLK = 5;
export const F_SETLK = 6;
export const F_SETLKW = 7;
export const F_SETOWN = 8;
export const F_GETOWN = 9;
export const F_GETLK64 = 12;
export const F_SETLK64 = 13;
export const F_SETLKW64 = 14;
const F_OFD_GETLK = 36;
const F_OFD_SETLK = 37;
const F_OFD_SETLKW = 38;
const F_DUPFD_CLOEXEC = 1030;
const F_SETPIPE_SZ = 1031;
const F_GETPIPE_SZ = 1032;
const F_ADD_SEALS = 1033;
const F_GET_SEALS = 1034;

/** Linux 6.1 fs/fcntl.c: do_fcntl, fcntl64 */
function fcntl(kernel: Kernel, task: Task, fd: number, command: number, argument: number): number {
  const entry = task.files.fds[fd];
  if (entry === undefined) return -EBADF;
  const { file } = entry;
  if (file.flags & O_PATH && ![F_DUPFD, F_DUPFD_CLOEXEC, F_GETFD, F_SETFD, F_GETFL].includes(command)) return -EBADF;
  switch (command) {
    case F_DUPFD:
    case F_DUPFD_CLOEXEC:
      if (argument >= descriptorLimit(task)) return -EINVAL;
      return installFd(kernel, task, retainFile(file), command === F_DUPFD_CLOEXEC, argument);
    case F_GETFD:
      return entry.closeOnExec ? 1 : 0;
    case F_SETFD:
      entry.closeOnExec = (argument & 1) !== 0;
      return 0;
    case F_GETFL:
      return nativeNumber(kernel, 'oflags', file.flags);
    case F_SETFL:
      file.flags = (file.flags & ~SETFL_MASK) | (genericNumber(kernel, 'oflags', argument) & SETFL_MASK);
      return 0;
    case F_GETOWN:
      return 0;
    case F_SETOWN:
      return 0;
    case F_SETPIPE_SZ:
      return file.kind === 'pipe' ? setPipeCapacity(kernel, file, argument) : -EBADF;
    case F_GETPIPE_SZ:
      return file.kind === 'pipe' ? pipeOf(file).capacity : -EBADF;
    case F_GET_SEALS:
      return getSeals(file);
    case F_ADD_SEALS:
      return addSeals(kernel, file, argument);
    default:
      return lockCommand(kernel, task, file, command, argument);
  }
}

/** Layouts of struct flock: 32-bit and 64-bit offsets. */
function lockCommand(kernel: Kernel, task: Task, file: OpenFile, command: number, address: number): number {
  switch (command) {
    case F_GETLK:
    case F_SETLK:
    case F_SETLKW:
      return recordLock(kernel, task, file, command - F_GETLK, address, false, false);
    case F_GETLK64:
    case F_SETLK64:
    case F_SETLKW64:
      return recordLock(kernel, task, file, command - F_GETLK64, address, true, false);
    case F_OFD_GETLK:
    case F_OFD_SETLK:
    case F_OFD_SETLKW:
      return recordLock(kernel, task, file, command - F_OFD_GETLK, address, true, true);
    default:
      return -EINVAL;
  }
}

const F_RDLCK = 0;
const F_WRLCK = 1;
const F_UNLCK = 2;

/** POSIX record locks: `action` 0 get, 1 set, 2 set and wait. Linux 6.1 fs/locks.c: fcntl_setlk */
function recordLock(
  kernel: Kernel,
  task: Task,
  file: OpenFile,
  action: number,
  address: number,
  wide: boolean,
  ofd: boolean,
): number {
  const first = wide ? (kernel.abi.u64Alignment ?? 4) : 4;
  const field = wide ? 8 : 4;
  const narrow = wide ? undefined : kernel.abi.layouts?.flock;
  const pidAt = narrow?.pid ?? first + 2 * field;
  const bytes = copyIn(kernel, task, address, narrow?.bytes ?? pidAt + 4);
  if (bytes === undefined) return -EFAULT;
  const reader = new StructReader(kernel, bytes);
  const type = reader.i16(0);
  const read = (offset: number): number => (wide ? Number(reader.i64(offset)) : reader.i32(offset));
  if (type !== F_RDLCK && type !== F_WRLCK && type !== F_UNLCK) return -EINVAL;
  if (ofd && reader.i32(pidAt) !== 0) return -EINVAL;
  const range = lockRange(file, reader.i16(2), read(first), read(first + field));
  if (typeof range === 'number') return range;
  const owner: unknown = ofd ? file : task.files;
  const lock: FileLock = {
    type: type === F_WRLCK ? 'write' : 'read',
    kind: 'posix',
    owner,
    pid: task.group.pid,
    ...range,
  };
  if (action === 0) {
    const other = type === F_UNLCK ? undefined : conflictingLock(kernel, file.inode, lock);
    return putLock(kernel, task, address, { wide, first, pidAt }, bytes, other);
  }
  if (type === F_UNLCK) {
    dropLock(kernel, file.inode, lock);
    return 0;
  }
  if (type === F_RDLCK ? !canRead(file.flags) : !canWrite(file.flags)) return -EBADF;
  return takeLock(kernel, task, file.inode, lock, action === 2);
}

/** First and last byte that a struct flock means, or -errno. */
function lockRange(
  file: OpenFile,
  whence: number,
  offset: number,
  length: number,
): { start: number; end: number } | number {
  const base = whence === 0 ? 0 : whence === 1 ? file.position : whence === 2 ? file.inode.size : -1;
  if (base < 0) return -EINVAL;
  let start = base + offset;
  let end = length === 0 ? LOCK_END : start + length - 1;
  if (length < 0) {
    end = start - 1;
    start += length;
  }
  if (start < 0) return -EINVAL;
  return end > LOCK_END ? -EOVERFLOW : { start, end };
}

function putLock(
  kernel: Kernel,
  task: Task,
  address: number,
  { wide, first, pidAt }: { wide: boolean; first: number; pidAt: number },
  asked: Uint8Array,
  lock: FileLock | undefined,
): number {
  const out = new StructWriter(kernel, asked.length);
  out.bytes.set(asked);
  if (lock === undefined) {
    out.u16(F_UNLCK);
  } else {
    const length = lock.end === LOCK_END ? 0 : lock.end - lock.start + 1;
    out
      .u16(lock.type === 'write' ? F_WRLCK : F_RDLCK)
      .u16(0)
      .at(first);
    if (wide) out.u64(lock.start).u64(length);
    else out.u32(lock.start).u32(length);
    out.at(pidAt).u32(lock.pid);
  }
  return copyOut(kernel, task, address, out.bytes) ? 0 : -EFAULT;
}

const LOCK_SH = 1;
const LOCK_EX = 2;
const LOCK_NB = 4;
const LOCK_UN = 8;

/** Linux 6.1 fs/locks.c: flock */
function flock(kernel: Kernel, task: Task, fd: number, operation: number): number {
  const file = getDataFile(task, fd);
  if (file === undefined) return -EBADF;
  const how = operation & ~LOCK_NB;
  if (how !== LOCK_SH && how !== LOCK_EX && how !== LOCK_UN) return -EINVAL;
  const lock: FileLock = {
    type: how === LOCK_EX ? 'write' : 'read',
    kind: 'flock',
    owner: file,
    pid: task.group.pid,
    start: 0,
    end: LOCK_END,
  };
  if (how !== LOCK_UN) {
    const result = takeLock(kernel, task, file.inode, lock, (operation & LOCK_NB) === 0);
    return result === BLOCKED ? BLOCKED : result;
  }
  dropLock(kernel, file.inode, lock);
  return 0;
}

/** close(2), dup(2), pipe(2), fcntl(2), flock(2). */
export const DESCRIPTOR_SYSCALLS: SyscallDef[] = [
  full('close', ['fd'], close),
  full('close_range', ['uint', 'uint', 'flags'], closeRange),
  full('dup', ['fd'], dup),
  full('dup2', ['fd', 'fd'], dup2),
  full('dup3', ['fd', 'fd', 'oflags'], dup3),
  full('pipe', ['ptr'], (kernel, task, address) => pipe2(kernel, task, address!, 0)),
  partial('pipe2', ['ptr', 'oflags'], 'O_DIRECT (packets) is taken as an ordinary pipe', pipe2),
  partial('fcntl', ['fd', 'fcntl', 'ulong'], 'no leases, seals or SIGIO', fcntl),
  partial('fcntl64', ['fd', 'fcntl', 'ulong'], 'no leases, seals or SIGIO', fcntl),
  full('flock', ['fd', 'uint'], flock),
];
