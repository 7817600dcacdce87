import { genericNumber } from '../../abi/numbers.ts';
import { StructReader } from '../../abi/struct.ts';
import { BLOCKED, E2BIG, EAGAIN, EBADF, EFAULT, EINVAL } from '../../errno.ts';
import type { Kernel } from '../../kernel.ts';
import { copyIn, readCString } from '../../mm/user-access.ts';
import { blockOn } from '../../sched/wait.ts';
import { full, type SyscallDef } from '../../syscalls/define.ts';
import type { Task } from '../../types.ts';
import { fifoSeen, fifoWait } from '../fifo.ts';
import { closeFd, getFile, installFd } from '../file-table.ts';
import { openFile } from '../open.ts';
import { AT_FDCWD, O_CLOEXEC, O_CREAT, O_PATH, O_TMPFILE_BIT, O_TRUNC, O_WRONLY } from '../open-flags.ts';
import { RESOLVE_CACHED } from '../path-walk.ts';
import { startOf } from './arguments.ts';

function openAt(
  kernel: Kernel,
  task: Task,
  dirfd: number,
  address: number,
  flags: number,
  mode: number,
  resolve = 0,
): number {
  if (task.restart?.call === 'open-fifo') return waitForFifo(kernel, task);
  const path = readCString(kernel, task, address);
  if (typeof path === 'number') return path;
  const start = startOf(task, dirfd, path);
  if (typeof start === 'number') return start;
  const file = openFile(kernel, task, path, flags, mode, start === undefined ? { resolve } : { at: start, resolve });
  if (typeof file === 'number') return file;
  const seen = file.kind === 'pipe' ? fifoSeen(file) : 0;
  const fd = installFd(kernel, task, file, (flags & O_CLOEXEC) !== 0);
  if (fd < 0 || fifoWait(file, seen) === undefined) return fd;
  task.restart = { call: 'open-fifo', fd, seen };
  return waitForFifo(kernel, task);
}

/**
 * A FIFO's open waits for the other end. The descriptor is there already, so that whatever ends the
 * process gives it back. Linux 6.1 fs/pipe.c: wait_for_partner
 */
function waitForFifo(kernel: Kernel, task: Task): number {
  const { fd, seen } = task.restart as unknown as { fd: number; seen: number };
  const file = getFile(task, fd);
  if (file === undefined) return -EBADF;
  const queue = fifoWait(file, seen);
  if (queue === undefined) return fd;
  const result = blockOn(kernel, task, [queue]);
  if (result !== BLOCKED) closeFd(kernel, task, fd);
  return result;
}

const OPEN_HOW_BYTES = 24;

/** Linux 6.1 fs/open.c: do_sys_openat2 */
function openat2(kernel: Kernel, task: Task, dirfd: number, path: number, how: number, size: number): number {
  if (size < OPEN_HOW_BYTES) return -EINVAL;
  if (size > 4096) return -E2BIG;
  const bytes = copyIn(kernel, task, how, size);
  if (bytes === undefined) return -EFAULT;
  if (bytes.subarray(OPEN_HOW_BYTES).some((byte) => byte !== 0)) return -E2BIG;
  const reader = new StructReader(kernel, bytes);
  const flags = reader.u64(0);
  const mode = reader.u64(8);
  const resolve = reader.u64(16);
  if (flags > 0x7fff_ffffn || mode > 0o7777n || resolve > 0x3fn) return -EINVAL;
  const wanted = genericNumber(kernel, 'oflags', Number(flags));
  const creates = (wanted & (O_CREAT | O_TMPFILE_BIT)) !== 0;
  if (mode !== 0n && !creates) return -EINVAL;
  if ((resolve & 0x18n) === 0x18n) return -EINVAL;
  if (Number(resolve) & RESOLVE_CACHED && (creates || wanted & O_TRUNC)) return -EAGAIN;
  return openAt(kernel, task, dirfd, path, wanted, Number(mode), Number(resolve));
}

/** Every flag open() knows; it ignores others. Linux 6.1 include/linux/fcntl.h: VALID_OPEN_FLAGS */
const VALID_FLAGS = 0o37777703;

/** The flags that count. O_PATH leaves little of them. */
function cleaned(flags: number): number {
  const known = flags & VALID_FLAGS;
  return known & O_PATH ? known & ~(O_CREAT | O_TRUNC) : known;
}

/** open(2), creat(2), openat2(2). */
export const OPEN_SYSCALLS: SyscallDef[] = [
  full('open', ['path', 'oflags', 'mode'], (kernel, task, path, flags, mode) =>
    openAt(kernel, task, AT_FDCWD, path!, cleaned(flags!), mode!),
  ),
  full('openat', ['fd', 'path', 'oflags', 'mode'], (kernel, task, dirfd, path, flags, mode) =>
    openAt(kernel, task, dirfd!, path!, cleaned(flags!), mode!),
  ),
  full('creat', ['path', 'mode'], (kernel, task, path, mode) =>
    openAt(kernel, task, AT_FDCWD, path!, O_CREAT | O_WRONLY | O_TRUNC, mode!),
  ),
  full('openat2', ['fd', 'path', 'ptr', 'size'], openat2),
];
