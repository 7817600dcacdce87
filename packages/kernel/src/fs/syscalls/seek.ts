import { StructWriter } from '../../abi/struct.ts';
import { EBADF, EFAULT, EINVAL, ENXIO, EOVERFLOW, ESPIPE } from '../../errno.ts';
import type { Kernel } from '../../kernel.ts';
import { copyOut } from '../../mm/user-access.ts';
import { full, type SyscallDef } from '../../syscalls/define.ts';
import type { OpenFile, Task } from '../../types.ts';
import { fileOps } from '../file-ops.ts';
import { getDataFile } from '../file-table.ts';
import { inodeOps } from '../superblock-ops.ts';
import { isSeekable } from './transfer.ts';

const SEEK_SET = 0;
const SEEK_CUR = 1;
const SEEK_END = 2;
const SEEK_DATA = 3;
const SEEK_HOLE = 4;

/** Where data or a hole begins, at the earliest at `offset`; -ENXIO behind the last. Linux 6.1 fs/read_write.c, mm/shmem.c: shmem_file_llseek */
function seekData(file: OpenFile, offset: number, hole: boolean): number {
  const { inode } = file;
  if (offset < 0 || offset >= inode.size) return -ENXIO;
  const find = file.kind === 'regular' ? inodeOps(inode).seekData : undefined;
  const found = find?.(inode, offset, hole) ?? (hole ? inode.size : offset);
  return !hole && found >= inode.size ? -ENXIO : found;
}

/** The new position, or -errno. */
function seek(file: OpenFile, offset: number, whence: number): number {
  if (fileOps(file).seeksNowhere) return 0;
  if (!isSeekable(file)) return -ESPIPE;
  const { size } = file.inode;
  let target: number;
  if (whence === SEEK_SET) target = offset;
  else if (whence === SEEK_CUR) target = file.position + offset;
  else if (whence === SEEK_END) target = size + offset;
  else if (whence === SEEK_DATA || whence === SEEK_HOLE) {
    target = seekData(file, offset, whence === SEEK_HOLE);
    if (target < 0) return target;
  } else return -EINVAL;
  if (target < 0) return -EINVAL;
  file.position = target;
  return target;
}

/** Linux 6.1 fs/read_write.c: ksys_lseek */
function lseek(_kernel: Kernel, task: Task, fd: number, offset: number, whence: number): number {
  const file = getDataFile(task, fd);
  if (file === undefined) return -EBADF;
  const before = file.position;
  const result = seek(file, offset, whence);
  if (result <= 0x7fff_ffff) return result;
  file.position = before;
  return -EOVERFLOW;
}

function llseek(
  kernel: Kernel,
  task: Task,
  fd: number,
  high: number,
  low: number,
  address: number,
  whence: number,
): number {
  const file = getDataFile(task, fd);
  if (file === undefined) return -EBADF;
  const offset = (high | 0) * 2 ** 32 + (low >>> 0);
  const result = seek(file, offset, whence);
  if (result < 0) return result;
  return copyOut(kernel, task, address, new StructWriter(kernel, 8).u64(result).bytes) ? 0 : -EFAULT;
}

/** lseek(2), _llseek(2). */
export const SEEK_SYSCALLS: SyscallDef[] = [
  full('lseek', ['fd', 'long', 'uint'], lseek),
  full('_llseek', ['fd', 'ulong', 'ulong', 'ptr', 'uint'], llseek),
];
