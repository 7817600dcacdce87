import { StructWriter } from '../../abi/struct.ts';
import { BLOCKED, EBADF, EFAULT, EINVAL } from '../../errno.ts';
import type { Kernel } from '../../kernel.ts';
import { copyOut } from '../../mm/user-access.ts';
import { full, type SyscallDef } from '../../syscalls/define.ts';
import type { Task } from '../../types.ts';
import { retainFile } from '../file.ts';
import { dropLock, LOCK_END, takeLock } from '../file-locks.ts';
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
import { O_CLOEXEC, O_DIRECT, O_NONBLOCK } from '../open-flags.ts';
import { openPipe } from '../pipe.ts';

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

/** close(2), dup(2), pipe(2), flock(2). */
export const DESCRIPTOR_SYSCALLS: SyscallDef[] = [
  full('close', ['fd'], close),
  full('close_range', ['uint', 'uint', 'flags'], closeRange),
  full('dup', ['fd'], dup),
  full('dup2', ['fd', 'fd'], dup2),
  full('dup3', ['fd', 'fd', 'oflags'], dup3),
  full('pipe', ['ptr'], (kernel, task, address) => pipe2(kernel, task, address!, 0)),
  full('pipe2', ['ptr', 'oflags'], pipe2),
  full('flock', ['fd', 'uint'], flock),
];
