import { EBADF, EFAULT, EINVAL, ENOENT, EPERM, ESRCH } from '../../errno.ts';
import { epollTarget } from '../../fs/epoll.ts';
import { getFile } from '../../fs/file-table.ts';
import type { Kernel } from '../../kernel.ts';
import { readWord } from '../../mm/user-access.ts';
import { mayAccess } from '../../ptrace/access.ts';
import { full, type SyscallDef } from '../../syscalls/define.ts';
import type { Task } from '../../types.ts';

const [FILE, VM, FILES, FS, SIGHAND, IO, SYSVSEM, EPOLL_TFD] = [0, 1, 2, 3, 4, 5, 6, 7] as const;
const TYPES = 8;

/** The object of a task that a type names; open files are told apart by `fd`. */
function objectOf(task: Task, type: number, fd: number): unknown {
  switch (type) {
    case FILE:
      return getFile(task, fd);
    case VM:
      return task.mm;
    case FILES:
      return task.files;
    case FS:
      return task.fs;
    case SIGHAND:
      return task.group.actions;
    // Input and output contexts do not exist: all have the same.
    case IO:
      return undefined;
    case SYSVSEM:
      return task.semUndo;
    default:
      return undefined;
  }
}

/** Objects of a type in an order that lasts as long as they do: by the first task (and descriptor) that has them. */
function orderOf(kernel: Kernel, type: number, object: unknown): number {
  let order = 0;
  for (const task of kernel.state.tasks.values()) {
    const count = type === FILE ? task.files.fds.length : 1;
    for (let fd = 0; fd < count; fd++, order++) if (objectOf(task, type, fd) === object) return order;
  }
  return -1;
}

/** 0 the same, 1 less, 2 greater. Linux 6.1 kernel/kcmp.c: kcmp_ptr */
function compare(kernel: Kernel, type: number, one: unknown, other: unknown): number {
  if (one === other) return 0;
  return orderOf(kernel, type, one) < orderOf(kernel, type, other) ? 1 : 2;
}

/** Linux 6.1 kernel/kcmp.c: kcmp */
function kcmp(
  kernel: Kernel,
  task: Task,
  pid1: number,
  pid2: number,
  type: number,
  index1: number,
  index2: number,
): number {
  const one = kernel.state.tasks.get(pid1);
  const other = kernel.state.tasks.get(pid2);
  if (one === undefined || other === undefined) return -ESRCH;
  if (!mayAccess(task, one) || !mayAccess(task, other)) return -EPERM;
  if (type < 0 || type >= TYPES) return -EINVAL;
  if (type === EPOLL_TFD) return compareTarget(kernel, task, one, other, index1, index2);
  const [first, second] = [objectOf(one, type, index1), objectOf(other, type, index2)];
  if (type === FILE && (first === undefined || second === undefined)) return -EBADF;
  return compare(kernel, type, first, second);
}

/** A file, and what an epoll descriptor of another task watches: struct kcmp_epoll_slot. */
function compareTarget(kernel: Kernel, task: Task, one: Task, other: Task, fd: number, slot: number): number {
  const words = [0, 4, 8].map((offset) => readWord(kernel, task, slot + offset));
  if (words.includes(undefined)) return -EFAULT;
  const [efd, tfd, offset] = words as [number, number, number];
  const file = getFile(one, fd);
  const epoll = getFile(other, efd);
  if (file === undefined || epoll === undefined) return -EBADF;
  if (epoll.kind !== 'epoll') return -EINVAL;
  const target = epollTarget(epoll, tfd, offset);
  return target === undefined ? -ENOENT : compare(kernel, FILE, file, target);
}

export const KCMP_SYSCALLS: readonly SyscallDef[] = [full('kcmp', ['pid', 'pid', 'int', 'ulong', 'ulong'], kcmp)];
