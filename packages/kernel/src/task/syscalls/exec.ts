/** execve, execveat. */
import { EBADF, EINVAL, ELOOP, ENOENT, NO_RESULT } from '../../errno.ts';
import { getFile, openExecutable } from '../../fs/fs-api.ts';
import { isSymlink } from '../../fs/mode.ts';
import { openExecutableAt } from '../../fs/open.ts';
import { AT_FDCWD } from '../../fs/open-flags.ts';
import type { Kernel } from '../../kernel.ts';
import { readCString } from '../../mm/user-access.ts';
import { full, type SyscallDef } from '../../syscalls/define.ts';
import type { Task } from '../../types.ts';
import { argumentRoom, execProgram, readStrings } from '../exec.ts';

const AT_SYMLINK_NOFOLLOW = 0x100;
const AT_EMPTY_PATH = 0x1000;

function execveat(
  kernel: Kernel,
  task: Task,
  fd: number,
  path: number,
  argv: number,
  envp: number,
  flags: number,
): number {
  const name = readCString(kernel, task, path);
  if (typeof name === 'number') return name;
  if (name === '' && !(flags & AT_EMPTY_PATH)) return -ENOENT;
  const room = argumentRoom(task);
  const args = readStrings(kernel, task, argv, room);
  if (typeof args === 'number') return args;
  const environ = readStrings(kernel, task, envp, room);
  if (typeof environ === 'number') return environ;
  // Linux gives a program without arguments an empty first one. Linux 6.1 fs/exec.c: do_execveat_common
  if (args.length === 0) args.push('');
  const result = execAt(kernel, task, fd, name, args, environ, flags);
  return result === 0 ? NO_RESULT : result;
}

function execAt(
  kernel: Kernel,
  task: Task,
  fd: number,
  name: string,
  args: string[],
  environ: string[],
  flags: number,
): number {
  if (flags & ~(AT_SYMLINK_NOFOLLOW | AT_EMPTY_PATH)) return -EINVAL;
  const follow = !(flags & AT_SYMLINK_NOFOLLOW);
  if (fd === AT_FDCWD || name.startsWith('/')) {
    return execProgram(kernel, task, openExecutable(kernel, task, name, { follow }), name, args, environ);
  }
  const dir = getFile(task, fd);
  if (dir === undefined) return -EBADF;
  if (name !== '') {
    const file = openExecutable(kernel, task, name, { at: dir.path, follow });
    return execProgram(kernel, task, file, `/dev/fd/${fd}/${name}`, args, environ);
  }
  if (isSymlink(dir.inode.mode)) return -ELOOP;
  return execProgram(kernel, task, openExecutableAt(task, dir.path), `/dev/fd/${fd}`, args, environ);
}

export const EXEC_SYSCALLS: readonly SyscallDef[] = [
  full('execve', ['path', 'ptr', 'ptr'], (kernel, task, path, argv, envp) =>
    execveat(kernel, task, AT_FDCWD, path!, argv!, envp!, 0),
  ),
  full('execveat', ['fd', 'path', 'ptr', 'ptr', 'flags'], execveat),
];
