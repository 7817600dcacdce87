import { StructReader, StructWriter } from '../../abi/struct.ts';
import { EBADF, EFAULT, EINVAL, EOVERFLOW } from '../../errno.ts';
import type { Kernel } from '../../kernel.ts';
import { copyIn, copyOut } from '../../mm/user-access.ts';
import type { OpenFile, Task } from '../../types.ts';
import { conflictingLock, dropLock, LOCK_END, takeLock } from '../file-locks.ts';
import type { FileLock } from '../fs-state.ts';
import { canRead, canWrite } from '../open-flags.ts';

export const F_GETLK = 5;
export const F_SETLK = 6;
export const F_SETLKW = 7;
export const F_GETLK64 = 12;
export const F_SETLK64 = 13;
export const F_SETLKW64 = 14;
const F_OFD_GETLK = 36;
const F_OFD_SETLK = 37;
const F_OFD_SETLKW = 38;

/** Layouts of struct flock: 32-bit and 64-bit offsets. */
export function lockCommand(kernel: Kernel, task: Task, file: OpenFile, command: number, address: number): number {
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
    pid: ofd ? -1 : task.group.pid,
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
