import { EBADF, EMFILE } from '../errno.ts';
import type { Kernel } from '../kernel.ts';
import type { FileTable, OpenFile, Task } from '../types.ts';
import { releaseFile, retainFile } from './file.ts';
import { releasePosixLocks } from './file-locks.ts';
import { fileOps } from './file-ops.ts';
import { O_PATH } from './open-flags.ts';

const RLIMIT_NOFILE = 7;
/** As sysctl fs.nr_open. */
export const NR_OPEN = 1 << 20;

/** An empty table with one user. */
export function newFileTable(): FileTable {
  return { users: 1, fds: [], nextFree: 0 };
}

/** A copy for a new process; open file descriptions are shared. */
export function cloneFileTable(_kernel: Kernel, table: FileTable): FileTable {
  const fds = table.fds.map((entry) => entry && { file: retainFile(entry.file), closeOnExec: entry.closeOnExec });
  return { users: 1, fds, nextFree: table.nextFree };
}

/** A task leaves the table; the last one closes everything. */
export function releaseFileTable(kernel: Kernel, task: Task, table: FileTable): void {
  if (--table.users > 0) return;
  for (let fd = 0; fd < table.fds.length; fd++) closeEntry(kernel, task, table, fd);
  table.fds.length = 0;
  table.nextFree = 0;
}

/** The open file of a descriptor, O_PATH ones included. */
export function getFile(task: { files: FileTable }, fd: number): OpenFile | undefined {
  return task.files.fds[fd]?.file;
}

/** The open file of a descriptor for anything but path operations: not O_PATH. */
export function getDataFile(task: { files: FileTable }, fd: number): OpenFile | undefined {
  const file = task.files.fds[fd]?.file;
  return file !== undefined && (file.flags & O_PATH) === 0 ? file : undefined;
}

/** How many descriptors the process may have. */
export function descriptorLimit(task: Task): number {
  return Math.min(task.group.rlimits[RLIMIT_NOFILE]?.current ?? 1024, NR_OPEN);
}

/**
 * Puts a file at the lowest free descriptor from `from` up; takes over the caller's reference (and
 * gives it back on failure). The descriptor, or -EMFILE.
 */
export function installFd(kernel: Kernel, task: Task, file: OpenFile, closeOnExec = false, from = 0): number {
  const { files } = task;
  let fd = Math.max(from, files.nextFree);
  while (files.fds[fd] !== undefined) fd++;
  // What lies below has been looked through: the next one need not do so again.
  if (from <= files.nextFree) files.nextFree = fd;
  if (fd >= descriptorLimit(task)) {
    releaseFile(kernel, file);
    return -EMFILE;
  }
  setFd(task.files, fd, file, closeOnExec);
  return fd;
}

/** Puts a file at a given descriptor, closing what was there. */
export function replaceFd(kernel: Kernel, task: Task, fd: number, file: OpenFile, closeOnExec: boolean): void {
  closeEntry(kernel, task, task.files, fd);
  setFd(task.files, fd, file, closeOnExec);
}

function setFd(table: FileTable, fd: number, file: OpenFile, closeOnExec: boolean): void {
  while (table.fds.length < fd) table.fds.push(undefined);
  table.fds[fd] = { file, closeOnExec };
}

/** close(): 0 or -EBADF. */
export function closeFd(kernel: Kernel, task: Task, fd: number): number {
  return closeEntry(kernel, task, task.files, fd) ? 0 : -EBADF;
}

/** exec: closes what is marked close-on-exec. The table must be the task's own by then. */
export function closeOnExec(kernel: Kernel, task: Task): void {
  const { fds } = task.files;
  for (let fd = 0; fd < fds.length; fd++) if (fds[fd]?.closeOnExec) closeEntry(kernel, task, task.files, fd);
}

function closeEntry(kernel: Kernel, task: Task, table: FileTable, fd: number): boolean {
  const entry = table.fds[fd];
  if (entry === undefined) return false;
  table.fds[fd] = undefined;
  table.nextFree = Math.min(table.nextFree, fd);
  while (table.fds.length > 0 && table.fds.at(-1) === undefined) table.fds.pop();
  fileOps(entry.file).flush?.(kernel, task, entry.file);
  releasePosixLocks(kernel, task, entry.file.inode);
  releaseFile(kernel, entry.file);
  return true;
}
