import { EBADF, EOPNOTSUPP } from '../../errno.ts';
import type { Kernel } from '../../kernel.ts';
import { partial, type SyscallDef, type SyscallHandler } from '../../syscalls/define.ts';
import type { Task } from '../../types.ts';
import { getFile } from '../file-table.ts';
import { AT_FDCWD } from '../open-flags.ts';
import { placeAt } from './arguments.ts';

const NOTE = 'no file system here has extended attributes';

/** The path must be there; then `result`. */
function byPath(follow: boolean, result: number): SyscallHandler {
  return (kernel: Kernel, task: Task, path) => {
    const place = placeAt(kernel, task, AT_FDCWD, path!, follow);
    return typeof place === 'number' ? place : result;
  };
}

function byDescriptor(result: number): SyscallHandler {
  return (_kernel: Kernel, task: Task, fd) => (getFile(task, fd!) === undefined ? -EBADF : result);
}

/** getxattr(2), setxattr(2), listxattr(2), removexattr(2): as on a file system without them. */
export const XATTR_SYSCALLS: SyscallDef[] = [
  partial('getxattr', ['path', 'ptr', 'ptr', 'size'], NOTE, byPath(true, -EOPNOTSUPP)),
  partial('lgetxattr', ['path', 'ptr', 'ptr', 'size'], NOTE, byPath(false, -EOPNOTSUPP)),
  partial('fgetxattr', ['fd', 'ptr', 'ptr', 'size'], NOTE, byDescriptor(-EOPNOTSUPP)),
  partial('setxattr', ['path', 'ptr', 'ptr', 'size', 'flags'], NOTE, byPath(true, -EOPNOTSUPP)),
  partial('lsetxattr', ['path', 'ptr', 'ptr', 'size', 'flags'], NOTE, byPath(false, -EOPNOTSUPP)),
  partial('fsetxattr', ['fd', 'ptr', 'ptr', 'size', 'flags'], NOTE, byDescriptor(-EOPNOTSUPP)),
  partial('listxattr', ['path', 'ptr', 'size'], NOTE, byPath(true, 0)),
  partial('llistxattr', ['path', 'ptr', 'size'], NOTE, byPath(false, 0)),
  partial('flistxattr', ['fd', 'ptr', 'size'], NOTE, byDescriptor(0)),
  partial('removexattr', ['path', 'ptr'], NOTE, byPath(true, -EOPNOTSUPP)),
  partial('lremovexattr', ['path', 'ptr'], NOTE, byPath(false, -EOPNOTSUPP)),
  partial('fremovexattr', ['fd', 'ptr'], NOTE, byDescriptor(-EOPNOTSUPP)),
];
