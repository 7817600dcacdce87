import { EINVAL } from '../../errno.ts';
import type { Kernel } from '../../kernel.ts';
import { readCString } from '../../mm/user-access.ts';
import { partial, type SyscallDef } from '../../syscalls/define.ts';
import type { Task } from '../../types.ts';
import { installFd } from '../file-table.ts';
import { newMemoryFile } from '../memory-file.ts';
import { F_SEAL_SEAL } from '../seals.ts';
import type { TmpfsNode } from '../tmpfs/tmpfs.ts';

const MFD_CLOEXEC = 1;
const MFD_ALLOW_SEALING = 2;
/** MFD_NAME_MAX_LEN: a name's 255 bytes less 'memfd:'. */
const NAME_LIMIT = 249;

/** Linux 6.1 mm/memfd.c */
function memfdCreate(kernel: Kernel, task: Task, address: number, flags: number): number {
  if (flags & ~(MFD_CLOEXEC | MFD_ALLOW_SEALING)) return -EINVAL;
  const name = readCString(kernel, task, address);
  if (typeof name === 'number') return name;
  if (name.length > NAME_LIMIT) return -EINVAL;
  const file = newMemoryFile(kernel, `memfd:${name}`, 0);
  (file.inode.data as TmpfsNode).seals = flags & MFD_ALLOW_SEALING ? 0 : F_SEAL_SEAL;
  return installFd(kernel, task, file, (flags & MFD_CLOEXEC) !== 0);
}

/** memfd_create(2). */
export const MEMFD_SYSCALLS: SyscallDef[] = [partial('memfd_create', ['ptr', 'flags'], 'no huge pages', memfdCreate)];
