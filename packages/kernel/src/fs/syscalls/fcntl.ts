import { genericNumber, nativeNumber } from '../../abi/numbers.ts';
import { StructReader, StructWriter } from '../../abi/struct.ts';
import { EBADF, EFAULT, EINVAL, EPERM } from '../../errno.ts';
import type { Kernel } from '../../kernel.ts';
import { copyIn, copyOut } from '../../mm/user-access.ts';
import { full, type SyscallDef } from '../../syscalls/define.ts';
import type { OpenFile, Task } from '../../types.ts';
import { setDirectoryNotify } from '../dnotify.ts';
import { retainFile } from '../file.ts';
import { ownerNumber, setAsync, setFileOwner, setOwnerSignal } from '../file-owner.ts';
import { descriptorLimit, installFd } from '../file-table.ts';
import { getLease, setLease } from '../leases.ts';
import { O_ASYNC, O_NOATIME, O_PATH, SETFL_MASK } from '../open-flags.ts';
import { ownerOrCapable } from '../permission.ts';
import { pipeCapacity, setPipeCapacity } from '../pipe.ts';
import { addSeals, getSeals } from '../seals.ts';
import { lockCommand } from './record-locks.ts';

/** fcntl commands. Linux 6.1 include/uapi/asm-generic/fcntl.h, include/uapi/linux/fcntl.h */
const F_DUPFD = 0;
const F_GETFD = 1;
const F_SETFD = 2;
const F_GETFL = 3;
const F_SETFL = 4;
export const F_SETOWN = 8;
export const F_GETOWN = 9;
const F_SETSIG = 10;
const F_GETSIG = 11;
const F_SETOWN_EX = 15;
const F_GETOWN_EX = 16;
const F_GETOWNER_UIDS = 17;
const F_SETLEASE = 1024;
const F_GETLEASE = 1025;
const F_NOTIFY = 1026;
const F_DUPFD_CLOEXEC = 1030;
const F_SETPIPE_SZ = 1031;
const F_GETPIPE_SZ = 1032;
const F_ADD_SEALS = 1033;
const F_GET_SEALS = 1034;
const F_GET_RW_HINT = 1035;
const F_SET_RW_HINT = 1036;
const F_GET_FILE_RW_HINT = 1037;
const F_SET_FILE_RW_HINT = 1038;
/** RWH_WRITE_LIFE_EXTREME. */
const MAX_RW_HINT = 5;

/** Commands that a descriptor for a place alone (O_PATH) takes. */
const PATH_COMMANDS: readonly number[] = [F_DUPFD, F_DUPFD_CLOEXEC, F_GETFD, F_SETFD, F_GETFL];

/** Linux 6.1 fs/fcntl.c: do_fcntl, fcntl64 */
function fcntl(kernel: Kernel, task: Task, fd: number, command: number, argument: number): number {
  const entry = task.files.fds[fd];
  if (entry === undefined) return -EBADF;
  const { file } = entry;
  if (file.flags & O_PATH && !PATH_COMMANDS.includes(command)) return -EBADF;
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
      return setFlags(kernel, task, file, fd, genericNumber(kernel, 'oflags', argument));
    case F_SETLEASE:
      return setLease(kernel, task, file, fd, argument);
    case F_GETLEASE:
      return getLease(kernel, file);
    case F_NOTIFY:
      return setDirectoryNotify(kernel, file, fd, argument >>> 0);
    case F_SETPIPE_SZ:
      return file.kind === 'pipe' ? setPipeCapacity(kernel, task, file, argument) : -EBADF;
    case F_GETPIPE_SZ:
      return file.kind === 'pipe' ? pipeCapacity(file) : -EBADF;
    case F_GET_SEALS:
      return getSeals(file);
    case F_ADD_SEALS:
      return addSeals(kernel, file, argument);
    case F_GET_RW_HINT:
    case F_SET_RW_HINT:
    case F_GET_FILE_RW_HINT:
    case F_SET_FILE_RW_HINT:
      return writeHint(kernel, task, file, command, argument);
    default:
      return ownerCommand(kernel, task, file, command, argument);
  }
}

/** Linux 6.1 fs/fcntl.c: setfl */
function setFlags(kernel: Kernel, task: Task, file: OpenFile, fd: number, wanted: number): number {
  const changed = file.flags ^ wanted;
  if (changed & O_NOATIME && wanted & O_NOATIME && ownerOrCapable(task.cred, file.inode)) return -EPERM;
  setAsync(kernel, file, fd, (wanted & O_ASYNC) !== 0);
  const settable = SETFL_MASK & ~O_ASYNC;
  file.flags = (file.flags & ~settable) | (wanted & settable);
  return 0;
}

/** Whom the file belongs to, for signals. Linux 6.1 fs/fcntl.c: f_setown, f_setown_ex */
function ownerCommand(kernel: Kernel, task: Task, file: OpenFile, command: number, argument: number): number {
  switch (command) {
    case F_GETOWN:
      return ownerNumber(file);
    case F_SETOWN: {
      const id = argument | 0;
      if (id === -0x8000_0000) return -EINVAL;
      return setFileOwner(kernel, task, file, id < 0 ? 2 : 1, Math.abs(id));
    }
    case F_GETSIG:
      return nativeNumber(kernel, 'signal', file.owner?.signo ?? 0);
    case F_SETSIG: {
      const signo = genericNumber(kernel, 'signal', argument);
      if (argument >>> 0 > (kernel.abi.signalCount ?? 64)) return -EINVAL;
      setOwnerSignal(file, signo);
      return 0;
    }
    case F_SETOWN_EX: {
      const bytes = copyIn(kernel, task, argument, 8);
      if (bytes === undefined) return -EFAULT;
      const reader = new StructReader(kernel, bytes);
      return setFileOwner(kernel, task, file, reader.i32(0), reader.i32(4));
    }
    case F_GETOWN_EX: {
      const out = new StructWriter(kernel, 8).u32(file.owner?.type ?? 0).u32(file.owner?.id ?? 0);
      return copyOut(kernel, task, argument, out.bytes) ? 0 : -EFAULT;
    }
    case F_GETOWNER_UIDS: {
      const out = new StructWriter(kernel, 8).u32(file.owner?.uid ?? 0).u32(file.owner?.euid ?? 0);
      return copyOut(kernel, task, argument, out.bytes) ? 0 : -EFAULT;
    }
    default:
      return lockCommand(kernel, task, file, command, argument);
  }
}

/** How long what is written is expected to live: kept with the inode. Linux 6.1 fs/fcntl.c: fcntl_rw_hint */
function writeHint(kernel: Kernel, task: Task, file: OpenFile, command: number, address: number): number {
  if (command === F_GET_FILE_RW_HINT || command === F_SET_FILE_RW_HINT) return -EINVAL;
  if (command === F_GET_RW_HINT) {
    const out = new StructWriter(kernel, 8).u64(file.inode.writeHint ?? 0);
    return copyOut(kernel, task, address, out.bytes) ? 0 : -EFAULT;
  }
  const bytes = copyIn(kernel, task, address, 8);
  if (bytes === undefined) return -EFAULT;
  const hint = Number(new StructReader(kernel, bytes).u64(0));
  if (hint > MAX_RW_HINT) return -EINVAL;
  file.inode.writeHint = hint;
  return 0;
}

/** fcntl(2). */
export const FCNTL_SYSCALLS: SyscallDef[] = [
  full('fcntl', ['fd', 'fcntl', 'ulong'], fcntl),
  full('fcntl64', ['fd', 'fcntl', 'ulong'], fcntl),
];
